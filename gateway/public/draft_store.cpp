#include "gateway/public/draft_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>

#include "crypto/object.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxState = 32 * 1024 * 1024;

constexpr std::size_t kNumberBytes = 4;

/// A state is bound to its number, so neither of the two files can be passed off as the other.
crypto::ObjectLabel state_label(const Id& id, std::uint32_t number) { return {id, id, number}; }

/// The number, big-endian, then the sealed draft.
Bytes sealed_state(const crypto::DataKey& key, const Draft& draft) {
  Bytes state(kNumberBytes);
  for (std::size_t i = 0; i < kNumberBytes; ++i)
    state[i] = static_cast<std::uint8_t>(draft.changes >> 8 * (kNumberBytes - 1 - i));
  const auto sealed = crypto::seal_bytes(key, state_label(draft.id, draft.changes), draft.encode().view());
  state.insert(state.end(), sealed.begin(), sealed.end());
  return state;
}

struct SealedState {
  Bytes bytes;
  std::uint32_t number = 0;
  int slot = 0;
};

Result<SealedState> read_state(const std::string& path, int slot) {
  TRY_ASSIGN(auto bytes, read_file(path, kMaxState));
  if (bytes.size() < kNumberBytes) return fail(Code::kTampered, "read draft", path);
  SealedState state{.bytes = std::move(bytes), .slot = slot};
  for (std::size_t i = 0; i < kNumberBytes; ++i) state.number = state.number << 8 | state.bytes[i];
  return state;
}

Result<Draft> open_state(const SealedState& state, const DraftSecret& secret) {
  TRY_ASSIGN(const auto opened, crypto::open_bytes(secret.state_key(), state_label(secret.id(), state.number),
                                                   ByteView(state.bytes).subspan(kNumberBytes)));
  TRY_ASSIGN(auto draft, Draft::decode(opened.view()));
  draft.changes = state.number;
  return draft;
}

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

Result<void> DraftStore::create(const DraftSecret& secret, Draft draft) const {
  draft.id = secret.id();
  TRY_DO(make_folder(draft_folder(draft.id)));
  TRY_DO(make_folder(item_folder(draft.id)));
  draft.changes = 1;
  const auto sealed = sealed_state(secret.state_key(), draft);
  for (const int slot : {0, 1}) TRY_DO(replace_file(state_path(draft.id, slot), sealed));
  return sync_folder(folder_);
}

Result<DraftStore::Stored> DraftStore::newest(const DraftSecret& secret, std::optional<Draft> known) const {
  auto newer = read_state(state_path(secret.id(), 0), 0);
  auto older = read_state(state_path(secret.id(), 1), 1);
  if (!newer || (older && older->number > newer->number)) std::swap(newer, older);
  if (!newer) return std::unexpected(newer.error());
  if (known && known->changes == newer->number) return Stored{std::move(*known), newer->slot};
  auto draft = open_state(*newer, secret);
  const bool spoiled = !draft && older;
  if (spoiled) draft = open_state(*older, secret);
  if (!draft) return std::unexpected(draft.error());
  return Stored{std::move(*draft), spoiled ? older->slot : newer->slot};
}

Result<Draft> DraftStore::read(const DraftSecret& secret) const {
  auto stored = newest(secret, {});
  if (!stored && stored.error().code != Code::kNotFound) {
    // Two changes in a row may have caught each file half written.
    TRY_ASSIGN(const auto lock, DraftLock::take(draft_folder(secret.id())));
    stored = newest(secret, {});
  }
  if (!stored) return std::unexpected(stored.error());
  return std::move(stored->draft);
}

Result<Draft> DraftStore::update(const DraftSecret& secret, const Change& change, std::optional<Draft> known) const {
  TRY_ASSIGN(const auto lock, DraftLock::take(draft_folder(secret.id())));
  TRY_ASSIGN(auto stored, newest(secret, std::move(known)));
  TRY_DO(change(stored.draft));
  ++stored.draft.changes;
  TRY_DO(overwrite_file(state_path(secret.id(), 1 - stored.slot), sealed_state(secret.state_key(), stored.draft)));
  return std::move(stored.draft);
}

Result<void> DraftStore::remove(const Id& id) const {
  // Findings may come in at this very moment: out of their reach first, then gone. What a crash leaves, sweep() finds
  // by its name.
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
  for (std::filesystem::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    const auto id = Id::parse(entry->path().filename().string());
    if (!id) continue;
    // A folder without a state is one that a crash left while it was made.
    std::time_t changed = 0;
    for (const auto& path : {state_path(*id, 0), state_path(*id, 1), entry->path().string()}) {
      struct stat info {};
      if (::stat(path.c_str(), &info) == 0) changed = std::max(changed, info.st_mtime);
    }
    if (changed == 0 || changed >= oldest) continue;
    TRY_DO(remove(*id));
    ++removed;
  }
  if (error) return fail(Code::kIo, "sweep spool", folder_, error.value());
  return removed;
}

}  // namespace zp::gateway
