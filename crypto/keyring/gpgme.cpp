#include "crypto/keyring/gpgme.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace zp::crypto {
namespace {

namespace fs = std::filesystem;

fs::path private_keys(const std::string& home) { return fs::path(home) / "private-keys-v1.d"; }

Code code_of(gpgme_error_t error) noexcept {
  switch (gpgme_err_code(error)) {
    case GPG_ERR_EOF:
    case GPG_ERR_NO_PUBKEY:
    case GPG_ERR_NOT_FOUND:
      return Code::kNotFound;
    case GPG_ERR_NO_SECKEY:
    case GPG_ERR_DECRYPT_FAILED:
    case GPG_ERR_BAD_DATA:
    case GPG_ERR_NO_DATA:
    case GPG_ERR_CHECKSUM:
    case GPG_ERR_INV_PACKET:
      return Code::kTampered;
    case GPG_ERR_UNUSABLE_PUBKEY:
      return Code::kConfig;
    case GPG_ERR_ENOSPC:
      return Code::kNoSpace;
    case GPG_ERR_EFBIG:
      return Code::kTooLarge;
    default:
      return Code::kUnavailable;
  }
}

}  // namespace

Result<GpgContext> open_home(const std::string& home) {
  // GPGME wants this call before any other, once.
  static const bool started = gpgme_check_version("1.18.0") != nullptr;
  if (!started) return fail(Code::kUnavailable, "start GPGME", "version 1.18 or newer is needed");
  gpgme_ctx_t raw = nullptr;
  if (const gpgme_error_t error = gpgme_new(&raw)) return fail_gpg(error, "start GPGME");
  GpgContext context(raw);
  gpgme_error_t error = gpgme_set_protocol(raw, GPGME_PROTOCOL_OpenPGP);
  if (!error) error = gpgme_ctx_set_engine_info(raw, GPGME_PROTOCOL_OpenPGP, nullptr, home.c_str());
  if (!error) error = gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP);
  if (error) return fail_gpg(error, "run gpg", home);
  gpgme_set_offline(raw, 1);
  gpgme_set_keylist_mode(raw, GPGME_KEYLIST_MODE_LOCAL | GPGME_KEYLIST_MODE_WITH_KEYGRIP);
  return context;
}

GpgData data_over(ByteView bytes) {
  gpgme_data_t raw = nullptr;
  ZP_CHECK(gpgme_data_new_from_mem(&raw, as_text(bytes).data(), bytes.size(), 0) == 0);
  gpgme_data_set_flag(raw, "sensitive", "1");
  return GpgData(raw);
}

ssize_t SecretSink::write(void* self, const void* from, std::size_t size) {
  auto& sink = *static_cast<SecretSink*>(self);
  if (size > sink.bytes_.size() - sink.size_) {
    errno = EFBIG;
    return -1;
  }
  std::memcpy(sink.bytes_.mutable_view().data() + sink.size_, from, size);
  sink.size_ += size;
  return static_cast<ssize_t>(size);
}

GpgData SecretSink::data() {
  static gpgme_data_cbs callbacks{nullptr, &SecretSink::write, nullptr, nullptr};
  gpgme_data_t raw = nullptr;
  ZP_CHECK(gpgme_data_new_from_cbs(&raw, &callbacks, this) == 0);
  gpgme_data_set_flag(raw, "sensitive", "1");
  return GpgData(raw);
}

Bytes bytes_of(GpgData data) {
  std::size_t size = 0;
  char* const memory = gpgme_data_release_and_get_mem(data.release(), &size);
  const ByteView view = as_bytes({memory, size});
  Bytes bytes(view.begin(), view.end());
  gpgme_free(memory);
  return bytes;
}

std::unexpected<Error> fail_gpg(gpgme_error_t error, const char* operation, std::string subject) {
  char reason[128];
  gpgme_strerror_r(error, reason, sizeof reason);
  if (!subject.empty()) subject += ": ";
  return fail(code_of(error), operation, subject + "gpg says \"" + reason + "\"");
}

Result<std::string> checked_fingerprint(const std::string& fingerprint) {
  std::string upper = fingerprint;
  for (char& c : upper)
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  if (upper.size() != 40 || upper.find_first_not_of("0123456789ABCDEF") != std::string::npos)
    return fail(Code::kConfig, "find OpenPGP key", "a fingerprint has 40 hex digits");
  return upper;
}

Result<GpgKey> key_of(gpgme_ctx_t context, const std::string& fingerprint) {
  TRY_ASSIGN(const std::string checked, checked_fingerprint(fingerprint));
  gpgme_key_t raw = nullptr;
  if (const gpgme_error_t error = gpgme_get_key(context, checked.c_str(), &raw, 0)) {
    if (gpgme_err_code(error) == GPG_ERR_EOF) return fail(Code::kNotFound, "find OpenPGP key", checked);
    return fail_gpg(error, "find OpenPGP key", checked);
  }
  return GpgKey(raw);
}

bool holds_secret_keys(const std::string& home) {
  std::error_code error;
  if (fs::file_size(fs::path(home) / "secring.gpg", error) > 0 && !error) return true;
  for (fs::directory_iterator entry(private_keys(home), error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".key") return true;
  return false;
}

bool holds_secret_of(const std::string& home, const _gpgme_key& key) {
  for (gpgme_subkey_t part = key.subkeys; part != nullptr; part = part->next) {
    std::error_code error;
    if (part->keygrip != nullptr && fs::exists(private_keys(home) / (std::string(part->keygrip) + ".key"), error))
      return true;
  }
  return false;
}

}  // namespace zp::crypto
