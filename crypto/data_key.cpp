#include "crypto/data_key.h"

#include <algorithm>
#include <string>

#include "crypto/hash.h"
#include "crypto/key_batch.h"
#include "crypto/openssl.h"

namespace zp::crypto {
namespace {

const EVP_CIPHER* key_wrap() noexcept {
  static const EVP_CIPHER* const algorithm = fetch_cipher("AES-256-WRAP");
  return algorithm;
}

CipherContext wrap_context(const SecretBytes& key, bool encrypt) {
  CipherContext context(EVP_CIPHER_CTX_new());
  ZP_CHECK(context != nullptr);
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  ZP_CHECK(EVP_CipherInit_ex2(context.get(), key_wrap(), key.view().data(), nullptr, encrypt ? 1 : 0, nullptr) == 1);
  return context;
}

// A key of one repeated byte was never filled with randomness; round trips would work with it all the same.
Result<SecretBytes> checked_key(SecretBytes bytes, const char* operation) {
  const ByteView view = bytes.view();
  if (view.size() != kDataKeyBytes) return fail(Code::kMalformed, operation);
  if (std::all_of(view.begin(), view.end(), [&](std::uint8_t b) { return b == view[0]; }))
    return fail(Code::kMalformed, operation);
  return bytes;
}

}  // namespace

DataKey DataKey::generate() { return DataKey(SecretBytes::random(kDataKeyBytes)); }

Result<DataKey> DataKey::from(SecretBytes bytes) {
  TRY_ASSIGN(SecretBytes checked, checked_key(std::move(bytes), "take data key"));
  return DataKey(std::move(checked));
}

DataKey DataKey::derive(std::string_view label) const {
  return DataKey(hkdf_sha256(bytes_, {}, "zegelpost data key: " + std::string(label), kDataKeyBytes));
}

DataKey DataKey::clone() const { return DataKey(bytes_.clone()); }

Bytes wrap_key(const SecretBytes& under, const DataKey& key) {
  const CipherContext context = wrap_context(under, true);
  Bytes wrapped(kWrappedKeyBytes);
  int size = 0;
  ZP_CHECK(EVP_CipherUpdate(context.get(), wrapped.data(), &size, key.bytes().view().data(),
                            static_cast<int>(kDataKeyBytes)) == 1);
  ZP_CHECK(size == static_cast<int>(kWrappedKeyBytes));
  return wrapped;
}

Result<DataKey> unwrap_key(const SecretBytes& under, ByteView wrapped) {
  if (under.size() != kDataKeyBytes || wrapped.size() != kWrappedKeyBytes)
    return fail(Code::kTampered, "unwrap data key");
  const CipherContext context = wrap_context(under, false);
  SecretBytes key(kWrappedKeyBytes);  // OpenSSL's unwrap uses the room of the whole input
  int size = 0;
  const int opened = EVP_CipherUpdate(context.get(), key.mutable_view().data(), &size, wrapped.data(),
                                      static_cast<int>(wrapped.size()));
  if (opened != 1 || size != static_cast<int>(kDataKeyBytes)) return fail(Code::kTampered, "unwrap data key");
  return DataKey::from(SecretBytes::copy_of(key.view().first(kDataKeyBytes)));
}

ZoneKey ZoneKey::generate() { return ZoneKey(SecretBytes::random(kDataKeyBytes)); }

Result<ZoneKey> ZoneKey::from(SecretBytes bytes) {
  if (bytes.size() != 2 * kDataKeyBytes) {
    TRY_ASSIGN(SecretBytes checked, checked_key(std::move(bytes), "take zone key"));
    return ZoneKey(std::move(checked));
  }
  TRY_ASSIGN(SecretBytes own, checked_key(SecretBytes::copy_of(bytes.view().first(kDataKeyBytes)), "take zone key"));
  TRY_ASSIGN(SecretBytes index, checked_key(SecretBytes::copy_of(bytes.view().last(kDataKeyBytes)), "take zone key"));
  ZoneKey key(std::move(own));
  key.taken_over_ = std::move(index);
  return key;
}

ZoneKey ZoneKey::successor() const {
  ZoneKey next = generate();
  next.taken_over_ = search_key();
  return next;
}

ZoneKey ZoneKey::clone() const {
  ZoneKey copy(bytes_.clone());
  copy.taken_over_ = taken_over_.clone();
  return copy;
}

SecretBytes ZoneKey::kept() const {
  SecretBytes both(bytes_.size() + taken_over_.size());
  std::ranges::copy(bytes_.view(), both.mutable_view().begin());
  std::ranges::copy(taken_over_.view(), both.mutable_view().begin() + static_cast<std::ptrdiff_t>(bytes_.size()));
  return both;
}

Id ZoneKey::name() const {
  const SecretBytes derived = hkdf_sha256(bytes_, {}, "zegelpost zone key name", sizeof(Id::bytes));
  Id name;
  std::ranges::copy(derived.view(), name.bytes.begin());
  return name;
}

Bytes ZoneKey::wrap(const DataKey& key) const { return wrap_key(bytes_, key); }

Result<DataKey> ZoneKey::unwrap(ByteView wrapped) const { return unwrap_key(bytes_, wrapped); }

SecretBytes ZoneKey::search_key() const {
  if (!taken_over_.empty()) return taken_over_.clone();
  return hkdf_sha256(bytes_, {}, "zegelpost search index", kDataKeyBytes);
}

Result<DataKey> ZoneKeys::unwrap(ByteView wrapped) const {
  auto key = current.unwrap(wrapped);
  if (key || !former || key.error().code != Code::kTampered) return key;
  return former->unwrap(wrapped);
}

}  // namespace zp::crypto
