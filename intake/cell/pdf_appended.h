// intake/cell/pdf_appended.h - is what was appended to a PDF made of revisions only?
//
// An incremental-saving attack appends objects that its cross-reference section leaves out, or no such section at all: programs that
// put a file together anew, or read what is written last, then show something else than those that follow the references.
// Source: ISO 32000-1 7.5.6. Threads: free functions. Throws what QPDF throws.
#ifndef INTAKE_CELL_PDF_APPENDED_H_
#define INTAKE_CELL_PDF_APPENDED_H_

#include <qpdf/QPDF.hh>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

/// Whether the bytes from `end` on end as a file does, are reached from there, and hold no object but those that
/// `document`, the whole file, refers to.
bool only_revisions_follow(ByteView pdf, std::size_t end, QPDF& document);

/// "%%EOF" and at most white space (ISO 32000-1 7.5.5).
bool ends_as_pdf(ByteView pdf);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PDF_APPENDED_H_
