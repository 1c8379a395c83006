// intake/cell/pdf_signatures.h - digital signatures in a PDF: do they hold, and over how much of the file.
//
// A reader that trusts /ByteRange alone calls forgeries good. Here the bytes left out must be exactly the signature's
// own /Contents, the range must begin at the first byte, and what was added after it is compared object by object
// (pdf_revisions.h).
// Sources: ISO 32000-1 12.8, ISO 32000-2 12.8.2, ETSI EN 319 142-1.
// Threads: one. Never fails: what cannot be judged is "unknown" or "broken".
#ifndef INTAKE_CELL_PDF_SIGNATURES_H_
#define INTAKE_CELL_PDF_SIGNATURES_H_

#include <qpdf/QPDF.hh>
#include <vector>

#include "crypto/base/bytes.h"
#include "intake/cell/signature_verdict.h"
#include "intake/findings.h"

namespace zp::intake::cell {

/// `document`: the file as open_pdf() gives it. `mended`: was_repaired() was asked before and said so.
std::vector<DigitalSignature> check_signatures(ByteView untrusted_pdf, QPDF& document, bool mended,
                                               const SignaturePolicy& policy);

/// Of a file that does not open without its password. Strings are locked but not signatures (ISO 32000-1 7.6.2), and
/// those sign the locked bytes; what was added after one cannot be compared.
std::vector<DigitalSignature> check_locked_signatures(ByteView untrusted_pdf, const SignaturePolicy& policy);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PDF_SIGNATURES_H_
