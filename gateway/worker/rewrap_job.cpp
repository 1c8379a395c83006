// Data keys come under the zone key and the OpenPGP keys of today: after `zegelpost keys rotate`, after a change of recovery
// keys, and what was still on its way then.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>

#include "crypto/keyring/openpgp.h"
#include "gateway/accounts/accounts.h"
#include "gateway/casework/key_change.h"
#include "gateway/process/log.h"
#include "gateway/store/files.h"
#include "gateway/worker/jobs.h"

namespace zp::gateway {
namespace {

constexpr std::uint32_t kBatch = 25;  // a gpg process each, then one write
constexpr int kBatchesPerTurn = 20;
constexpr TimeMs kNextTurn = 1, kLookAgain = 30'000, kStuckAgain = 3'600'000;
// Other processes may hold rows that they wrapped just before the new key came.
constexpr TimeMs kFormerKeyRests = 120'000;

/// What a turn hands on to the next.
struct Progress {
  Id after;
  std::uint64_t done = 0, stuck = 0;

  static Progress parse(const std::string& payload) {
    const auto json = nlohmann::json::parse(payload, nullptr, false);
    Progress progress;
    if (!json.is_object()) return progress;
    if (const auto after = Id::parse(json.value("after", ""))) progress.after = *after;
    progress.done = json.value("done", std::uint64_t{0});
    progress.stuck = json.value("stuck", std::uint64_t{0});
    return progress;
  }
  std::string payload() const {
    return nlohmann::json{{"after", after.hex()}, {"done", done}, {"stuck", stuck}}.dump();
  }
};

struct Keepers {
  std::shared_ptr<const crypto::ZoneKeys> zone_keys;
  crypto::Resealer resealer;
  Id wanted;

  static Result<Keepers> today(const Tools& tools) {
    const Config& config = tools.office.config;
    std::vector<std::string> recipients = config.keys.recovery_fingerprints;
    recipients.push_back(config.keys.zone_fingerprint);
    TRY_ASSIGN(auto resealer, crypto::Resealer::load(config.public_home(), recipients, tools.office.now() / 1000));
    TRY_ASSIGN(const Bytes sample, resealer.seal(SecretBytes::random(crypto::kDataKeyBytes)));
    auto zone_keys = tools.office.vault.keys();
    const Id wanted = keeping_of(zone_keys->current, sample);
    return Keepers{std::move(zone_keys), std::move(resealer), wanted};
  }

  /// Neither zone key opens what comes from an old backup; the zone's OpenPGP key may.
  Result<crypto::DataKey> opened(const Config& config, const KeyRow& row) const {
    auto key = zone_keys->unwrap(row.wrapped);
    if (key || key.error().code != Code::kTampered) return key;
    TRY_ASSIGN(const auto opener, crypto::Opener::load(config.zone_home()));
    return opener.open(crypto::SealedDataKey{row.sealed});
  }

  Result<KeyRow> kept_anew(const Config& config, const KeyRow& row) const {
    TRY_ASSIGN(const crypto::DataKey key, opened(config, row));
    KeyRow anew = row;
    TRY_ASSIGN(anew.sealed, resealer.seal(key.bytes()));
    anew.wrapped = zone_keys->current.wrap(key);
    anew.keeping = wanted;
    return anew;
  }
};

/// False when there was nothing (more) to do.
Result<bool> do_batch(const Tools& tools, const Keepers& keepers, Progress& progress) {
  std::vector<KeyRow> rows;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(rows, store.keys_kept_otherwise(keepers.wanted, progress.after, kBatch));
    return {};
  }));
  if (rows.empty()) return false;
  std::vector<std::pair<const KeyRow*, KeyRow>> changes;
  for (const KeyRow& row : rows) {
    auto anew = keepers.kept_anew(tools.office.config, row);
    if (anew) {
      changes.emplace_back(&row, std::move(*anew));
    } else if (anew.error().code == Code::kTampered || anew.error().code == Code::kMalformed) {
      ++progress.stuck;
      log_error("data key opens with no key that is here", anew.error(), {{"dossier", row.dossier.hex()}});
    } else {
      return std::unexpected(anew.error());
    }
  }
  TRY_DO(tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    for (const auto& [before, after] : changes) TRY_DO(store.replace_key(*before, after));
    return {};
  }));
  progress.done += changes.size();
  progress.after = rows.back().id;
  return true;
}

Result<void> note(const Tools& tools, const std::string& action, const Progress& progress) {
  return tools.office.ledger.record(tools.actor, "worker", action, {.detail = "keys=" + std::to_string(progress.done)});
}

bool former_key_rests(const Tools& tools) {
  struct stat about {};
  return ::stat(tools.office.config.former_zone_key().c_str(), &about) == 0 &&
         tools.office.now() - about.st_mtim.tv_sec * 1000 < kFormerKeyRests;
}

/// Everything is under the new key: the former one goes.
Result<Next> finish(const Tools& tools, const Keepers& keepers, const Progress& progress) {
  const Config& config = tools.office.config;
  KeyChange change;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(change, key_change(config, store));
    return {};
  }));
  if (!change.under_way && progress.done > 0) TRY_DO(note(tools, "keys.reseal", progress));
  const Progress from_start{{}, change.under_way ? progress.done : 0, 0};
  if (progress.stuck > 0) return Next{kStuckAgain, from_start.payload()};
  if (!change.under_way) return Next{};
  if (change.left > 0 || former_key_rests(tools)) return Next{kLookAgain, from_start.payload()};
  // The keys may have been changed since this turn began.
  if (tools.office.vault.keys()->current.name() != keepers.zone_keys->current.name()) return Next{kNextTurn, "{}"};
  Accounts accounts(tools.office.store, tools.office.vault.source(), config.staff);
  TRY_DO(accounts.seal_anew());
  TRY_DO(note(tools, "keys.rewrapped", progress));
  if (::unlink(config.former_zone_key().c_str()) != 0) return fail_errno("remove former zone key", {});
  TRY_DO(sync_folder(std::filesystem::path(config.former_zone_key()).parent_path().string()));
  log(Level::kInfo, "every data key is under the new zone key", {{"keys", change.keys}});
  return Next{};
}

}  // namespace

Result<Next> rewrap_keys(const Tools& tools, const Job& job) {
  // After a kill the job of before and that of the start are both there: one goes through the table, the other is done.
  static std::mutex one_at_a_time;
  const std::unique_lock lock(one_at_a_time, std::try_to_lock);
  if (!lock) return Next{};
  TRY_ASSIGN(const Keepers keepers, Keepers::today(tools));
  TRY_DO(set_wanted_keeping(tools.office.config, keepers.wanted));
  Progress progress = Progress::parse(job.payload);
  for (int batch = 0; batch < kBatchesPerTurn; ++batch) {
    TRY_ASSIGN(const bool more, do_batch(tools, keepers, progress));
    if (!more) return finish(tools, keepers, progress);
  }
  return Next{kNextTurn, progress.payload()};
}

}  // namespace zp::gateway
