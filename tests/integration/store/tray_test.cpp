// The hand-over protocol of gateway/store/tray.h, between threads, processes and users.
#include "gateway/store/tray.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "gateway/store/bundler.h"
#include "gateway/store/files.h"
#include "tests/integration/store/support.h"

namespace zp::gateway::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TrayTest : public testing::Test {
 protected:
  TrayTest() : tray_(value_of(Tray::open(folder_ / "incoming", 0))) {}

  static void put(const std::string& path, std::string_view text) {
    FileWriter writer = value_of(FileWriter::create(path));
    EXPECT_EQ(error_of(writer.append(as_bytes(text))), "");
    EXPECT_EQ(error_of(writer.close_synced()), "");
  }
  std::string prepare(const Id& id) {
    const std::string aside = value_of(tray_.begin(id));
    put(aside + "/item.json", "{}");
    return aside;
  }
  Id give() {
    const Id id = Id::random();
    EXPECT_EQ(error_of(tray_.publish(id, prepare(id))), "");
    return id;
  }

  TempFolder folder_;
  Tray tray_;
};

TEST_F(TrayTest, HandsAnItemOver) {
  const Id id = Id::random();
  const std::string aside = prepare(id);
  EXPECT_THAT(value_of(tray_.waiting()), IsEmpty()) << "not published yet";
  EXPECT_EQ(error_of(tray_.publish(id, aside)), "");
  EXPECT_THAT(value_of(tray_.waiting()), ElementsAre(id));
  const std::string path = value_of(tray_.claim(id));
  EXPECT_EQ(path, tray_.taken_path(id));
  EXPECT_EQ(as_text(value_of(read_file(path + "/item.json"))), "{}");
  EXPECT_THAT(value_of(tray_.waiting()), IsEmpty());
  EXPECT_THAT(value_of(tray_.taken()), ElementsAre(id));
  EXPECT_EQ(error_of(tray_.done(id)), "");
  EXPECT_EQ(error_of(tray_.done(id)), "") << "again is harmless";
  EXPECT_THAT(value_of(tray_.taken()), IsEmpty());
  EXPECT_THAT(value_of(tray_.accepted()), ElementsAre(id));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming/aside"));
}

TEST_F(TrayTest, GivesTheOldestFirst) {
  const Id first = give(), second = give(), third = give();
  EXPECT_THAT(value_of(tray_.waiting()), ElementsAre(first, second, third));
}

TEST_F(TrayTest, PublishesAFolderPreparedElsewhere) {
  const Id id = Id::random();
  const std::string spool = folder_ / "spool";
  EXPECT_EQ(error_of(make_folder(spool)), "");
  put(spool + "/item.json", "{}");
  EXPECT_EQ(error_of(tray_.publish(id, spool)), "");
  EXPECT_FALSE(std::filesystem::exists(spool));
  EXPECT_THAT(value_of(tray_.accepted()), ElementsAre(id));
}

TEST_F(TrayTest, RefusesAnIdThatIsTaken) {
  const Id id = give();
  EXPECT_TRUE(fails_with(tray_.begin(id), Code::kExists));
  EXPECT_EQ(error_of(tray_.claim(id)), "");
  EXPECT_TRUE(fails_with(tray_.begin(id), Code::kExists));
  const Id other = Id::random();
  EXPECT_EQ(error_of(tray_.begin(other)), "");
  EXPECT_TRUE(fails_with(tray_.begin(other), Code::kExists));
  const Id third = give();
  EXPECT_TRUE(fails_with(tray_.publish(third, folder_ / "incoming/aside" + ("/" + other.hex())), Code::kExists));
}

TEST_F(TrayTest, GivesAnItemToOneTaker) {
  std::atomic<int> won = 0;
  for (int round = 0; round < 20; ++round) {
    const Id id = give();
    std::vector<std::jthread> takers;
    for (int t = 0; t < 4; ++t)
      takers.emplace_back([&] {
        const auto got = tray_.claim(id);
        if (got)
          ++won;
        else
          EXPECT_TRUE(fails_with(got, Code::kNotFound));
      });
  }
  EXPECT_EQ(won, 20);
}

TEST_F(TrayTest, AcceptsFromManyGiversAtOnce) {
  constexpr int kGivers = 4, kEach = 15;
  std::vector<pid_t> children;
  for (int g = 0; g < kGivers; ++g)
    children.push_back(in_child([&] {
      for (int n = 0; n < kEach; ++n) give();
      return !HasFailure();
    }));
  for (const pid_t child : children) EXPECT_TRUE(succeeded(child));
  EXPECT_EQ(value_of(tray_.waiting()).size(), static_cast<std::size_t>(kGivers * kEach));
  EXPECT_EQ(value_of(tray_.accepted()).size(), static_cast<std::size_t>(kGivers * kEach));
}

TEST_F(TrayTest, LeavesNothingOfADiscardedItem) {
  const Id id = Id::random();
  prepare(id);
  tray_.discard(id);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming/aside"));
  EXPECT_EQ(error_of(tray_.begin(id)), "");
}

TEST_F(TrayTest, SweepsOnlyWhatIsOld) {
  const Id id = Id::random();
  prepare(id);
  EXPECT_EQ(error_of(tray_.sweep(60)), "");
  EXPECT_FALSE(std::filesystem::is_empty(folder_ / "incoming/aside"));
  EXPECT_EQ(error_of(tray_.sweep(-2)), "");
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming/aside"));
}

TEST_F(TrayTest, RefusesBelowItsReserve) {
  const Tray full = value_of(Tray::open(folder_ / "incoming", UINT64_MAX));
  EXPECT_TRUE(fails_with(full.check_space(), Code::kNoSpace));
  EXPECT_TRUE(fails_with(full.begin(Id::random()), Code::kNoSpace));
  const Id id = Id::random();
  const std::string aside = prepare(id);
  EXPECT_TRUE(fails_with(full.publish(id, aside), Code::kNoSpace));
  EXPECT_THAT(value_of(tray_.waiting()), IsEmpty());
  EXPECT_EQ(error_of(tray_.publish(id, aside)), "") << "it is still there, whole";
}

TEST_F(TrayTest, TakesBackWhatItCannotNoteAsAccepted) {
  const Id id = Id::random();
  const std::string aside = prepare(id);
  std::filesystem::remove(folder_ / "incoming/accepted");
  std::filesystem::create_symlink("/dev/full", folder_ / "incoming/accepted");
  EXPECT_TRUE(fails_with(tray_.publish(id, aside), Code::kNoSpace));
  EXPECT_THAT(value_of(tray_.waiting()), IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(aside + "/item.json"));
}

TEST_F(TrayTest, ReadsItsJournalPastALineThatACrashTore) {
  const Id first = give();
  std::ofstream(folder_ / "incoming/accepted", std::ios::app) << "\n0123456789abc";
  const Id second = give();
  EXPECT_THAT(value_of(tray_.accepted()), ElementsAre(first, second));
}

TEST_F(TrayTest, RefusesAnItemThatHoldsSomethingElseThanFiles) {
  const Id id = Id::random();
  const std::string aside = prepare(id);
  std::filesystem::create_symlink("/etc/passwd", aside + "/link");
  EXPECT_FALSE(tray_.publish(id, aside).has_value());
  EXPECT_THAT(value_of(tray_.waiting()), IsEmpty());
}

PackedItem packed(const Id& id, std::string_view text) {
  return {id, {{"0123.0", bytes(text)}, {"item.json", bytes("{}")}}};
}

class BundleTest : public TrayTest {
 protected:
  std::vector<Id> claimed() { return value_of(tray_.claim_bundles()); }
  std::string bundle_path(const Id& bundle) { return tray_.taken_path(bundle) + ".bundle"; }
  std::string object_of(const Id& item) {
    return std::string(as_text(value_of(read_file(tray_.taken_path(item) + "/0123.0"))));
  }
  void spoil(const std::string& path, std::size_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.put('#');
  }

  const PackedItem one_ = packed(Id::random(), "first"), two_ = packed(Id::random(), "second");
};

TEST_F(BundleTest, BecomesItemsOfTheTaker) {
  ASSERT_EQ(error_of(tray_.publish_bundle({&one_, &two_})), "");
  EXPECT_THAT(value_of(tray_.accepted()), ElementsAre(one_.id, two_.id));
  EXPECT_THAT(value_of(tray_.bundled()), ElementsAre(one_.id, two_.id));
  EXPECT_THAT(value_of(tray_.waiting()), IsEmpty()) << "no folder yet";
  const auto bundles = claimed();
  ASSERT_EQ(bundles.size(), 1u);
  EXPECT_THAT(value_of(tray_.bundled()), ElementsAre(one_.id, two_.id)) << "claimed, and still known";
  ASSERT_EQ(error_of(tray_.unpack(bundles[0])), "");
  EXPECT_THAT(value_of(tray_.taken()), testing::UnorderedElementsAre(one_.id, two_.id));
  EXPECT_EQ(object_of(one_.id), "first");
  EXPECT_EQ(object_of(two_.id), "second");
  EXPECT_THAT(value_of(tray_.bundled()), IsEmpty());
  EXPECT_THAT(claimed(), IsEmpty());
}

TEST_F(BundleTest, IsUnpackedAgainAfterATakerThatDiedHalfWay) {
  ASSERT_EQ(error_of(tray_.publish_bundle({&one_, &two_})), "");
  const auto bundles = claimed();
  const std::string copy = folder_ / "copy";
  std::filesystem::copy_file(bundle_path(bundles[0]), copy);
  ASSERT_EQ(error_of(tray_.unpack(bundles[0])), "");
  std::filesystem::remove_all(tray_.taken_path(two_.id));
  std::filesystem::create_directory(folder_ / "incoming/aside/" + two_.id.hex());
  std::filesystem::rename(copy, bundle_path(bundles[0]));  // as it was before the last item was safe
  ASSERT_EQ(error_of(tray_.unpack(bundles[0])), "");
  EXPECT_EQ(object_of(one_.id), "first");
  EXPECT_EQ(object_of(two_.id), "second");
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming/aside"));
}

TEST_F(BundleTest, ThatIsCutAnywhereIsKeptAndMakesNoItem) {
  ASSERT_EQ(error_of(tray_.publish_bundle({&one_, &two_})), "");
  const auto bundle = claimed().at(0);
  for (auto size = std::filesystem::file_size(bundle_path(bundle)); size-- > 0;) {
    std::filesystem::resize_file(bundle_path(bundle), size);
    ASSERT_TRUE(fails_with(tray_.unpack(bundle), Code::kMalformed)) << size;
  }
  EXPECT_THAT(value_of(tray_.taken()), IsEmpty());
  EXPECT_THAT(claimed(), ElementsAre(bundle)) << "waits for a person";
  EXPECT_FALSE(value_of(tray_.is_empty()));
  EXPECT_THAT(value_of(tray_.bundled()), IsEmpty()) << "so the balance names its items as lost";
}

TEST_F(BundleTest, WithAForeignHeadIsRefused) {
  ASSERT_EQ(error_of(tray_.publish_bundle({&one_})), "");
  const auto bundle = claimed().at(0);
  spoil(bundle_path(bundle), 3);
  EXPECT_TRUE(fails_with(tray_.unpack(bundle), Code::kMalformed));
}

TEST_F(BundleTest, CannotWriteOutsideOfTheTray) {
  for (const char* name : {"../escaped", "/tmp/escaped", "..", ".hidden", "", "a/b"}) {
    const PackedItem hostile{Id::random(), {{name, bytes("x")}}};
    ASSERT_EQ(error_of(tray_.publish_bundle({&hostile})), "");
    for (const Id& bundle : claimed()) EXPECT_TRUE(fails_with(tray_.unpack(bundle), Code::kMalformed)) << name;
  }
  EXPECT_THAT(value_of(tray_.taken()), IsEmpty());
}

TEST_F(BundleTest, LeavesNothingIfItCannotBeNotedAsAccepted) {
  std::filesystem::remove(folder_ / "incoming/accepted");
  std::filesystem::create_symlink("/dev/full", folder_ / "incoming/accepted");
  EXPECT_TRUE(fails_with(tray_.publish_bundle({&one_, &two_}), Code::kNoSpace));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming/new"));
}

TEST_F(BundleTest, OfOneItemIsWrittenWhileItComesIn) {
  const Id id = Id::random();
  auto streamed = value_of(tray_.begin_streamed());
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(error_of(streamed.append(bytes("piece "))), "");
  EXPECT_THAT(claimed(), IsEmpty()) << "not before it is published";
  ASSERT_EQ(error_of(tray_.publish_streamed(id, std::move(streamed), "0123.0", {{"item.json", bytes("{}")}})), "");
  EXPECT_THAT(value_of(tray_.accepted()), ElementsAre(id));
  EXPECT_THAT(value_of(tray_.bundled()), ElementsAre(id));
  ASSERT_EQ(error_of(tray_.unpack(claimed().at(0))), "");
  EXPECT_EQ(object_of(id).substr(0, 12), "piece piece ");
  EXPECT_EQ(object_of(id).size(), 6000u);
  EXPECT_EQ(as_text(value_of(read_file(tray_.taken_path(id) + "/item.json"))), "{}");
}

TEST_F(BundleTest, OfOneItemIsWholeWhateverItsSize) {
  for (const std::size_t size : {0, 1, 4096, 262'143, 262'144, 262'145, 1'000'000}) {
    const Id id = Id::random();
    const Bytes content = random_bytes(size);
    auto streamed = value_of(tray_.begin_streamed());
    for (std::size_t at = 0; at < size; at += 65'552)
      ASSERT_EQ(error_of(streamed.append(ByteView(content).subspan(at, std::min<std::size_t>(65'552, size - at)))), "");
    const std::string path = folder_ / "copy" + std::to_string(size);
    auto copy = value_of(FileWriter::create(path));
    ASSERT_EQ(error_of(streamed.copy_to(copy)), "");
    ASSERT_EQ(error_of(copy.close()), "");
    EXPECT_EQ(value_of(read_file(path)), content) << size;
    ASSERT_EQ(error_of(tray_.publish_streamed(id, std::move(streamed), "0123.0", {{"item.json", bytes("{}")}})), "");
    ASSERT_EQ(error_of(tray_.unpack(claimed().at(0))), "");
    EXPECT_EQ(value_of(read_file(tray_.taken_path(id) + "/0123.0")), content) << size;
    EXPECT_EQ(as_text(value_of(read_file(tray_.taken_path(id) + "/item.json"))), "{}");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming/aside"));
}

TEST_F(BundleTest, OfOneItemCanGoOnInAnotherFile) {
  const std::string path = folder_ / "other";
  {
    auto streamed = value_of(tray_.begin_streamed());
    ASSERT_EQ(error_of(streamed.append(bytes("first "))), "");
    auto other = value_of(FileWriter::create(path));
    ASSERT_EQ(error_of(streamed.copy_to(other)), "");
    ASSERT_EQ(error_of(other.append(bytes("second"))), "");
    ASSERT_EQ(error_of(other.close()), "");
  }
  EXPECT_EQ(as_text(value_of(read_file(path))), "first second");
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming/new")) << "what is not published goes";
}

TEST_F(BundleTest, OfOneItemLeavesNothingIfItCannotBeNotedAsAccepted) {
  std::filesystem::remove(folder_ / "incoming/accepted");
  std::filesystem::create_symlink("/dev/full", folder_ / "incoming/accepted");
  auto streamed = value_of(tray_.begin_streamed());
  EXPECT_TRUE(fails_with(tray_.publish_streamed(Id::random(), std::move(streamed), "0123.0", {}), Code::kNoSpace));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming/new"));
}

TEST_F(BundleTest, ThatWasNeverFinishedIsNotSeenAndSwept) {
  put(folder_ / "incoming/new/" + Id::random().hex() + ".bundle.part", "half");
  EXPECT_THAT(claimed(), IsEmpty());
  EXPECT_TRUE(value_of(tray_.is_empty()));
  EXPECT_EQ(error_of(tray_.sweep(60)), "");
  EXPECT_FALSE(std::filesystem::is_empty(folder_ / "incoming/new"));
  ASSERT_EQ(error_of(tray_.publish_bundle({&one_})), "");
  EXPECT_EQ(error_of(tray_.sweep(-2)), "");
  EXPECT_THAT(value_of(tray_.bundled()), ElementsAre(one_.id)) << "what is published stays";
  EXPECT_EQ(claimed().size(), 1u);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming/new"));
}

TEST_F(BundleTest, ManyGiversShareBundlesAndEachIsToldOfItsOwn) {
  Bundler bundler(tray_);
  constexpr int kGivers = 8, kEach = 20;
  {
    std::vector<std::jthread> givers;
    for (int g = 0; g < kGivers; ++g)
      givers.emplace_back([&] {
        for (int n = 0; n < kEach; ++n) EXPECT_EQ(error_of(bundler.publish(packed(Id::random(), "x"))), "");
      });
  }
  EXPECT_EQ(value_of(tray_.accepted()).size(), static_cast<std::size_t>(kGivers * kEach));
  for (const Id& bundle : claimed()) EXPECT_EQ(error_of(tray_.unpack(bundle)), "");
  EXPECT_EQ(value_of(tray_.taken()).size(), static_cast<std::size_t>(kGivers * kEach));
}

/// A giver that goes on with the same bundle.
class OpenBundleTest : public BundleTest {
 protected:
  void give(const PackedItem& item) { ASSERT_EQ(error_of(tray_.publish_bundle({&item}, open_)), ""); }
  std::string only_path() {
    const std::filesystem::directory_iterator entry(folder_ / "incoming/new");
    EXPECT_EQ(std::distance(begin(entry), end(entry)), 1);
    return std::filesystem::directory_iterator(folder_ / "incoming/new")->path();
  }
  void make_journal_unwritable() {
    std::filesystem::rename(folder_ / "incoming/accepted", folder_ / "kept");
    std::filesystem::create_symlink("/dev/full", folder_ / "incoming/accepted");
  }

  std::optional<OpenBundle> open_;
};

TEST_F(OpenBundleTest, TakesFurtherItemsUntilItIsClaimed) {
  give(one_);
  give(two_);
  EXPECT_THAT(value_of(tray_.accepted()), ElementsAre(one_.id, two_.id));
  EXPECT_THAT(value_of(tray_.bundled()), ElementsAre(one_.id, two_.id));
  const auto first = claimed();
  ASSERT_EQ(first.size(), 1u);
  const PackedItem late = packed(Id::random(), "late");
  give(late);
  ASSERT_EQ(error_of(tray_.unpack(first[0])), "");
  EXPECT_THAT(value_of(tray_.taken()), testing::UnorderedElementsAre(one_.id, two_.id)) << "claimed: nothing is added";
  EXPECT_EQ(object_of(two_.id), "second");
  EXPECT_THAT(value_of(tray_.bundled()), ElementsAre(late.id));
}

TEST_F(OpenBundleTest, ThatIsFullIsFollowedByAnother) {
  const std::string much(OpenBundle::kFullBytes / 2, 'x');
  for (int i = 0; i < 3; ++i) give(packed(Id::random(), much));
  EXPECT_EQ(claimed().size(), 3u) << "two of them and their heads are more than fits";
}

TEST_F(OpenBundleTest, CutAnywhereInALaterGroupGivesWhatIsWholeAndKeepsTheRestAside) {
  give(one_);
  const std::string path = only_path();
  const auto whole = std::filesystem::file_size(path);
  give(two_);
  Bytes all = value_of(read_file(path));
  while (all.back() == 0) all.pop_back();  // room for more
  for (auto size = whole + 1; size < all.size(); ++size) {
    std::ofstream(path, std::ios::binary).write(as_text(all).data(), static_cast<std::streamsize>(size));
    const auto bundle = claimed().at(0);
    ASSERT_EQ(error_of(tray_.unpack(bundle)), "") << size;
    ASSERT_THAT(value_of(tray_.taken()), ElementsAre(one_.id)) << size;
    EXPECT_THAT(claimed(), IsEmpty());
    const std::string aside = folder_ / "incoming/aside/torn-" + bundle.hex();
    EXPECT_EQ(std::filesystem::file_size(aside), size);
    std::filesystem::remove(aside);
    ASSERT_EQ(error_of(tray_.done(one_.id)), "");
  }
  EXPECT_THAT(value_of(tray_.accepted()), ElementsAre(one_.id, two_.id)) << "so the balance names the second as lost";
}

TEST_F(OpenBundleTest, WithoutTheBeginningOfALaterGroupKeepsThatAside) {
  give(one_);
  const std::string path = only_path();
  const auto whole = std::filesystem::file_size(path);
  give(two_);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(whole));
  file.write("\0\0\0\0\0\0\0\0", 8);
  file.close();
  const auto bundle = claimed().at(0);
  ASSERT_EQ(error_of(tray_.unpack(bundle)), "");
  EXPECT_THAT(value_of(tray_.taken()), ElementsAre(one_.id));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "incoming/aside/torn-" + bundle.hex()));
}

TEST_F(OpenBundleTest, ThatIsDamagedIsToldUntilSomebodyRemovesIt) {
  give(one_);
  std::ofstream(only_path(), std::ios::app | std::ios::binary) << "no group";
  const auto torn = claimed().at(0);
  EXPECT_FALSE(value_of(tray_.unpack(torn))) << "not whole";
  ASSERT_EQ(error_of(tray_.publish_bundle({&two_})), "");
  std::filesystem::resize_file(only_path(), 5);
  const auto unreadable = claimed().at(0);
  ASSERT_EQ(error_of(tray_.sweep(-10)), "");

  const auto damaged = value_of(tray_.damaged());
  ASSERT_EQ(damaged.size(), 2u);
  for (const Tray::Damaged& one : damaged) {
    EXPECT_EQ(one.filed, one.bundle == torn);
    EXPECT_TRUE(std::filesystem::exists(one.path));
    EXPECT_EQ(error_of(tray_.remove_damaged(one.bundle)), "");
  }
  EXPECT_THAT(claimed(), IsEmpty()) << unreadable.hex();
  EXPECT_THAT(value_of(tray_.damaged()), IsEmpty());
  EXPECT_TRUE(fails_with(tray_.remove_damaged(torn), Code::kNotFound));
}

TEST_F(OpenBundleTest, ThatIsWholeIsNotDamaged) {
  give(one_);
  const auto bundle = claimed().at(0);
  EXPECT_THAT(value_of(tray_.damaged()), IsEmpty());
  EXPECT_TRUE(fails_with(tray_.remove_damaged(bundle), Code::kNotFound));
  EXPECT_TRUE(value_of(tray_.unpack(bundle)));
}

TEST_F(OpenBundleTest, WhatWasSettledStaysSo) {
  EXPECT_THAT(value_of(tray_.settled()), IsEmpty());
  for (const Id& id : {one_.id, two_.id, one_.id}) ASSERT_EQ(error_of(tray_.settle(id)), "");
  EXPECT_THAT(value_of(value_of(Tray::open(folder_ / "incoming", 0)).settled()), ElementsAre(one_.id, two_.id));
  struct stat info {};
  ASSERT_EQ(::stat((folder_ / "incoming/settled").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u) << "for no giver";
}

TEST_F(OpenBundleTest, EndsWhereZerosFollow) {
  give(one_);
  give(two_);
  const std::string path = only_path();
  std::filesystem::resize_file(path, std::filesystem::file_size(path) + 9000);
  ASSERT_EQ(error_of(tray_.unpack(claimed().at(0))), "");
  EXPECT_EQ(value_of(tray_.taken()).size(), 2u);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming/aside"));
}

TEST_F(OpenBundleTest, TakesBackAGroupThatCannotBeNotedAsAccepted) {
  give(one_);
  const Bytes before = value_of(read_file(only_path()));
  make_journal_unwritable();
  EXPECT_TRUE(fails_with(tray_.publish_bundle({&two_}, open_), Code::kNoSpace));
  EXPECT_EQ(value_of(read_file(only_path())), before);
  EXPECT_FALSE(open_) << "what failed once is not gone on with";
}

TEST_F(OpenBundleTest, WhatAPowerCutTookFromTheJournalTheTakerNotesAgain) {
  give(one_);
  give(two_);
  std::filesystem::resize_file(folder_ / "incoming/accepted", 0);
  ASSERT_EQ(error_of(tray_.unpack(claimed().at(0))), "");
  EXPECT_THAT(value_of(tray_.accepted()), ElementsAre(one_.id, two_.id));
}

TEST_F(OpenBundleTest, IsKeptByATakerThatCannotNoteIt) {
  give(one_);
  make_journal_unwritable();
  const auto bundle = claimed().at(0);
  EXPECT_TRUE(fails_with(tray_.unpack(bundle), Code::kNoSpace));
  EXPECT_THAT(claimed(), ElementsAre(bundle));
  std::filesystem::rename(folder_ / "kept", folder_ / "incoming/accepted");
  EXPECT_EQ(error_of(tray_.unpack(bundle)), "");
}

TEST_F(OpenBundleTest, IsNotReadWhileSomebodyAdds) {
  give(one_);
  const int giver = ::open(only_path().c_str(), O_RDONLY);
  ASSERT_EQ(::flock(giver, LOCK_EX), 0);
  const auto bundle = claimed().at(0);
  EXPECT_TRUE(fails_with(tray_.unpack(bundle), Code::kConflict)) << "and not waited for without end";
  EXPECT_THAT(value_of(tray_.taken()), IsEmpty());
  ::close(giver);
  EXPECT_EQ(error_of(tray_.unpack(bundle)), "");
}

TEST_F(OpenBundleTest, LosesNothingBetweenGiversAndATakerInAHurry) {
  constexpr int kGivers = 8, kEach = 100;
  Bundler bundler(tray_);
  std::atomic<int> busy = kGivers;
  std::vector<std::jthread> givers;
  for (int g = 0; g < kGivers; ++g)
    givers.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) EXPECT_EQ(error_of(bundler.publish(packed(Id::random(), "x"))), "");
      --busy;
    });
  while (busy > 0)
    for (const Id& bundle : claimed()) EXPECT_EQ(error_of(tray_.unpack(bundle)), "");
  for (const Id& bundle : claimed()) EXPECT_EQ(error_of(tray_.unpack(bundle)), "");
  EXPECT_EQ(value_of(tray_.taken()).size(), static_cast<std::size_t>(kGivers * kEach));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming/aside")) << "none torn";
}

constexpr uid_t kTaker = 60001, kGiver = 60002;
constexpr gid_t kGroup = 60003;

bool become(uid_t user) { return ::setgroups(1, &kGroup) == 0 && ::setgid(user) == 0 && ::setuid(user) == 0; }

/// A tray of the taker; givers are in its group. Made before it is first opened.
class SharedTrayTest : public TrayTest {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: acts as two other users";
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
    ASSERT_EQ(::mkdir(path_.c_str(), 0700), 0);
    ASSERT_EQ(::chown(path_.c_str(), kTaker, kGroup), 0);
    ASSERT_EQ(::chmod(path_.c_str(), 02710), 0);
    ASSERT_TRUE(succeeded(in_child([&] { return become(kTaker) && Tray::open(path_, 0).has_value(); })));
  }
  static void give(const Tray& tray, const Id& id) {
    const std::string aside = value_of(tray.begin(id));
    put(aside + "/item.json", "{}");
    const auto published = tray.publish(id, aside);
    if (!published) throw std::runtime_error(published.error().message());
  }
  const std::string path_ = folder_ / "shared";
};

TEST_F(SharedTrayTest, LetsAnotherUserDropButNotListAndTheTakerTake) {
  const Id id = Id::random(), second = Id::random(), third = Id::random();
  EXPECT_TRUE(succeeded(in_child([&] {
    if (!become(kGiver)) return false;
    const Tray tray = value_of(Tray::open(path_, 0));
    give(tray, id);
    const PackedItem small = packed(second, "x"), other = packed(third, "y");
    std::optional<OpenBundle> open;
    if (!tray.publish_bundle({&small}, open) || !open || !tray.publish_bundle({&other}, open)) return false;
    return !tray.waiting() && !tray.accepted() && !tray.claim(id) && !tray.claim_bundles();
  })));
  EXPECT_TRUE(succeeded(in_child([&] {
    if (!become(kTaker)) return false;
    const Tray tray = value_of(Tray::open(path_, 0));
    const std::string taken = value_of(tray.claim(id));
    const bool read = read_file(taken + "/item.json").has_value();
    for (const Id& bundle : value_of(tray.claim_bundles()))
      if (!tray.unpack(bundle)) return false;
    return read && tray.done(id) && tray.done(second) && tray.done(third) &&
           value_of(tray.accepted()) == std::vector<Id>{id, second, third};
  })));
}

TEST_F(SharedTrayTest, ATakerMayBeFasterThanTheGiver) {
  constexpr int kItems = 60;
  const pid_t taker = in_child([&] {
    if (!become(kTaker)) return false;
    const Tray tray = value_of(Tray::open(path_, 0));
    for (int taken = 0; taken < kItems;)
      for (const Id& id : value_of(tray.waiting()))
        if (tray.claim(id) && tray.done(id)) ++taken;
    return true;
  });
  EXPECT_TRUE(succeeded(in_child([&] {
    if (!become(kGiver)) return false;
    const Tray tray = value_of(Tray::open(path_, 0));
    for (int i = 0; i < kItems; ++i) give(tray, Id::random());
    return true;
  })));
  EXPECT_TRUE(succeeded(taker));
}

}  // namespace
}  // namespace zp::gateway::test
