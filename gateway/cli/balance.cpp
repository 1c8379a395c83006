#include <algorithm>
#include <iomanip>
#include <iostream>
#include <set>

#include "gateway/cli/inner_zone.h"
#include "gateway/cli/parse.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/tray.h"

namespace zp::gateway {
namespace {

/// Where each item is that a door ever acknowledged.
struct Balance {
  std::size_t accepted = 0, waiting = 0, taken = 0, filed = 0, settled = 0;
  StoreCounts counts;
  std::vector<Id> lost;  // acknowledged, and nowhere; without those that a person has dealt with
  std::vector<Tray::Damaged> damaged;
  /// In the tray and filed: the taker died before it could tidy up; harmless when it runs again.
  std::vector<Id> doubled;
  bool zero() const { return lost.empty() && counts.documents == counts.documents_declared; }
};

Result<Balance> add_up(const Config& config) {
  // Read in the order in which items move, so that one that moves meanwhile is seen twice rather than not at all.
  TRY_ASSIGN(const Tray tray, Tray::open(config.incoming(), 0));
  TRY_ASSIGN(const std::vector<Id> accepted, tray.accepted());
  TRY_ASSIGN(const std::vector<Id> settled_ids, tray.settled());
  TRY_ASSIGN(const std::vector<Id> bundled, tray.bundled());
  TRY_ASSIGN(const std::vector<Id> waiting, tray.waiting());
  TRY_ASSIGN(const std::vector<Id> taken, tray.taken());
  TRY_ASSIGN(const auto store, open_sqlite_store(config.store()));
  Balance balance;
  TRY_ASSIGN(balance.damaged, tray.damaged());
  std::set<Id> filed;
  TRY_DO(store->read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(const std::vector<Id> ids, reader.submission_ids());
    filed.insert(ids.begin(), ids.end());
    TRY_ASSIGN(balance.counts, reader.counts());
    return {};
  }));
  std::set<Id> in_tray(waiting.begin(), waiting.end());
  in_tray.insert(bundled.begin(), bundled.end());
  in_tray.insert(taken.begin(), taken.end());
  balance.waiting = waiting.size() + bundled.size();
  balance.taken = taken.size();
  const std::set<Id> all(accepted.begin(), accepted.end()), settled(settled_ids.begin(), settled_ids.end());
  balance.accepted = all.size();
  for (const Id& id : all) {
    const bool is_filed = filed.contains(id), is_in_tray = in_tray.contains(id);
    balance.filed += is_filed;
    const bool is_nowhere = !is_filed && !is_in_tray, is_settled = is_nowhere && settled.contains(id);
    balance.settled += is_settled;
    if (is_nowhere && !is_settled) balance.lost.push_back(id);
    if (is_filed && is_in_tray) balance.doubled.push_back(id);
  }
  return balance;
}

void print(const Balance& balance) {
  const auto line = [](const char* what, std::uint64_t number) {
    std::cout << std::left << std::setw(34) << what << std::right << std::setw(10) << number << "\n";
  };
  line("acknowledged by the doors", balance.accepted);
  line("  waiting in the tray", balance.waiting);
  line("  being filed", balance.taken);
  line("  filed", balance.filed);
  line("  nowhere", balance.lost.size());
  line("  nowhere, and dealt with", balance.settled);
  line("documents declared on delivery", balance.counts.documents_declared);
  line("documents filed or erased", balance.counts.documents);
  line("dossiers", balance.counts.dossiers);
  line("tombstones of erased dossiers", balance.counts.tombstones);
  line("jobs waiting", balance.counts.jobs);
  line("dead letters (need a person)", balance.counts.dead_jobs);
  for (const Id& id : balance.lost) std::cout << "LOST: " << id.hex() << " was acknowledged and is nowhere\n";
  for (const Tray::Damaged& one : balance.damaged)
    std::cout << "DAMAGED: bundle " << one.bundle.hex() << ", kept as " << one.path << " (docs/operators/damage.md)\n";
  for (const Id& id : balance.doubled)
    std::cout << "note: " << id.hex() << " is filed and still in the tray; the worker removes it when it runs\n";
  std::cout << (balance.zero() ? "Balance: 0\n" : "Balance: NOT zero\n");
}

/// Somebody has dealt with a loss or a damaged bundle: on the record, then it is no gap any more.
Result<void> settle(const std::string& path, const std::string& id_text) {
  TRY_ASSIGN(const Id id, Id::parse(id_text));
  TRY_ASSIGN(InnerZone zone, open_inner_zone(path));
  TRY_ASSIGN(const Balance balance, add_up(zone.config));
  const bool lost = std::ranges::find(balance.lost, id) != balance.lost.end();
  if (!lost && std::ranges::find(balance.damaged, id, &Tray::Damaged::bundle) == balance.damaged.end())
    return fail(Code::kNotFound, "settle: neither lost nor damaged", id_text);
  TRY_DO(zone.ledger->record(zone.actor, "beheerder", "tray.settle", {.object = id_text}));
  TRY_ASSIGN(const Tray tray, Tray::open(zone.config.incoming(), 0));
  return lost ? tray.settle(id) : tray.remove_damaged(id);
}

int balance(const Arguments& arguments) {
  CLI::App app{
      "Adds up every item that a door ever acknowledged and says where each one is. Zero: nothing fell between two "
      "chairs.\n"
      "Reads only, but for 'settle'; may run at any time.\nExit status: 0 zero, 1 a gap (each is named).",
      "zegelpost balance"};
  std::string path, id;
  add_config_option(app, path);
  CLI::App* ends = app.add_subcommand(
      "settle", "say that somebody has dealt with an item named LOST, or with a DAMAGED bundle, which is then removed");
  add_config_option(*ends, path);
  ends->add_option("id", id, "item or bundle, 32 hex digits")->required();
  if (const auto status = parse(app, arguments)) return *status;
  if (ends->parsed()) {
    const auto done = settle(path, id);
    return done ? 0 : report("balance", done.error());
  }
  const auto config = load_as_inner(path);
  if (!config) return report("balance", config.error());
  const auto added = add_up(*config);
  if (!added) return report("balance", added.error());
  print(*added);
  return added->zero() ? 0 : 1;
}

}  // namespace

const Command kBalance{"balance", "prove that every acknowledged item is somewhere", balance};

}  // namespace zp::gateway
