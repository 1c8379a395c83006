// OpenSSL 3 has no other way to lay down a hash half-way than the functions that it calls low-level and deprecated.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

#include "crypto/hash.h"

namespace zp::crypto {
namespace {

constexpr std::size_t kWords = 8;
constexpr std::size_t kBlockBytes = SHA256_CBLOCK;
constexpr std::size_t kFixedBytes =
    kWords * 4 + 8;  // the words and how many bytes came, big-endian; then the begun block

void put(Bytes& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint64_t get(ByteView bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace

struct Sha256::Impl {
  SHA256_CTX context{};

  ~Impl() { OPENSSL_cleanse(&context, sizeof context); }
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) { ZP_CHECK(SHA256_Init(&impl_->context) == 1); }
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::append(ByteView bytes) { ZP_CHECK(SHA256_Update(&impl_->context, bytes.data(), bytes.size()) == 1); }

Digest Sha256::finish() {
  Digest digest;
  ZP_CHECK(SHA256_Final(digest.data(), &impl_->context) == 1);
  return digest;
}

Bytes Sha256::state() const {
  const SHA256_CTX& context = impl_->context;
  Bytes state;
  state.reserve(kFixedBytes + context.num);
  for (const SHA_LONG word : context.h) put(state, word, 4);
  put(state, (std::uint64_t{context.Nh} << 32 | context.Nl) / 8, 8);
  const auto* block = reinterpret_cast<const std::uint8_t*>(context.data);
  state.insert(state.end(), block, block + context.num);
  return state;
}

Result<Sha256> Sha256::resume(ByteView state) {
  if (state.size() < kFixedBytes) return fail(Code::kMalformed, "resume hash");
  const std::uint64_t bits = get(state.subspan(kWords * 4, 8)) * 8;
  const ByteView block = state.subspan(kFixedBytes);
  if (block.size() != bits / 8 % kBlockBytes) return fail(Code::kMalformed, "resume hash");
  Sha256 stream;
  SHA256_CTX& context = stream.impl_->context;
  for (std::size_t i = 0; i < kWords; ++i) context.h[i] = static_cast<SHA_LONG>(get(state.subspan(4 * i, 4)));
  context.Nl = static_cast<SHA_LONG>(bits);
  context.Nh = static_cast<SHA_LONG>(bits >> 32);
  std::ranges::copy(block, reinterpret_cast<std::uint8_t*>(context.data));
  context.num = static_cast<unsigned>(block.size());
  return stream;
}

}  // namespace zp::crypto
