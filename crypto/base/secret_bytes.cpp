#include "crypto/base/secret_bytes.h"

#include <sodium.h>
#include <sys/resource.h>

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "crypto/base/sodium.h"

namespace zp {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kKeyBytes = 128;          // no key is longer
constexpr std::size_t kWorkBytes = 64 * 1024;   // work memory of the object writer and reader
constexpr std::size_t kKeptBytes = 512 * 1024;  // of each size, so that little of what may be locked lies idle

/// Blocks that secrets of the common sizes left behind, wiped, locked and between their guard pages, for the next
/// secret of that size. Making and freeing a block takes a dozen system calls and 20 us; an upload needs some forty.
class Blocks {
 public:
  std::uint8_t* take(std::size_t size) {
    if (void* const kept = take_kept(size)) return static_cast<std::uint8_t*>(kept);
    auto* const fresh = static_cast<std::uint8_t*>(sodium_malloc(size));
    ZP_CHECK(fresh != nullptr);
    sodium_memzero(fresh, size);
    return fresh;
  }

  void give_back(std::uint8_t* block, std::size_t size) noexcept {
    if (block == nullptr) return;
    if (is_kept(size)) {
      sodium_memzero(block, size);
      const std::lock_guard lock(mutex_);
      auto& same = kept_[size];
      if (same.size() < same.capacity()) {
        same.push_back(block);
        return;
      }
    }
    sodium_free(block);
  }

 private:
  static bool is_kept(std::size_t size) { return size <= kKeyBytes || size == kWorkBytes; }

  void* take_kept(std::size_t size) {
    if (!is_kept(size)) return nullptr;
    const std::lock_guard lock(mutex_);
    auto& same = kept_[size];
    if (same.capacity() == 0) same.reserve(kKeptBytes / std::max(size, kPageBytes));
    if (same.empty()) return nullptr;
    void* const block = same.back();
    same.pop_back();
    return block;
  }

  std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> kept_;  // exact sizes: the guard page begins right after a secret
};

/// Never destroyed: other static objects may hold secrets.
Blocks& blocks() {
  static Blocks& all = *new Blocks;
  return all;
}

}  // namespace

void start_sodium() noexcept {
  static const bool started = sodium_init() >= 0;
  ZP_CHECK(started);
}

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  if (size == 0) return;
  start_sodium();
  data_ = blocks().take(size);
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
    blocks().give_back(data_, size_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() { blocks().give_back(data_, size_); }

SecretBytes SecretBytes::clone() const { return copy_of(view()); }

bool operator==(const SecretBytes& a, const SecretBytes& b) noexcept { return equal_constant_time(a.view(), b.view()); }

bool equal_constant_time(ByteView a, ByteView b) noexcept {
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

std::uint64_t lockable_memory_bytes() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
  return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<std::uint64_t>::max() : limit.rlim_cur;
}

}  // namespace zp
