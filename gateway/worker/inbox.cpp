#include "gateway/worker/inbox.h"

#include <algorithm>
#include <limits>

#include "gateway/process/log.h"
#include "gateway/store/files.h"
#include "gateway/worker/events.h"
#include "gateway/worker/mail_filing.h"
#include "gateway/worker/scan_filing.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxItemJson = 1024 * 1024;
constexpr std::size_t kMaxKeys = 256;
constexpr TimeMs kFirstWait = 2'000;
constexpr TimeMs kLongestWait = 60'000;

/// Keys of batches are remembered while items are filed, and no longer.
struct Forgets {
  crypto::BatchOpener& opener;
  ~Forgets() { opener.forget(); }
};

/// What trying again can mend. The rest waits for a person.
bool may_pass(Code code) noexcept {
  switch (code) {
    case Code::kUnavailable:
    case Code::kNoSpace:
    case Code::kIo:
    case Code::kConflict:
    case Code::kTimeout:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<Id> file_item(const Tools& tools, const std::string& kind, const std::string& folder,
                     intake::SubmissionManifest manifest, OpenedKeys keys, unsigned slow) {
  const bool unread = slow >= kSlowTries;
  if (kind == "scan" && unread) return file_unread_scan(tools, folder, std::move(manifest), std::move(keys));
  if (kind == "scan") return file_scan(tools, folder, std::move(manifest), std::move(keys));
  if (kind == "mail" && unread) return file_delivery(tools, folder, unread_mail(std::move(manifest), std::move(keys)));
  auto filing = kind == "mail" ? prepare_mail(tools, folder, std::move(manifest), std::move(keys))
                               : prepare_submission(tools, std::move(manifest), std::move(keys));
  if (!filing) return std::unexpected(filing.error());
  return file_delivery(tools, folder, std::move(*filing));
}

Result<void> Inbox::unpack(const std::function<bool()>& stop) {
  TRY_ASSIGN(const auto bundles, tray_.claim_bundles());
  for (const Id& bundle : bundles) {
    if (stop()) break;
    if (waits(bundle)) continue;
    const auto whole = tray_.unpack(bundle);
    if (!whole) {
      note_failure(bundle, whole.error());
      continue;
    }
    failures_.erase(bundle);
    if (!*whole) log(Level::kError, "end of bundle can't be read and waits for a person", {{"bundle", bundle.hex()}});
  }
  return {};
}

Result<std::size_t> Inbox::empty(const std::function<bool()>& stop) {
  TRY_DO(unpack(stop));
  TRY_ASSIGN(const auto taken, tray_.taken());
  TRY_ASSIGN(const auto waiting, tray_.waiting());
  const Forgets forgets{opener_};
  std::size_t filed = 0;
  const auto handle = [&](const Id& item, const std::string& folder) {
    if (auto done = file(item, folder)) {
      failures_.erase(item);
      ++filed;
    } else {
      note_failure(item, done.error());
    }
  };
  for (const Id& item : taken) {
    if (stop()) return filed;
    if (!waits(item)) handle(item, tray_.taken_path(item));
  }
  for (const Id& item : waiting) {
    if (stop()) return filed;
    TRY_ASSIGN(const auto folder, tray_.claim(item));
    handle(item, folder);
  }
  return filed;
}

bool Inbox::waits(const Id& item) const {
  const auto found = failures_.find(item);
  return found != failures_.end() && found->second.next > tools_.office.now();
}

void Inbox::note_failure(const Id& item, const Error& error) {
  Failure& failure = failures_[item];
  const TimeMs wait = std::min(kFirstWait << std::min(failure.times, 8u), kLongestWait);
  failure.next = may_pass(error.code) ? tools_.office.now() + wait : std::numeric_limits<TimeMs>::max();
  ++failure.times;
  if (error.code == Code::kTimeout) ++failure.slow;
  log_error(may_pass(error.code) ? "item not filed yet" : "item waits for a person", error, {{"item", item.hex()}});
}

Result<OpenedKeys> Inbox::open_keys(const std::vector<Bytes>& sealed) {
  if (sealed.empty() || sealed.size() > kMaxKeys) return fail(Code::kMalformed, "open item keys");
  OpenedKeys opened;
  for (const Bytes& one : sealed) {
    TRY_ASSIGN(auto key, opener_.open(crypto::SealedDataKey{one}));
    opened.keys.push_back(std::move(key));
    opened.sealed.push_back(one);
  }
  return opened;
}

Result<void> Inbox::file(const Id& item, const std::string& folder) {
  TRY_ASSIGN(const auto text, read_file(folder + "/item.json", kMaxItemJson));
  TRY_ASSIGN(const auto about, TrayItem::parse(as_text(text)));
  if (about.kind == "event") {
    TRY_DO(handle_event(tools_, about));
  } else {
    TRY_DO(file_delivery_item(item, folder, about));
  }
  return tray_.done(item);
}

Result<void> Inbox::file_delivery_item(const Id& item, const std::string& folder, const TrayItem& about) {
  bool filed = false;
  TRY_DO(tools_.office.store.read([&](StoreReader& store) -> Result<void> {
    filed = store.submission(item).has_value();
    return {};
  }));
  if (filed) return {};  // committed before a crash; only the tray did not know yet
  TRY_ASSIGN(auto keys, open_keys(about.sealed_keys));
  TRY_ASSIGN(const auto sealed, read_file(folder + "/manifest"));
  TRY_ASSIGN(const auto plain, crypto::open_bytes(keys.keys.front(), {item, item, 0}, sealed));
  TRY_ASSIGN(auto manifest, intake::SubmissionManifest::parse(plain.text()));
  if (manifest.id != item) return fail(Code::kMalformed, "read manifest: not of this item", item.hex());
  const auto failed = failures_.find(item);
  const unsigned slow = failed == failures_.end() ? 0 : failed->second.slow;
  TRY_ASSIGN(const auto dossier, file_item(tools_, about.kind, folder, std::move(manifest), std::move(keys), slow));
  log(Level::kInfo, "filed", {{"item", item.hex()}, {"dossier", dossier.hex()}});
  return {};
}

}  // namespace zp::gateway
