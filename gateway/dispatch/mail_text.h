// gateway/dispatch/mail_text.h - the mails that we send: plain text, every field checked (RFC 5322, RFC 2045, RFC 2047,
// RFC 3834).
//
// Receipts and notifications only; they hold no personal data. No field may carry CR, LF or NUL: POCO writes fields as
// they are, and a line break would start a header of somebody else's choosing.
// Threads: free functions.
#ifndef GATEWAY_DISPATCH_MAIL_TEXT_H_
#define GATEWAY_DISPATCH_MAIL_TEXT_H_

#include <cstdint>
#include <string>

#include "crypto/base/bytes.h"
#include "gateway/dispatch/mail_address.h"

namespace zp::gateway {

struct OutgoingMail {
  std::string from;  // our address
  std::string from_name;
  std::string to;                // one recipient; written to as wire_address() says
  std::string return_path = {};  // where reports about it go (return_path.h); empty: `from`
  std::string subject;
  std::string message_id;   // without angle brackets
  std::string in_reply_to;  // without angle brackets; empty: none
  bool reply = false;       // Auto-Submitted: auto-replied; otherwise auto-generated
  std::int64_t date = 0;    // unix milliseconds
  std::string text;         // UTF-8, lines end with LF
};

/// The message as it goes over the wire, lines ending with CRLF; ASCII but for an address that is not. kRefused names the field that is no good.
Result<std::string> compose(const OutgoingMail& mail);

/// The Message-ID of the `number`th mail about `subject`: the same for a retry, guessable for nobody.
/// "zp.HEX.NUMBER@domain of `from`".
std::string our_message_id(const Id& subject, unsigned number, std::string_view from);
/// The first Message-ID of ours inside `text` (a bounce quotes it), or empty.
std::string find_our_message_id(std::string_view text, std::string_view from);

}  // namespace zp::gateway

#endif  // GATEWAY_DISPATCH_MAIL_TEXT_H_
