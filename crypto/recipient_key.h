// crypto/recipient_key.h - the key of a message that only its recipient can open.
//
// A mailbox message or receipt on the shelf is an object under a key that comes from two things the recipient has:
// the secret in the link (256 bits) and the access code (typed by a person, low entropy, hence Argon2id, RFC 9106).
// The door that shows it holds neither. A wrong code gives kTampered when the object is opened (key commitment).
// Threads: free functions.
#ifndef CRYPTO_RECIPIENT_KEY_H_
#define CRYPTO_RECIPIENT_KEY_H_

#include <string>
#include <string_view>

#include "crypto/data_key.h"

namespace zp::crypto {

/// Public parameters, stored beside the message. Argon2id memory in bytes and passes.
struct RecipientLock {
  std::array<std::uint8_t, 16> salt;
  std::uint32_t passes = 3;
  std::uint32_t memory_bytes = 64 * 1024 * 1024;
  static RecipientLock fresh();
  std::string encode() const;
  /// kMalformed, or kTooLarge for parameters that a stranger could use to exhaust us (over 8 passes or 256 MiB).
  static Result<RecipientLock> decode(std::string_view text);
};

/// `access_code` as typed: it is normalised here. kMalformed unless the secret has 32 bytes and the code is not empty,
/// kUnavailable without `memory_bytes` of free memory. About 0.1 s of one core: callers limit how many run at once.
Result<DataKey> recipient_key(const RecipientLock& lock, const SecretBytes& link_secret, std::string_view access_code);

/// An access code for print or speech: 3 groups of 4 from an alphabet without look-alikes (60 bits): "K7PM-3XRD-9FQH".
std::string random_access_code();
/// The link secret of a message whose code is all that the recipient gets (an invitation by telephone): it comes from
/// the code's first group. So guesses at the other two (40 bits) are counted per message. kMalformed unless `typed_code`
/// has the length of an access code.
Result<SecretBytes> link_secret_of_code(std::string_view typed_code);
/// Upper case, look-alikes folded (O to 0, I and L to 1), spaces and dashes dropped: what a person typed, ready to
/// compare.
std::string normalise_access_code(std::string_view typed);

}  // namespace zp::crypto

#endif  // CRYPTO_RECIPIENT_KEY_H_
