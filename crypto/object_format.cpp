#include "crypto/object_format.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/base/sodium.h"
#include "crypto/hash.h"

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace zp::crypto {
namespace {

constexpr std::array<std::uint8_t, 8> kMagic{'Z', 'P', 'O', 'B', 'J', 'E', 'C', 'T'};
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kCipherOffset = 9;
constexpr std::size_t kKeyBytes = 32;
constexpr std::string_view kKeyLabel = "zegelpost object 1";

using BoundBytes = std::array<std::uint8_t, kBoundBytes>;

std::uint8_t* put_u32(std::uint8_t* at, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) *at++ = static_cast<std::uint8_t>(value >> shift);
  return at;
}

// The part of the header that says what the object is; the salt and the commitment follow it.
BoundBytes bound_bytes(const ObjectLabel& label, Cipher cipher) {
  BoundBytes bytes;
  std::uint8_t* at = std::copy(kMagic.begin(), kMagic.end(), bytes.data());
  *at++ = kVersion;
  *at++ = static_cast<std::uint8_t>(cipher);
  at = std::copy(label.context.bytes.begin(), label.context.bytes.end(), at);
  at = std::copy(label.object.bytes.begin(), label.object.bytes.end(), at);
  at = put_u32(at, label.part);
  put_u32(at, kChunkBytes);
  return bytes;
}

}  // namespace

struct ObjectSecrets {
  SecretBytes all;
  ByteView key() const { return all.view().first(kKeyBytes); }
  ByteView prefix() const { return all.view().subspan(kKeyBytes, std::tuple_size_v<NoncePrefix>); }
  ByteView commitment() const { return all.view().last(kCommitmentBytes); }
};

namespace {

ObjectSecrets derive_secrets(const DataKey& key, ByteView header) {
  const ByteView salt = header.subspan(kBoundBytes, kSaltBytes);
  std::string label(kKeyLabel);
  label += as_text(header.first(kBoundBytes));
  constexpr std::size_t kSize = kKeyBytes + std::tuple_size_v<NoncePrefix> + kCommitmentBytes;
  return {hkdf_sha256(key.bytes(), salt, label, kSize)};
}

const EVP_CIPHER* algorithm(Cipher cipher) noexcept {
  static const EVP_CIPHER* const gcm = fetch_cipher("AES-256-GCM");
  static const EVP_CIPHER* const chacha = fetch_cipher("ChaCha20-Poly1305");
  return cipher == Cipher::kAes256Gcm ? gcm : chacha;
}

bool has_aes_instructions() noexcept {
#if defined(__aarch64__)
  return (getauxval(AT_HWCAP) & (HWCAP_AES | HWCAP_PMULL)) == (HWCAP_AES | HWCAP_PMULL);
#else
  start_sodium();
  return sodium_runtime_has_aesni() != 0 && sodium_runtime_has_pclmul() != 0;
#endif
}

bool is_known_cipher(std::uint8_t number) noexcept {
  return number == static_cast<std::uint8_t>(Cipher::kAes256Gcm) ||
         number == static_cast<std::uint8_t>(Cipher::kChaCha20Poly1305);
}

}  // namespace

Cipher preferred_cipher() noexcept {
  static const Cipher cipher = has_aes_instructions() ? Cipher::kAes256Gcm : Cipher::kChaCha20Poly1305;
  return cipher;
}

ChunkCipher::ChunkCipher(const HeaderBytes& header, const ObjectSecrets& secrets, bool seals)
    : header_(header), context_(EVP_CIPHER_CTX_new()) {
  ZP_CHECK(context_ != nullptr);
  const ByteView prefix = secrets.prefix();
  std::copy(prefix.begin(), prefix.end(), prefix_.begin());
  const auto cipher = static_cast<Cipher>(header[kCipherOffset]);
  ZP_CHECK(EVP_CipherInit_ex2(context_.get(), algorithm(cipher), secrets.key().data(), nullptr, seals ? 1 : 0,
                              nullptr) == 1);
}

ChunkCipher ChunkCipher::sealing(const DataKey& key, const ObjectLabel& label, Cipher cipher) {
  start_sodium();
  HeaderBytes header;
  const BoundBytes bound = bound_bytes(label, cipher);
  std::copy(bound.begin(), bound.end(), header.begin());
  randombytes_buf(header.data() + kBoundBytes, kSaltBytes);
  const ObjectSecrets secrets = derive_secrets(key, header);
  const ByteView commitment = secrets.commitment();
  std::copy(commitment.begin(), commitment.end(), header.begin() + kBoundBytes + kSaltBytes);
  return ChunkCipher(header, secrets, true);
}

Result<ChunkCipher> ChunkCipher::opening(const DataKey& key, const ObjectLabel& label, const HeaderBytes& header) {
  const ByteView bytes(header);
  if (!std::equal(kMagic.begin(), kMagic.end(), header.begin()) || header[kMagic.size()] != kVersion ||
      !is_known_cipher(header[kCipherOffset]))
    return fail(Code::kMalformed, "open object", label.object.hex());
  const BoundBytes expected = bound_bytes(label, static_cast<Cipher>(header[kCipherOffset]));
  const ObjectSecrets secrets = derive_secrets(key, bytes);
  if (!std::equal(expected.begin(), expected.end(), header.begin()) ||
      !equal_constant_time(secrets.commitment(), bytes.last(kCommitmentBytes)))
    return fail(Code::kTampered, "open object", label.object.hex());
  return ChunkCipher(header, secrets, false);
}

Result<Nonce> chunk_nonce(const NoncePrefix& prefix, std::uint64_t chunk, bool last) {
  if (chunk > 0xFFFFFFFFu) return fail(Code::kTooLarge, "seal object");
  Nonce nonce;
  std::uint8_t* at = std::copy(prefix.begin(), prefix.end(), nonce.data());
  at = put_u32(at, static_cast<std::uint32_t>(chunk));
  *at = last ? 1 : 0;
  return nonce;
}

Result<void> ChunkCipher::seal(ByteView plaintext, bool last, std::uint8_t* out) {
  TRY_ASSIGN(const Nonce nonce, chunk_nonce(prefix_, next_chunk_, last));
  ++next_chunk_;
  EVP_CIPHER_CTX* context = context_.get();
  int size = 0;
  ZP_CHECK(EVP_CipherInit_ex2(context, nullptr, nullptr, nonce.data(), -1, nullptr) == 1);
  ZP_CHECK(EVP_CipherUpdate(context, nullptr, &size, header_.data(), kHeaderBytes) == 1);
  if (!plaintext.empty())
    ZP_CHECK(EVP_CipherUpdate(context, out, &size, plaintext.data(), static_cast<int>(plaintext.size())) == 1);
  std::uint8_t* const tag = out + plaintext.size();
  ZP_CHECK(EVP_CipherFinal_ex(context, tag, &size) == 1);
  ZP_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
  return {};
}

Result<void> ChunkCipher::open(ByteView sealed, bool last, std::uint8_t* out) {
  if (sealed.size() < kTagBytes) return fail(Code::kTampered, "open object");
  TRY_ASSIGN(const Nonce nonce, chunk_nonce(prefix_, next_chunk_, last));
  ++next_chunk_;
  const ByteView body = sealed.first(sealed.size() - kTagBytes);
  std::array<std::uint8_t, kTagBytes> tag;
  std::copy(sealed.end() - kTagBytes, sealed.end(), tag.begin());

  EVP_CIPHER_CTX* context = context_.get();
  int size = 0;
  ZP_CHECK(EVP_CipherInit_ex2(context, nullptr, nullptr, nonce.data(), -1, nullptr) == 1);
  ZP_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1);
  ZP_CHECK(EVP_CipherUpdate(context, nullptr, &size, header_.data(), kHeaderBytes) == 1);
  if (!body.empty()) ZP_CHECK(EVP_CipherUpdate(context, out, &size, body.data(), static_cast<int>(body.size())) == 1);
  std::uint8_t unused[kTagBytes];
  if (EVP_CipherFinal_ex(context, unused, &size) != 1) {
    if (!body.empty()) sodium_memzero(out, body.size());
    return fail(Code::kTampered, "open object");
  }
  return {};
}

Result<std::uint64_t> plaintext_size(std::uint64_t sealed_bytes) {
  if (sealed_bytes < kHeaderBytes + kTagBytes) return fail(Code::kTampered, "open object");
  const std::uint64_t chunks_bytes = sealed_bytes - kHeaderBytes;
  const std::uint64_t full = chunks_bytes / kSealedChunkBytes;
  const std::uint64_t last = chunks_bytes % kSealedChunkBytes;
  if (last < kTagBytes) return fail(Code::kTampered, "open object");
  return full * kChunkBytes + last - kTagBytes;
}

}  // namespace zp::crypto
