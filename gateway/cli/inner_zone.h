// gateway/cli/inner_zone.h - what a command of the inner zone opens: configuration, keys, database, ledger.
//
// Needs the rights of the worker or staff process: the zone home and the database. Commands that act write the ledger
// as "cli:LOGIN" of the operating system's user.
#ifndef GATEWAY_CLI_INNER_ZONE_H_
#define GATEWAY_CLI_INNER_ZONE_H_

#include <memory>

#include "gateway/casework/ledger_book.h"
#include "gateway/casework/vault.h"
#include "gateway/store/store.h"

namespace zp::gateway {

struct InnerZone {
  Config config;
  std::unique_ptr<Store> store;
  std::unique_ptr<Vault> vault;
  std::unique_ptr<LedgerBook> ledger;
  Actor actor;
};

/// The configuration; root becomes the user of the inner zone, so that nothing it writes belongs to root.
Result<Config> load_as_inner(const std::string& config_path);
Result<InnerZone> open_inner_zone(const std::string& config_path);
/// Who typed the command; to be asked before root becomes somebody else.
std::string person_at_the_keyboard();
/// The same with another way to open the zone's keys than its home.
Result<InnerZone> open_inner_zone(Config config, const crypto::Opener& opener, const std::string& person);

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_INNER_ZONE_H_
