// gateway/worker/mail_cover.h - in words for staff: which of the text and attachments of a mail was signed, by whom, and
// which came encrypted.
//
// A sentence speaks for the whole mail only if all of it is covered; otherwise what is covered is named, and what is not.
// Threads: free functions.
#ifndef GATEWAY_WORKER_MAIL_COVER_H_
#define GATEWAY_WORKER_MAIL_COVER_H_

#include <string>

#include "intake/inspector.h"

namespace zp::gateway {

/// For the history; empty: neither signed nor opened. `how` it was encrypted: "OpenPGP", "S/MIME".
std::string words_of_cover(const intake::ParsedMail& mail, const std::string& how);

/// The text as it is, or, if signatures cover only a part of the mail, each piece below a heading that says by whom it was
/// signed. Headings begin with a sign that is taken out of the text itself, so that no sender can write one.
std::string text_by_cover(const intake::ParsedMail& mail);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_MAIL_COVER_H_
