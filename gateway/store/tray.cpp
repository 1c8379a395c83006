#include "gateway/store/tray.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
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
constexpr std::string_view kBundle = ".bundle";
constexpr std::string_view kUnfinished = ".part";

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

struct Descriptor {
  explicit Descriptor(int opened) noexcept : fd(opened) {}
  Descriptor(Descriptor&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  int fd;
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

/// Ids of the items (or bundles) in `folder`, the one that was moved in first comes first.
Result<std::vector<Id>> ids_in(const std::string& folder, std::string_view suffix = {}) {
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

Result<Descriptor> open_item(const std::string& path) {
  Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (opened.fd < 0) return fail_errno("open item", path);
  return opened;
}

Result<void> with_file(const std::string& path, Result<void> (*action)(int fd, const std::string& path)) {
  TRY_ASSIGN(const Descriptor file, open_item(path));
  return action(file.fd, path);
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

/// Moves a folder or bundle to a name that must be free.
Result<void> move_item(const std::string& from, const std::string& to) {
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

/// All of the records or none: one without its item would pass for a loss. Other givers wait meanwhile, so that what is
/// cut off again is ours.
Result<void> append_records(int fd, const std::vector<Id>& ids) {
  if (ids.empty()) return {};
  std::string records;
  for (const Id& id : ids) records += journal_record(id);
  struct stat info {};
  if (::flock(fd, LOCK_EX) != 0 || ::fstat(fd, &info) != 0) return fail_errno("lock journal of tray");
  auto written = write_all(fd, as_bytes(records));
  if (!written && ::ftruncate(fd, info.st_size) != 0) written.error().subject = "and what came of it can't be cut off";
  ::flock(fd, LOCK_UN);
  return written;
}

Result<Descriptor> open_journal(const std::string& folder, int flags) {
  Descriptor opened(::open((folder + "/accepted").c_str(), flags | O_CLOEXEC, kJournalMode));
  if (opened.fd < 0) return fail_errno("open journal of tray", folder);
  return opened;
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
    TRY_ASSIGN(const Descriptor journal, open_journal(folder, O_WRONLY | O_CREAT | O_APPEND));
    if (::fchmod(journal.fd, kJournalMode) != 0 || ::fsync(journal.fd) != 0)
      return fail_errno("make journal of tray", folder);
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
  return hand_over(acknowledged ? std::vector{id} : std::vector<Id>{}, prepared, folder_ + "/new/" + id.hex());
}

Result<void> Tray::publish_bundle(const std::vector<const PackedItem*>& items) const {
  TRY_DO(check_space());
  const std::string prepared = unfinished_bundle();
  std::vector<IndexedItem> index;
  std::vector<Id> ids;
  for (const PackedItem* item : items) {
    index.push_back({item->id, {}});
    ids.push_back(item->id);
    for (const PackedFile& one : item->files) index.back().files.push_back({one.name, one.bytes.size()});
  }
  const auto write = [&]() -> Result<void> {
    TRY_ASSIGN(FileWriter file, FileWriter::create(prepared, kFileMode));
    TRY_ASSIGN(const Bytes head, bundle_head(index));
    TRY_DO(file.append(head));
    for (const PackedItem* item : items)
      for (const PackedFile& one : item->files) TRY_DO(file.append(one.bytes));
    return file.close_synced();
  };
  TRY_DO(write());
  return publish_finished(ids, prepared);
}

Result<StreamedItem> Tray::begin_streamed() const {
  TRY_DO(check_space());
  return StreamedItem::create(unfinished_bundle(), kFileMode);
}

Result<void> Tray::publish_streamed(const Id& id, StreamedItem streamed, const std::string& first,
                                    const std::vector<PackedFile>& others) const {
  TRY_DO(check_space());
  TRY_DO(streamed.finish(id, first, others));
  return publish_finished({id}, streamed.path());
}

std::string Tray::unfinished_bundle() const {
  // Written where it is published: then the move concerns one folder, which is synced once.
  return (folder_ + "/new/" + Id::random().hex()).append(kBundle).append(kUnfinished);
}

Result<void> Tray::publish_finished(const std::vector<Id>& ids, const std::string& prepared) const {
  const std::string published = prepared.substr(0, prepared.size() - kUnfinished.size());
  auto done = hand_over(ids, prepared, published);
  if (!done) ::unlink(prepared.c_str());
  return done;
}

Result<void> Tray::hand_over(const std::vector<Id>& acknowledged, const std::string& prepared,
                             const std::string& published) const {
  TRY_ASSIGN(const Descriptor item, open_item(prepared));
  TRY_ASSIGN(const Descriptor journal, open_journal(folder_, O_WRONLY | O_APPEND));
  TRY_DO(move_item(prepared, published));
  if (auto noted = append_records(journal.fd, acknowledged); !noted) {
    (void)move_item(published, prepared);
    return noted;
  }
  // Both were done before one is synced: so they share a commit of the file system's journal. From here on the item
  // stays whatever happens, for its line may be safe already.
  TRY_DO(sync_move(parent_of(prepared), parent_of(published), item.fd));
  if (::fdatasync(journal.fd) != 0) return fail_errno("note item as accepted", published);
  return {};
}

void Tray::discard(const Id& id) const noexcept { (void)remove_tree(folder_ + "/aside/" + id.hex()); }

Result<std::vector<Id>> Tray::waiting() const { return ids_in(folder_ + "/new"); }

Result<std::string> Tray::claim(const Id& id) const {
  // Not synced: after a power cut the item is found in new/ or in taken/, either is right.
  const std::string path = taken_path(id);
  TRY_DO(move_item(folder_ + "/new/" + id.hex(), path));
  return path;
}

Result<std::vector<Id>> Tray::claim_bundles() const {
  const std::string published = folder_ + "/new", claimed = folder_ + "/taken";
  TRY_ASSIGN(const auto waiting, ids_in(published, kBundle));
  for (const Id& id : waiting) {
    const std::string name = ("/" + id.hex()).append(kBundle);
    auto moved = move_item(published + name, claimed + name);
    if (!moved && moved.error().code != Code::kNotFound) return std::unexpected(moved.error());  // else: taken back
  }
  return ids_in(claimed, kBundle);
}

Result<void> Tray::unpack(const Id& bundle) const {
  const std::string path = taken_path(bundle).append(kBundle);
  TRY_ASSIGN(const Bytes bytes, read_file(path, kMaxBundleBytes));
  TRY_ASSIGN(const auto items, parse_bundle(bytes));
  for (const PackedItem& item : items) TRY_DO(unpack_item(item));
  TRY_DO(sync_folder(folder_ + "/taken"));
  if (::unlink(path.c_str()) != 0) return fail_errno("remove bundle", path);
  return sync_folder(folder_ + "/taken");
}

Result<void> Tray::unpack_item(const PackedItem& item) const {
  const std::string target = taken_path(item.id), aside = folder_ + "/aside/" + item.id.hex();
  if (exists(target)) return {};  // an earlier try came as far as this
  TRY_DO(remove_tree(aside));
  if (::mkdir(aside.c_str(), 0700) != 0) return fail_errno("unpack item", aside);
  for (const PackedFile& one : item.files) {
    TRY_ASSIGN(FileWriter file, FileWriter::create(aside + "/" + one.name));
    TRY_DO(file.append(one.bytes));
    TRY_DO(file.close_synced());
  }
  TRY_DO(sync_folder(aside));
  return move_item(aside, target);
}

Result<bool> Tray::is_empty() const {
  TRY_ASSIGN(auto published, names_in(folder_ + "/new"));
  TRY_ASSIGN(const auto claimed, names_in(folder_ + "/taken"));
  std::erase_if(published, [](const std::string& name) { return name.ends_with(kUnfinished); });
  return published.empty() && claimed.empty();
}

Result<std::vector<Id>> Tray::bundled() const {
  std::vector<Id> ids;
  for (const char* place : {"/new", "/taken"}) {
    TRY_ASSIGN(const auto bundles, ids_in(folder_ + place, kBundle));
    for (const Id& bundle : bundles) {
      const auto bytes = read_file((folder_ + place + "/" + bundle.hex()).append(kBundle), kMaxBundleBytes);
      const auto items = bytes ? parse_bundle(*bytes) : std::unexpected(bytes.error());
      if (!items) continue;
      for (const PackedItem& item : *items) ids.push_back(item.id);
    }
  }
  return ids;
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
      if (name.ends_with(suffix) && last_touched(path) < oldest) TRY_DO(remove_tree(path));
    }
  }
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
