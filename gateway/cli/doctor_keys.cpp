// `zegelpost doctor` on keys, certificates and what they are used for.
#include <unistd.h>

#include "crypto/cms.h"
#include "crypto/cms_mail.h"
#include "crypto/hash.h"
#include "crypto/keyring/openpgp.h"
#include "crypto/time_stamp.h"
#include "crypto/token_key.h"
#include "gateway/casework/key_change.h"
#include "gateway/casework/vault.h"
#include "gateway/cli/doctor_checks.h"
#include "gateway/dispatch/time_stamp_client.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "gateway/store/sqlite_store.h"

namespace zp::gateway {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kWarnDays = 60;

/// Good, warning or failure by how long something still lives.
void by_expiry(Checks& checks, const std::string& what, std::int64_t expires, const std::string& advice) {
  const std::int64_t days = (expires - now_ms() / 1000) / kDaySeconds;
  const std::string text = what + " is valid for " + std::to_string(days) + " days";
  if (expires <= now_ms() / 1000) return bad(checks, what + " has expired", advice);
  if (days < kWarnDays) return warn(checks, text, advice);
  good(checks, text);
}

void check_key(Checks& checks, const std::string& home, const std::string& fingerprint, const std::string& name,
               bool secret_expected) {
  const auto key = crypto::find_key(home, fingerprint);
  if (!key)
    return bad(checks, name + " " + fingerprint + ": " + key.error().message(),
               "Import it into " + home + ", or restore that folder from the backup.");
  if (key->revoked)
    return bad(checks, name + " " + fingerprint + " is revoked", "Make a new key: docs/operators/keys.md.");
  if (key->has_secret != secret_expected)
    return bad(checks, name + (secret_expected ? " has no private half in " : " has a private half in ") + home,
               secret_expected ? "Restore the zone home from the backup."
                               : "Export it to a place off this machine and delete it here: docs/operators/keys.md.");
  if (key->expires) return by_expiry(checks, name, *key->expires, "Make a new key in time: docs/operators/keys.md.");
  good(checks, name + " never expires");
}

void check_openpgp_keys(Checks& checks, const Config& config) {
  check_key(checks, config.public_home(), config.keys.zone_fingerprint, "zone key (public home)", false);
  check_key(checks, config.zone_home(), config.keys.zone_fingerprint, "zone key (zone home)", true);
  for (const auto& recovery : config.keys.recovery_fingerprints) {
    check_key(checks, config.public_home(), recovery, "recovery key", false);
    // It need not be there: after a recovery the zone home is a new one.
    if (crypto::find_key(config.zone_home(), recovery))
      check_key(checks, config.zone_home(), recovery, "recovery key (zone home)", false);
  }
  if (config.keys.recovery_fingerprints.empty())
    warn(checks, "there is no recovery key",
         "Without one a lost zone key loses every dossier: docs/operators/keys.md.");
  const auto opener = crypto::Opener::load(config.zone_home());
  const auto vault =
      opener ? Vault::open(config, *opener) : Result<std::unique_ptr<Vault>>(std::unexpected(opener.error()));
  if (!vault)
    return bad(checks, "the inner zone's key can't be opened: " + vault.error().message(),
               "Is gpg-agent running for " + config.zone_home() + ", with the private key?");
  good(checks, "the inner zone's key opens");
}

void check_key_change(Checks& checks, const Config& config) {
  if (::access((config.store() + "/keys.db").c_str(), F_OK) != 0) return;  // opening would make it
  const auto store = open_sqlite_store(config.store());
  KeyChange change;
  const auto read = store ? (*store)->read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(change, key_change(config, reader));
    return {};
  })
                          : Result<void>(std::unexpected(store.error()));
  if (!read) return bad(checks, "the key table can't be read: " + read.error().message(), "Look at the disk.");
  const std::string how_far = std::to_string(change.keys - change.left) + " of " + std::to_string(change.keys) +
                              " data keys are kept under the keys of today";
  if (change.under_way)
    return warn(checks, "zone keys are being changed: " + how_far,
                "The worker goes on by itself. Restart Zegelpost if that was not done since 'zegelpost keys rotate'.");
  if (change.left > 0)
    return warn(checks, how_far, "The worker does the rest; what stays is named in its log: docs/operators/keys.md.");
  good(checks, how_far);
}

std::string time_stamp_advice(Code code) {
  const std::string meanwhile = " Meanwhile letters leave without a time in their seal (PAdES B-B).";
  if (code == Code::kRefused)
    return "The server refuses the request (SHA-256, with a nonce): ask who runs it whether you may use it." +
           meanwhile;
  if (code == Code::kTampered)
    return "What it answers is no time-stamp for what was asked: is keys.time_stamp_url the address of an RFC 3161 "
           "server?" +
           meanwhile;
  return "Check keys.time_stamp_url, for https keys.time_stamp_ca, and whether this machine may reach that server." +
         meanwhile;
}

void check_seal(Checks& checks, const Config& config) {
  const bool in_token = crypto::is_token_uri(config.keys.seal_key);
  const auto chain = read_file(config.keys.seal_certificate, 1024 * 1024);
  const auto key = in_token ? Result<SecretBytes>(SecretBytes()) : read_secret_file(config.keys.seal_key);
  if (!chain || !key)
    return bad(checks, "the seal on PDFs can't be read",
               "Put certificate and key where keys.seal_certificate and keys.seal_key say.");
  const auto seal = in_token ? crypto::load_token_seal(as_text(*chain), config.keys.seal_key)
                             : crypto::SealKey::load(as_text(*chain), *key);
  if (!seal)
    return bad(
        checks, "the seal on PDFs can't be used: " + seal.error().message(),
        in_token
            ? "Mend keys.seal_key, the file with the PIN or the token: docs/operators/keys.md. Until then no letter "
              "can be sent."
            : "Certificate and key must belong together.");
  if (const auto signature = seal->sign_digest(crypto::Digest{}); !signature)
    return bad(checks, "the seal does not sign: " + signature.error().message(),
               "Look at the token and its module: docs/operators/keys.md.");
  if (in_token) good(checks, "the seal key signs in its token");
  by_expiry(checks, "the seal certificate of " + seal->subject(), seal->not_after(),
            "Ask for a new certificate; letters can't be signed without.");
}

/// That of the seal is looked at by check_seal().
void check_mail_identity(Checks& checks, const Config& config) {
  if (config.keys.mail_key.empty()) return;
  const auto chain = read_file(config.keys.mail_certificate, 1024 * 1024);
  const auto key = read_secret_file(config.keys.mail_key);
  if (!chain || !key || !crypto::MailIdentity::load(as_text(*chain), *key))
    return bad(checks, "the certificate for mail can't be used",
               "Look at keys.mail_certificate and keys.mail_key; no S/MIME mail goes out or is opened until then.");
  const auto certificate = crypto::read_mail_certificate(as_text(*chain));
  by_expiry(checks, "the certificate for mail", certificate ? certificate->not_after : 0,
            "Ask for a new certificate; S/MIME mail can't be signed without.");
}

/// A real request, for a signature that is thrown away: nothing about a letter leaves for it.
void check_time_stamp(Checks& checks, const Config& config) {
  const TimeStampClient client(config.keys);
  if (!client.configured()) return;
  const crypto::SealKey::Pem pem = crypto::SealKey::self_signed("zegelpost doctor", 1);
  const auto throwaway = crypto::SealKey::load(pem.chain, pem.key);
  const auto cms =
      throwaway ? throwaway->sign_digest(crypto::Digest{}) : Result<Bytes>(std::unexpected(throwaway.error()));
  if (!cms)
    return bad(checks, "no time-stamp can be tried: " + cms.error().message(), "Report this: it is a fault of ours.");
  const auto stamped = crypto::add_time_stamp(*cms, [&](ByteView request) { return client.ask(request); });
  const std::string name = "the time-stamp server " + config.keys.time_stamp_url;
  if (!stamped) return bad(checks, name + ": " + stamped.error().message(), time_stamp_advice(stamped.error().code));
  good(checks, name + " gives time-stamps");
}

}  // namespace

void check_keys(Checks& checks, const Config& config) {
  check_openpgp_keys(checks, config);
  check_key_change(checks, config);
  check_seal(checks, config);
  check_mail_identity(checks, config);
  check_time_stamp(checks, config);
}

}  // namespace zp::gateway
