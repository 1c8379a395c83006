// crypto/keyring/openpgp.h - OpenPGP through GPGME: key generation, key rings, opening with private keys (sealing: sealer.h).
//
// GPGME forks its caller for every operation (4 ms in a small process, 74 ms at 1 GB): only the keymaker, the
// worker and staff at start, and the CLI link this. Doors get their keys from the keymaker.
// Homes: a *public* home holds public keys only and is read-only; a *zone* home holds private keys through gpg-agent.
// Keys are named by their full fingerprint (40 hex digits), never by e-mail.
// Threads: one Opener belongs to one thread. Errors: GPGME errors are mapped in openpgp.cpp.
#ifndef CRYPTO_KEYRING_OPENPGP_H_
#define CRYPTO_KEYRING_OPENPGP_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/data_key.h"

namespace zp::crypto {

struct OpenPgpKey {
  std::string fingerprint;
  std::string user_id;
  std::int64_t created = 0;             // unix seconds
  std::optional<std::int64_t> expires;  // unix seconds, when nothing can be sealed to it any more; none: never
  bool revoked = false;
  bool can_encrypt = false;
  bool has_secret = false;
};

/// A public home never starts a gpg-agent and may be read-only; a zone home starts its own when needed.
enum class HomeKind { kPublic, kZone };
/// Makes the folder (mode 0700) with the gpg.conf and gpg-agent.conf that concurrency and read-only use need. kConfig
/// if the path is too long for the agent's socket (about 80 characters).
Result<void> prepare_home(const std::string& home, HomeKind kind = HomeKind::kZone);
/// A Curve25519 key pair without passphrase (the home's protection is the machine's or the smartcard's), valid `years`.
Result<OpenPgpKey> generate_key(const std::string& home, const std::string& user_id, int years);
Result<OpenPgpKey> find_key(const std::string& home, const std::string& fingerprint);
/// ASCII armour.
Result<std::string> export_public(const std::string& home, const std::string& fingerprint);
/// ASCII armour; kNotFound without the secret half.
Result<SecretBytes> export_secret(const std::string& home, const std::string& fingerprint);
/// Fingerprints imported. Secret material is kRefused unless `allow_secret`.
Result<std::vector<std::string>> import_keys(const std::string& home, ByteView armoured, bool allow_secret = false);
/// Deletes the secret half (after it has been exported to paper or a stick).
Result<void> delete_secret(const std::string& home, const std::string& fingerprint);
/// Stops the home's gpg-agent, if any, and waits until it is gone (at most 3 seconds).
void stop_agent(const std::string& home) noexcept;

/// Opens with the private keys of a home (gpg-agent).
class Opener {
 public:
  static Result<Opener> load(const std::string& home);
  Opener(Opener&&) noexcept;
  ~Opener();
  /// kTampered if it is not sealed to us or was changed, kUnavailable if gpg or its agent cannot be reached.
  Result<SecretBytes> open(ByteView message) const;
  Result<DataKey> open(const SealedDataKey& sealed) const;

 private:
  struct Impl;
  explicit Opener(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

/// Seals data keys anew with gpg, milliseconds each: for processes that have no librnp (sealer.h) and time enough.
class Resealer {
 public:
  /// Public keys of `fingerprints` in `home`. kConfig if one is absent, expired, revoked or can't encrypt.
  static Result<Resealer> load(const std::string& home, const std::vector<std::string>& fingerprints, std::int64_t now);
  Resealer(Resealer&&) noexcept;
  ~Resealer();
  /// A binary OpenPGP message, whole.
  Result<Bytes> seal(const SecretBytes& plaintext) const;

 private:
  struct Impl;
  explicit Resealer(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zp::crypto

#endif  // CRYPTO_KEYRING_OPENPGP_H_
