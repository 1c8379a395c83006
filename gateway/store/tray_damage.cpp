// Tray: what can't be read any more, and what a person did about it.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "gateway/store/files.h"
#include "gateway/store/tray.h"
#include "gateway/store/tray_files.h"
#include "gateway/store/tray_journal.h"

namespace zp::gateway {
namespace {

constexpr unsigned kSettledMode = 0600;  // no giver says that what it lost does not matter

std::int64_t written_ms(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return 0;
  return info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1'000'000;
}

bool is_readable(const std::string& path) {
  const auto bytes = read_file(path, kMaxBundleBytes);
  if (!bytes) return bytes.error().code == Code::kNotFound;  // unpacked meanwhile
  return parse_bundle(*bytes).has_value();
}

}  // namespace

std::string Tray::torn_path(const Id& bundle) const { return (folder_ + "/aside/").append(kTorn) + bundle.hex(); }

Result<std::vector<Tray::Damaged>> Tray::damaged() const {
  std::vector<Damaged> damaged;
  TRY_ASSIGN(const auto names, names_in(folder_ + "/aside"));
  for (const std::string& name : names) {
    if (!name.starts_with(kTorn)) continue;
    TRY_ASSIGN(const Id bundle, Id::parse(name.substr(kTorn.size())));
    damaged.push_back({bundle, torn_path(bundle), written_ms(torn_path(bundle)), true});
  }
  TRY_ASSIGN(const auto claimed, ids_in(folder_ + "/taken", kBundle));
  for (const Id& bundle : claimed) {
    const std::string path = taken_path(bundle).append(kBundle);
    if (!is_readable(path)) damaged.push_back({bundle, path, written_ms(path), false});
  }
  std::ranges::sort(damaged, {}, &Damaged::written_ms);
  return damaged;
}

Result<void> Tray::remove_damaged(const Id& bundle) const {
  TRY_ASSIGN(const auto all, damaged());
  const auto found = std::ranges::find(all, bundle, &Damaged::bundle);
  if (found == all.end()) return fail(Code::kNotFound, "remove damaged bundle", bundle.hex());
  if (::unlink(found->path.c_str()) != 0) return fail_errno("remove damaged bundle", found->path);
  return {};
}

Result<void> Tray::settle(const Id& item) const {
  const std::string path = folder_ + std::string(kSettled);
  TRY_DO(TrayJournal::make(path, kSettledMode));
  TRY_ASSIGN(const TrayJournal journal, TrayJournal::open(path));
  TRY_DO(journal.append({item}));
  return journal.sync();
}

Result<std::vector<Id>> Tray::settled() const {
  const std::string path = folder_ + std::string(kSettled);
  return exists(path) ? TrayJournal::read(path) : std::vector<Id>{};
}

}  // namespace zp::gateway
