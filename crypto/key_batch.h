// crypto/key_batch.h - the two forms of a sealed data key (docs/sealed-format.md, section 2).
//
//   alone      an OpenPGP message that holds the data key
//   of a batch magic 8 "ZPBATCH" and version 1, the data key under AES key wrap (40), an OpenPGP message that holds the key
//              of the batch: all of a batch have that message in common, and each has a wrap of its own
//
// An OpenPGP operation is what a fresh key costs, so the keymaker has one for each batch. The key of a batch is nowhere
// but in that message: who destroys a sealed key of the batch destroys that data key, and the others stay readable.
// Threads: free functions.
#ifndef CRYPTO_KEY_BATCH_H_
#define CRYPTO_KEY_BATCH_H_

#include <optional>

#include "crypto/data_key.h"

namespace zp::crypto {

inline constexpr std::size_t kWrappedKeyBytes = kDataKeyBytes + 8;  // RFC 3394: one block of check value

/// AES-256 key wrap (RFC 3394): 40 bytes, which say nothing of `key` without `under` (32 bytes).
Bytes wrap_key(const SecretBytes& under, const DataKey& key);
/// kTampered if `wrapped` was not made with `under`.
Result<DataKey> unwrap_key(const SecretBytes& under, ByteView wrapped);

/// Views of a sealed data key.
struct SealedKeyParts {
  ByteView message;                 // OpenPGP
  std::optional<ByteView> wrapped;  // none: the message holds the data key itself
};

/// `message` holds the bytes of `batch`.
SealedDataKey sealed_in_batch(const DataKey& key, const DataKey& batch, ByteView message);
/// kMalformed: of a version that is unknown, or cut within the wrap. Whether the message is one, opening it tells.
Result<SealedKeyParts> parts_of(ByteView sealed);
/// `content`: what the message of `parts` holds. kTampered if it does not open the wrap.
Result<DataKey> data_key_in(const SealedKeyParts& parts, const SecretBytes& content);

}  // namespace zp::crypto

#endif  // CRYPTO_KEY_BATCH_H_
