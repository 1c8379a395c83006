// crypto/keyring/sealer.h - OpenPGP messages to the zone and recovery keys.
//
// GPGME says which keys are right and hands them over once; librnp then seals in this process. A gpg run for each
// message (4 ms of two processors) would be the limit of how much mail a door can take. What it writes is plain
// OpenPGP (RFC 4880: AES-256, MDC, no compression), which gpg opens.
// Threads: one Sealer belongs to one thread.
#ifndef CRYPTO_KEYRING_SEALER_H_
#define CRYPTO_KEYRING_SEALER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "crypto/data_key.h"

namespace zp::crypto {

/// Seals to all of the keys that it was loaded with.
class Sealer {
 public:
  /// kConfig if a key is absent, can't encrypt, is expired or revoked at `now` (unix seconds), or if the home holds any
  /// secret key.
  static Result<Sealer> load(const std::string& home, const std::vector<std::string>& fingerprints, std::int64_t now);
  Sealer(Sealer&&) noexcept;
  ~Sealer();
  /// A binary OpenPGP message. kUnavailable if one of the keys can't be sealed to (any longer).
  Result<Bytes> seal(const SecretBytes& plaintext) const;
  /// A batch: `count` data keys under one OpenPGP message (key_batch.h). The key of the batch is forgotten on return.
  Result<std::vector<FreshKey>> fresh_keys(std::size_t count) const;
  /// When the first of the keys expires (unix seconds), and whether the home's key ring is still what was loaded: ask
  /// both before each use, and load anew if one says so.
  std::int64_t usable_until() const noexcept;
  bool is_current() const;

 private:
  struct Impl;
  explicit Sealer(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zp::crypto

#endif  // CRYPTO_KEYRING_SEALER_H_
