#include "crypto/base/secret_bytes.h"

#include <sodium.h>
#include <sys/resource.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "crypto/base/sodium.h"

namespace zp {

void start_sodium() noexcept {
  static const bool started = sodium_init() >= 0;
  ZP_CHECK(started);
}

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  if (size == 0) return;
  start_sodium();
  data_ = static_cast<std::uint8_t*>(sodium_malloc(size));
  ZP_CHECK(data_ != nullptr);
  sodium_memzero(data_, size);
}

SecretBytes SecretBytes::copy_of(ByteView bytes) {
  SecretBytes copy(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.data_);
  return copy;
}

SecretBytes SecretBytes::copy_of(std::string_view text) { return copy_of(as_bytes(text)); }

SecretBytes SecretBytes::random(std::size_t size) {
  SecretBytes bytes(size);
  if (size != 0) randombytes_buf(bytes.data_, size);
  return bytes;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    sodium_free(data_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() { sodium_free(data_); }

SecretBytes SecretBytes::clone() const { return copy_of(view()); }

bool operator==(const SecretBytes& a, const SecretBytes& b) noexcept {
  return equal_constant_time(a.view(), b.view());
}

bool equal_constant_time(ByteView a, ByteView b) noexcept {
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

std::uint64_t lockable_memory_bytes() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
  return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<std::uint64_t>::max() : limit.rlim_cur;
}

}  // namespace zp
