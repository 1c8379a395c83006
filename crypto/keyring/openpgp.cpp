#include "crypto/keyring/openpgp.h"

#include <algorithm>

#include "crypto/key_batch.h"
#include "crypto/keyring/gpgme.h"
#include "crypto/keyring/message_shape.h"

namespace zp::crypto {
namespace {

constexpr std::size_t kMostOpened = 64 * 1024;  // messages to the zone hold keys, never documents

}  // namespace

struct Opener::Impl {
  std::string home;
  GpgContext context;

  // gpg says "no secret key" as well when its agent does not answer, or the card is out.
  bool is_sealed_to_us() const {
    const auto* result = gpgme_op_decrypt_result(context.get());
    std::vector<std::string> key_ids;
    for (auto* to = result->recipients; to != nullptr; to = to->next) key_ids.emplace_back(to->keyid);
    for (const std::string& key_id : key_ids) {
      gpgme_key_t raw = nullptr;
      if (gpgme_get_key(context.get(), key_id.c_str(), &raw, 0) != 0) continue;
      if (holds_secret_of(home, *GpgKey(raw))) return true;
    }
    return false;
  }
};

Opener::Opener(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Opener::Opener(Opener&&) noexcept = default;
Opener::~Opener() = default;

Result<Opener> Opener::load(const std::string& home) {
  if (!holds_secret_keys(home))
    return fail(Code::kConfig, "load OpenPGP home", home + ": it holds no secret key, so nothing can be opened");
  auto impl = std::make_unique<Impl>();
  impl->home = home;
  TRY_ASSIGN(impl->context, open_home(home));
  return Opener(std::move(impl));
}

Result<SecretBytes> Opener::open(ByteView message) const {
  gpgme_ctx_t const context = impl_->context.get();
  const GpgData from = data_over(message);
  SecretSink sink(kMostOpened);
  const GpgData into = sink.data();
  if (const gpgme_error_t error = gpgme_op_decrypt(context, from.get(), into.get())) {
    if (gpgme_err_code(error) == GPG_ERR_NO_SECKEY && impl_->is_sealed_to_us())
      return fail(Code::kUnavailable, "open OpenPGP message", "the gpg-agent of " + impl_->home);
    return fail_gpg(error, "open OpenPGP message");
  }
  // gpg also "decrypts" a message that was never encrypted.
  if (gpgme_op_decrypt_result(context)->recipients == nullptr) return fail(Code::kTampered, "open OpenPGP message");
  return sink.taken();
}

Result<DataKey> Opener::open(const SealedDataKey& sealed) const {
  TRY_ASSIGN(const SealedKeyParts parts, parts_of(sealed.openpgp));
  TRY_ASSIGN(const SecretBytes content, open(parts.message));
  return data_key_in(parts, content);
}

struct Resealer::Impl {
  GpgContext context;
  std::vector<GpgKey> keys;
  std::vector<gpgme_key_t> recipients;  // borrowed from `keys`, then a null
};

Resealer::Resealer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Resealer::Resealer(Resealer&&) noexcept = default;
Resealer::~Resealer() = default;

Result<Resealer> Resealer::load(const std::string& home, const std::vector<std::string>& fingerprints,
                                std::int64_t now) {
  if (fingerprints.empty()) return fail(Code::kConfig, "load OpenPGP keys", home + ": no fingerprint is given");
  auto impl = std::make_unique<Impl>();
  TRY_ASSIGN(impl->context, open_home(home));
  for (const std::string& fingerprint : fingerprints) {
    TRY_ASSIGN(const OpenPgpKey known, find_key(home, fingerprint));
    if (known.revoked || !known.can_encrypt || (known.expires && *known.expires <= now))
      return fail(Code::kConfig, "load OpenPGP key", fingerprint + ": it is revoked, expired or can't encrypt");
    TRY_ASSIGN(GpgKey key, key_of(impl->context.get(), fingerprint));
    impl->keys.push_back(std::move(key));
  }
  std::ranges::transform(impl->keys, std::back_inserter(impl->recipients), [](const GpgKey& key) { return key.get(); });
  impl->recipients.push_back(nullptr);
  return Resealer(std::move(impl));
}

Result<Bytes> Resealer::seal(const SecretBytes& plaintext) const {
  constexpr auto kFlags = static_cast<gpgme_encrypt_flags_t>(GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_COMPRESS |
                                                             GPGME_ENCRYPT_NO_ENCRYPT_TO);
  const GpgData from = data_over(plaintext.view());
  gpgme_data_t raw = nullptr;
  ZP_CHECK(gpgme_data_new(&raw) == 0);
  GpgData into(raw);
  if (const gpgme_error_t error =
          gpgme_op_encrypt(impl_->context.get(), impl_->recipients.data(), kFlags, from.get(), into.get()))
    return fail_gpg(error, "seal data key anew");
  Bytes message = bytes_of(std::move(into));
  if (!is_whole_message(message, impl_->keys.size()))
    return fail(Code::kUnavailable, "seal data key anew: gpg did not run to its end");
  return message;
}

}  // namespace zp::crypto
