#include "gateway/public/draft_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <filesystem>

#include "crypto/object.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxState = 32 * 1024 * 1024;

crypto::ObjectLabel state_label(const Id& id) { return {id, id, 0}; }

/// Holds a draft's lock file; released by the destructor or by the death of the process.
class DraftLock {
 public:
  static Result<DraftLock> take(const std::string& folder) {
    DraftLock lock(::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.fd_ < 0) return fail_errno("lock draft", folder);
    while (::flock(lock.fd_, LOCK_EX) != 0)
      if (errno != EINTR) return fail_errno("lock draft", folder);
    return lock;
  }
  DraftLock(DraftLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~DraftLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit DraftLock(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace

Result<DraftStore> DraftStore::open(std::string folder) {
  TRY_DO(make_folder(folder));
  return DraftStore(std::move(folder));
}

std::string DraftStore::part_path(const Id& id, const Id& object, std::size_t part) const {
  return item_folder(id) + "/" + object.hex() + "." + std::to_string(part);
}

Result<void> DraftStore::write(const DraftSecret& secret, const Draft& draft) const {
  const auto state = draft.encode();
  const auto sealed = crypto::seal_bytes(secret.state_key(), state_label(secret.id()), state.view());
  return replace_file(draft_folder(secret.id()) + "/state", sealed);
}

Result<void> DraftStore::create(const DraftSecret& secret, Draft draft) const {
  draft.id = secret.id();
  TRY_DO(make_folder(draft_folder(draft.id)));
  TRY_DO(make_folder(item_folder(draft.id)));
  TRY_DO(write(secret, draft));
  return sync_folder(folder_);
}

Result<Draft> DraftStore::read(const DraftSecret& secret) const {
  TRY_ASSIGN(const auto sealed, read_file(draft_folder(secret.id()) + "/state", kMaxState));
  TRY_ASSIGN(const auto state, crypto::open_bytes(secret.state_key(), state_label(secret.id()), sealed));
  return Draft::decode(state);
}

Result<Draft> DraftStore::update(const DraftSecret& secret,
                                 const std::function<Result<void>(Draft&)>& change) const {
  TRY_ASSIGN(const auto lock, DraftLock::take(draft_folder(secret.id())));
  TRY_ASSIGN(auto draft, read(secret));
  TRY_DO(change(draft));
  TRY_DO(write(secret, draft));
  return draft;
}

Result<void> DraftStore::remove(const Id& id) const {
  // Findings may come in at this very moment: out of their reach first, then gone. What a crash leaves, sweep() finds by its name.
  std::error_code error;
  const std::string gone = draft_folder(Id::random());
  std::filesystem::rename(draft_folder(id), gone, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  if (!error) std::filesystem::remove_all(gone, error);
  if (error) return fail(Code::kIo, "remove draft", id.hex(), error.value());
  return sync_folder(folder_);
}

Result<std::size_t> DraftStore::sweep(std::int64_t seconds) const {
  std::size_t removed = 0;
  std::error_code error;
  const auto oldest = std::time(nullptr) - seconds;
  for (std::filesystem::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto id = Id::parse(entry->path().filename().string());
    if (!id) continue;
    struct stat info{};
    // A folder without a state is one that a crash left while it was made.
    const auto state = entry->path().string() + "/state";
    if (::stat(state.c_str(), &info) != 0 && ::stat(entry->path().c_str(), &info) != 0) continue;
    if (info.st_mtime >= oldest) continue;
    TRY_DO(remove(*id));
    ++removed;
  }
  if (error) return fail(Code::kIo, "sweep spool", folder_, error.value());
  return removed;
}

}  // namespace zp::gateway
