// The key table while zone keys are changed.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/store/store_suite.h"

namespace zp::gateway::test {

using testing::ElementsAre;

TEST_P(StoreSuite, FindsKeysThatAreKeptOtherwiseAndReplacesThem) {
  const Dossier owner = add_dossier();
  const Id wanted = Id::random();
  const auto row = [&](const Id& keeping) {
    return KeyRow{Id::random(), owner.id, random_bytes(20), random_bytes(40), keeping};
  };
  const KeyRow good = row(wanted);
  std::vector<KeyRow> others = {row(Id{}), row(Id::random()), row(Id::random())};
  std::ranges::sort(others, {}, &KeyRow::id);
  ASSERT_EQ(error_of(write([&](StoreWriter& w) -> Result<void> {
              for (const KeyRow& key : {good, others[0], others[1], others[2]}) TRY_DO(w.add_key(key));
              return {};
            })),
            "");
  const auto find = [&](const Id& after, std::uint32_t limit) {
    std::vector<Id> ids;
    for (const KeyRow& key : value_of(
             read<std::vector<KeyRow>>([&](StoreReader& r) { return r.keys_kept_otherwise(wanted, after, limit); })))
      ids.push_back(key.id);
    return ids;
  };
  const auto counts = [&] { return value_of(read<KeyCounts>([&](StoreReader& r) { return r.count_keys(wanted); })); };
  EXPECT_THAT(find(Id{}, 2), ElementsAre(others[0].id, others[1].id));
  EXPECT_THAT(find(others[1].id, 2), ElementsAre(others[2].id));
  EXPECT_EQ(counts().keys, 4u);
  EXPECT_EQ(counts().other, 3u);
  KeyRow anew = others[0];
  anew.sealed = random_bytes(21);
  anew.wrapped = random_bytes(40);
  anew.keeping = wanted;
  const auto replace = [&] { return error_of(write([&](StoreWriter& w) { return w.replace_key(others[0], anew); })); };
  EXPECT_EQ(replace(), "");
  EXPECT_EQ(counts().other, 2u);
  const KeyRow got = value_of(read<KeyRow>([&](StoreReader& r) { return r.key(anew.id); }));
  EXPECT_EQ(got.sealed, anew.sealed);
  EXPECT_EQ(got.wrapped, anew.wrapped);
  anew.wrapped = random_bytes(40);
  EXPECT_EQ(replace(), "") << "somebody was faster";
  EXPECT_NE(value_of(read<KeyRow>([&](StoreReader& r) { return r.key(anew.id); })).wrapped, anew.wrapped);
}

TEST_P(StoreSuite, KeepsTheSealedFormOfAKeyThatACrashLeftBehindUntilItsTwinChanges) {
  const Dossier owner = add_dossier();
  const Bytes sealed = random_bytes(20);
  const KeyRow orphan{Id::random(), Id::random(), sealed, random_bytes(40)};
  const KeyRow twin{Id::random(), owner.id, sealed, random_bytes(40)};
  const auto replaced = [&](const KeyRow& before) {
    KeyRow after = before;
    after.sealed = random_bytes(21);
    EXPECT_EQ(error_of(write([&](StoreWriter& w) { return w.replace_key(before, after); })), "");
    return after.sealed;
  };
  const auto sealed_of = [&](const KeyRow& key) {
    return value_of(read<KeyRow>([&](StoreReader& r) { return r.key(key.id); })).sealed;
  };
  ASSERT_EQ(error_of(write([&](StoreWriter& w) { return w.add_key(orphan); })), "");
  replaced(orphan);
  EXPECT_EQ(sealed_of(orphan), sealed);
  ASSERT_EQ(error_of(write([&](StoreWriter& w) { return w.add_key(twin); })), "");
  const Bytes anew = replaced(twin);
  EXPECT_EQ(sealed_of(twin), anew);
  EXPECT_EQ(sealed_of(orphan), anew) << "an erasure finds it by that";
}

}  // namespace zp::gateway::test
