#include "gateway/store/sqlite.h"

#include <algorithm>
#include <cerrno>
#include <thread>

namespace zp::gateway::sqlite {
namespace {

using namespace std::chrono_literals;

// SQLite's own time-out sleeps up to 100 ms at a time, which starves the last of many writers.
constexpr auto kLongestNap = 20ms;
constexpr int kNapsInWait = static_cast<int>(kLockWait / kLongestNap);

int wait_for_lock(void*, int tries) {
  if (tries >= kNapsInWait) return 0;
  std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(std::chrono::milliseconds(1 + tries), kLongestNap));
  return 1;
}

Code code_of(int extended, int sys_errno) {
  switch (extended) {
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return Code::kNotFound;
    case SQLITE_IOERR_SHMSIZE:
      return Code::kNoSpace;  // the index of the log can't grow
    default:
      break;
  }
  switch (extended & 0xff) {
    case SQLITE_FULL:
      return Code::kNoSpace;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Code::kUnavailable;
    case SQLITE_CONSTRAINT:
      return Code::kConflict;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Code::kTampered;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return sys_errno == ENOSPC || sys_errno == EDQUOT ? Code::kNoSpace : Code::kIo;
    default:
      return Code::kIo;
  }
}

std::unexpected<Error> failure(sqlite3* handle, const char* operation) {
  const int sys_errno = sqlite3_system_errno(handle);
  return fail(code_of(sqlite3_extended_errcode(handle), sys_errno), operation, sqlite3_errmsg(handle), sys_errno);
}

}  // namespace

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Result<bool> Query::step() {
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return failure(sqlite3_db_handle(statement_), "use the database");
  }
}

std::int64_t Query::number(int column) const noexcept { return sqlite3_column_int64(statement_, column); }

std::string Query::text(int column) const { return std::string(as_text(blob(column))); }

Bytes Query::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return Bytes(data, data + sqlite3_column_bytes(statement_, column));
}

Id Query::id(int column) const noexcept {
  Id id;
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  if (data != nullptr && size == id.bytes.size()) std::copy_n(data, size, id.bytes.begin());
  return id;
}

bool Query::null(int column) const noexcept { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

// Binding fails only for a wrong index or no memory: bugs of ours or the end anyway.
void Query::bind_number(int index, std::int64_t value) noexcept {
  ZP_CHECK(sqlite3_bind_int64(statement_, index, value) == SQLITE_OK);
}

void Query::bind_text(int index, std::string_view value) noexcept {
  const char* text = value.data() == nullptr ? "" : value.data();  // a null pointer would bind NULL
  ZP_CHECK(sqlite3_bind_text64(statement_, index, text, value.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
}

void Query::bind_blob(int index, ByteView value) noexcept {
  const void* bytes = value.data() == nullptr ? static_cast<const void*>("") : value.data();
  ZP_CHECK(sqlite3_bind_blob64(statement_, index, bytes, value.size(), SQLITE_STATIC) == SQLITE_OK);
}

Result<Database> Database::open(const std::string& path) {
  sqlite3* handle = nullptr;
  // Without SQLite's own mutex: a connection belongs to one thread at a time.
  const int opened = sqlite3_open_v2(
      path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  Database database(handle);
  if (opened != SQLITE_OK) {
    if (handle == nullptr) return fail(Code::kIo, "open database", path);
    return failure(handle, "open database");
  }
  sqlite3_busy_handler(handle, wait_for_lock, nullptr);
  TRY_DO(database.script(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
      "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"));
  return database;
}

Result<Query> Database::prepare(std::string_view sql) {
  auto found = prepared_.find(sql);
  if (found == prepared_.end()) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &statement, nullptr) != SQLITE_OK)
      return failure(handle_.get(), "prepare for the database");
    found = prepared_.emplace(std::string(sql), statement).first;
  }
  ZP_CHECK(sqlite3_stmt_busy(found->second.get()) == 0);
  return Query(found->second.get());
}

Result<void> Database::script(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return failure(handle_.get(), "use the database");
  return {};
}

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  TRY_DO(database.run(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(database);
}

Transaction::~Transaction() {
  // After a full disk SQLite may have rolled back by itself.
  if (database_ != nullptr && database_->in_transaction()) (void)database_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  TRY_DO(database_->run("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace zp::gateway::sqlite
