// intake/cell/pdf_structure.h - a PDF as objects: what is dangerous in it, what it carries, where one should sign.
//
// Home of QPDF together with pdf_signatures and pdf_revisions; its exceptions stop here.
// Threads: one. All input is a stranger's: objects, depth, decoded bytes and embedded files are bounded.
#ifndef INTAKE_CELL_PDF_STRUCTURE_H_
#define INTAKE_CELL_PDF_STRUCTURE_H_

#include <cstddef>
#include <memory>
#include <qpdf/QPDF.hh>
#include <set>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "intake/findings.h"

namespace zp::intake::cell {

struct EmbeddedFile {
  std::string name;  // as written
  Bytes content;
};

struct PdfStructure {
  std::set<std::string> hazards;
  std::vector<EmbeddedFile> embedded;
  std::vector<std::vector<Box>> empty_signature_fields;  // by page
  std::shared_ptr<QPDF> document;                        // null: QPDF could make nothing of it
  bool mended = false;                                   // was_repaired()
  bool needs_password = false;
};

/// A QPDF over `bytes` (which must outlive it), silent, with the empty password. Throws what QPDF throws.
std::shared_ptr<QPDF> open_pdf(ByteView bytes);

/// Whether QPDF had to mend the file as far as it was read, so that another program may read it differently. Forgets
/// its warnings.
bool was_repaired(QPDF& document);

/// Never fails: what could not be read is among the hazards.
PdfStructure read_structure(ByteView untrusted_pdf);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PDF_STRUCTURE_H_
