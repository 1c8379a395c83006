#include "gateway/cli/inner_zone.h"

#include <pwd.h>
#include <unistd.h>

#include "gateway/process/process.h"
#include "gateway/process/users.h"
#include "gateway/store/sqlite_store.h"

namespace zp::gateway {

std::string person_at_the_keyboard() {
  const passwd* const entry = ::getpwuid(::getuid());
  return entry ? entry->pw_name : std::to_string(::getuid());
}

Result<Config> load_as_inner(const std::string& config_path) {
  TRY_ASSIGN(Config config, Config::load(config_path));
  TRY_DO(become_user_of(config, "worker"));
  return config;
}

Result<InnerZone> open_inner_zone(const std::string& config_path) {
  const std::string person = person_at_the_keyboard();
  TRY_ASSIGN(Config config, load_as_inner(config_path));
  TRY_ASSIGN(const crypto::Opener opener, crypto::Opener::load(config.zone_home()));
  return open_inner_zone(std::move(config), opener, person);
}

Result<InnerZone> open_inner_zone(Config config, const crypto::Opener& opener, const std::string& person) {
  InnerZone zone{.config = std::move(config)};
  TRY_ASSIGN(zone.vault, Vault::open(zone.config, opener));
  TRY_ASSIGN(zone.ledger, LedgerBook::open(zone.config, opener, now_ms));
  TRY_ASSIGN(zone.store, open_sqlite_store(zone.config.store()));
  zone.actor = {.name = "cli:" + person, .roles = {"beheerder"}};
  return zone;
}

}  // namespace zp::gateway
