// crypto/data_key.h - the key under which a dossier's objects are sealed, and the two ways it is kept.
//
//   at birth      the keymaker makes a DataKey and its SealedDataKey, for the zone and recovery keys (key_batch.h)
//   when filed    the worker opens that with OpenPGP once and wraps the DataKey under the ZoneKey (AES-256 key wrap,
//                 RFC 3394 with the padding-free form): opening a dossier then costs microseconds, not a gpg process
//
// Destroying every SealedDataKey and WrappedKey of a dossier shreds it (docs/sealed-format.md).
// Threads: const members may be shared. Secrets: in SecretBytes only.
#ifndef CRYPTO_DATA_KEY_H_
#define CRYPTO_DATA_KEY_H_

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/secret_bytes.h"

namespace zp::crypto {

inline constexpr std::size_t kDataKeyBytes = 32;

class DataKey {
 public:
  static DataKey generate();
  /// kMalformed unless exactly kDataKeyBytes, or if all bytes are equal (an unfilled key).
  static Result<DataKey> from(SecretBytes bytes);
  /// A key of its own for `label`, by HKDF: the parent can't be computed from it.
  DataKey derive(std::string_view label) const;
  DataKey clone() const;
  const SecretBytes& bytes() const noexcept { return bytes_; }

 private:
  explicit DataKey(SecretBytes bytes) noexcept : bytes_(std::move(bytes)) {}
  SecretBytes bytes_;
};

/// What only the OpenPGP private keys open, in one of two forms (key_batch.h).
struct SealedDataKey {
  Bytes openpgp;
};

/// A data key as the keymaker hands it to a door.
struct FreshKey {
  DataKey key;
  SealedDataKey sealed;
};

/// The inner zone's key: worker and staff only.
class ZoneKey {
 public:
  static ZoneKey generate();
  /// 32 bytes; or 64: a successor() as kept() gives it. kMalformed otherwise.
  static Result<ZoneKey> from(SecretBytes bytes);
  /// A fresh key that takes over the search index: tokens say nothing without a guess, and can't be made again without
  /// opening everything.
  ZoneKey successor() const;
  ZoneKey clone() const;
  /// What from() takes: the key, and after it the key of the search index if it was taken over.
  SecretBytes kept() const;
  /// Tells zone keys apart, and nothing about them.
  Id name() const;
  /// 40 bytes (RFC 3394).
  Bytes wrap(const DataKey& key) const;
  /// kTampered if `wrapped` was not made by this zone key.
  Result<DataKey> unwrap(ByteView wrapped) const;
  /// The key of the blind search index (search_token.h).
  SecretBytes search_key() const;
  const SecretBytes& bytes() const noexcept { return bytes_; }

 private:
  explicit ZoneKey(SecretBytes bytes) noexcept : bytes_(std::move(bytes)) {}
  SecretBytes bytes_;
  SecretBytes taken_over_;  // the search key of an earlier zone key; empty: its own
};

/// The zone key in use and, until everything under it is wrapped anew, the one before.
struct ZoneKeys {
  ZoneKey current;
  std::optional<ZoneKey> former;
  /// kTampered if neither wrapped it.
  Result<DataKey> unwrap(ByteView wrapped) const;
};
/// The zone keys as they are now: a change of keys asks for no restart.
using ZoneKeySource = std::function<std::shared_ptr<const ZoneKeys>()>;

}  // namespace zp::crypto

#endif  // CRYPTO_DATA_KEY_H_
