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
#include <unordered_set>

#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

// Sticky: a giver removes only its own. Set-group-id: what is dropped belongs to the tray's group, not the
// giver's.
constexpr unsigned kTrayMode = 02710, kDropMode = 03730, kTakenMode = 02710, kItemMode = 02770, kFileMode = 0640;
constexpr mode_t kJournalMode = 0620;
constexpr std::size_t kIdDigits = 32;

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

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

/// Ids among the names in `folder`, the one that was moved in first comes first.
Result<std::vector<Id>> ids_in(const std::string& folder) {
  struct Found {
    timespec moved;
    Id id;
  };
  TRY_ASSIGN(const auto names, names_in(folder));
  std::vector<Found> found;
  for (const std::string& name : names) {
    const auto id = Id::parse(name);
    struct stat info {};
    if (!id || ::lstat((folder + "/" + name).c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) continue;
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

// Its mode is that of the tray, and what was written is on its way to the disk.
Result<void> start_publishing(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
    return fail(Code::kIo, "sync item file: not a regular file", path);
  if (::fchmod(fd, kFileMode) != 0) return fail_errno("set mode of item file", path);
  (void)::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);  // a hint: fsync tells whether it went well
  return {};
}

Result<void> sync_file(int fd, const std::string& path) {
  if (::fsync(fd) != 0) return fail_errno("sync item file", path);
  return {};
}

Result<void> with_file(const std::string& path, Result<void> (*action)(int fd, const std::string& path)) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return fail_errno("open item file", path);
  auto done = action(fd, path);
  ::close(fd);
  return done;
}

Result<void> sync_item(const std::string& folder) {
  TRY_ASSIGN(const auto names, names_in(folder));
  // All are started before one is waited for: they then share one commit of the file system's journal.
  for (const auto action : {start_publishing, sync_file})
    for (const std::string& name : names) TRY_DO(with_file(folder + "/" + name, action));
  if (::chmod(folder.c_str(), kItemMode) != 0) return fail_errno("set mode of item", folder);
  return sync_folder(folder);
}

/// Makes the move of an item between two folders durable. Who may write a folder but not read it can't open it to sync
/// it: then the whole file system that the item lies on is synced. `item`: opened before the move, for the taker may be
/// faster than we are.
Result<void> sync_move(const std::string& from, const std::string& to, int item) {
  auto synced = sync_folder(to);
  if (synced) synced = sync_folder(from);
  if (synced || synced.error().sys_errno != EACCES) return synced;
  if (::syncfs(item) != 0) return fail_errno("sync file system", to);
  return {};
}

/// Moves a folder to a name that must be free.
Result<void> move_folder(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0)
    return fail_errno("move item", to);
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

/// The journal's records begin with the line break, so that one cut off by a crash can't spoil the next.
std::string journal_record(const Id& id) { return "\n" + id.hex(); }

Result<int> open_journal(const std::string& folder, int flags) {
  const int fd = ::open((folder + "/accepted").c_str(), flags | O_CLOEXEC, kJournalMode);
  if (fd < 0) return fail_errno("open journal of tray", folder);
  return fd;
}

}  // namespace

Tray::Tray(std::string folder, std::uint64_t reserve_bytes)
    : folder_(std::move(folder)), reserve_bytes_(reserve_bytes) {}

Result<Tray> Tray::open(std::string folder, std::uint64_t reserve_bytes) {
  TRY_DO(make_folder(folder, kTrayMode));
  TRY_DO(make_folder(folder + "/aside", kDropMode));
  TRY_DO(make_folder(folder + "/new", kDropMode));
  TRY_DO(make_folder(folder + "/taken", kTakenMode));
  if (!exists(folder + "/accepted")) {
    TRY_ASSIGN(const int fd, open_journal(folder, O_WRONLY | O_CREAT | O_APPEND));
    const bool made = ::fchmod(fd, kJournalMode) == 0 && ::fsync(fd) == 0;
    auto failure = fail_errno("make journal of tray", folder);
    ::close(fd);
    if (!made) return failure;
    TRY_DO(sync_folder(folder));
  }
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
  const std::string published = folder_ + "/new/" + id.hex();
  const int item = ::open(prepared.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (item < 0) return fail_errno("open item", prepared);
  auto moved = move_folder(prepared, published);
  if (moved) moved = sync_move(prepared.substr(0, prepared.find_last_of('/')), folder_ + "/new", item);
  ::close(item);
  if (!moved || !acknowledged) return moved;

  TRY_ASSIGN(const int fd, open_journal(folder_, O_WRONLY | O_APPEND));
  auto noted = write_all(fd, as_bytes(journal_record(id)));
  const bool synced = noted && ::fdatasync(fd) == 0;
  auto failure = fail_errno("note item as accepted", id.hex());
  ::close(fd);
  if (synced) return {};
  // A line that was written but maybe not synced may count as accepted, so that item stays.
  if (!noted) (void)move_folder(published, prepared);
  return failure;
}

void Tray::discard(const Id& id) const noexcept { (void)remove_tree(folder_ + "/aside/" + id.hex()); }

Result<std::vector<Id>> Tray::waiting() const { return ids_in(folder_ + "/new"); }

Result<std::string> Tray::claim(const Id& id) const {
  // Not synced: after a power cut the item is found in new/ or in taken/, either is right.
  const std::string path = taken_path(id);
  TRY_DO(move_folder(folder_ + "/new/" + id.hex(), path));
  return path;
}

Result<std::vector<Id>> Tray::taken() const { return ids_in(folder_ + "/taken"); }

std::string Tray::taken_path(const Id& id) const { return folder_ + "/taken/" + id.hex(); }

Result<void> Tray::done(const Id& id) const {
  // Out of taken/ at once, then removed: a crash half-way must not leave an item without half of its files.
  const std::string path = taken_path(id);
  const std::string doomed = folder_ + "/aside/done-" + id.hex();
  if (!exists(path)) return remove_tree(doomed);
  TRY_DO(move_folder(path, doomed));
  TRY_DO(sync_folder(folder_ + "/aside"));
  TRY_DO(sync_folder(folder_ + "/taken"));
  return remove_tree(doomed);
}

Result<void> Tray::sweep(std::int64_t seconds) const {
  const std::string aside = folder_ + "/aside";
  TRY_ASSIGN(const auto names, names_in(aside));
  const std::int64_t oldest = std::time(nullptr) - seconds;
  for (const std::string& name : names)
    if (last_touched(aside + "/" + name) < oldest) TRY_DO(remove_tree(aside + "/" + name));
  return {};
}

Result<std::vector<Id>> Tray::accepted() const {
  TRY_ASSIGN(FileReader reader, FileReader::open(folder_ + "/accepted"));
  std::vector<Id> ids;
  std::unordered_set<Id> seen;  // a giver that could not tell whether a line was synced writes it again
  const auto take = [&](std::string& line) {
    if (const auto id = Id::parse(line); id && seen.insert(*id).second) ids.push_back(*id);
    line.clear();
  };
  std::string line;
  Bytes buffer(64 * 1024);
  for (std::size_t got = buffer.size(); got == buffer.size();) {
    TRY_ASSIGN(got, reader.read(buffer));
    for (const char c : as_text(ByteView(buffer).first(got))) {
      if (c == '\n') {
        take(line);
      } else if (line.size() <= kIdDigits) {
        line += c;
      }
    }
  }
  take(line);
  return ids;
}

}  // namespace zp::gateway
