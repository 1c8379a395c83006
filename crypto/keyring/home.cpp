// What is done to a home as a whole: made ready, filled, exported, its agent stopped.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "crypto/keyring/gpgme.h"
#include "crypto/keyring/openpgp.h"

namespace zp::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestHome = 80;  // "/S.gpg-agent.browser" behind it, 108 in all for a Unix socket
constexpr std::size_t kMostExport = 1024 * 1024;
constexpr unsigned long kYearSeconds = 365UL * 24 * 60 * 60;

// random_seed is the one file that every gpg locks: sealings in parallel would wait 250 ms for each other.
constexpr std::string_view kGpgConf =
    "no-greeting\nbatch\nno-tty\nno-random-seed-file\ntrust-model always\nno-auto-check-trustdb\n"
    "no-auto-key-locate\nno-auto-key-retrieve\ndisable-dirmngr\npersonal-cipher-preferences AES256 AES192 "
    "AES\n"
    "compress-level 0\n";
constexpr std::string_view kPublicConf = "no-autostart\nlock-never\n";
constexpr std::string_view kAgentConf = "auto-expand-secmem 30000\nno-allow-external-cache\n";

Result<void> write_file(const fs::path& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return fail_errno("write gpg configuration", path.string());
  const ssize_t written = ::write(file, text.data(), text.size());
  const bool synced = written == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  if (const auto error = fail_errno("write gpg configuration", path.string()); !synced) {
    ::close(file);
    return error;
  }
  if (::close(file) != 0) return fail_errno("write gpg configuration", path.string());
  return {};
}

// The time from which gpg seals to `part` no more; 0: never.
long first_expiry(long a, long b) noexcept {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

OpenPgpKey described(const std::string& home, const _gpgme_key& key) {
  OpenPgpKey described;
  const auto* const primary = key.subkeys;
  described.fingerprint = key.fpr;
  if (key.uids != nullptr && key.uids->uid != nullptr) described.user_id = key.uids->uid;
  described.created = primary->timestamp;
  described.revoked = key.revoked;
  described.has_secret = holds_secret_of(home, key);
  long last_expiry = primary->expires;
  for (gpgme_subkey_t part = key.subkeys; part != nullptr; part = part->next) {
    if (!part->can_encrypt || part->revoked || part->disabled || part->invalid) continue;
    const long expiry = first_expiry(primary->expires, part->expires);
    const bool later = expiry == 0 || (last_expiry != 0 && expiry > last_expiry);
    if (!described.can_encrypt || later) last_expiry = expiry;
    described.can_encrypt = true;
  }
  if (last_expiry != 0) described.expires = last_expiry;
  return described;
}

Result<GpgData> exported(gpgme_ctx_t context, const std::string& fingerprint, gpgme_export_mode_t mode, GpgData into) {
  TRY_ASSIGN(const std::string checked, checked_fingerprint(fingerprint));
  gpgme_set_armor(context, 1);
  if (const gpgme_error_t error = gpgme_op_export(context, checked.c_str(), mode, into.get()))
    return fail_gpg(error, "export OpenPGP key", checked);
  return into;
}

GpgData new_data() {
  gpgme_data_t raw = nullptr;
  ZP_CHECK(gpgme_data_new(&raw) == 0);
  return GpgData(raw);
}

// Lists the keys inside `material` without importing anything.
Result<bool> holds_secret_material(const std::string& home, ByteView material) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  const GpgData data = data_over(material);
  gpgme_error_t error = gpgme_op_keylist_from_data_start(context.get(), data.get(), 0);
  bool secret = false;
  while (!error) {
    gpgme_key_t raw = nullptr;
    error = gpgme_op_keylist_next(context.get(), &raw);
    if (error) break;
    const GpgKey key(raw);
    secret = secret || key->secret;
  }
  if (gpgme_err_code(error) != GPG_ERR_EOF) return fail_gpg(error, "read OpenPGP keys");
  return secret;
}

}  // namespace

Result<void> prepare_home(const std::string& home, HomeKind kind) {
  if (home.size() > kLongestHome)
    return fail(Code::kConfig, "make OpenPGP home", home + ": the path is longer than 80 characters");
  std::error_code error;
  fs::create_directories(home, error);
  if (error) return fail(Code::kIo, "make OpenPGP home", home, error.value());
  if (::chmod(home.c_str(), 0700) != 0) return fail_errno("make OpenPGP home", home);
  std::string conf(kGpgConf);
  if (kind == HomeKind::kPublic) conf += kPublicConf;
  TRY_DO(write_file(fs::path(home) / "gpg.conf", conf));
  return write_file(fs::path(home) / "gpg-agent.conf", kAgentConf);
}

Result<OpenPgpKey> generate_key(const std::string& home, const std::string& user_id, int years) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  const gpgme_error_t error = gpgme_op_createkey(context.get(), user_id.c_str(), "future-default", 0,
                                                 static_cast<unsigned long>(years) * kYearSeconds, nullptr,
                                                 GPGME_CREATE_NOPASSWD | GPGME_CREATE_FORCE);
  if (error) return fail_gpg(error, "generate OpenPGP key", home);
  return find_key(home, gpgme_op_genkey_result(context.get())->fpr);
}

Result<OpenPgpKey> find_key(const std::string& home, const std::string& fingerprint) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  TRY_ASSIGN(const GpgKey key, key_of(context.get(), fingerprint));
  return described(home, *key);
}

Result<std::string> export_public(const std::string& home, const std::string& fingerprint) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  TRY_ASSIGN(GpgData data, exported(context.get(), fingerprint, 0, new_data()));
  const Bytes armour = bytes_of(std::move(data));
  if (armour.empty()) return fail(Code::kNotFound, "export OpenPGP key", fingerprint);
  return std::string(as_text(armour));
}

Result<SecretBytes> export_secret(const std::string& home, const std::string& fingerprint) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  SecretSink sink(kMostExport);
  TRY_ASSIGN(const GpgData data, exported(context.get(), fingerprint, GPGME_EXPORT_MODE_SECRET, sink.data()));
  SecretBytes armour = sink.taken();
  if (armour.empty()) return fail(Code::kNotFound, "export secret OpenPGP key", fingerprint);
  return armour;
}

Result<std::vector<std::string>> import_keys(const std::string& home, ByteView armoured, bool allow_secret) {
  if (!allow_secret) {
    TRY_ASSIGN(const bool secret, holds_secret_material(home, armoured));
    if (secret) return fail(Code::kRefused, "import OpenPGP keys", "they hold a secret key");
  }
  TRY_ASSIGN(const GpgContext context, open_home(home));
  const GpgData data = data_over(armoured);
  if (const gpgme_error_t error = gpgme_op_import(context.get(), data.get()))
    return fail_gpg(error, "import OpenPGP keys", home);
  std::vector<std::string> fingerprints;
  for (auto* status = gpgme_op_import_result(context.get())->imports; status != nullptr; status = status->next) {
    if (status->result != 0) return fail_gpg(status->result, "import OpenPGP key", status->fpr);
    if (std::find(fingerprints.begin(), fingerprints.end(), status->fpr) == fingerprints.end())
      fingerprints.emplace_back(status->fpr);
  }
  if (fingerprints.empty()) return fail(Code::kMalformed, "import OpenPGP keys", "there is no key in it");
  return fingerprints;
}

Result<void> delete_secret(const std::string& home, const std::string& fingerprint) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  TRY_ASSIGN(const GpgKey key, key_of(context.get(), fingerprint));
  // GPGME deletes both halves or none: the public one is put back.
  TRY_ASSIGN(const std::string armour, export_public(home, fingerprint));
  const gpgme_error_t error =
      gpgme_op_delete_ext(context.get(), key.get(), GPGME_DELETE_ALLOW_SECRET | GPGME_DELETE_FORCE);
  if (error) return fail_gpg(error, "delete secret OpenPGP key", fingerprint);
  TRY_DO(import_keys(home, as_bytes(armour)));
  if (holds_secret_of(home, *key)) return fail(Code::kIo, "delete secret OpenPGP key", fingerprint);
  return {};
}

void stop_agent(const std::string& home) noexcept {
  const char* const gpgconf = gpgme_get_dirinfo("gpgconf-name");
  gpgme_ctx_t raw = nullptr;
  if (gpgconf == nullptr || gpgme_new(&raw) != 0) return;
  const GpgContext context(raw);
  const char* arguments[] = {"gpgconf", "--homedir", home.c_str(), "--kill", "gpg-agent", nullptr};
  if (gpgme_set_protocol(raw, GPGME_PROTOCOL_SPAWN) == 0)
    gpgme_op_spawn(raw, gpgconf, arguments, nullptr, nullptr, nullptr, 0);
  // It stops a moment after it said so; whoever asks it in between gets a broken pipe.
  const fs::path socket = fs::path(home) / "S.gpg-agent";
  std::error_code error;
  for (int tries = 0; tries < 300 && fs::exists(fs::symlink_status(socket, error)); ++tries) ::usleep(10'000);
}

}  // namespace zp::crypto
