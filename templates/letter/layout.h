// templates/letter/layout.h - puts a letter on A4 pages and writes down its structure.
//
// The sheet: address block for the left window of a DL or C5/6 envelope, reference block beside it, fold
// marks, running head and page numbers. No line of a paragraph stands alone on a page, a heading stays with
// what follows, a table repeats its head.
// Threads: free function.
// Errors: kRefused names characters that no font has.
#ifndef TEMPLATES_LETTER_LAYOUT_H_
#define TEMPLATES_LETTER_LAYOUT_H_

#include "templates/letter/display_list.h"
#include "templates/letter/document.h"
#include "templates/letter/hyphenator.h"
#include "templates/letter/letter.h"

namespace zp::templates {

Result<DisplayList> lay_out(const LetterDocument& letter, const Organisation& organisation, const FaceBook& faces,
                            const Hyphenator& hyphenator);

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_LAYOUT_H_
