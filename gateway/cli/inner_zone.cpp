#include "gateway/cli/inner_zone.h"

#include <pwd.h>
#include <unistd.h>

#include "gateway/process/process.h"
#include "gateway/store/sqlite_store.h"

namespace zp::gateway {

Result<InnerZone> open_inner_zone(const std::string& config_path) {
  TRY_ASSIGN(Config config, Config::load(config_path));
  TRY_ASSIGN(const crypto::Opener opener, crypto::Opener::load(config.zone_home()));
  InnerZone zone{.config = std::move(config)};
  TRY_ASSIGN(zone.vault, Vault::open(zone.config, opener));
  TRY_ASSIGN(zone.ledger, LedgerBook::open(zone.config, opener, now_ms));
  TRY_ASSIGN(zone.store, open_sqlite_store(zone.config.store()));
  const passwd* entry = ::getpwuid(::getuid());
  zone.actor = {.name = std::string("cli:") + (entry ? entry->pw_name : std::to_string(::getuid())), .roles = {"beheerder"}};
  return zone;
}

}  // namespace zp::gateway
