// intake/cell/kind.h - what kind of document a text is, by its words.
//
// A suggestion for sorting, never a decision: the words that weigh are listed in kind.cpp.
// Threads: free function.
#ifndef INTAKE_CELL_KIND_H_
#define INTAKE_CELL_KIND_H_

#include <string>
#include <string_view>

namespace zp::intake::cell {

struct Kind {
  std::string name = "unknown";  // as Findings::kind, never "identity-document": that is seen, not read
  double confidence = 0;         // 0 to 1
};

Kind kind_of(std::string_view text);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_KIND_H_
