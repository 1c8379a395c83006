#include "gateway/cli/key_rotation.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "crypto/keyring/sealer.h"
#include "gateway/casework/key_change.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "gateway/store/tray.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMostConfig = 1024 * 1024;

Result<void> put_in_public_home(const Config& config, const std::string& fingerprint) {
  TRY_ASSIGN(const std::string armour, crypto::export_public(config.zone_home(), fingerprint));
  TRY_DO(crypto::import_keys(config.public_home(), as_bytes(armour)));
  // gpg makes files that only this user reads; the keymaker may be another.
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(config.public_home(), error))
    if (entry.is_regular_file() && ::chmod(entry.path().c_str(), 0640) != 0)
      return fail_errno("let the keymaker read", entry.path().string());
  if (error) return fail(Code::kIo, "list folder", config.public_home());
  return {};
}

Result<crypto::Sealer> sealer_to(const Config& config, const std::string& fingerprint) {
  std::vector<std::string> recipients = config.keys.recovery_fingerprints;
  recipients.push_back(fingerprint);
  return crypto::Sealer::load(config.public_home(), recipients, now_ms() / 1000);
}

Result<void> check_none_under_way(const Vault& vault) {
  const auto keys = vault.keys();
  // The same key twice: an earlier try stopped before it put its key in use.
  if (!keys->former || keys->former->name() == keys->current.name()) return {};
  return fail(Code::kRefused, "rotate keys",
              "an earlier change is under way; 'zegelpost keys status' shows how far it is");
}

Result<void> put_in_use(const InnerZone& zone, const crypto::Opener& opener, const crypto::Sealer& sealer) {
  const Config& config = zone.config;
  const auto keys = zone.vault->keys();
  TRY_ASSIGN(const Bytes former, sealer.seal(keys->current.kept()));
  TRY_DO(replace_file(config.former_zone_key(), former));
  TRY_ASSIGN(const Bytes ledger_sealed, read_file(config.ledger_key()));
  TRY_ASSIGN(const SecretBytes seed, opener.open(ledger_sealed));
  TRY_ASSIGN(const Bytes ledger_anew, sealer.seal(seed));
  TRY_DO(replace_file(config.ledger_key(), ledger_anew));
  TRY_ASSIGN(const Bytes next, sealer.seal(keys->current.successor().kept()));
  return replace_file(config.zone_key(), next);
}

Result<void> reseal_item(const std::string& path, const crypto::Opener& opener, const crypto::Sealer& sealer) {
  TRY_ASSIGN(const Bytes json, read_file(path));
  TRY_ASSIGN(TrayItem item, TrayItem::parse(as_text(json)));
  for (Bytes& sealed : item.sealed_keys) {
    TRY_ASSIGN(const crypto::DataKey key, opener.open(crypto::SealedDataKey{sealed}));
    TRY_ASSIGN(sealed, sealer.seal(key.bytes()));
  }
  return replace_file(path, as_bytes(item.json()), 0640);
}

}  // namespace

Result<std::string> rotate_keys(InnerZone& zone, const crypto::Opener& opener, int years) {
  TRY_DO(check_none_under_way(*zone.vault));
  const Config& config = zone.config;
  // With our address, so that mail programs find it (gateway/public/web_keys.h).
  const std::string user_id = config.organisation.name + " (zone) <" + config.smtp.from + ">";
  TRY_ASSIGN(const auto made, crypto::generate_key(config.zone_home(), user_id, years));
  TRY_DO(put_in_public_home(config, made.fingerprint));
  TRY_ASSIGN(const crypto::Sealer sealer, sealer_to(config, made.fingerprint));
  TRY_DO(zone.ledger->record(zone.actor, "beheerder", "keys.rotate", {.object = made.fingerprint}));
  TRY_DO(put_in_use(zone, opener, sealer));
  return made.fingerprint;
}

Result<std::size_t> reseal_tray(const InnerZone& zone, const crypto::Opener& opener, const std::string& fingerprint) {
  TRY_ASSIGN(const crypto::Sealer sealer, sealer_to(zone.config, fingerprint));
  TRY_ASSIGN(const Tray tray, Tray::open(zone.config.incoming(), 0));
  TRY_ASSIGN(const auto bundles, tray.claim_bundles());
  for (const Id& bundle : bundles)
    if (auto unpacked = tray.unpack(bundle); !unpacked && unpacked.error().code != Code::kMalformed)
      return std::unexpected(unpacked.error());  // a damaged one waits for a person
  TRY_ASSIGN(auto items, tray.waiting());
  for (const Id& id : items) TRY_DO(tray.claim(id));
  TRY_ASSIGN(items, tray.taken());
  for (const Id& id : items) TRY_DO(reseal_item(tray.taken_path(id) + "/item.json", opener, sealer));
  return items.size();
}

ConfigEditor::ConfigEditor(const std::string& path) : fd_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {}

ConfigEditor::~ConfigEditor() {
  if (fd_ >= 0) ::close(fd_);
}

bool ConfigEditor::replace(const std::string& before, const std::string& after) const {
  if (fd_ < 0 || before.size() != after.size()) return false;
  std::string text(kMostConfig, '\0');
  const ssize_t size = ::pread(fd_, text.data(), text.size(), 0);
  if (size <= 0) return false;
  text.resize(static_cast<std::size_t>(size));
  const std::size_t at = text.find(before);
  if (at == std::string::npos || text.find(before, at + 1) != std::string::npos) return false;
  // As long as what stood there: no other byte moves.
  return ::pwrite(fd_, after.data(), after.size(), static_cast<off_t>(at)) == static_cast<ssize_t>(after.size()) &&
         ::fsync(fd_) == 0;
}

}  // namespace zp::gateway
