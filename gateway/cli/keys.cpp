#include <iostream>

#include "crypto/keyring/message_shape.h"
#include "gateway/casework/key_change.h"
#include "gateway/cli/key_rotation.h"
#include "gateway/cli/parse.h"
#include "gateway/cli/private_folder.h"
#include "gateway/ipc/keymaker.h"
#include "gateway/process/process.h"
#include "gateway/process/users.h"
#include "gateway/store/files.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/tray.h"

namespace zp::gateway {
namespace {

struct Options {
  std::string config, recovery_key, fingerprint;
  int years = 3;
};

void say_made(const Config& config, const std::string& fingerprint, bool config_changed) {
  std::cout << "New zone key " << fingerprint << ".\n";
  if (config_changed) {
    std::cout << config.file << ": keys.zone_fingerprint is changed.\n";
  } else {
    std::cout << "Put it in " << config.file << ":\n  zone_fingerprint: " << fingerprint << "\n";
  }
  std::cout
      << "Next: restart Zegelpost. The worker then keeps every data key under the new keys, and removes the former "
         "one at the end;\n'zegelpost keys status' shows how far it is. Make a backup of "
      << config.data << "/keys now.\n";
}

Result<void> rotate(const Options& options) {
  const ConfigEditor editor(options.config);
  const std::string person = person_at_the_keyboard();
  TRY_ASSIGN(Config loaded, load_as_inner(options.config));
  TRY_ASSIGN(const crypto::Opener opener, crypto::Opener::load(loaded.zone_home()));
  TRY_ASSIGN(InnerZone zone, open_inner_zone(std::move(loaded), opener, person));
  TRY_ASSIGN(const std::string made, rotate_keys(zone, opener, options.years));
  say_made(zone.config, made, editor.replace(zone.config.keys.zone_fingerprint, made));
  return zone.ledger->checkpoint();
}

/// A home in memory that holds the recovery key for as long as this command runs.
class RecoveryHome {
 public:
  static Result<RecoveryHome> holding(const SecretBytes& armoured) {
    TRY_ASSIGN(PrivateFolder folder, PrivateFolder::make_in_memory());
    RecoveryHome home(std::move(folder));
    TRY_DO(crypto::prepare_home(home.path()));
    TRY_DO(crypto::import_keys(home.path(), armoured.view(), true));
    return home;
  }
  RecoveryHome(RecoveryHome&& other) noexcept = default;
  RecoveryHome& operator=(RecoveryHome&&) = delete;
  ~RecoveryHome() {
    if (!path().empty()) crypto::stop_agent(path());
  }
  const std::string& path() const noexcept { return folder_.path(); }

 private:
  explicit RecoveryHome(PrivateFolder folder) : folder_(std::move(folder)) {}
  PrivateFolder folder_;
};

Result<void> recover(const Options& options) {
  const ConfigEditor editor(options.config);
  TRY_ASSIGN(const SecretBytes armoured, read_secret_file(options.recovery_key));
  const std::string person = person_at_the_keyboard();
  TRY_ASSIGN(Config loaded, load_as_inner(options.config));
  TRY_DO(crypto::prepare_home(loaded.zone_home()));
  TRY_ASSIGN(const RecoveryHome home, RecoveryHome::holding(armoured));
  TRY_ASSIGN(const crypto::Opener opener, crypto::Opener::load(home.path()));
  TRY_ASSIGN(InnerZone zone, open_inner_zone(std::move(loaded), opener, person));
  TRY_DO(zone.ledger->record(zone.actor, "beheerder", "keys.recover", {}));
  TRY_ASSIGN(const std::string made, rotate_keys(zone, opener, options.years));
  TRY_ASSIGN(const std::size_t items, reseal_tray(zone, opener, made));
  std::cout << "Everything opens with the recovery key. " << items << " items of the tray are sealed anew.\n";
  say_made(zone.config, made, editor.replace(zone.config.keys.zone_fingerprint, made));
  return zone.ledger->checkpoint();
}

Result<void> status(const Options& options) {
  TRY_ASSIGN(const Config config, load_as_inner(options.config));
  TRY_ASSIGN(const auto store, open_sqlite_store(config.store()));
  KeyChange change;
  TRY_DO(store->read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(change, key_change(config, reader));
    return {};
  }));
  TRY_ASSIGN(const auto key, crypto::find_key(config.zone_home(), config.keys.zone_fingerprint));
  std::cout << "zone key " << key.fingerprint << (key.expires ? ", until " + local_date(*key.expires * 1000) : "")
            << "\n"
            << change.keys - change.left << " of " << change.keys << " data keys are kept under the keys of today\n"
            << (change.under_way ? "a change is under way: the former key is still there\n"
                                 : "no change is under way\n");
  return {};
}

/// Nothing may be on its way that only the old key opens.
Result<void> check_may_retire(const Config& config, const std::string& fingerprint) {
  const auto refuse = [](const std::string& why) { return fail(Code::kRefused, "retire key", why); };
  if (fingerprint == config.keys.zone_fingerprint) return refuse("it is the zone key of today");
  if (former_key_is_there(config)) return refuse("a change of keys is under way: 'zegelpost keys status'");
  TRY_ASSIGN(const Bytes zone_key, read_file(config.zone_key()));
  const auto today = crypto::recipients_of(zone_key);
  if (const auto fresh = KeymakerClient(config.keymaker_socket()).fresh_key();
      fresh && crypto::recipients_of(fresh->sealed.openpgp) != today)
    return refuse("the keymaker still seals to other keys; restart Zegelpost");
  TRY_ASSIGN(const Tray tray, Tray::open(config.incoming(), 0));
  TRY_ASSIGN(const bool empty, tray.is_empty());
  if (!empty) return refuse("the tray is not empty; wait, or look at 'zegelpost balance'");
  TRY_ASSIGN(const auto key, crypto::find_key(config.zone_home(), config.keys.zone_fingerprint));
  const std::int64_t last_upload =
      key.created + static_cast<std::int64_t>(config.public_door.upload_expiry_hours) * 3600;
  if (now_ms() / 1000 < last_upload)
    return refuse("submissions that people began before the change may still come, until " +
                  utc_time(last_upload * 1000));
  return {};
}

Result<void> retire(const Options& options) {
  TRY_ASSIGN(InnerZone zone, open_inner_zone(options.config));
  TRY_DO(check_may_retire(zone.config, options.fingerprint));
  TRY_DO(zone.ledger->record(zone.actor, "beheerder", "keys.retire", {.object = options.fingerprint}));
  TRY_DO(crypto::delete_secret(zone.config.zone_home(), options.fingerprint));
  std::cout << "The private half of " << options.fingerprint << " is gone from " << zone.config.zone_home() << "\n";
  return {};
}

int keys(const Arguments& arguments) {
  CLI::App app{
      "The zone's keys: OpenPGP pair and AES key (docs/operators/keys.md).\n"
      "  rotate   makes new ones and puts them in use; the worker keeps every data key anew in the background\n"
      "  recover  the same with the recovery key, when the zone home is lost; Zegelpost must not run\n"
      "  status   how far a change is\n"
      "  retire   destroys the private half of an earlier zone key, when nothing needs it any more\n"
      "Example: zegelpost keys rotate; systemctl restart zegelpost; zegelpost keys status",
      "zegelpost keys"};
  Options options;
  app.require_subcommand(1);
  CLI::App* const make = app.add_subcommand("rotate", "new zone keys");
  CLI::App* const again = app.add_subcommand("recover", "new zone keys, opened with the recovery key");
  CLI::App* const shown = app.add_subcommand("status", "how far a change is");
  CLI::App* const end = app.add_subcommand("retire", "destroy an earlier private key");
  for (CLI::App* const sub : {make, again, shown, end}) add_config_option(*sub, options.config);
  for (CLI::App* const sub : {make, again})
    sub->add_option("--years", options.years, "how long the new pair is valid")
        ->capture_default_str()
        ->check(CLI::Range(1, 10));
  again->add_option("--recovery-key", options.recovery_key, "file with the private recovery key; read, never kept")
      ->required();
  end->add_option("fingerprint", options.fingerprint, "40 hex digits")->required();
  if (const auto status = parse(app, arguments)) return *status;
  const auto act = make->parsed() ? rotate : again->parsed() ? recover : shown->parsed() ? status : retire;
  const auto done = act(options);
  return done ? 0 : report("keys", done.error());
}

}  // namespace

const Command kKeys{"keys", "new zone keys, how far a change is, recovery", keys};

}  // namespace zp::gateway
