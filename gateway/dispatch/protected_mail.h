// gateway/dispatch/protected_mail.h - a letter as a mail that only its recipient can open: PGP/MIME (RFC 3156) or S/MIME (RFC 8551).
//
// What is inside: a text, the letter and its enclosures, and the true headers (RFC 9788: a program that knows them shows
// these). What is outside says who writes to whom and when, and nothing about anybody: the subject is always the same.
// Signing and encrypting are the caller's: this only says which bytes, and lays the result in its envelope.
// Threads: free functions. Errors: kRefused names the field that is no good.
#ifndef GATEWAY_DISPATCH_PROTECTED_MAIL_H_
#define GATEWAY_DISPATCH_PROTECTED_MAIL_H_

#include <vector>

#include "gateway/dispatch/mail_text.h"

namespace zp::gateway {

struct MailEnclosure {
  std::string name, type;
  ByteView content;
};

/// The letter as it is, for a line that lets nobody else read it (the courier's): `mail` and what goes with it. Lines end
/// with CR LF and are ASCII, none longer than 78.
Result<std::string> message_with(const OutgoingMail& mail, const std::vector<MailEnclosure>& enclosures);

/// The same for contents too large to hold: what stands before each of them, and after the last. In between stands each
/// content as base64_lines(), at once or in pieces of a multiple of kBase64Chunk bytes.
Result<std::vector<std::string>> message_frame(const OutgoingMail& mail, const std::vector<MailEnclosure>& enclosures);
inline constexpr std::size_t kBase64Chunk = 57;
std::string base64_lines(ByteView bytes);
std::uint64_t base64_lines_size(std::uint64_t bytes) noexcept;

/// The subject that everybody on the way may read.
std::string outer_subject(const OutgoingMail& mail);

/// The MIME entity that is signed: `mail` with its true subject, and what goes with it. Lines end with CR LF and are
/// ASCII, none longer than 78, so no server has a reason to touch it.
Result<std::string> payload(const OutgoingMail& mail, const std::vector<MailEnclosure>& enclosures);

/// RFC 3156 section 5: `entity` beside its detached signature; an entity itself, to be encrypted.
std::string signed_openpgp(const std::string& entity, const std::string& signature, const std::string& micalg);
/// RFC 3156 section 4: the whole message, ready to be sent.
Result<std::string> sealed_openpgp(const OutgoingMail& mail, const std::string& armour);

/// RFC 8551 section 3.5: CMS signed data as an entity, to be encrypted.
std::string signed_smime(ByteView cms);
/// RFC 8551 section 3.3 and 3.4 (authenticated): the whole message, ready to be sent.
Result<std::string> sealed_smime(const OutgoingMail& mail, ByteView cms);

}  // namespace zp::gateway

#endif  // GATEWAY_DISPATCH_PROTECTED_MAIL_H_
