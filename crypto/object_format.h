// crypto/object_format.h - the bytes of a sealed object: header, keys, nonces, chunks; private to crypto/ and its
// tests.
//
// docs/sealed-format.md explains the layout. Threads: a ChunkCipher belongs to one thread.
#ifndef CRYPTO_OBJECT_FORMAT_H_
#define CRYPTO_OBJECT_FORMAT_H_

#include <array>

#include "crypto/object.h"
#include "crypto/openssl.h"

namespace zp::crypto {

inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kSealedChunkBytes = kChunkBytes + kTagBytes;
inline constexpr std::size_t kSaltBytes = 32;
inline constexpr std::size_t kCommitmentBytes = 32;
/// magic 8, version 1, cipher 1, context 16, object 16, part 4, chunk size 4
inline constexpr std::size_t kBoundBytes = 50;
inline constexpr std::size_t kHeaderBytes = kBoundBytes + kSaltBytes + kCommitmentBytes;

using HeaderBytes = std::array<std::uint8_t, kHeaderBytes>;
using Nonce = std::array<std::uint8_t, 12>;
using NoncePrefix = std::array<std::uint8_t, 7>;

struct ObjectSecrets;

/// Seals or opens the chunks of one object in order.
class ChunkCipher {
 public:
  /// For a new object, under a header with a random salt.
  static ChunkCipher sealing(const DataKey& key, const ObjectLabel& label, Cipher cipher);
  /// kMalformed if `header` is none of ours, kTampered if it does not fit `key` and `label`.
  static Result<ChunkCipher> opening(const DataKey& key, const ObjectLabel& label, const HeaderBytes& header);

  const HeaderBytes& header() const noexcept { return header_; }
  /// `out` has room for the plaintext and the tag. kTooLarge after 2^32 chunks.
  Result<void> seal(ByteView plaintext, bool last, std::uint8_t* out);
  /// `sealed` ends with the tag; `out` has room for the rest and is wiped if the tag does not fit.
  Result<void> open(ByteView sealed, bool last, std::uint8_t* out);

 private:
  ChunkCipher(const HeaderBytes& header, const ObjectSecrets& secrets, bool seals);

  HeaderBytes header_;
  NoncePrefix prefix_{};
  CipherContext context_;
  std::uint64_t next_chunk_ = 0;
};

/// prefix, chunk number (big-endian), 1 for the last chunk. kTooLarge from chunk 2^32 on: a nonce must not come twice.
Result<Nonce> chunk_nonce(const NoncePrefix& prefix, std::uint64_t chunk, bool last);

/// The plaintext bytes in an object of `sealed_bytes`; kTampered if no object can have that size.
Result<std::uint64_t> plaintext_size(std::uint64_t sealed_bytes);

}  // namespace zp::crypto

#endif  // CRYPTO_OBJECT_FORMAT_H_
