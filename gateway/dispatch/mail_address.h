// gateway/dispatch/mail_address.h - addresses as they stand on the wire (RFC 5321, RFC 5891, RFC 6531).
//
// Threads: free functions.
#ifndef GATEWAY_DISPATCH_MAIL_ADDRESS_H_
#define GATEWAY_DISPATCH_MAIL_ADDRESS_H_

#include <string>
#include <string_view>

namespace zp::gateway {

/// One address that any server takes behind RCPT TO: printable ASCII, one '@', no spaces, brackets or quotes, at most 254
/// bytes.
bool is_plain_address(std::string_view address) noexcept;

/// The form in which `address` is written to: its domain as A-labels, so that only letters beyond ASCII before the @ ask
/// for a server with SMTPUTF8; where there are none, it is a plain address. Empty: nobody can be written to there.
std::string wire_address(std::string_view address);

}  // namespace zp::gateway

#endif  // GATEWAY_DISPATCH_MAIL_ADDRESS_H_
