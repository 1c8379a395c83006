#include "gateway/store/ledger_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <nlohmann/json.hpp>

#include "gateway/store/files.h"
#include "gateway/store/line_reader.h"

namespace zp::gateway {
namespace {

using crypto::Digest;

constexpr std::size_t kLeafBytes = sizeof(Digest);
constexpr std::uint64_t kMarkEvery = 256;  // entries between two remembered places

/// An open file for appending and reading at a place.
class LogFile {
 public:
  static Result<LogFile> open(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return fail_errno("open ledger file", path);
    return LogFile(fd, path);
  }
  LogFile(LogFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
  LogFile& operator=(LogFile&&) = delete;
  ~LogFile() {
    if (fd_ >= 0) ::close(fd_);
  }

  int fd() const noexcept { return fd_; }
  const std::string& path() const noexcept { return path_; }

  Result<std::uint64_t> size() const {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) return fail_errno("measure ledger file", path_);
    return static_cast<std::uint64_t>(info.st_size);
  }
  Result<void> cut(std::uint64_t size) const {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return fail_errno("cut ledger file", path_);
    return {};
  }
  /// All of it and synced, or nothing of it: a full disk leaves no half line.
  Result<void> append_synced(ByteView bytes) const {
    TRY_ASSIGN(const std::uint64_t before, size());
    auto wrote = write_all(fd_, bytes);
    if (wrote && ::fdatasync(fd_) != 0) wrote = fail_errno("sync ledger file", path_);
    if (!wrote) (void)cut(before);
    return wrote;
  }

 private:
  LogFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_;
  std::string path_;
};

/// flock(): between processes, and between two openings in one process.
class FileLock {
 public:
  static Result<FileLock> take(const LogFile& file, int kind) {
    while (::flock(file.fd(), kind) != 0)
      if (errno != EINTR) return fail_errno("lock ledger", file.path());
    return FileLock(file.fd());
  }
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock() {
    if (fd_ >= 0) ::flock(fd_, LOCK_UN);
  }

 private:
  explicit FileLock(int fd) noexcept : fd_(fd) {}
  int fd_;
};

Result<Digest> leaf_at(const LogFile& leaves, std::uint64_t index) {
  Digest leaf{};
  if (::pread(leaves.fd(), leaf.data(), leaf.size(), static_cast<off_t>(index * kLeafBytes)) != kLeafBytes)
    return fail_errno("read leaves of ledger", leaves.path());
  return leaf;
}

class LedgerFiles final : public crypto::LedgerStorage {
 public:
  LedgerFiles(LogFile lock, LogFile entries, LogFile leaves, LogFile checkpoints)
      : lock_(std::move(lock)),
        entries_(std::move(entries)),
        leaves_(std::move(leaves)),
        checkpoints_(std::move(checkpoints)) {}

  Result<std::uint64_t> append(const std::vector<std::string>& lines) override {
    Bytes text, hashes;
    for (const std::string& line : lines) {
      if (line.size() > kMaxLine || line.find('\n') != std::string::npos)
        return fail(Code::kMalformed, "append to ledger: not one line of at most 64 KiB");
      add_line(line, text, hashes);
    }
    const std::lock_guard here(mutex_);
    TRY_ASSIGN(const FileLock everywhere, FileLock::take(lock_, LOCK_EX));
    TRY_DO(repair());
    TRY_DO(append_pair(text, hashes));
    const std::uint64_t first = known_.index;
    TRY_ASSIGN(known_.offset, entries_.size());
    known_.index += lines.size();
    return first;
  }

  Result<void> read(std::uint64_t from, std::uint64_t to, const Visit& visit) const override {
    TRY_ASSIGN(const std::uint64_t count, size());
    to = std::min(to, count);
    if (from >= to) return {};
    Place place = nearest_mark(from);
    LineReader reader(entries_.fd(), place.offset);
    for (; place.index < to; ++place.index) {
      if (place.index % kMarkEvery == 0) mark({place.index, reader.offset()});
      // A line that is gone is shown as empty: its leaf hash tells that it was not.
      TRY_ASSIGN(const bool whole, reader.next());
      if (place.index < from) continue;
      TRY_ASSIGN(const Digest leaf, leaf_at(leaves_, place.index));
      TRY_DO(visit(place.index, whole ? reader.line() : std::string_view(), leaf));
    }
    return {};
  }

  Result<std::uint64_t> size() const override {
    const std::lock_guard here(mutex_);
    TRY_ASSIGN(const FileLock everywhere, FileLock::take(lock_, LOCK_SH));
    TRY_ASSIGN(const std::uint64_t bytes, leaves_.size());
    return bytes / kLeafBytes;
  }

  // A note has line breaks of its own, so each is kept as one JSON string on a line.
  Result<void> append_checkpoint(std::string_view note) override {
    using Json = nlohmann::json;
    const std::string line = Json(note).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    const std::lock_guard here(mutex_);
    TRY_ASSIGN(const FileLock everywhere, FileLock::take(lock_, LOCK_EX));
    TRY_DO(cut_torn_line(checkpoints_));
    return checkpoints_.append_synced(as_bytes(line));
  }

  Result<std::vector<std::string>> checkpoints() const override {
    std::vector<std::string> notes;
    LineReader reader(checkpoints_.fd(), 0);
    while (true) {
      TRY_ASSIGN(const bool whole, reader.next());
      if (!whole) return notes;
      const auto note = nlohmann::json::parse(reader.line(), nullptr, false);
      // What is no note any more is handed on as it is: verification names it.
      notes.push_back(note.is_string() ? note.get<std::string>() : std::string(reader.line()));
    }
  }

 private:
  /// Where an entry begins.
  struct Place {
    std::uint64_t index = 0, offset = 0;
  };

  static void add_line(std::string_view line, Bytes& text, Bytes& hashes) {
    const Digest leaf = crypto::leaf_hash(line);
    text.insert(text.end(), line.begin(), line.end());
    text.push_back('\n');
    hashes.insert(hashes.end(), leaf.begin(), leaf.end());
  }

  /// Lines before leaves: an entry counts when its leaf is there.
  Result<void> append_pair(ByteView text, ByteView hashes) {
    TRY_ASSIGN(const std::uint64_t before, entries_.size());
    TRY_DO(entries_.append_synced(text));
    auto done = leaves_.append_synced(hashes);
    if (!done) (void)entries_.cut(before);
    return done;
  }

  static Result<void> cut_torn_line(const LogFile& file) {
    LineReader reader(file.fd(), 0);
    for (bool whole = true; whole;) {
      TRY_ASSIGN(whole, reader.next());
    }
    TRY_ASSIGN(const std::uint64_t size, file.size());
    if (reader.offset() == size) return {};
    return file.cut(reader.offset());
  }

  /// Brings lines and leaves to the same length after a crash, and known_ to their end. Whole lines are never
  /// dropped: who could cut the leaves must not make us cut the lines too.
  Result<void> repair() {
    TRY_ASSIGN(const std::uint64_t leaf_bytes, leaves_.size());
    TRY_ASSIGN(const std::uint64_t entry_bytes, entries_.size());
    if (leaf_bytes == known_.index * kLeafBytes && entry_bytes == known_.offset) return {};
    if (leaf_bytes % kLeafBytes != 0) TRY_DO(leaves_.cut(leaf_bytes - leaf_bytes % kLeafBytes));
    const std::uint64_t leaves = leaf_bytes / kLeafBytes;
    Place place = leaves < known_.index || entry_bytes < known_.offset ? Place{} : known_;
    LineReader reader(entries_.fd(), place.offset);
    std::string last;
    Bytes text, missing;
    while (true) {
      TRY_ASSIGN(const bool whole, reader.next());
      if (!whole) break;
      if (place.index + 1 == leaves) last = reader.line();
      if (place.index >= leaves) add_line(reader.line(), text, missing);
      place = {place.index + 1, reader.offset()};
    }
    if (place.index < leaves)
      return fail(Code::kTampered, "append to ledger: lines are missing; run 'zegelpost ledger verify'",
                  entries_.path());
    if (leaves > 0 && !last.empty()) {
      TRY_ASSIGN(const Digest leaf, leaf_at(leaves_, leaves - 1));
      if (leaf != crypto::leaf_hash(last))
        return fail(Code::kTampered, "append to ledger: the last line was changed; run 'zegelpost ledger verify'",
                    entries_.path());
    }
    if (place.offset < entry_bytes) TRY_DO(entries_.cut(place.offset));
    if (!missing.empty()) TRY_DO(leaves_.append_synced(missing));
    known_ = place;
    return {};
  }

  Place nearest_mark(std::uint64_t index) const {
    const std::lock_guard here(mutex_);
    if (marks_.empty()) return {};
    const std::size_t at = std::min<std::size_t>(index / kMarkEvery, marks_.size() - 1);
    return {at * kMarkEvery, marks_[at]};
  }

  void mark(Place place) const {
    const std::lock_guard here(mutex_);
    if (place.index / kMarkEvery == marks_.size()) marks_.push_back(place.offset);
  }

  LogFile lock_, entries_, leaves_, checkpoints_;
  mutable std::mutex mutex_;                  // flock() does not hold between threads that share a descriptor
  Place known_;                               // the end as this process last saw it, whole and matching
  mutable std::vector<std::uint64_t> marks_;  // offset of entry 0, kMarkEvery, 2 * kMarkEvery, ...
};

}  // namespace

Result<std::unique_ptr<crypto::LedgerStorage>> open_ledger_files(const std::string& folder) {
  TRY_DO(make_folder(folder));
  TRY_ASSIGN(LogFile lock, LogFile::open(folder + "/lock"));
  TRY_ASSIGN(LogFile entries, LogFile::open(folder + "/entries.jsonl"));
  TRY_ASSIGN(LogFile leaves, LogFile::open(folder + "/leaves"));
  TRY_ASSIGN(LogFile checkpoints, LogFile::open(folder + "/checkpoints"));
  TRY_DO(sync_folder(folder));
  return std::make_unique<LedgerFiles>(std::move(lock), std::move(entries), std::move(leaves), std::move(checkpoints));
}

}  // namespace zp::gateway
