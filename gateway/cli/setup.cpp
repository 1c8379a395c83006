#include "gateway/cli/setup.h"

#include <filesystem>

#include "crypto/cms.h"
#include "crypto/keyring/openpgp.h"
#include "crypto/keyring/sealer.h"
#include "gateway/cli/inner_zone.h"
#include "gateway/config/mailboxes.h"
#include "gateway/process/process.h"
#include "gateway/process/users.h"
#include "gateway/store/files.h"
#include "gateway/store/object_store.h"
#include "gateway/store/shelf.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/tray.h"

namespace zp::gateway {
namespace {

constexpr int kKeyYears = 3;
constexpr int kCertificateDays = 825;

constexpr const char* kUsers =
    "\nusers:\n  inner: zegelpost\n  public: zegelpost-public\n  mail: zegelpost-mail\n  keymaker: zegelpost-keys\n  "
    "broker: zegelpost-cells\n";

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) (c == '"' || c == '\\' ? out += '\\' : out) += c;
  return out + "\"";
}

std::string config_text(const Setup& setup, const Made& made) {
  const std::string base = "https://" + setup.host + ":";
  return "# Zegelpost. `zegelpost init --explain-config` lists every key with its default.\n"
         "data: data\nrun: run\n" +
         (setup.clamd_socket.empty() ? "" : "clamd_socket: " + quoted(setup.clamd_socket) + "\n") +
         "\norganisation:\n  name: " + quoted(setup.organisation) +
         "\n  return_address: \"Postbus 1, 1000 AA Voorbeeldstad\"\n  place: Voorbeeldstad\n  telephone: \"088 000 00 "
         "00\"\n"
         "  fg_email: " +
         quoted("fg@" + setup.mail_address.substr(setup.mail_address.find('@') + 1)) + "\n  digital_channel: " + base +
         std::to_string(setup.public_port) +
         "\n  contact_lines: [\"Postbus 1\", \"1000 AA Voorbeeldstad\", \"088 000 00 00\"]\n  footer: " +
         quoted(setup.organisation) + "\n\npublic:\n  listen: 127.0.0.1:" + std::to_string(setup.public_port) +
         "\n  certificate: tls/certificate.pem\n  key: tls/key.pem\n  base_url: " + base +
         std::to_string(setup.public_port) + "\n\nstaff:\n  listen: 127.0.0.1:" + std::to_string(setup.staff_port) +
         "\n  certificate: tls-workbench/certificate.pem\n  key: tls-workbench/key.pem\n  base_url: " + base +
         std::to_string(setup.staff_port) + "\n\nmail:\n  lmtp_listen: 127.0.0.1:" + std::to_string(setup.lmtp_port) +
         "\n  recipients: [" + quoted(setup.mail_address) + "]\n\nsmtp:\n" +
         (setup.smtp_port ? "  host: 127.0.0.1\n  port: " + std::to_string(setup.smtp_port) + "\n  security: none\n"
                          : "") +
         "  from: " + quoted(setup.mail_address) + "\n\nkeys:\n  zone_fingerprint: " + made.zone_fingerprint +
         "\n  recovery_fingerprints: [" + made.recovery_fingerprint +
         "]\n  seal_certificate: seal/certificate.pem\n  seal_key: seal/key.pem\n\nlimits:\n  "
         "disk_reserve_megabytes: " +
         std::to_string(setup.reserve_megabytes) + "\n" + (setup.separate_users ? kUsers : "");
}

/// Zone key pair in the zone home; recovery key pair made there, exported, and its private half removed; both public
/// keys in the public home.
Result<void> make_openpgp_keys(const Setup& setup, Made& made) {
  const std::string zone_home = setup.folder + "/data/keys/zone", public_home = setup.folder + "/data/keys/public";
  TRY_DO(crypto::prepare_home(zone_home));
  TRY_DO(crypto::prepare_home(public_home, crypto::HomeKind::kPublic));
  TRY_ASSIGN(const auto zone,
             crypto::generate_key(zone_home, setup.organisation + " (zone) <" + setup.mail_address + ">", kKeyYears));
  TRY_ASSIGN(const auto recovery, crypto::generate_key(zone_home, setup.organisation + " (recovery)", kKeyYears));
  made.zone_fingerprint = zone.fingerprint;
  made.recovery_fingerprint = recovery.fingerprint;
  TRY_ASSIGN(const SecretBytes recovery_secret, crypto::export_secret(zone_home, recovery.fingerprint));
  TRY_DO(make_folder(setup.folder + "/recovery"));
  TRY_DO(replace_file(setup.folder + "/recovery/recovery-secret.asc", recovery_secret.view()));
  TRY_DO(crypto::delete_secret(zone_home, recovery.fingerprint));
  for (const auto& fingerprint : {zone.fingerprint, recovery.fingerprint}) {
    TRY_ASSIGN(const std::string armoured, crypto::export_public(zone_home, fingerprint));
    TRY_DO(crypto::import_keys(public_home, as_bytes(armoured)));
  }
  return {};
}

/// The zone key and the ledger's signing seed exist as OpenPGP messages only.
Result<void> make_sealed_keys(const Config& config) {
  std::vector<std::string> recipients = config.keys.recovery_fingerprints;
  recipients.push_back(config.keys.zone_fingerprint);
  TRY_ASSIGN(const crypto::Sealer sealer, crypto::Sealer::load(config.public_home(), recipients, now_ms() / 1000));
  TRY_ASSIGN(const Bytes zone_key, sealer.seal(crypto::ZoneKey::generate().kept()));
  TRY_DO(replace_file(config.zone_key(), zone_key));
  const crypto::NoteSigner signer = crypto::NoteSigner::generate(config.ledger_origin());
  TRY_ASSIGN(const Bytes seed, sealer.seal(signer.seed()));
  TRY_DO(replace_file(config.ledger_key(), seed));
  return replace_file(config.ledger_verifier(), as_bytes(signer.verifier_key() + "\n"), 0644);
}

Result<void> make_certificate(const std::string& folder, const std::string& common_name) {
  const crypto::SealKey::Pem pem = crypto::SealKey::self_signed(common_name, kCertificateDays);
  TRY_DO(make_folder(folder));
  TRY_DO(replace_file(folder + "/certificate.pem", as_bytes(pem.chain), 0644));
  return replace_file(folder + "/key.pem", pem.key.view());
}

Result<void> make_folders(const Config& config) {
  for (const auto& folder : {config.spool(), config.print_queue, config.ledger(), config.store()})
    TRY_DO(make_folder(folder));
  TRY_DO(make_folder(mailbox_notes(config), 0750));
  TRY_DO(Tray::open(config.incoming(), 0));
  TRY_DO(Shelf::open(config.shelf()));
  TRY_DO(open_folder_objects(config.objects()));
  return {};
}

}  // namespace

Result<Made> make_instance(const Setup& setup) {
  const std::string config_path = setup.folder + "/zegelpost.yaml";
  std::error_code error;
  if (std::filesystem::exists(config_path, error)) return fail(Code::kExists, "make instance", config_path);
  for (const char* part : {"", "/data", "/data/keys", "/run"}) TRY_DO(make_folder(setup.folder + part));
  Made made;
  TRY_DO(make_openpgp_keys(setup, made));
  TRY_DO(make_certificate(setup.folder + "/tls", setup.host));
  TRY_DO(make_certificate(setup.folder + "/tls-workbench", setup.host));
  TRY_DO(make_certificate(setup.folder + "/seal", setup.organisation));
  // The configuration comes last but one: an interrupted init leaves none, so it can be seen and run again in another
  // folder.
  TRY_DO(replace_file(config_path, as_bytes(config_text(setup, made)), 0640));
  TRY_ASSIGN(const Config config, Config::load(config_path));
  TRY_DO(make_sealed_keys(config));
  TRY_DO(make_folders(config));
  if (setup.separate_users) {
    crypto::stop_agent(config.zone_home());  // root's; the inner zone's user starts its own
    TRY_DO(hand_out_folders(config));
  }
  TRY_ASSIGN(InnerZone zone, open_inner_zone(config_path));
  TRY_DO(zone.ledger->record(zone.actor, "beheerder", "instance.init", {}));
  Accounts accounts(*zone.store, zone.vault->source(), zone.config.staff);
  TRY_ASSIGN(made.administrator, accounts.create(setup.admin, "Beheerder", {"beheerder"}));
  TRY_DO(zone.ledger->checkpoint());
  return made;
}

}  // namespace zp::gateway
