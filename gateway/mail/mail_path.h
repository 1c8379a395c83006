// gateway/mail/mail_path.h - the addresses in MAIL FROM and RCPT TO (RFC 5321 section 4.1.2, RFC 6531).
//
// Threads: free functions. Everything here comes from outside.
#ifndef GATEWAY_MAIL_MAIL_PATH_H_
#define GATEWAY_MAIL_MAIL_PATH_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zp::gateway {

struct MailPath {
  std::string address;                            // without brackets and source route; empty for <>
  std::map<std::string, std::string> parameters;  // upper-case keyword to value
};

/// "<a@b> SIZE=1" and what may stand there instead of it; nothing if it is no path, is over 320 bytes or holds control
/// characters.
std::optional<MailPath> parse_path(std::string_view text);

/// Whether `address` is one of `ours`, or a plus-address of one; letters of both parts fold.
bool is_ours(std::string_view address, const std::vector<std::string>& ours);

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_MAIL_PATH_H_
