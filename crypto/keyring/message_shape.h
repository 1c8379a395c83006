// crypto/keyring/message_shape.h - is this an OpenPGP message from its first byte to its last?
//
// GPGME reports success when gpg could not be run, or died half-way: the output is then empty or cut. A key that was
// sealed like that is lost with everything under it, so the shape of each message is checked before the key is used.
// Source: RFC 9580 section 4.2 (packet headers), 10.3 (an encrypted message). Threads: free function.
#ifndef CRYPTO_KEYRING_MESSAGE_SHAPE_H_
#define CRYPTO_KEYRING_MESSAGE_SHAPE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::crypto {

/// Exactly `recipients` session-key packets, then one packet of encrypted data that ends where `message` ends.
bool is_whole_message(ByteView message, std::size_t recipients) noexcept;
/// The ids of the keys that a message or a sealed data key (key_batch.h) is encrypted to, sorted (RFC 9580 section 5.1.1,
/// version 3); empty if it is neither.
std::vector<std::uint64_t> recipients_of(ByteView sealed);

}  // namespace zp::crypto

#endif  // CRYPTO_KEYRING_MESSAGE_SHAPE_H_
