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
  std::size_t accepted = 0, waiting = 0, taken = 0, filed = 0;
  StoreCounts counts;
  std::vector<Id> lost;  // acknowledged, and nowhere
  /// In the tray and filed: the taker died before it could tidy up; harmless when it runs again.
  std::vector<Id> doubled;
  bool zero() const { return lost.empty() && counts.documents == counts.documents_declared; }
};

Result<Balance> add_up(const Config& config) {
  // Read in the order in which items move, so that one that moves meanwhile is seen twice rather than not at all.
  TRY_ASSIGN(const Tray tray, Tray::open(config.incoming(), 0));
  TRY_ASSIGN(const std::vector<Id> accepted, tray.accepted());
  TRY_ASSIGN(const std::vector<Id> bundled, tray.bundled());
  TRY_ASSIGN(const std::vector<Id> waiting, tray.waiting());
  TRY_ASSIGN(const std::vector<Id> taken, tray.taken());
  TRY_ASSIGN(const auto store, open_sqlite_store(config.store()));
  Balance balance;
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
  const std::set<Id> all(accepted.begin(), accepted.end());
  balance.accepted = all.size();
  for (const Id& id : all) {
    const bool is_filed = filed.contains(id), is_in_tray = in_tray.contains(id);
    balance.filed += is_filed;
    if (!is_filed && !is_in_tray) balance.lost.push_back(id);
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
  line("documents declared on delivery", balance.counts.documents_declared);
  line("documents filed or erased", balance.counts.documents);
  line("dossiers", balance.counts.dossiers);
  line("tombstones of erased dossiers", balance.counts.tombstones);
  line("jobs waiting", balance.counts.jobs);
  line("dead letters (need a person)", balance.counts.dead_jobs);
  for (const Id& id : balance.lost) std::cout << "LOST: " << id.hex() << " was acknowledged and is nowhere\n";
  for (const Id& id : balance.doubled)
    std::cout << "note: " << id.hex() << " is filed and still in the tray; the worker removes it when it runs\n";
  std::cout << (balance.zero() ? "Balance: 0\n" : "Balance: NOT zero\n");
}

int balance(const Arguments& arguments) {
  CLI::App app{
      "Adds up every item that a door ever acknowledged and says where each one is. Zero: nothing fell between two "
      "chairs.\n"
      "Reads only; may run at any time.\nExit status: 0 zero, 1 a gap (each is named).",
      "zegelpost balance"};
  std::string path;
  add_config_option(app, path);
  if (const auto status = parse(app, arguments)) return *status;
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
