// kill -9 at random moments: what was acknowledged is there afterwards, once and whole.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "gateway/store/files.h"
#include "gateway/store/ledger_file.h"
#include "gateway/store/object_store.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/tray.h"
#include "tests/integration/store/support.h"

namespace zp::gateway::test {
namespace {

constexpr int kRounds = 25, kLongestMs = 80;

void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message());
}

void put(const std::string& path, ByteView content) {
  FileWriter writer = value_of(FileWriter::create(path));
  must(writer.append(content));
  must(writer.close_synced());
}

/// Content that tells whose it is, so that a swapped or half one shows.
Bytes content_of(const Id& id) {
  Bytes content;
  for (int i = 0; i < 500; ++i) content.insert(content.end(), id.bytes.begin(), id.bytes.end());
  return content;
}

std::set<Id> as_set(const std::vector<Id>& ids) { return {ids.begin(), ids.end()}; }

/// A third of the items in a folder, a third in a bundle, a third in one that stays open.
void give(const Tray& tray, const Id& id) {
  static std::optional<OpenBundle> open;
  if (const int way = id.bytes[0] % 3; way != 0) {
    const PackedItem item{id, {{"item.json", bytes("{}")}, {"object", content_of(id)}}};
    return must(way == 1 ? tray.publish_bundle({&item}) : tray.publish_bundle({&item}, open));
  }
  const std::string aside = value_of(tray.begin(id));
  put(aside + "/item.json", bytes("{}"));
  put(aside + "/object", content_of(id));
  must(tray.publish(id, aside));
}

void unpack_all(const Tray& tray) {
  for (const Id& bundle : value_of(tray.claim_bundles())) value_of(tray.unpack(bundle));
}

Dossier a_dossier(const Id& id) {
  Dossier dossier;
  dossier.id = id;
  dossier.reference = id.hex();
  dossier.kind = "avg-inzage";
  dossier.channel = "web";
  dossier.profile = content_of(id);
  return dossier;
}

KeyRow a_key(const Id& dossier) { return {dossier, dossier, content_of(dossier), bytes("wrapped " + dossier.hex())}; }

class CrashTest : public testing::Test {
 protected:
  std::unique_ptr<Store> open_store() { return value_of(open_sqlite_store(folder_ / "store")); }
  Tray open_tray() { return value_of(Tray::open(folder_ / "tray", 0)); }

  TempFolder folder_;
  std::set<Id> acknowledged_;

  void remember(const std::vector<Id>& ids) { acknowledged_.insert(ids.begin(), ids.end()); }
};

TEST_F(CrashTest, AKilledGiverLosesNothingItAcknowledged) {
  const Tray tray = open_tray();
  for (int round = 0; round < kRounds; ++round) {
    remember(killed_while(
        [&](const auto& acknowledge) {
          while (true) {
            const Id id = Id::random();
            give(tray, id);
            acknowledge(id);
          }
        },
        kLongestMs));
    auto waiting = as_set(value_of(tray.waiting()));
    waiting.merge(as_set(value_of(tray.bundled())));
    const auto accepted = value_of(tray.accepted());
    EXPECT_EQ(as_set(accepted).size(), accepted.size());
    EXPECT_TRUE(std::ranges::includes(waiting, acknowledged_));
    EXPECT_TRUE(std::ranges::includes(as_set(accepted), acknowledged_));
    EXPECT_TRUE(std::ranges::includes(waiting, as_set(accepted)));
  }
  EXPECT_FALSE(acknowledged_.empty());
  for (const Id& id : value_of(tray.waiting())) (void)value_of(tray.claim(id));
  unpack_all(tray);
  for (const Id& id : value_of(tray.taken()))
    EXPECT_EQ(value_of(read_file(tray.taken_path(id) + "/object")), content_of(id)) << "half-visible";
}

/// Files what the tray holds, as the worker does; harmless to do again after a crash at any point.
void file_all(const Tray& tray, ObjectStore& objects, Store& store, const std::function<void(const Id&)>& acknowledge) {
  unpack_all(tray);
  for (const Id& id : value_of(tray.waiting())) (void)value_of(tray.claim(id));
  for (const Id& id : value_of(tray.taken())) {
    must(objects.put_file(id, 0, tray.taken_path(id) + "/object"));
    const auto filed = store.write([&](StoreWriter& w) -> Result<void> {
      TRY_DO(w.add_submission(
          {.id = id, .dossier = id, .reference = id.hex(), .channel = "web", .received = 1, .documents = 1}));
      TRY_DO(w.add_dossier(a_dossier(id), {random_bytes(16)}));
      TRY_DO(w.add_key(a_key(id)));
      TRY_DO(w.add_object({.id = id,
                           .dossier = id,
                           .document = id,
                           .context = id,
                           .keys = {id},
                           .role = "original",
                           .page = 0,
                           .bytes = 8000}));
      Document document;
      document.id = document.dossier = document.submission = document.object = document.key = id;
      return w.add_document(document);
    });
    if (!filed && filed.error().code != Code::kExists) must(filed);
    must(tray.done(id));
    acknowledge(id);
  }
}

TEST_F(CrashTest, AKilledTakerFilesEachItemOnce) {
  const Tray tray = open_tray();
  constexpr std::size_t kItems = 80;
  std::set<Id> given;
  for (std::size_t i = 0; i < kItems; ++i) give(tray, *given.insert(Id::random()).first);
  for (int round = 0; round < kRounds; ++round)
    remember(killed_while(
        [&](const auto& acknowledge) {
          const auto objects = value_of(open_folder_objects(folder_ / "objects"));
          file_all(tray, *objects, *open_store(), acknowledge);
        },
        2 * kLongestMs));
  const auto objects = value_of(open_folder_objects(folder_ / "objects"));
  const auto store = open_store();
  file_all(tray, *objects, *store, [](const Id&) {});
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "tray/new"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "tray/taken"));
  must(store->read([&](StoreReader& r) -> Result<void> {
    EXPECT_EQ(as_set(value_of(r.submission_ids())), given);
    const StoreCounts counts = value_of(r.counts());
    EXPECT_EQ(counts.submissions, kItems);
    EXPECT_EQ(counts.dossiers, kItems);
    EXPECT_EQ(counts.documents, counts.documents_declared);
    for (const Id& id : given) {
      EXPECT_EQ(value_of(r.keys(id)).size(), 1u);
      Bytes content(9000);
      content.resize(value_of(value_of(objects->get(id, 0))(content)));
      EXPECT_EQ(content, content_of(id));
    }
    return {};
  }));
}

TEST_F(CrashTest, AKilledWriterLeavesNoDossierWithoutItsKeys) {
  for (int round = 0; round < kRounds; ++round) {
    remember(killed_while(
        [&](const auto& acknowledge) {
          const auto store = open_store();
          while (true) {
            const Id id = Id::random();
            must(store->write([&](StoreWriter& w) -> Result<void> {
              TRY_DO(w.add_dossier(a_dossier(id), {}));
              return w.add_key(a_key(id));
            }));
            acknowledge(id);
          }
        },
        2 * kLongestMs));
    const auto store = open_store();
    must(store->read([&](StoreReader& r) -> Result<void> {
      TRY_ASSIGN(const auto dossiers, r.dossiers({.limit = 1'000'000}));
      std::set<Id> present;
      for (const Dossier& dossier : dossiers) {
        present.insert(dossier.id);
        EXPECT_EQ(dossier.profile, content_of(dossier.id));
        EXPECT_EQ(value_of(r.keys(dossier.id)).size(), 1u);
      }
      EXPECT_TRUE(std::ranges::includes(present, acknowledged_));
      return {};
    }));
  }
  EXPECT_FALSE(acknowledged_.empty());
}

TEST_F(CrashTest, AShredThatIsCutOffIsFinishedOrNeverBegan) {
  std::vector<Id> all;
  {
    const auto store = open_store();
    must(store->write([&](StoreWriter& w) -> Result<void> {
      for (int i = 0; i < 300; ++i) {
        all.push_back(Id::random());
        TRY_DO(w.add_dossier(a_dossier(all.back()), {}));
        TRY_DO(w.add_key(a_key(all.back())));
      }
      return {};
    }));
  }
  for (int round = 0; round < kRounds; ++round) {
    remember(killed_while(
        [&](const auto& acknowledge) {
          const auto store = open_store();
          for (const Id& id : all) {
            must(store->write([&](StoreWriter& w) -> Result<void> {
              const Dossier dossier = a_dossier(id);
              TRY_DO(w.shred({.dossier = id,
                              .reference = dossier.reference,
                              .kind = dossier.kind,
                              .erased = 1,
                              .confirmed_by = {},
                              .documents = 0}));
              return {};
            }));
            acknowledge(id);
          }
        },
        kLongestMs));
    std::set<Id> erased;
    {
      const auto store = open_store();
      must(store->read([&](StoreReader& r) -> Result<void> {
        for (const Tombstone& stone : value_of(r.tombstones())) erased.insert(stone.dossier);
        for (const Id& id : all) EXPECT_EQ(value_of(r.keys(id)).size(), erased.contains(id) ? 0u : 1u);
        return {};
      }));
    }
    EXPECT_TRUE(std::ranges::includes(erased, acknowledged_));
    const Bytes raw = value_of(read_file(folder_ / "store/keys.db"));
    for (const Id& id : erased)
      EXPECT_FALSE(holds(raw, bytes("wrapped " + id.hex()))) << "a destroyed key is still on disk";
  }
  EXPECT_FALSE(acknowledged_.empty());
}

TEST_F(CrashTest, AKilledActorLeavesEveryEntryItWasToldOfInTheLedger) {
  for (int round = 0; round < kRounds; ++round) {
    remember(killed_while(
        [&](const auto& acknowledge) {
          const auto ledger = value_of(open_ledger_files(folder_ / "ledger"));
          while (true) {
            const Id id = Id::random();
            (void)value_of(ledger->append({id.hex(), "second line of " + id.hex()}));
            acknowledge(id);
          }
        },
        kLongestMs));
    const auto ledger = value_of(open_ledger_files(folder_ / "ledger"));
    (void)value_of(ledger->append({"after round"}));
    std::multiset<Id> present;
    must(ledger->read(0, UINT64_MAX,
                      [&](std::uint64_t, std::string_view line, const crypto::Digest& leaf) -> Result<void> {
                        EXPECT_EQ(leaf, crypto::leaf_hash(line));
                        if (const auto id = Id::parse(line)) present.insert(*id);
                        return {};
                      }));
    EXPECT_TRUE(std::ranges::includes(present, acknowledged_));
    EXPECT_EQ(std::set<Id>(present.begin(), present.end()).size(), present.size());
  }
  EXPECT_FALSE(acknowledged_.empty());
}

TEST_F(CrashTest, AKilledPutLeavesWholeObjectsOnly) {
  for (int round = 0; round < kRounds; ++round)
    remember(killed_while(
        [&](const auto& acknowledge) {
          const auto objects = value_of(open_folder_objects(folder_ / "objects"));
          while (true) {
            const Id id = Id::random();
            must(objects->put_bytes(id, 0, content_of(id)));
            acknowledge(id);
          }
        },
        kLongestMs));
  const auto objects = value_of(open_folder_objects(folder_ / "objects"));
  for (const Id& id : acknowledged_) EXPECT_EQ(error_of(objects->get(id, 0)), "");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "objects")) {
    if (!entry.is_regular_file() || entry.path().parent_path().filename() == "aside") continue;
    EXPECT_EQ(value_of(read_file(entry.path().string())),
              content_of(value_of(Id::parse(entry.path().stem().string()))));
  }
  EXPECT_FALSE(acknowledged_.empty());
}

}  // namespace
}  // namespace zp::gateway::test
