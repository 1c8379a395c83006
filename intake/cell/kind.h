// intake/cell/kind.h - what kind of document a text is, by its words.
//
// A suggestion for sorting, never a decision: the words that weigh are listed in kind.cpp.
// Threads: free function.
#ifndef INTAKE_CELL_KIND_H_
#define INTAKE_CELL_KIND_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace zp::intake::cell {

struct Kind {
  std::string name = "unknown";    // as Findings::kind, never "identity-document" if only read
  double confidence = 0;           // 0 to 1; sure from kSureKind on
  std::string subject;             // as Findings::subject
  std::vector<std::string> words;  // as Findings::kind_words, at most five
};

Kind kind_of(std::string_view text);

/// Of a document in which identity documents were seen, with confidence `seen`: on `copies` of its pages (at least one),
/// and not on `other_pages`, blank ones aside. What its `text` surely is comes first, and so does what most pages are.
Kind kind_beside_identity(const Kind& text, double seen, std::size_t copies, std::size_t other_pages);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_KIND_H_
