// crypto/object.h - the sealed object: any byte stream under a data key. Byte layout: docs/sealed-format.md.
//
// STREAM construction over AES-256-GCM or ChaCha20-Poly1305, 64 KiB plaintext per chunk, a fresh key per object (HKDF
// of the data key over a random salt and the header), a key commitment in the header; chunk counter and last-chunk flag
// in the nonce; the header is associated data. No chunk, part, object or context can be swapped, cut, reordered or
// extended unnoticed. Hoang, Reyhanitabar, Rogaway, Vizar: Online Authenticated-Encryption and its Nonce-Reuse
// Misuse-Resistance, CRYPTO 2015.
// Threads: one writer or reader belongs to one thread. Errors: the first one sticks.
// Secrets: plaintext lives only in the caller's buffers and one chunk buffer, wiped on every path.
#ifndef CRYPTO_OBJECT_H_
#define CRYPTO_OBJECT_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "crypto/data_key.h"

namespace zp::crypto {

inline constexpr std::size_t kChunkBytes = 64 * 1024;

/// Which cipher an object uses; the numbers stand in files and never change.
enum class Cipher : std::uint8_t { kAes256Gcm = 1, kChaCha20Poly1305 = 2 };
/// AES-256-GCM where the processor has AES instructions, else ChaCha20-Poly1305.
Cipher preferred_cipher() noexcept;

/// What an object is bound to. Opening with another label than it was sealed with is kTampered.
struct ObjectLabel {
  Id context;              // the submission or dossier it belongs to
  Id object;               // its own name
  std::uint32_t part = 0;  // an upload resumed after a restart goes on in part 1, 2, ...
  friend bool operator==(const ObjectLabel&, const ObjectLabel&) = default;
};

/// Takes sealed bytes in order; an Error stops the writer.
using ByteSink = std::function<Result<void>(ByteView)>;
/// Fills the buffer as far as it can; fewer bytes than asked only at the end.
using ByteSource = std::function<Result<std::size_t>(std::span<std::uint8_t>)>;

class ObjectWriter {
 public:
  /// `sink` is called with the header at the first append() or finish().
  ObjectWriter(const DataKey& key, const ObjectLabel& label, ByteSink sink, Cipher cipher = preferred_cipher());
  ObjectWriter(ObjectWriter&&) noexcept;
  ~ObjectWriter();
  /// Seals `chunk` (any length, also none); keeps no reference to it.
  Result<void> append(ByteView chunk);
  /// Seals the last chunk. Call once. An object without it never opens.
  Result<void> finish();
  std::uint64_t plaintext_bytes() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class ObjectReader {
 public:
  /// kTampered if the header does not fit `key` and `label`, kMalformed if it is no object.
  static Result<ObjectReader> open(const DataKey& key, const ObjectLabel& label, ByteSource source);
  ObjectReader(ObjectReader&&) noexcept;
  ~ObjectReader();
  /// The next chunk of plaintext, valid until the next call; empty at the authenticated end.
  /// kTampered for any change; bytes handed out before are authentic but the object may be cut: only the empty
  /// chunk says that it is whole.
  Result<ByteView> next();

 private:
  struct Impl;
  explicit ObjectReader(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

/// Whole small objects (profiles, manifests, letters) at once.
Bytes seal_bytes(const DataKey& key, const ObjectLabel& label, ByteView plaintext);
/// kTooLarge if the plaintext would exceed `limit` bytes.
Result<SecretBytes> open_bytes(const DataKey& key, const ObjectLabel& label, ByteView sealed,
                               std::size_t limit = 64 * 1024 * 1024);

}  // namespace zp::crypto

#endif  // CRYPTO_OBJECT_H_
