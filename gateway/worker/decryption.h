// gateway/worker/decryption.h - mail that was encrypted to us, opened; and who signed a mail.
//
// Only what is encrypted as a whole is opened: PGP/MIME whose body is one encrypted message (RFC 3156), a text that is one
// OpenPGP message, and then its attachments too, or a body that is one S/MIME message (RFC 8551). It must be protected
// against changes: MDC or AEAD; S/MIME with AES-GCM, or signed inside as a whole. What does not open that way is handed out
// nowhere (EFAIL): the mail stays as it came, and a person is told. What is inside is parsed in a cell, like any mail, and
// shown as text and pages, never as HTML.
// The envelope of S/MIME is decoded here, since a cell has no keys (docs/developers/threat-model.md). Its keys: that of the
// seal, and each pair NAME.pem, NAME.key in data/keys/smime.
// Threads: free functions. Errors: kUnavailable: gpg or a cell can't be had, try again later.
#ifndef GATEWAY_WORKER_DECRYPTION_H_
#define GATEWAY_WORKER_DECRYPTION_H_

#include "gateway/worker/tools.h"

namespace zp::gateway {

/// What to tell people, in Dutch; empty: nothing.
struct MailProtection {
  std::string line;  // for the history: how it was protected, who signed it
  std::string task;  // for a person
};

/// Parsed with what is needed to judge signatures. `day`: of receipt, YYYY-MM-DD.
Result<intake::ParsedMail> parse_signed_mail(const Tools& tools, ByteView raw, const std::string& day);

/// Text and parts of `mail`, which came as `raw`, become those of what is inside, if it is encrypted and opens. Then its
/// signatures are checked, each text and part has its cover, and `text` is as staff read it (mail_cover.h).
Result<MailProtection> open_encrypted(const Tools& tools, ByteView raw, const std::string& day,
                                      intake::ParsedMail& mail);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_DECRYPTION_H_
