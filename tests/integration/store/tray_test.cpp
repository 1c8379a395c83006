// The hand-over protocol of gateway/store/tray.h, between threads, processes and users.
#include "gateway/store/tray.h"

#include <gmock/gmock.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

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
  const Id id = Id::random();
  EXPECT_TRUE(succeeded(in_child([&] {
    if (!become(kGiver)) return false;
    const Tray tray = value_of(Tray::open(path_, 0));
    give(tray, id);
    return !tray.waiting() && !tray.accepted() && !tray.claim(id);
  })));
  EXPECT_TRUE(succeeded(in_child([&] {
    if (!become(kTaker)) return false;
    const Tray tray = value_of(Tray::open(path_, 0));
    const std::string taken = value_of(tray.claim(id));
    const bool read = read_file(taken + "/item.json").has_value();
    return read && tray.done(id).has_value() && value_of(tray.accepted()) == std::vector<Id>{id};
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
