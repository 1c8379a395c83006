#include "gateway/store/tray.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <memory>

#include "gateway/store/files.h"
#include "gateway/store/tray_files.h"
#include "gateway/store/tray_journal.h"

namespace zp::gateway {
namespace {

// Sticky: a giver removes only its own. Set-group-id: what is dropped belongs to the tray's group, not the
// giver's.
constexpr unsigned kTrayMode = 02710, kDropMode = 03730, kTakenMode = 02710, kItemMode = 02770, kAcceptedMode = 0620;

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

}  // namespace

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

Result<std::vector<std::string>> names_in(const std::string& folder) {
  const std::unique_ptr<DIR, CloseFolder> opened(::opendir(folder.c_str()));
  if (!opened) return fail_errno("list folder", folder);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(opened.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    errno = 0;
  }
  if (errno != 0) return fail_errno("list folder", folder);
  return names;
}

Result<std::vector<Id>> ids_in(const std::string& folder, std::string_view suffix) {
  struct Found {
    timespec moved;
    Id id;
  };
  TRY_ASSIGN(const auto names, names_in(folder));
  std::vector<Found> found;
  for (const std::string& name : names) {
    if (!name.ends_with(suffix)) continue;
    const auto id = Id::parse(name.substr(0, name.size() - suffix.size()));
    const mode_t kind = suffix.empty() ? S_IFDIR : S_IFREG;
    struct stat info {};
    if (!id || ::lstat((folder + "/" + name).c_str(), &info) != 0 || (info.st_mode & S_IFMT) != kind) continue;
    found.push_back({info.st_ctim, *id});
  }
  std::ranges::sort(found, [](const Found& a, const Found& b) {
    return std::tie(a.moved.tv_sec, a.moved.tv_nsec, a.id) < std::tie(b.moved.tv_sec, b.moved.tv_nsec, b.id);
  });
  std::vector<Id> ids;
  ids.reserve(found.size());
  for (const Found& item : found) ids.push_back(item.id);
  return ids;
}

Result<Descriptor> open_item(const std::string& path) {
  Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (opened.get() < 0) return fail_errno("open item", path);
  return opened;
}

Result<void> move_item(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0)
    return fail_errno("move item", to);
  return {};
}

namespace {

// Its mode is that of the tray, and what was written is on its way to the disk.
Result<void> start_publishing(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
    return fail(Code::kIo, "sync item file: not a regular file", path);
  if (::fchmod(fd, kTrayFileMode) != 0) return fail_errno("set mode of item file", path);
  (void)::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);  // a hint: fsync tells whether it went well
  return {};
}

Result<void> sync_file(int fd, const std::string& path) {
  if (::fsync(fd) != 0) return fail_errno("sync item file", path);
  return {};
}

Result<void> with_file(const std::string& path, Result<void> (*action)(int fd, const std::string& path)) {
  TRY_ASSIGN(const Descriptor file, open_item(path));
  return action(file.get(), path);
}

Result<void> sync_item(const std::string& folder) {
  TRY_ASSIGN(const auto names, names_in(folder));
  // All are started before one is waited for: they then share one commit of the file system's journal.
  for (const auto action : {start_publishing, sync_file})
    for (const std::string& name : names) TRY_DO(with_file(folder + "/" + name, action));
  if (::chmod(folder.c_str(), kItemMode) != 0) return fail_errno("set mode of item", folder);
  return sync_folder(folder);
}

std::string parent_of(const std::string& path) { return path.substr(0, path.find_last_of('/')); }

/// Makes the move of an item between two folders durable. Who may write a folder but not read it can't open it to sync
/// it: then the whole file system that the item lies on is synced. `item`: opened before the move, for the taker may be
/// faster than we are.
Result<void> sync_move(const std::string& from, const std::string& to, int item) {
  auto synced = sync_folder(to);
  if (synced && from != to) synced = sync_folder(from);
  if (synced || synced.error().sys_errno != EACCES) return synced;
  if (::syncfs(item) != 0) return fail_errno("sync file system", to);
  return {};
}

/// The last time anything in `folder` was written or moved.
std::int64_t last_touched(const std::string& folder) {
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0) return 0;
  std::int64_t latest = info.st_ctim.tv_sec;
  const auto names = names_in(folder);
  if (!names) return latest;
  for (const std::string& name : *names)
    if (::lstat((folder + "/" + name).c_str(), &info) == 0)
      latest = std::max<std::int64_t>(latest, info.st_ctim.tv_sec);
  return latest;
}

}  // namespace

Tray::Tray(std::string folder, std::uint64_t reserve_bytes)
    : folder_(std::move(folder)), reserve_bytes_(reserve_bytes) {}

Result<Tray> Tray::open(std::string folder, std::uint64_t reserve_bytes) {
  TRY_DO(make_folder(folder, kTrayMode));
  TRY_DO(make_folder(folder + "/aside", kDropMode));
  TRY_DO(make_folder(folder + "/new", kDropMode));
  TRY_DO(make_folder(folder + "/taken", kTakenMode));
  TRY_DO(TrayJournal::make(folder + std::string(kAccepted), kAcceptedMode));
  return Tray(std::move(folder), reserve_bytes);
}

Result<void> Tray::check_space() const {
  TRY_ASSIGN(const std::uint64_t free, free_bytes(folder_));
  if (free < reserve_bytes_) return fail(Code::kNoSpace, "accept into tray: less than the reserve is free", folder_);
  return {};
}

Result<std::string> Tray::begin(const Id& id) const {
  TRY_DO(check_space());
  const std::string hex = id.hex();
  for (const char* place : {"/new/", "/taken/"})
    if (exists(folder_ + place + hex)) return fail(Code::kExists, "begin item", hex);
  const std::string aside = folder_ + "/aside/" + hex;
  if (::mkdir(aside.c_str(), 0700) != 0) return fail_errno("begin item", hex);
  return aside;
}

Result<void> Tray::publish(const Id& id, const std::string& prepared, bool acknowledged) const {
  TRY_DO(check_space());
  TRY_DO(sync_item(prepared));
  TRY_ASSIGN(const TrayJournal journal, TrayJournal::open(journal_path()));
  TRY_DO(
      hand_over(acknowledged ? std::vector{id} : std::vector<Id>{}, prepared, folder_ + "/new/" + id.hex(), journal));
  return journal.sync();
}

Result<void> Tray::hand_over(const std::vector<Id>& acknowledged, const std::string& prepared,
                             const std::string& published, const TrayJournal& journal) const {
  TRY_ASSIGN(const Descriptor item, open_item(prepared));
  TRY_DO(move_item(prepared, published));
  if (auto noted = journal.append(acknowledged); !noted) {
    (void)move_item(published, prepared);
    return noted;
  }
  // Both were done before one is synced: so they share a commit of the file system's journal. From here on the item
  // stays whatever happens, for its line may be safe already.
  return sync_move(parent_of(prepared), parent_of(published), item.get());
}

void Tray::discard(const Id& id) const noexcept { (void)remove_tree(folder_ + "/aside/" + id.hex()); }

Result<std::vector<Id>> Tray::waiting() const { return ids_in(folder_ + "/new"); }

Result<std::string> Tray::claim(const Id& id) const {
  // Not synced: after a power cut the item is found in new/ or in taken/, either is right.
  const std::string path = taken_path(id);
  TRY_DO(move_item(folder_ + "/new/" + id.hex(), path));
  return path;
}

Result<bool> Tray::is_empty() const {
  TRY_ASSIGN(auto published, names_in(folder_ + "/new"));
  TRY_ASSIGN(const auto claimed, names_in(folder_ + "/taken"));
  std::erase_if(published, [](const std::string& name) { return name.ends_with(kUnfinished); });
  return published.empty() && claimed.empty();
}

Result<std::vector<Id>> Tray::taken() const { return ids_in(folder_ + "/taken"); }

std::string Tray::taken_path(const Id& id) const { return folder_ + "/taken/" + id.hex(); }

Result<void> Tray::done(const Id& id) const {
  // Out of taken/ at once, then removed: a crash half-way must not leave an item without half of its files.
  const std::string path = taken_path(id);
  const std::string doomed = folder_ + "/aside/done-" + id.hex();
  if (!exists(path)) return remove_tree(doomed);
  TRY_DO(move_item(path, doomed));
  TRY_DO(sync_folder(folder_ + "/aside"));
  TRY_DO(sync_folder(folder_ + "/taken"));
  return remove_tree(doomed);
}

Result<void> Tray::sweep(std::int64_t seconds) const {
  const std::int64_t oldest = std::time(nullptr) - seconds;
  for (const auto& [place, suffix] : {std::pair{"/aside/", std::string_view()}, std::pair{"/new/", kUnfinished}}) {
    TRY_ASSIGN(const auto names, names_in(folder_ + place));
    for (const std::string& name : names) {
      const std::string path = folder_ + place + name;
      if (name.starts_with(kTorn)) continue;  // a person looks at what may have been mail
      if (name.ends_with(suffix) && last_touched(path) < oldest) TRY_DO(remove_tree(path));
    }
  }
  return {};
}

std::string Tray::journal_path() const { return folder_ + std::string(kAccepted); }

Result<std::vector<Id>> Tray::accepted() const { return TrayJournal::read(journal_path()); }

}  // namespace zp::gateway
