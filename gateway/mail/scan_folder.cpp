#include "gateway/mail/scan_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

#include "crypto/hash.h"
#include "gateway/process/descriptor.h"
#include "gateway/process/log.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

constexpr std::int64_t kGivenUpAfter = 10 * 60'000;  // nobody writes to a file for so long and goes on
constexpr std::int64_t kFirstWait = 30'000, kLongestWait = 6 * 3'600'000;
constexpr std::size_t kTail = 2048, kMaxLeft = 10'000;

struct File {
  std::string name;
  struct stat info;
};

/// Regular files that are not hidden, the oldest first.
Result<std::vector<File>> files_in(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  if (!open) return fail_errno("read scanner.folder", folder);
  std::vector<File> files;
  while (const dirent* const entry = ::readdir(open.get())) {
    File file{entry->d_name, {}};
    if (file.name.starts_with('.')) continue;
    if (::fstatat(::dirfd(open.get()), entry->d_name, &file.info, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(file.info.st_mode))
      files.push_back(std::move(file));
  }
  std::ranges::sort(files, [](const File& a, const File& b) {
    return std::tie(a.info.st_mtim.tv_sec, a.info.st_mtim.tv_nsec, a.name) <
           std::tie(b.info.st_mtim.tv_sec, b.info.st_mtim.tv_nsec, b.name);
  });
  return files;
}

bool same(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec && a.st_ctim.tv_sec == b.st_ctim.tv_sec &&
         a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

Result<Descriptor> open_scan(const std::string& path) {
  // Nothing is followed and nothing is waited for: a stranger in the folder may have put a pipe there meanwhile.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) return fail_errno("open scan", {});
  return file;
}

bool ends_like_pdf(const std::string& path, off_t size) {
  const auto file = open_scan(path);
  if (!file) return false;
  std::string tail(kTail, '\0');
  const ssize_t count = ::pread(file->get(), tail.data(), kTail, std::max<off_t>(0, size - static_cast<off_t>(kTail)));
  return count > 0 && tail.substr(0, static_cast<std::size_t>(count)).find("%%EOF") != std::string::npos;
}

std::string uid_of(const struct stat& info) { return std::to_string(info.st_ino); }

enum class Copied { kWhole, kChanged, kUnreadable };

/// An Error lies on our side; whatever is wrong with the file does not.
Result<Copied> copy(const std::string& path, const struct stat& expected, MailWriter& writer) {
  const auto file = open_scan(path);
  struct stat info {};
  if (!file || ::fstat(file->get(), &info) != 0) return Copied::kUnreadable;
  if (!same(info, expected)) return Copied::kChanged;
  Bytes buffer(256 * 1024);
  std::int64_t copied = 0;
  for (;;) {
    const ssize_t count = ::read(file->get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Copied::kUnreadable;
    if (count == 0) break;
    copied += count;
    if (copied > expected.st_size) return Copied::kChanged;
    TRY_DO(writer.append(ByteView(buffer).first(static_cast<std::size_t>(count))));
  }
  if (::fstat(file->get(), &info) != 0) return Copied::kUnreadable;
  return copied == expected.st_size && same(info, expected) ? Copied::kWhole : Copied::kChanged;
}

}  // namespace

Id scan_item(const std::string& name, const struct stat& info) {
  const std::string file =
      fmt::format("scan\n{}\n{} {} {}.{} {}.{}", name, info.st_ino, info.st_size, info.st_mtim.tv_sec,
                  info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
  const auto hash = crypto::sha256(as_bytes(file));
  Id id;
  std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

bool ScanFolder::is_whole(const std::string& name, const Seen& seen, std::int64_t now_ms) const {
  const std::int64_t quiet = now_ms - seen.since_ms;
  if (quiet >= kGivenUpAfter) return true;
  return quiet >= std::int64_t{config_.settle_seconds} * 1000 &&
         ends_like_pdf(config_.folder + "/" + name, seen.info.st_size);
}

bool ScanFolder::waits(const std::string& uid, std::int64_t now_ms) const {
  const auto found = std::ranges::find(state_.left, uid, &LeftMessage::uid);
  return found != state_.left.end() && found->next_ms > now_ms;
}

Result<void> ScanFolder::leave(const std::string& uid, const Error& error, std::int64_t now_ms) {
  auto found = std::ranges::find(state_.left, uid, &LeftMessage::uid);
  if (found == state_.left.end()) {
    if (state_.left.size() == kMaxLeft) return std::unexpected(error);
    found = state_.left.insert(state_.left.end(), {.uid = uid, .reason = {}});
  }
  found->next_ms = now_ms + std::min(kFirstWait << std::min(found->times, 12u), kLongestWait);
  found->reason = error.message();
  ++found->times;
  log_error("scan stays in the folder", error, {{"inode", uid}, {"times", found->times}});
  return save_(state_);
}

/// It is safe in the tray: only the folder does not know yet.
Result<void> ScanFolder::remove(const std::string& name, const struct stat& info, const Id& item, std::int64_t now_ms) {
  const std::string path = config_.folder + "/" + name, uid = uid_of(info);
  struct stat there {};
  // Some scanners use the same name again and again: what came in its place is another scan.
  const bool replaced = ::lstat(path.c_str(), &there) == 0 && !same(there, info);
  const bool gone = replaced || ::unlink(path.c_str()) == 0 || errno == ENOENT;
  if (!gone) {
    if (std::ranges::find(state_.kept, item.hex()) == state_.kept.end()) state_.kept.push_back(item.hex());
    return leave(uid, fail_errno("remove scan: it is safe with us, but may not be deleted").error(), now_ms);
  }
  std::erase(state_.kept, item.hex());
  std::erase_if(state_.left, [&](const LeftMessage& one) { return one.uid == uid; });
  TRY_DO(sync_folder(config_.folder));
  return save_(state_);
}

Result<void> ScanFolder::take(const std::string& name, const struct stat& info, std::int64_t now_ms) {
  const std::string uid = uid_of(info);
  const Id item = scan_item(name, info);
  if (std::ranges::find(state_.kept, item.hex()) != state_.kept.end()) return remove(name, info, item, now_ms);
  if (static_cast<std::uint64_t>(info.st_size) > config_.max_file_bytes)
    return leave(uid, fail(Code::kTooLarge, "take scan: larger than scanner.max_megabytes").error(), now_ms);
  const std::string path = config_.folder + "/" + name;
  auto writer = intake_.begin_scan(item, name);
  if (!writer && writer.error().code == Code::kExists) return {};  // once it is filed, the tray takes it again
  if (!writer) return std::unexpected(writer.error());
  TRY_ASSIGN(const Copied copied, copy(path, info, **writer));
  if (copied == Copied::kUnreadable) return leave(uid, fail_errno("read scan").error(), now_ms);
  if (copied == Copied::kChanged) return {};
  TRY_DO((*writer)->accept());
  state_.last_message_ms = now_ms;
  ++state_.messages;
  return remove(name, info, item, now_ms);
}

void ScanFolder::forget_gone() {
  std::erase_if(state_.left, [&](const LeftMessage& one) {
    return std::ranges::none_of(seen_, [&](const auto& entry) { return uid_of(entry.second.info) == one.uid; });
  });
  std::erase_if(state_.kept, [&](const std::string& item) {
    return std::ranges::none_of(
        seen_, [&](const auto& entry) { return scan_item(entry.first, entry.second.info).hex() == item; });
  });
}

Result<void> ScanFolder::look(std::int64_t now_ms) {
  TRY_ASSIGN(const auto files, files_in(config_.folder));
  std::map<std::string, Seen> now;
  for (const File& file : files) {
    const auto before = seen_.find(file.name);
    const bool unchanged = before != seen_.end() && same(before->second.info, file.info);
    now[file.name] = unchanged ? before->second : Seen{file.info, now_ms};
  }
  seen_ = std::move(now);
  forget_gone();
  for (const File& file : files) {
    const Seen& seen = seen_.at(file.name);
    if (!waits(uid_of(file.info), now_ms) && is_whole(file.name, seen, now_ms))
      TRY_DO(take(file.name, file.info, now_ms));
  }
  return {};
}

}  // namespace zp::gateway
