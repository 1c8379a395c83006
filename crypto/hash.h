// crypto/hash.h - SHA-256, HMAC and HKDF (OpenSSL EVP).
//
// Threads: functions are free; one Sha256 belongs to one thread. Errors: none but bugs (OpenSSL failing is one).
#ifndef CRYPTO_HASH_H_
#define CRYPTO_HASH_H_

#include <array>
#include <memory>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/secret_bytes.h"

namespace zp::crypto {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(ByteView bytes);

/// SHA-256 of a stream, which may be laid down with state() and taken up with resume(), also in another process.
class Sha256 {
 public:
  Sha256();
  /// kMalformed unless `state` comes from state().
  static Result<Sha256> resume(ByteView state);
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void append(ByteView bytes);
  /// At most 103 bytes. The last of them are the stream's own, up to 63: as secret as it is.
  Bytes state() const;
  /// Call once.
  Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// HMAC-SHA-256 (RFC 2104).
Digest hmac_sha256(const SecretBytes& key, ByteView message);

/// HKDF-SHA-256 (RFC 5869): `size` bytes (at most 8160) from `secret`, bound to `salt` and `label`.
SecretBytes hkdf_sha256(const SecretBytes& secret, ByteView salt, std::string_view label, std::size_t size);

}  // namespace zp::crypto

#endif  // CRYPTO_HASH_H_
