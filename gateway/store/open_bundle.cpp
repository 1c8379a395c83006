#include "gateway/store/open_bundle.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "gateway/store/files.h"
#include "gateway/store/tray_files.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMostRoom = 512 * 1024;
constexpr std::size_t kMagicBytes = 8;  // bundle.h

}  // namespace

Result<OpenBundle> OpenBundle::open(std::string path) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return fail_errno("open bundle", path);
  return OpenBundle(std::move(file), std::move(path), static_cast<std::size_t>(info.st_size));
}

Result<bool> OpenBundle::add(ByteView group, const std::vector<Id>& ids, const TrayJournal& journal) {
  if (bytes_ + group.size() > kFullBytes || std::chrono::steady_clock::now() > opened_ + kOpenFor) return false;
  if (::flock(file_.get(), LOCK_EX) != 0) return fail_errno("lock bundle", path_);
  auto added = exists(path_) ? add_locked(group, ids, journal) : Result<bool>(false);
  ::flock(file_.get(), LOCK_UN);
  return added;
}

Result<bool> OpenBundle::add_locked(ByteView group, const std::vector<Id>& ids, const TrayJournal& journal) {
  const auto write = [&]() -> Result<void> {
    // Its beginning last: what a kill cuts off has none, so nobody takes zeros for the rest of it.
    TRY_DO(write_at(bytes_ + kMagicBytes, group.subspan(kMagicBytes)));
    make_room(bytes_ + group.size());
    TRY_DO(write_at(bytes_, group.first(kMagicBytes)));
    if (::fdatasync(file_.get()) != 0) return fail_errno("sync bundle", path_);
    return journal.append(ids);
  };
  if (auto written = write(); !written) {
    if (::ftruncate(file_.get(), static_cast<off_t>(bytes_)) != 0)
      written.error().subject = "and what came of it can't be cut off";
    return std::unexpected(written.error());
  }
  bytes_ += group.size();
  return true;
}

Result<void> OpenBundle::write_at(std::size_t at, ByteView bytes) const {
  if (::lseek(file_.get(), static_cast<off_t>(at), SEEK_SET) < 0) return fail_errno("write bundle", path_);
  return write_all(file_.get(), bytes);
}

/// To sync what was written over costs less than to sync what a file has grown by. As much as there is already, so that
/// no file is mostly room. Where the disk has none, it goes without.
void OpenBundle::make_room(std::size_t bytes) {
  if (bytes <= room_) return;
  const Bytes zeros(std::min(kMostRoom, bytes));
  room_ = bytes + (write_at(bytes, zeros) ? zeros.size() : 0);
}

Result<void> settle_bundle(const std::string& path) {
  TRY_ASSIGN(const Descriptor file, open_item(path));
  for (int tries = 0; ::flock(file.get(), LOCK_SH | LOCK_NB) != 0; ++tries) {
    if (tries == 1000) return fail(Code::kConflict, "wait for giver of bundle", path);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {};
}

}  // namespace zp::gateway
