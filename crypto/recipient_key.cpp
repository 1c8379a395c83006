#include "crypto/recipient_key.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "crypto/base/sodium.h"
#include "crypto/crockford.h"
#include "crypto/hash.h"

namespace zp::crypto {
namespace {

constexpr std::string_view kScheme = "argon2id";
constexpr std::size_t kLinkSecretBytes = 32;
constexpr std::uint32_t kMostPasses = 8;
constexpr std::uint32_t kMostMemory = 256 * 1024 * 1024;
constexpr std::size_t kGroups = 3;
constexpr std::size_t kGroupSymbols = 4;
static_assert(std::tuple_size_v<decltype(RecipientLock::salt)> == crypto_pwhash_SALTBYTES);

Result<std::uint32_t> read_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return fail(Code::kMalformed, "read recipient lock");
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t end = text.find(separator);
    fields.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return fields;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

RecipientLock RecipientLock::fresh() {
  start_sodium();
  RecipientLock lock;
  randombytes_buf(lock.salt.data(), lock.salt.size());
  return lock;
}

std::string RecipientLock::encode() const {
  return std::string(kScheme) + "$" + std::to_string(passes) + "$" + std::to_string(memory_bytes) + "$" +
         to_base64url(salt);
}

Result<RecipientLock> RecipientLock::decode(std::string_view text) {
  const std::vector<std::string_view> fields = split(text, '$');
  if (fields.size() != 4 || fields[0] != kScheme) return fail(Code::kMalformed, "read recipient lock");
  RecipientLock lock;
  TRY_ASSIGN(lock.passes, read_number(fields[1]));
  TRY_ASSIGN(lock.memory_bytes, read_number(fields[2]));
  TRY_ASSIGN(const Bytes salt, from_base64url(fields[3]));
  if (salt.size() != lock.salt.size() || lock.passes < 1 || lock.memory_bytes < crypto_pwhash_MEMLIMIT_MIN)
    return fail(Code::kMalformed, "read recipient lock");
  if (lock.passes > kMostPasses || lock.memory_bytes > kMostMemory) return fail(Code::kTooLarge, "read recipient lock");
  std::copy(salt.begin(), salt.end(), lock.salt.begin());
  return lock;
}

Result<DataKey> recipient_key(const RecipientLock& lock, const SecretBytes& link_secret, std::string_view access_code) {
  start_sodium();
  const std::string code = normalise_access_code(access_code);
  // The link secret has one length only, so no two pairs of secret and code make the same input.
  if (link_secret.size() != kLinkSecretBytes || code.empty()) return fail(Code::kMalformed, "make recipient key");
  SecretBytes password(kLinkSecretBytes + code.size());
  const auto into = password.mutable_view();
  std::copy_n(link_secret.view().begin(), kLinkSecretBytes, into.begin());
  std::copy(code.begin(), code.end(), into.begin() + kLinkSecretBytes);

  SecretBytes key(kDataKeyBytes);
  if (crypto_pwhash(key.mutable_view().data(), key.size(), password.text().data(), password.size(), lock.salt.data(),
                    lock.passes, lock.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(Code::kUnavailable, "make recipient key", "not enough memory for Argon2id");
  return DataKey::from(std::move(key));
}

std::string random_access_code() {
  std::string code = random_symbols(kGroupSymbols);
  for (std::size_t i = 1; i < kGroups; ++i) code += "-" + random_symbols(kGroupSymbols);
  return code;
}

Result<SecretBytes> link_secret_of_code(std::string_view typed_code) {
  const std::string code = normalise_access_code(typed_code);
  if (code.size() != kGroups * kGroupSymbols) return fail(Code::kMalformed, "read invitation code");
  const auto digest = sha256(as_bytes("zegelpost invitation " + code.substr(0, kGroupSymbols)));
  return SecretBytes::copy_of(digest);
}

std::string normalise_access_code(std::string_view typed) { return fold_symbols(typed); }

}  // namespace zp::crypto
