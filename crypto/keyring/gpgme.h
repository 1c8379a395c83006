// crypto/keyring/gpgme.h - owners for GPGME objects and the mapping of its errors; private to crypto/keyring.
#ifndef CRYPTO_KEYRING_GPGME_H_
#define CRYPTO_KEYRING_GPGME_H_

#include <gpgme.h>

#include <memory>
#include <string>

#include "crypto/base/secret_bytes.h"

namespace zp::crypto {

struct ReleaseGpgme {
  void operator()(gpgme_ctx_t context) const noexcept { gpgme_release(context); }
  void operator()(gpgme_key_t key) const noexcept { gpgme_key_unref(key); }
  void operator()(gpgme_data_t data) const noexcept { gpgme_data_release(data); }
};
using GpgContext = std::unique_ptr<gpgme_context, ReleaseGpgme>;
using GpgKey = std::unique_ptr<_gpgme_key, ReleaseGpgme>;
using GpgData = std::unique_ptr<gpgme_data, ReleaseGpgme>;

/// An OpenPGP context for `home` alone. kUnavailable if gpg is not installed.
Result<GpgContext> open_home(const std::string& home);

/// Reads `bytes` in place; they must outlive the result.
GpgData data_over(ByteView bytes);

/// Collects what gpg writes in locked memory, at most `limit` bytes.
class SecretSink {
 public:
  explicit SecretSink(std::size_t limit) : bytes_(limit) {}
  /// The sink must outlive the result and stay where it is.
  GpgData data();
  SecretBytes taken() const { return SecretBytes::copy_of(bytes_.view().first(size_)); }

 private:
  static ssize_t write(void* self, const void* from, std::size_t size);
  SecretBytes bytes_;
  std::size_t size_ = 0;
};

/// What gpg wrote into `data`, a memory object of GPGME's own.
Bytes bytes_of(GpgData data);

std::unexpected<Error> fail_gpg(gpgme_error_t error, const char* operation, std::string subject = {});

/// `fingerprint` in upper case; kConfig unless 40 hex digits: gpg would take anything else for a search term.
Result<std::string> checked_fingerprint(const std::string& fingerprint);
/// The public key; kNotFound if the home has none.
Result<GpgKey> key_of(gpgme_ctx_t context, const std::string& fingerprint);
/// Whether the home keeps any private key (or the stub of one on a card), seen without starting an agent.
bool holds_secret_keys(const std::string& home);
/// Whether the home keeps the private half of one of the key's parts.
bool holds_secret_of(const std::string& home, const _gpgme_key& key);

}  // namespace zp::crypto

#endif  // CRYPTO_KEYRING_GPGME_H_
