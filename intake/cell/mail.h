// intake/cell/mail.h - a mail taken apart. Home of GMime.
//
// Every leaf that is not plain readable text is a part, whatever disposition it claims: a document sent "inline" or
// without a name is a document. So is what stands inside attached mails, is packed in a winmail.dat, or stands as
// uuencoded lines in the text. Encrypted and signed bodies are parts as they are.
// Limits: 1000 parts, 50 levels, kMaxMailText bytes of text; over them hazard "too-many-parts", "too-deep" or "text-cut",
// and the rest stays in the raw mail.
// Threads: one.
#ifndef INTAKE_CELL_MAIL_H_
#define INTAKE_CELL_MAIL_H_

#include "crypto/base/bytes.h"
#include "intake/cell/signature_verdict.h"
#include "intake/inspector.h"

namespace zp::intake::cell {

/// Loads GMime and the character set converters that a locked-in process cannot open.
void prepare_mail();

/// kMalformed if there is no mail in it. Signatures are checked by `policy`.
Result<ParsedMail> read_mail(ByteView untrusted_mail, const SignaturePolicy& policy);

/// The words of an HTML body: no tags, scripts or styles, nothing fetched; block elements become lines.
std::string text_of_html(std::string_view untrusted_html, std::size_t max_bytes);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_MAIL_H_
