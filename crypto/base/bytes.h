// crypto/base/bytes.h - bytes, ids and their spellings.
//
// Bytes are public bytes (ciphertext, hashes, ids); secrets are SecretBytes (secret_bytes.h).
// Threads: free functions and values.
#ifndef CRYPTO_BASE_BYTES_H_
#define CRYPTO_BASE_BYTES_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/result.h"

namespace zp {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// A view of the characters of `text` as bytes; the text must outlive it.
ByteView as_bytes(std::string_view text) noexcept;
/// A view of `bytes` as characters; the bytes must outlive it.
std::string_view as_text(ByteView bytes) noexcept;

std::string to_hex(ByteView bytes);
/// kMalformed unless an even number of hex digits, either case.
Result<Bytes> from_hex(std::string_view hex);

/// RFC 4648 base64, with padding.
std::string to_base64(ByteView bytes);
Result<Bytes> from_base64(std::string_view text);
/// RFC 4648 base64url, without padding: for links and cookies.
std::string to_base64url(ByteView bytes);
Result<Bytes> from_base64url(std::string_view text);

/// 128 random bits that name a dossier, submission, object, job, ... Not a secret; never derived from content.
struct Id {
  std::array<std::uint8_t, 16> bytes{};

  static Id random();
  /// 32 lower-case hex digits; kMalformed otherwise.
  static Result<Id> parse(std::string_view hex);
  std::string hex() const;
  friend auto operator<=>(const Id&, const Id&) = default;
};

}  // namespace zp

template <>
struct std::hash<zp::Id> {
  std::size_t operator()(const zp::Id& id) const noexcept {
    std::size_t value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | id.bytes[i];
    return value;
  }
};

#endif  // CRYPTO_BASE_BYTES_H_
