// gateway/dispatch/return_path.h - where a mail of ours comes back to: an address of its own, signed (VERP with a MAC).
//
// post@example.nl sends from post+bXXXX...@example.nl (RFC 5233 sub-addressing): X is base32 of the mail's subject (16
// bytes), its number (1) and a MAC over these (8). So a report is believed only if it comes to an address that we made:
// who knows a Message-ID of ours, or guesses one, can't have a letter sent another way.
// Threads: free functions.
#ifndef GATEWAY_DISPATCH_RETURN_PATH_H_
#define GATEWAY_DISPATCH_RETURN_PATH_H_

#include <optional>
#include <string>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/secret_bytes.h"

namespace zp::gateway {

/// What stands before the @ of `from` may be at most this long; a longer one gets no signed return path.
inline constexpr std::size_t kMaxSignedLocal = 64 - 2 - 40;  // RFC 5321 section 4.5.3.1.1

struct ReturnedTo {
  Id subject;
  unsigned number = 0;
};

/// `number` below 256; `from` itself when it is too long.
std::string signed_return_path(const SecretBytes& key, std::string_view from, const Id& subject, unsigned number);
/// None unless `address` was made by signed_return_path() with this key; some servers change its case.
std::optional<ReturnedTo> read_return_path(const SecretBytes& key, std::string_view from, std::string_view address);

}  // namespace zp::gateway

#endif  // GATEWAY_DISPATCH_RETURN_PATH_H_
