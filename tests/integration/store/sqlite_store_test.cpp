// SQLite behind the Store interface: the conformance suite, and what is SQLite's own.
#include "gateway/store/sqlite_store.h"

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/store/store_suite.h"

namespace zp::gateway::test {
namespace {

class SqliteHome final : public StoreHome {
 public:
  Result<std::unique_ptr<Store>> open() override { return open_sqlite_store(folder_.path()); }
  std::string folder() const override { return folder_.path(); }

 private:
  TempFolder folder_;
};

const auto kBackends = testing::Values(StoreBackend{"sqlite", [] { return std::make_unique<SqliteHome>(); }});
const auto kName = [](const auto& info) { return info.param.name; };

/// Runs SQL on the file behind the store's back.
void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

Dossier a_dossier() {
  Dossier dossier;
  dossier.id = Id::random();
  dossier.reference = dossier.id.hex();
  dossier.kind = "avg-inzage";
  dossier.channel = "web";
  return dossier;
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreSuite, kBackends, kName);
INSTANTIATE_TEST_SUITE_P(Sqlite, ShreddedDossier, kBackends, kName);

TEST(SqliteStore, RefusesASchemaNewerThanThisProgram) {
  for (const char* name : {"/zegelpost.db", "/keys.db"}) {
    const TempFolder folder;
    EXPECT_EQ(error_of(open_sqlite_store(folder.path())), "");
    run_sql(folder.path() + name, "INSERT INTO schema_version VALUES (99, 'later')");
    EXPECT_TRUE(fails_with(open_sqlite_store(folder.path()), Code::kConfig));
  }
}

TEST(SqliteStore, KeepsItsFilesForItself) {
  const TempFolder folder;
  const auto store = value_of(open_sqlite_store(folder / "store"));
  for (const char* name : {"/store/zegelpost.db", "/store/keys.db", "/store/zegelpost.db-wal"}) {
    struct stat info {};
    ASSERT_EQ(::stat((folder.path() + name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << name;
  }
}

TEST(SqliteStore, RefusesADamagedFile) {
  const TempFolder folder;
  {
    const auto store = value_of(open_sqlite_store(folder.path()));
    ASSERT_EQ(error_of(store->write([](StoreWriter& w) { return w.add_dossier(a_dossier(), {}); })), "");
  }
  ASSERT_EQ(::truncate((folder / "zegelpost.db").c_str(), 5000), 0);
  const auto damaged = open_sqlite_store(folder.path());
  EXPECT_TRUE(fails_with(damaged, Code::kTampered));
}

TEST(SqliteStore, FinishesAtOpeningAShredThatWasCutOff) {
  const TempFolder folder;
  const Bytes sealed = random_bytes(700), wrapped = random_bytes(40);
  const Dossier dossier = a_dossier();
  const auto file = [&](Store& store) {
    return store.write([&](StoreWriter& w) -> Result<void> {
      TRY_DO(w.add_dossier(dossier, {}));
      return w.add_key({Id::random(), dossier.id, sealed, wrapped});
    });
  };
  ASSERT_EQ(error_of(file(*value_of(open_sqlite_store(folder.path())))), "");
  // What a crash leaves after the main database was committed and before the keys were destroyed.
  run_sql(folder / "zegelpost.db",
          "UPDATE dossiers SET state = 'erased'; INSERT INTO shreds_pending SELECT id FROM dossiers");
  ASSERT_TRUE(any_file_holds(folder.path(), wrapped));
  const auto store = value_of(open_sqlite_store(folder.path()));
  EXPECT_EQ(error_of(store->read([&](StoreReader& r) -> Result<void> {
              TRY_ASSIGN(const auto keys, r.keys(dossier.id));
              EXPECT_EQ(keys.size(), 0u);
              return {};
            })),
            "");
  const pid_t search = in_child([&] {  // closing the files here would drop SQLite's locks on them
    return !any_file_holds(folder.path(), sealed) && !any_file_holds(folder.path(), wrapped);
  });
  EXPECT_TRUE(succeeded(search));
}

TEST(SqliteStore, ShredsTheCopyOfAKeyThatACrashWhileFilingLeftBehind) {
  const TempFolder folder;
  const Bytes sealed = random_bytes(700), wrapped = random_bytes(40);
  const Dossier lost = a_dossier(), filed = a_dossier();
  {
    const auto store = value_of(open_sqlite_store(folder.path()));
    for (const Dossier& dossier : {lost, filed})
      ASSERT_EQ(error_of(store->write([&](StoreWriter& w) -> Result<void> {
                  TRY_DO(w.add_dossier(dossier, {}));
                  return w.add_key({Id::random(), dossier.id, sealed, wrapped});
                })),
                "");
  }
  // The keys of `lost` were committed, the rest was not.
  run_sql(folder / "zegelpost.db", "DELETE FROM dossiers WHERE reference = '" + lost.reference + "'");
  {
    const auto store = value_of(open_sqlite_store(folder.path()));
    ASSERT_EQ(error_of(store->write([&](StoreWriter& w) -> Result<void> {
                TRY_DO(w.shred({.dossier = filed.id,
                                .reference = filed.reference,
                                .kind = filed.kind,
                                .erased = 1,
                                .confirmed_by = {},
                                .documents = 0}));
                return {};
              })),
              "");
  }
  EXPECT_FALSE(any_file_holds(folder.path(), sealed));
  EXPECT_FALSE(any_file_holds(folder.path(), wrapped));
}

TEST(SqliteStore, ShreddingOneDossierSparesAnotherThatCameWithTheSameKey) {
  const TempFolder folder;
  const auto store = value_of(open_sqlite_store(folder.path()));
  const Bytes sealed = random_bytes(700);
  const Dossier copied = a_dossier(), real = a_dossier();
  for (const Dossier& dossier : {copied, real})
    ASSERT_EQ(error_of(store->write([&](StoreWriter& w) -> Result<void> {
                TRY_DO(w.add_dossier(dossier, {}));
                return w.add_key({Id::random(), dossier.id, sealed, bytes("wrapped")});
              })),
              "");
  ASSERT_EQ(error_of(store->write([&](StoreWriter& w) -> Result<void> {
              TRY_DO(w.shred({.dossier = copied.id,
                              .reference = copied.reference,
                              .kind = copied.kind,
                              .erased = 1,
                              .confirmed_by = {},
                              .documents = 0}));
              return {};
            })),
            "");
  EXPECT_EQ(error_of(store->read([&](StoreReader& r) -> Result<void> {
              TRY_ASSIGN(const auto keys, r.keys(real.id));
              EXPECT_EQ(keys.size(), 1u);
              return {};
            })),
            "");
}

}  // namespace zp::gateway::test
