// Mails of one domain wait in a lane: what every Store promises about lanes.
#include <ctime>

#include "tests/integration/store/store_suite.h"

namespace zp::gateway::test {

constexpr TimeMs kNow = 10'000, kLease = 500;

TEST_P(StoreSuite, LeasesFewOfOneLaneAtATimeAndGoesOnWithTheNext) {
  const Lane busy{Id::random()}, other{Id::random()};
  for (int i = 0; i < 5; ++i) add_job_in(busy, 1000 + i);
  const Job second = add_job_in(other, 2000);
  EXPECT_TRUE(fails_with(store().lease_job({}, kNow, kLease), Code::kNotFound))
      << "who does not ask for lanes gets none";
  EXPECT_EQ(value_of(store().lease_job({}, kNow, kLease, 2)).lane, busy.id);
  const Job done = value_of(store().lease_job({}, kNow, kLease, 2));
  EXPECT_EQ(done.lane, busy.id);
  EXPECT_EQ(done.first_try, kNow);
  EXPECT_EQ(value_of(store().lease_job({}, kNow, kLease, 2)).id, second.id);
  EXPECT_TRUE(fails_with(store().lease_job({}, kNow, kLease, 2), Code::kNotFound));
  EXPECT_EQ(error_of(store().complete_job(done)), "");
  EXPECT_EQ(value_of(store().lease_job({}, kNow, kLease, 2)).lane, busy.id);
}

TEST_P(StoreSuite, LeavesALaneAloneThatFailsOrIsPausedAndThenTriesOneAtATime) {
  Lane lane{Id::random()};
  for (int i = 0; i < 3; ++i) add_job_in(lane, 1000);
  const auto put = [&] { EXPECT_EQ(error_of(write([&](StoreWriter& w) { return w.put_lane(lane); })), ""); };
  lane.failures = 2;
  lane.next = kNow + 60'000;
  put();
  EXPECT_TRUE(fails_with(store().lease_job({}, kNow + 59'999, kLease, 4), Code::kNotFound));
  EXPECT_EQ(value_of(store().lease_job({}, kNow + 60'000, kLease, 4)).lane, lane.id);
  EXPECT_TRUE(fails_with(store().lease_job({}, kNow + 60'000, kLease, 4), Code::kNotFound)) << "one mail finds out";
  lane.failures = 0;
  lane.next = 0;
  lane.paused_until = kUntilLifted;
  put();
  EXPECT_TRUE(fails_with(store().lease_job({}, kNow + kUntilLifted / 2, kLease, 4), Code::kNotFound));
  lane.paused_until = kNow + 60'000;
  put();
  EXPECT_EQ(value_of(store().lease_job({}, kNow + 60'000, kLease, 4)).lane, lane.id) << "a pause ends by itself";
}

TEST_P(StoreSuite, CountsWhatWaitsInLanesAndForgetsIdleOnes) {
  const Lane busy{Id::random(), {1, 2}}, idle{Id::random()};
  Lane paused{Id::random()};
  paused.paused_until = kNow + 1;
  for (int i = 0; i < 3; ++i) add_job_in(busy, 1000);
  EXPECT_EQ(error_of(write([&](StoreWriter& w) -> Result<void> {
              TRY_DO(w.add_lane(idle));
              return w.put_lane(paused);
            })),
            "");
  EXPECT_EQ(value_of(store().lease_job({}, kNow, kLease, 1)).lane, busy.id);
  const auto lanes = value_of(read<std::vector<LaneLoad>>([](StoreReader& r) { return r.lanes(kNow); }));
  ASSERT_EQ(lanes.size(), 3u);
  EXPECT_EQ(lanes[0].lane.id, busy.id);
  EXPECT_EQ(lanes[0].lane.domain, (Bytes{1, 2}));
  EXPECT_EQ(lanes[0].waiting, 3u);
  EXPECT_EQ(lanes[0].sending, 1u);
  EXPECT_EQ(error_of(write([](StoreWriter& w) { return w.remove_idle_lanes(kNow); })), "");
  EXPECT_EQ(value_of(read<std::vector<LaneLoad>>([](StoreReader& r) { return r.lanes(kNow); })).size(), 2u);
  EXPECT_TRUE(fails_with(read<Lane>([&](StoreReader& r) { return r.lane(idle.id); }), Code::kNotFound));
}

TEST_P(StoreSuite, FindsTheNextMailQuicklyBehindManyThatMustWait) {
  Lane waits{Id::random()};
  waits.next = kUntilLifted;
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) -> Result<void> {
              TRY_DO(writer.put_lane(waits));
              for (int i = 0; i < 100'000; ++i) {
                Job job = a_job("notify");
                job.lane = waits.id;
                TRY_DO(writer.add_job(job, false));
              }
              return {};
            })),
            "");
  const Lane open{Id::random()};
  constexpr int kMails = 100;
  for (int i = 0; i < kMails; ++i) add_job_in(open, 9000);
  const auto before = std::clock();
  for (int i = 0; i < kMails; ++i) EXPECT_EQ(value_of(store().lease_job({}, kNow, kLease, kMails)).lane, open.id);
  EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC) << "processor time: it must not go along all that waits each time";
}

}  // namespace zp::gateway::test
