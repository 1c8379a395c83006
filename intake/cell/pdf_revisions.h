// intake/cell/pdf_revisions.h - what was changed after a signature, and whether the signature permits it.
//
// The signed revision and the file as it is now are compared as object graphs, from the catalog on. Everything must be
// the same but for what a signature permits afterwards (ISO 32000-2 12.8.2.2 and 12.8.2.4; certification level 2 where
// none is given): validation data (/DSS), document time-stamps, further signatures, filled-in fields that no signature
// locked. Whatever is not recognised as permitted is not permitted.
// Threads: one. Never throws.
#ifndef INTAKE_CELL_PDF_REVISIONS_H_
#define INTAKE_CELL_PDF_REVISIONS_H_

#include <string>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

/// Empty if everything that was added is permitted; otherwise what was changed first ("changed-page", "changed-field",
/// ...), a code. `signed_revision` is the beginning of `whole` up to the end of what the signature covers.
std::string forbidden_change(ByteView signed_revision, ByteView whole);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PDF_REVISIONS_H_
