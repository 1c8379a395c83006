// crypto/base/secret_bytes.h - memory that holds a secret.
//
// Locked against swap, kept out of core dumps, guarded by unmapped pages, wiped over its whole allocation on
// destruction and on move-from (libsodium sodium_malloc). Memory of a gone secret can't be touched until a new one gets
// it. Cannot be copied by accident: clone() says so.
// Threads: a const SecretBytes may be shared. Errors: out of memory aborts. Beyond what the system lets a process lock
// (RLIMIT_MEMLOCK) pages stay unlocked: the units we ship raise the limit and `zegelpost doctor` checks it.
#ifndef CRYPTO_BASE_SECRET_BYTES_H_
#define CRYPTO_BASE_SECRET_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "crypto/base/bytes.h"

namespace zp {

class SecretBytes {
 public:
  SecretBytes() noexcept = default;
  /// `size` zero bytes.
  explicit SecretBytes(std::size_t size);
  /// A copy of `bytes`; the source stays the caller's to wipe.
  static SecretBytes copy_of(ByteView bytes);
  static SecretBytes copy_of(std::string_view text);
  /// `size` bytes from the operating system's generator; aborts if that fails.
  static SecretBytes random(std::size_t size);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  SecretBytes clone() const;
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  ByteView view() const noexcept { return {data_, size_}; }
  std::string_view text() const noexcept { return as_text(view()); }
  std::span<std::uint8_t> mutable_view() noexcept { return {data_, size_}; }

  /// Constant-time equality; lengths are not secret.
  friend bool operator==(const SecretBytes& a, const SecretBytes& b) noexcept;

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Constant-time equality of public-length byte strings (codes, MACs).
bool equal_constant_time(ByteView a, ByteView b) noexcept;

/// How many bytes this process may lock (RLIMIT_MEMLOCK). A staff or worker process wants 64 MiB or more.
std::uint64_t lockable_memory_bytes() noexcept;

}  // namespace zp

#endif  // CRYPTO_BASE_SECRET_BYTES_H_
