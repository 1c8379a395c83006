// intake/cell/pdf_placed.h - pictures and annotations on the pages of a PDF: was it signed on paper, or in a program?
//
// Threads: one. Content streams are bounded in size, operators and depth; one that is not understood counts as empty.
#ifndef INTAKE_CELL_PDF_PLACED_H_
#define INTAKE_CELL_PDF_PLACED_H_

#include <qpdf/QPDF.hh>
#include <vector>

#include "intake/findings.h"

namespace zp::intake::cell {

struct PlacedOnPage {
  bool scanned = false;      // pictures cover most of the page
  std::vector<Box> objects;  // smaller pictures on top of them, and annotations that show something
};

/// Throws what QPDF throws.
PlacedOnPage placed_on_page(QPDF& document, std::size_t index);

/// Sets the origin of the handwritten signatures in `findings`. A signature field of the PDF's form in which one is
/// shown is no longer among the empty ones. Never fails: what cannot be read is taken for paper.
void tell_placed(QPDF& document, Findings& findings);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PDF_PLACED_H_
