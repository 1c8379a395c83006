// intake/cell/kind.h - what kind of document a text is, by its words.
//
// A suggestion for sorting, never a decision: the words that weigh are listed in kind.cpp.
// Threads: free function.
#ifndef INTAKE_CELL_KIND_H_
#define INTAKE_CELL_KIND_H_

#include <string>
#include <string_view>
#include <vector>

namespace zp::intake::cell {

struct Kind {
  std::string name = "unknown";    // as Findings::kind, never "identity-document": that is seen, not read
  double confidence = 0;           // 0 to 1
  std::string subject;             // as Findings::subject
  std::vector<std::string> words;  // as Findings::kind_words, at most five
};

Kind kind_of(std::string_view text);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_KIND_H_
