#include "gateway/store/tray_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <unordered_set>

#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kIdDigits = 32;

Result<Descriptor> open_with(const std::string& path, int flags) {
  Descriptor opened(::open(path.c_str(), flags | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
  if (opened.get() < 0) return fail_errno("open journal of tray", path);
  return opened;
}

/// Begins with the line break, so that a record cut off by a crash can't spoil the next.
std::string record(const Id& id) { return "\n" + id.hex(); }

}  // namespace

Result<void> TrayJournal::make(const std::string& path, unsigned mode) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) return {};
  TRY_ASSIGN(const Descriptor journal, open_with(path, O_CREAT));
  if (::fchmod(journal.get(), mode) != 0 || ::fsync(journal.get()) != 0)
    return fail_errno("make journal of tray", path);
  return sync_folder(path.substr(0, path.find_last_of('/')));
}

Result<TrayJournal> TrayJournal::open(const std::string& path) {
  TRY_ASSIGN(Descriptor file, open_with(path, 0));
  return TrayJournal(std::move(file));
}

Result<void> TrayJournal::append(const std::vector<Id>& ids) const {
  if (ids.empty()) return {};
  std::string records;
  for (const Id& id : ids) records += record(id);
  // One without its item would pass for a loss, so all are written or none. Others wait meanwhile: what is cut off again
  // is ours.
  struct stat info {};
  if (::flock(file_.get(), LOCK_EX) != 0 || ::fstat(file_.get(), &info) != 0) return fail_errno("lock journal of tray");
  auto written = write_all(file_.get(), as_bytes(records));
  if (!written && ::ftruncate(file_.get(), info.st_size) != 0)
    written.error().subject = "and what came of it can't be cut off";
  ::flock(file_.get(), LOCK_UN);
  return written;
}

Result<void> TrayJournal::sync() const {
  if (::fdatasync(file_.get()) != 0) return fail_errno("sync journal of tray");
  return {};
}

Result<std::vector<Id>> TrayJournal::read(const std::string& path) {
  TRY_ASSIGN(FileReader reader, FileReader::open(path));
  std::vector<Id> ids;
  std::unordered_set<Id> seen;
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
