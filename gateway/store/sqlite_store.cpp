#include "gateway/store/sqlite_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "gateway/store/files.h"
#include "gateway/store/sqlite_jobs.h"
#include "gateway/store/sqlite_reader.h"
#include "gateway/store/sqlite_schema.h"
#include "gateway/store/sqlite_writer.h"

namespace zp::gateway {
namespace {

using sqlite::Connections;
using sqlite::Transaction;

constexpr std::size_t kIdleReaders = 8;

Result<Connections> connect(const std::string& folder) {
  TRY_ASSIGN(auto main, sqlite::Database::open(folder + "/zegelpost.db"));
  TRY_ASSIGN(auto keys, sqlite::Database::open(folder + "/keys.db"));
  TRY_DO(main.script("PRAGMA secure_delete=FAST"));
  TRY_DO(keys.script("PRAGMA secure_delete=ON"));
  return Connections{std::move(main), std::move(keys)};
}

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string folder, Connections writer) : folder_(std::move(folder)), writer_(std::move(writer)) {}

  /// Finishes what a former process was cut off from. Not being able to (full disk) does not keep the store
  /// shut.
  void finish_former() { shreds_pending_ = !sqlite::finish_shreds(writer_); }

  Result<void> read(const std::function<Result<void>(StoreReader&)>& body) override {
    TRY_ASSIGN(auto connections, take_reader());
    auto outcome = read_with(*connections, body);
    give_back(std::move(connections));
    return outcome;
  }

  Result<void> write(const std::function<Result<void>(StoreWriter&)>& body) override {
    TRY_ASSIGN(const auto lock, lock_writer());
    bool shredded = false;
    {
      TRY_ASSIGN(auto writing, sqlite::Writing::begin(writer_));
      TRY_DO(body(writing));
      TRY_DO(writing.commit());
      shredded = writing.shredded();
    }
    if (!shredded && !shreds_pending_) return {};
    auto finished = sqlite::finish_shreds(writer_);
    shreds_pending_ = !finished;
    // An older erasure that still can't be finished is not this caller's failure: what it wrote is committed.
    if (!shredded) return {};
    return finished;
  }

  Result<Job> lease_job(const std::vector<std::string>& kinds, TimeMs now, TimeMs lease,
                        std::uint32_t per_lane) override {
    TRY_ASSIGN(const auto lock, lock_writer());
    return sqlite::lease_job(writer_.main, kinds, now, lease, per_lane);
  }

  Result<void> release_leases() override {
    TRY_ASSIGN(const auto lock, lock_writer());
    return sqlite::release_leases(writer_.main);
  }

  Result<void> renew_job(Job& job, TimeMs until) override {
    TRY_ASSIGN(const auto lock, lock_writer());
    return sqlite::renew_job(writer_.main, job, until);
  }

  Result<void> complete_job(const Job& job) override {
    TRY_ASSIGN(const auto lock, lock_writer());
    return sqlite::complete_job(writer_.main, job);
  }

  Result<void> retry_job(const Job& job, TimeMs run_at, const std::string& error, bool dead) override {
    TRY_ASSIGN(const auto lock, lock_writer());
    return sqlite::retry_job(writer_.main, job, run_at, error, dead);
  }

  Result<void> revive_job(const Id& id, TimeMs now) override {
    TRY_ASSIGN(const auto lock, lock_writer());
    return sqlite::revive_job(writer_.main, id, now);
  }

 private:
  using Lock = std::unique_lock<std::timed_mutex>;

  Result<Lock> lock_writer() {
    Lock lock(writing_, sqlite::kLockWait);
    if (!lock) return fail(Code::kUnavailable, "write to the store", "another thread keeps the lock");
    return lock;
  }

  static Result<void> read_with(Connections& connections, const std::function<Result<void>(StoreReader&)>& body) {
    TRY_ASSIGN(const auto transaction, Transaction::begin(connections.main, Transaction::Kind::kRead));
    sqlite::Reading<StoreReader> reader(connections);
    return body(reader);
  }

  Result<std::unique_ptr<Connections>> take_reader() {
    {
      const std::lock_guard lock(pool_);
      if (!idle_.empty()) {
        auto connections = std::move(idle_.back());
        idle_.pop_back();
        return connections;
      }
    }
    TRY_ASSIGN(auto connections, connect(folder_));
    TRY_DO(connections.main.script("PRAGMA query_only=ON"));
    TRY_DO(connections.keys.script("PRAGMA query_only=ON"));
    return std::make_unique<Connections>(std::move(connections));
  }

  void give_back(std::unique_ptr<Connections> connections) {
    const std::lock_guard lock(pool_);
    if (idle_.size() < kIdleReaders) idle_.push_back(std::move(connections));
  }

  const std::string folder_;
  std::timed_mutex writing_;
  Connections writer_;           // guarded by writing_
  bool shreds_pending_ = false;  // guarded by writing_
  std::mutex pool_;
  std::vector<std::unique_ptr<Connections>> idle_;  // guarded by pool_
};

/// Held while databases are made and migrated: two processes that start at once must not both do it.
class OpeningLock {
 public:
  static Result<OpeningLock> take(const std::string& folder) {
    const std::string path = folder + "/opening.lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return fail_errno("open store", path);
    OpeningLock lock(fd);
    if (::flock(fd, LOCK_EX) != 0) return fail_errno("lock store", path);
    return lock;
  }
  OpeningLock(OpeningLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpeningLock& operator=(OpeningLock&&) = delete;
  ~OpeningLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit OpeningLock(int fd) noexcept : fd_(fd) {}
  int fd_;
};

/// SQLite would make it readable for everybody; its log takes the mode of the database. One that is there is
/// not opened: closing it again would drop the locks that this process holds on it through SQLite.
Result<void> make_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) return {};
  if (fd < 0) return fail_errno("make database", path);
  ::close(fd);
  return {};
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& folder) {
  TRY_DO(make_folder(folder));
  TRY_ASSIGN(const auto lock, OpeningLock::take(folder));
  for (const char* name : {"/zegelpost.db", "/keys.db"}) TRY_DO(make_private(folder + name));
  TRY_ASSIGN(auto connections, connect(folder));
  TRY_DO(sqlite::migrate_main(connections.main));
  TRY_DO(sqlite::migrate_keys(connections.keys));
  TRY_DO(sync_folder(folder));
  auto store = std::make_unique<SqliteStore>(folder, std::move(connections));
  store->finish_former();
  return store;
}

}  // namespace zp::gateway
