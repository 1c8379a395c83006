#include "crypto/key_batch.h"

namespace zp::crypto {
namespace {

// An OpenPGP packet begins with a byte above 0x7f: so neither form can pass for the other.
constexpr std::string_view kMagic = "ZPBATCH";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeadBytes = kMagic.size() + 1;

}  // namespace

SealedDataKey sealed_in_batch(const DataKey& key, const DataKey& batch, ByteView message) {
  const Bytes wrapped = wrap_key(batch.bytes(), key);
  Bytes sealed(kMagic.begin(), kMagic.end());
  sealed.push_back(kVersion);
  sealed.insert(sealed.end(), wrapped.begin(), wrapped.end());
  sealed.insert(sealed.end(), message.begin(), message.end());
  return {std::move(sealed)};
}

Result<SealedKeyParts> parts_of(ByteView sealed) {
  if (!as_text(sealed).starts_with(kMagic)) return SealedKeyParts{sealed, std::nullopt};
  if (sealed.size() < kHeadBytes + kWrappedKeyBytes) return fail(Code::kMalformed, "read sealed data key", "it is cut");
  if (sealed[kMagic.size()] != kVersion)
    return fail(Code::kMalformed, "read sealed data key", "a later program made it");
  return SealedKeyParts{sealed.subspan(kHeadBytes + kWrappedKeyBytes), sealed.subspan(kHeadBytes, kWrappedKeyBytes)};
}

Result<DataKey> data_key_in(const SealedKeyParts& parts, const SecretBytes& content) {
  if (!parts.wrapped) return DataKey::from(content.clone());
  return unwrap_key(content, *parts.wrapped);
}

}  // namespace zp::crypto
