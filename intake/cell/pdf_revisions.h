// intake/cell/pdf_revisions.h - what was changed after a signature, and whether the signature permits it.
//
// The signed revision and the file as it is now are compared as object graphs, from the catalog on. Everything must be
// the same but for what a signature permits afterwards (ISO 32000-2 12.8.2.2 and 12.8.2.4; certification level 2 where
// none is given): validation data (/DSS), document time-stamps, further signatures, filled-in fields that no signature
// locked. Whatever is not recognised as permitted is not permitted.
// Threads: one. Nothing here throws.
#ifndef INTAKE_CELL_PDF_REVISIONS_H_
#define INTAKE_CELL_PDF_REVISIONS_H_

#include <memory>
#include <qpdf/QPDF.hh>
#include <string>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

/// The file as it is now, taken apart once for all its signatures.
class LatestRevision {
 public:
  /// `document`: the same file, if it was read from end to end and nothing had to be mended; null: it is opened anew when
  /// it is first needed, so that only what is compared can count as mended. Both must outlive it.
  LatestRevision(ByteView whole, QPDF* document);
  ~LatestRevision();

  /// Empty if everything that was added is permitted; otherwise what was changed first ("changed-page",
  /// "changed-field", ...), a code. The signature covers the file up to `signed_end`.
  std::string forbidden_change(std::size_t signed_end);

 private:
  struct Opened;
  ByteView whole_;
  QPDF* document_;
  std::unique_ptr<Opened> opened_;  // when it is first needed
};

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PDF_REVISIONS_H_
