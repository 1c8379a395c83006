// intake/cell/smime.h - signatures of a mail (RFC 8551, RFC 3156), over the bytes as they were received.
//
// A parser that writes a part anew calls good signatures bad, so what is signed is cut out of the mail itself; and what
// was cut out is what the caller reads on from, so that nothing else is ever taken for signed.
// Threads: one. Never fails: what cannot be judged is "unknown" or "broken".
#ifndef INTAKE_CELL_SMIME_H_
#define INTAKE_CELL_SMIME_H_

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "intake/cell/mime_parts.h"
#include "intake/cell/signature_verdict.h"
#include "intake/inspector.h"

namespace zp::intake::cell {

/// Where in a mail a part stands.
struct MailPlace {
  std::string_view bytes;  // that it was read from: the mail, or what is signed in it
  int depth = 0;
  bool alone = true;      // nothing but signatures stands around it
  bool enclosed = false;  // `bytes` are out of a signed message, and none of the mail's own
  MailCover cover = {};

  MailPlace beside_others() const { return {bytes, depth + 1, false, enclosed, cover}; }
};

/// `content` is empty if nothing can be said to be signed; otherwise it was read from the bytes that were, which stay as
/// long as the checker.
struct SignedPart {
  bool is_signed = false;
  Owned<GMimeObject> content = {};
  MailPlace place = {};
};

/// Coverage is "whole" if the whole body of the mail is signed, otherwise "partial". OpenPGP has format "openpgp" and
/// integrity "unknown": no key of the sender is in a cell, so it is handed on unchecked. At most 20 are looked at.
class SignatureChecker {
 public:
  SignatureChecker(ByteView mail, const SignaturePolicy& policy, std::vector<DigitalSignature>& found)
      : mail_(as_text(mail)), policy_(policy), found_(found) {}

  /// A multipart/signed. Not checked if its boundary opens parts in more places than it has.
  SignedPart detached(GMimeMultipart* multipart, const MailPlace& place);
  /// An application/pkcs7-mime; not signed: it is encrypted, or damaged.
  SignedPart enclosing(ByteView cms, const MailPlace& place);

 private:
  void openpgp(GMimePart* part, std::optional<std::string_view> content, const MailPlace& place, bool whole);
  void smime(GMimePart* part, std::string_view content, bool whole);
  void add(const crypto::CmsVerdict& verdict, bool whole);
  void unknown(const char* format, bool whole);
  SignedPart inside(std::string_view content, const MailPlace& place, bool whole, bool enclosed);

  std::string_view mail_;
  const SignaturePolicy& policy_;
  std::vector<DigitalSignature>& found_;
  std::vector<std::unique_ptr<const Bytes>> enclosed_;
};

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_SMIME_H_
