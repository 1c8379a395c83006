#include "crypto/keyring/batch_opener.h"

#include <algorithm>

#include "crypto/key_batch.h"

namespace zp::crypto {
namespace {

constexpr std::size_t kRemembered = 4;  // about as many as sessions mix at a time

}  // namespace

Result<DataKey> BatchOpener::open(const SealedDataKey& sealed) {
  TRY_ASSIGN(const SealedKeyParts parts, parts_of(sealed.openpgp));
  const auto known = std::ranges::find_if(
      batches_, [&](const Batch& batch) { return std::ranges::equal(batch.message, parts.message); });
  if (known != batches_.end()) return data_key_in(parts, known->content);
  TRY_ASSIGN(SecretBytes content, opener_.open(parts.message));
  auto key = data_key_in(parts, content);
  if (!key || !parts.wrapped) return key;
  if (batches_.size() == kRemembered) batches_.pop_front();
  batches_.push_back({Bytes(parts.message.begin(), parts.message.end()), std::move(content)});
  return key;
}

}  // namespace zp::crypto
