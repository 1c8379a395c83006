// gateway/store/sqlite.h - the C API of SQLite with ownership, Results and bound values. Nothing of the
// store's meaning.
//
// Threads: a Database and its Queries belong to one thread at a time.
// Errors: full disk kNoSpace; a lock that is not to be had within kLockWait kUnavailable; unique rule
// kConflict; missing parent row kNotFound; damaged file kTampered; else kIo. Texts are SQLite's own and hold
// no values.
#ifndef GATEWAY_STORE_SQLITE_H_
#define GATEWAY_STORE_SQLITE_H_

#include <sqlite3.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "crypto/base/bytes.h"

namespace zp::gateway::sqlite {

/// How long a writer waits for the others.
inline constexpr std::chrono::seconds kLockWait{30};

/// One run of a prepared statement; the statement is free again when this goes.
class Query {
 public:
  Query(Query&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Query& operator=(Query&&) = delete;
  ~Query();

  /// Goes to the next row; false at the end.
  Result<bool> step();

  // Columns of the current row, from 0.
  std::int64_t number(int column) const noexcept;
  std::string text(int column) const;
  Bytes blob(int column) const;
  /// Zero if the column is null.
  Id id(int column) const noexcept;
  bool null(int column) const noexcept;

  /// Integers, text, bytes, Id, std::optional<Id>; parameters count from 1. The value must outlive the Query.
  template <typename T>
  void bind(int index, const T& value) {
    if constexpr (std::is_integral_v<T>)
      bind_number(index, static_cast<std::int64_t>(value));
    else if constexpr (std::is_same_v<T, Id>)
      bind_blob(index, value.bytes);
    else if constexpr (std::is_same_v<T, std::optional<Id>>) {
      if (value) bind_blob(index, value->bytes);
    } else if constexpr (std::is_convertible_v<T, std::string_view>)
      bind_text(index, value);
    else
      bind_blob(index, value);
  }

 private:
  friend class Database;
  explicit Query(sqlite3_stmt* statement) noexcept : statement_(statement) {}
  void bind_number(int index, std::int64_t value) noexcept;
  void bind_text(int index, std::string_view value) noexcept;
  void bind_blob(int index, ByteView value) noexcept;

  sqlite3_stmt* statement_;
};

class Database {
 public:
  /// Opens or makes `path` in WAL mode, synchronous=FULL, foreign keys on, nothing temporary on disk.
  static Result<Database> open(const std::string& path);

  /// Binds `values` to the parameters in order. At most one Query of the same SQL text at a time.
  template <typename... Values>
  Result<Query> query(std::string_view sql, const Values&... values) {
    TRY_ASSIGN(Query prepared, prepare(sql));
    int index = 0;
    (prepared.bind(++index, values), ...);
    return prepared;
  }
  /// Runs a statement to its end; the number of rows it changed.
  template <typename... Values>
  Result<std::int64_t> run(std::string_view sql, const Values&... values) {
    TRY_ASSIGN(Query prepared, query(sql, values...));
    for (bool more = true; more;) {
      TRY_ASSIGN(more, prepared.step());
    }
    return changes();
  }
  /// Several statements without values.
  Result<void> script(const std::string& sql);
  bool in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  explicit Database(sqlite3* handle) noexcept : handle_(handle) {}
  Result<Query> prepare(std::string_view sql);
  std::int64_t changes() const noexcept { return sqlite3_changes64(handle_.get()); }

  std::unique_ptr<sqlite3, Close> handle_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> prepared_;
};

/// Rolls back unless committed.
class Transaction {
 public:
  enum class Kind {
    kRead,   // one consistent state from the first query on
    kWrite,  // the one writer, across processes
  };
  static Result<Transaction> begin(Database& database, Kind kind);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(Database& database) noexcept : database_(&database) {}
  Database* database_;
};

}  // namespace zp::gateway::sqlite

#endif  // GATEWAY_STORE_SQLITE_H_
