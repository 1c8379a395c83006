// A full disk (a small tmpfs): a clear refusal, no damage, and on it goes when there is space again.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

#include "gateway/store/files.h"
#include "gateway/store/ledger_file.h"
#include "gateway/store/object_store.h"
#include "gateway/store/shelf.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/tray.h"
#include "tests/integration/store/support.h"

namespace zp::gateway::test {
namespace {

constexpr int kDiskKb = 6 * 1024;

class FullDiskTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.made()) GTEST_SKIP() << "needs the right to mount a tmpfs (root)";
  }

  TempFolder folder_;
  SmallDisk disk_{folder_, kDiskKb};
};

/// Does `step` until it fails, which must be for want of space. How often it succeeded.
int until_full(const std::function<Result<void>()>& step) {
  for (int done = 0; done < 100'000; ++done) {
    const auto outcome = step();
    if (outcome) continue;
    EXPECT_TRUE(fails_with(outcome, Code::kNoSpace));
    return done;
  }
  ADD_FAILURE() << "the disk was never full";
  return 0;
}

TEST_F(FullDiskTest, TheTrayRefusesAndKeepsWhatItAccepted) {
  const Tray tray = value_of(Tray::open(folder_ / "tray", 0));
  disk_.fill(300);
  std::vector<Id> accepted;
  const auto give = [&]() -> Result<void> {
    const Id id = Id::random();
    TRY_ASSIGN(const std::string aside, tray.begin(id));
    const auto write_and_publish = [&]() -> Result<void> {
      TRY_ASSIGN(FileWriter writer, FileWriter::create(aside + "/object"));
      TRY_DO(writer.append(random_bytes(20'000)));
      TRY_DO(writer.close_synced());
      return tray.publish(id, aside);
    };
    auto outcome = write_and_publish();
    if (outcome)
      accepted.push_back(id);
    else
      tray.discard(id);
    return outcome;
  };
  EXPECT_GT(until_full(give), 3);
  EXPECT_THAT(value_of(tray.accepted()), testing::ElementsAreArray(accepted));
  EXPECT_THAT(value_of(tray.waiting()), testing::UnorderedElementsAreArray(accepted));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "tray/aside"));
  const auto path = value_of(tray.claim(accepted[0]));
  EXPECT_EQ(value_of(read_file(path + "/object")).size(), 20'000u);
  EXPECT_EQ(error_of(tray.done(accepted[0])), "") << "the taker can still make room";
  disk_.make_room();
  EXPECT_EQ(error_of(give()), "");
}

TEST_F(FullDiskTest, ABundleIsAcceptedWholeOrLeavesNothing) {
  const Tray tray = value_of(Tray::open(folder_ / "tray", 0));
  disk_.fill(300);
  std::vector<Id> accepted;
  const auto give = [&]() -> Result<void> {
    const PackedItem one{Id::random(), {{"0.0", random_bytes(9'000)}}},
        two{Id::random(), {{"0.0", random_bytes(9'000)}}};
    TRY_DO(tray.publish_bundle({&one, &two}));
    accepted.insert(accepted.end(), {one.id, two.id});
    return {};
  };
  EXPECT_GT(until_full(give), 3);
  EXPECT_THAT(value_of(tray.accepted()), testing::ElementsAreArray(accepted));
  EXPECT_THAT(value_of(tray.bundled()), testing::UnorderedElementsAreArray(accepted));
  const auto bundles = value_of(tray.claim_bundles());
  EXPECT_EQ(bundles.size() * 2, accepted.size());
  EXPECT_TRUE(fails_with(tray.unpack(bundles[0]), Code::kNoSpace));
  EXPECT_THAT(value_of(tray.bundled()), testing::UnorderedElementsAreArray(accepted)) << "waits for space";
  disk_.make_room();
  for (const Id& bundle : bundles) EXPECT_EQ(error_of(tray.unpack(bundle)), "");
  EXPECT_THAT(value_of(tray.taken()), testing::UnorderedElementsAreArray(accepted));
  EXPECT_EQ(value_of(read_file(tray.taken_path(accepted[0]) + "/0.0")).size(), 9'000u);
}

TEST_F(FullDiskTest, WhatIsAddedToABundleIsAcceptedWholeOrLeavesNothing) {
  const Tray tray = value_of(Tray::open(folder_ / "tray", 0));
  disk_.fill(300);
  std::vector<Id> accepted;
  std::optional<OpenBundle> open;
  const auto give = [&]() -> Result<void> {
    const PackedItem item{Id::random(), {{"0.0", random_bytes(9'000)}}};
    TRY_DO(tray.publish_bundle({&item}, open));
    accepted.push_back(item.id);
    return {};
  };
  EXPECT_GT(until_full(give), 3);
  EXPECT_THAT(value_of(tray.accepted()), testing::ElementsAreArray(accepted));
  EXPECT_THAT(value_of(tray.bundled()), testing::ElementsAreArray(accepted));
  disk_.make_room();
  EXPECT_EQ(error_of(give()), "") << "and on it goes";
  for (const Id& bundle : value_of(tray.claim_bundles())) EXPECT_EQ(error_of(tray.unpack(bundle)), "");
  EXPECT_THAT(value_of(tray.taken()), testing::UnorderedElementsAreArray(accepted));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "tray/aside")) << "none torn";
}

TEST_F(FullDiskTest, TheTrayKeepsItsReserveFree) {
  const Tray tray = value_of(Tray::open(folder_ / "tray", 1024 * 1024));
  EXPECT_EQ(error_of(tray.check_space()), "");
  disk_.fill(1000);
  EXPECT_TRUE(fails_with(tray.check_space(), Code::kNoSpace));
  EXPECT_TRUE(fails_with(tray.begin(Id::random()), Code::kNoSpace));
  disk_.make_room();
  EXPECT_EQ(error_of(tray.check_space()), "");
}

TEST_F(FullDiskTest, ObjectsAreWholeOrAbsent) {
  const auto objects = value_of(open_folder_objects(folder_ / "objects"));
  disk_.fill(300);
  std::vector<Id> stored;
  const auto put = [&]() -> Result<void> {
    const Id id = Id::random();
    TRY_DO(objects->put_bytes(id, 0, random_bytes(20'000)));
    stored.push_back(id);
    return {};
  };
  EXPECT_GT(until_full(put), 3);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "objects/aside"));
  for (const Id& id : stored) {
    Bytes buffer(30'000);
    EXPECT_EQ(value_of(value_of(objects->get(id, 0))(buffer)), 20'000u);
  }
  disk_.make_room();
  EXPECT_EQ(error_of(put()), "");
}

TEST_F(FullDiskTest, TheShelfKeepsTheFormerMessage) {
  const Shelf shelf = value_of(Shelf::open(folder_ / "shelf"));
  const Id id = Id::random();
  const Envelope envelope{.lock = crypto::RecipientLock::fresh(), .expires_ms = 1, .code_hint = "", .attachments = 0};
  ASSERT_EQ(error_of(shelf.publish_message(id, envelope, bytes("former"), {})), "");
  ASSERT_EQ(error_of(shelf.publish_status(id, "filed")), "");
  disk_.fill(40);
  EXPECT_TRUE(fails_with(shelf.publish_message(id, envelope, random_bytes(100'000), {}), Code::kNoSpace));
  EXPECT_TRUE(fails_with(shelf.publish_receipt(id, random_bytes(100'000)), Code::kNoSpace));
  EXPECT_EQ(value_of(shelf.body(id)), bytes("former"));
  EXPECT_EQ(value_of(shelf.status(id)), "filed");
  disk_.make_room();
  EXPECT_EQ(error_of(shelf.publish_message(id, envelope, bytes("later"), {})), "");
  EXPECT_EQ(value_of(shelf.body(id)), bytes("later"));
}

TEST_F(FullDiskTest, TheLedgerKeepsWholeEntriesAndGoesOn) {
  const auto ledger = value_of(open_ledger_files(folder_ / "ledger"));
  disk_.fill(100);
  const std::string line(1500, 'x');
  const auto append = [&]() -> Result<void> {
    TRY_DO(ledger->append({line, line}));
    return {};
  };
  const int done = until_full(append);
  EXPECT_GT(done, 3);
  EXPECT_EQ(value_of(ledger->size()), static_cast<std::uint64_t>(done) * 2);
  disk_.make_room();
  EXPECT_EQ(value_of(ledger->append({"after"})), static_cast<std::uint64_t>(done) * 2);
  EXPECT_EQ(error_of(ledger->read(0, UINT64_MAX,
                                  [](auto, std::string_view text, const crypto::Digest& leaf) {
                                    EXPECT_EQ(crypto::leaf_hash(text), leaf);
                                    return Result<void>();
                                  })),
            "");
}

std::string integrity(const std::string& path) {
  sqlite3* handle = nullptr;
  std::string verdict = sqlite3_open(path.c_str(), &handle) == SQLITE_OK ? "" : "can't be opened";
  const auto note = [](void* out, int, char** values, char**) {
    *static_cast<std::string*>(out) += values[0];
    return 0;
  };
  sqlite3_exec(handle, "PRAGMA integrity_check", note, &verdict, nullptr);
  sqlite3_close(handle);
  return verdict;
}

class FullDatabaseTest : public FullDiskTest {
 protected:
  Result<void> file(Store& store) {
    Dossier dossier;
    dossier.id = Id::random();
    dossier.reference = dossier.id.hex();
    dossier.profile = random_bytes(3000);
    TRY_DO(store.write([&](StoreWriter& w) -> Result<void> {
      TRY_DO(w.add_dossier(dossier, {random_bytes(32)}));
      return w.add_key({dossier.id, dossier.id, random_bytes(900), random_bytes(40)});
    }));
    filed_.push_back(dossier.id);
    return {};
  }
  void expect_all_there(Store& store) {
    EXPECT_EQ(error_of(store.read([&](StoreReader& r) -> Result<void> {
                EXPECT_EQ(value_of(r.counts()).dossiers, filed_.size());
                for (const Id& id : filed_) EXPECT_EQ(value_of(r.keys(id)).size(), 1u);
                return {};
              })),
              "");
  }

  std::vector<Id> filed_;
};

TEST_F(FullDatabaseTest, RefusesStaysReadableAndGoesOn) {
  auto store = value_of(open_sqlite_store(folder_ / "store"));
  for (int n = 0; n < 5; ++n) ASSERT_EQ(error_of(file(*store)), "");
  disk_.fill(300);
  EXPECT_GT(until_full([&] { return file(*store); }), 3);
  EXPECT_TRUE(fails_with(file(*store), Code::kNoSpace)) << "again and again";
  expect_all_there(*store);
  disk_.make_room();
  EXPECT_EQ(error_of(file(*store)), "");
  expect_all_there(*store);
  store.reset();
  EXPECT_EQ(integrity(folder_ / "store/zegelpost.db"), "ok");
  EXPECT_EQ(integrity(folder_ / "store/keys.db"), "ok");
}

TEST_F(FullDatabaseTest, AnErasureThatFindsNoSpaceSaysSoAndIsFinishedLater) {
  auto store = value_of(open_sqlite_store(folder_ / "store"));
  for (int n = 0; n < 50; ++n) ASSERT_EQ(error_of(file(*store)), "");
  disk_.fill(0);
  const auto shred = [&] {
    return store->write([&](StoreWriter& w) -> Result<void> {
      TRY_DO(w.shred(
          {.dossier = filed_[0], .reference = "x", .kind = "y", .erased = 1, .confirmed_by = {}, .documents = 0}));
      return {};
    });
  };
  const auto refused = shred();
  EXPECT_TRUE(refused || fails_with(refused, Code::kNoSpace));
  disk_.make_room();
  EXPECT_EQ(error_of(shred()), "");
  EXPECT_EQ(error_of(store->read([&](StoreReader& r) -> Result<void> {
              EXPECT_EQ(value_of(r.keys(filed_[0])).size(), 0u);
              EXPECT_EQ(value_of(r.keys(filed_[1])).size(), 1u);
              return {};
            })),
            "");
}

TEST_F(FullDatabaseTest, OpensOnAFullDiskOrSaysThatItIsFull) {
  auto store = value_of(open_sqlite_store(folder_ / "store"));
  for (int n = 0; n < 5; ++n) ASSERT_EQ(error_of(file(*store)), "");
  store.reset();
  disk_.fill(0);
  const auto opened = open_sqlite_store(folder_ / "store");
  EXPECT_TRUE(opened || fails_with(opened, Code::kNoSpace));
  disk_.make_room();
  expect_all_there(*value_of(open_sqlite_store(folder_ / "store")));
}

}  // namespace
}  // namespace zp::gateway::test
