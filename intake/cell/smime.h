// intake/cell/smime.h - S/MIME signatures of a mail (RFC 8551), over the bytes as they were received.
//
// A parser that writes a part anew calls good signatures bad, so what is signed is cut out of the mail itself.
// Threads: one. Never fails: what cannot be judged is "unknown" or "broken".
#ifndef INTAKE_CELL_SMIME_H_
#define INTAKE_CELL_SMIME_H_

#include <vector>

#include "crypto/base/bytes.h"
#include "intake/cell/signature_verdict.h"
#include "intake/findings.h"

namespace zp::intake::cell {

/// Detached (multipart/signed) and enclosing (application/pkcs7-mime) ones, at any depth. Coverage is "whole" if the
/// whole body of the mail is signed, otherwise "partial". OpenPGP has format "openpgp" and integrity "unknown": no key
/// of the sender is in a cell, so it is handed on unchecked.
std::vector<DigitalSignature> mail_signatures(ByteView untrusted_mail, const SignaturePolicy& policy);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_SMIME_H_
