#include "crypto/keyring/openpgp_mail.h"

#include <algorithm>
#include <filesystem>

#include "crypto/keyring/gpgme.h"

namespace zp::crypto {
namespace {

constexpr std::size_t kSignatureRoom = 1024 * 1024;

/// In memory, for this user alone, gone with the object.
class MemoryHome {
 public:
  static Result<MemoryHome> holding(ByteView armoured_key) {
    std::string path = "/dev/shm/zp-openpgp-XXXXXX";
    if (!::mkdtemp(path.data())) return fail_errno("make OpenPGP home in memory", path);
    MemoryHome home(std::move(path));
    TRY_DO(prepare_home(home.path_, HomeKind::kPublic));
    TRY_ASSIGN(const auto fingerprints, import_keys(home.path_, armoured_key));
    if (fingerprints.size() != 1) return fail(Code::kMalformed, "read OpenPGP key: there is more than one");
    home.fingerprint_ = fingerprints.front();
    return home;
  }
  MemoryHome(MemoryHome&& other) noexcept
      : path_(std::exchange(other.path_, {})), fingerprint_(std::move(other.fingerprint_)) {}
  MemoryHome& operator=(MemoryHome&&) = delete;
  ~MemoryHome() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
  }
  const std::string& path() const noexcept { return path_; }
  const std::string& fingerprint() const noexcept { return fingerprint_; }

 private:
  explicit MemoryHome(std::string path) : path_(std::move(path)) {}
  std::string path_, fingerprint_;
};

GpgData new_data() {
  gpgme_data_t raw = nullptr;
  ZP_CHECK(gpgme_data_new(&raw) == 0);
  return GpgData(raw);
}

std::string taken_text(GpgData data) {
  const Bytes bytes = bytes_of(std::move(data));
  return std::string(as_text(bytes));
}

/// gpg may die half-way and GPGME call it a success.
bool is_whole_armour(std::string_view armour, std::string_view kind) {
  const std::string begin = "-----BEGIN PGP " + std::string(kind),
                    end = "-----END PGP " + std::string(kind) + "-----\n";
  return armour.starts_with(begin) && armour.ends_with(end);
}

std::string micalg_of(gpgme_hash_algo_t algorithm) {
  const char* const name = gpgme_hash_algo_name(algorithm);
  std::string micalg = std::string("pgp-") + (name == nullptr ? "" : name);
  std::ranges::transform(micalg, micalg.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return micalg;
}

Result<void> check_usable(const OpenPgpKey& key, const std::string& fingerprint, std::int64_t now) {
  const auto refuse = [](const char* why) { return fail(Code::kRefused, "encrypt to OpenPGP key", why); };
  if (key.fingerprint != fingerprint) return refuse("it has another fingerprint than the one that was checked");
  if (key.revoked) return refuse("it is revoked");
  if (key.expires && *key.expires <= now) return refuse("it has expired");
  if (!key.can_encrypt) return refuse("it has no part that can encrypt");
  return {};
}

}  // namespace

Result<OpenPgpKey> read_openpgp_key(ByteView armoured) {
  TRY_ASSIGN(const MemoryHome home, MemoryHome::holding(armoured));
  return find_key(home.path(), home.fingerprint());
}

Result<DetachedOpenPgp> sign_openpgp(const std::string& home, const std::string& fingerprint, ByteView content) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  TRY_ASSIGN(const GpgKey key, key_of(context.get(), fingerprint));
  gpgme_set_armor(context.get(), 1);
  if (const gpgme_error_t error = gpgme_signers_add(context.get(), key.get())) return fail_gpg(error, "sign mail");
  const GpgData from = data_over(content);
  GpgData into = new_data();
  if (const gpgme_error_t error = gpgme_op_sign(context.get(), from.get(), into.get(), GPGME_SIG_MODE_DETACH))
    return fail_gpg(error, "sign mail", fingerprint);
  const auto* const result = gpgme_op_sign_result(context.get());
  DetachedOpenPgp made{taken_text(std::move(into)), {}};
  if (result->signatures == nullptr || !is_whole_armour(made.armour, "SIGNATURE"))
    return fail(Code::kUnavailable, "sign mail: gpg did not run to its end");
  made.micalg = micalg_of(result->signatures->hash_algo);
  return made;
}

Result<std::string> encrypt_openpgp(ByteView armoured_key, const std::string& fingerprint, ByteView content,
                                    std::int64_t now) {
  TRY_ASSIGN(const MemoryHome home, MemoryHome::holding(armoured_key));
  TRY_ASSIGN(const OpenPgpKey known, find_key(home.path(), home.fingerprint()));
  TRY_DO(check_usable(known, fingerprint, now));
  TRY_ASSIGN(const GpgContext context, open_home(home.path()));
  TRY_ASSIGN(const GpgKey key, key_of(context.get(), fingerprint));
  gpgme_set_armor(context.get(), 1);
  gpgme_key_t recipients[] = {key.get(), nullptr};
  const GpgData from = data_over(content);
  GpgData into = new_data();
  constexpr auto kFlags = static_cast<gpgme_encrypt_flags_t>(GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_COMPRESS |
                                                             GPGME_ENCRYPT_NO_ENCRYPT_TO);
  if (const gpgme_error_t error = gpgme_op_encrypt(context.get(), recipients, kFlags, from.get(), into.get()))
    return fail_gpg(error, "encrypt to OpenPGP key");
  std::string armour = taken_text(std::move(into));
  if (!is_whole_armour(armour, "MESSAGE"))
    return fail(Code::kUnavailable, "encrypt to OpenPGP key: gpg did not run to its end");
  return armour;
}

Result<OpenedOpenPgp> open_openpgp(const std::string& home, const std::string& senders, ByteView message,
                                   std::size_t limit) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  const GpgData from = data_over(message);
  SecretSink sink(limit);
  const GpgData into = sink.data();
  if (const gpgme_error_t error = gpgme_op_decrypt_verify(context.get(), from.get(), into.get()))
    return fail_gpg(error, "open OpenPGP mail");
  const auto* const result = gpgme_op_decrypt_result(context.get());
  // gpg also "decrypts" what was never encrypted, and can be told to bear with what is not protected.
  if (result->recipients == nullptr || result->legacy_cipher_nomdc)
    return fail(Code::kTampered, "open OpenPGP mail: it is not encrypted and protected");
  OpenedOpenPgp opened{sink.taken(), {}};
  const auto* const verified = gpgme_op_verify_result(context.get());
  for (const auto* one = verified ? verified->signatures : nullptr; one; one = one->next) {
    OpenPgpSignature signature;
    signature.state = OpenPgpSignature::State::kNoKey;
    signature.key = one->fpr ? one->fpr : "";
    opened.signatures.push_back(std::move(signature));
  }
  if (opened.signatures.empty() || senders.empty()) return opened;
  // Our own home knows no senders: the encryption alone is taken off, and what is inside is checked in theirs.
  TRY_ASSIGN(const GpgContext again, open_home(home));
  const GpgData from_again = data_over(message);
  SecretSink inside(limit + kSignatureRoom);
  const GpgData into_again = inside.data();
  if (const gpgme_error_t error =
          gpgme_op_decrypt_ext(again.get(), GPGME_DECRYPT_UNWRAP, from_again.get(), into_again.get()))
    return fail_gpg(error, "open OpenPGP mail");
  const SecretBytes signed_message = inside.taken();
  TRY_ASSIGN(opened.signatures, verify_openpgp_message(senders, signed_message.view()));
  return opened;
}

}  // namespace zp::crypto
