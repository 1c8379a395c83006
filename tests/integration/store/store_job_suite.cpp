// The job queue: what every Store promises about it.
#include <unistd.h>

#include <mutex>
#include <set>
#include <thread>

#include "tests/integration/store/store_suite.h"

namespace zp::gateway::test {

constexpr TimeMs kNow = 10'000, kLease = 500;

TEST_P(StoreSuite, LeasesTheJobThatIsDueLongest) {
  Job later = a_job(), sooner = a_job(), not_yet = a_job();
  later.run_at = 2000;
  not_yet.run_at = kNow + 1;
  add_job(later);
  add_job(sooner);
  add_job(not_yet);
  const Job first = value_of(store().lease_job({}, kNow, kLease));
  EXPECT_EQ(first.id, sooner.id);
  EXPECT_EQ(first.attempts, 1u);
  EXPECT_EQ(first.lease_until, kNow + kLease);
  EXPECT_EQ(first.payload, "{}");
  EXPECT_EQ(value_of(store().lease_job({}, kNow, kLease)).id, later.id);
  EXPECT_TRUE(fails_with(store().lease_job({}, kNow, kLease), Code::kNotFound));
}

TEST_P(StoreSuite, LeasesOnlyTheKindsAskedFor) {
  add_job(a_job("notify"));
  EXPECT_TRUE(fails_with(store().lease_job({"inspect", "evaluate"}, kNow, kLease), Code::kNotFound));
  EXPECT_EQ(value_of(store().lease_job({"inspect", "notify"}, kNow, kLease)).kind, "notify");
}

TEST_P(StoreSuite, LeasesAnExpiredJobToTheNextAndRefusesTheFormerHolder) {
  add_job();
  const Job former = value_of(store().lease_job({}, kNow, kLease));
  EXPECT_TRUE(fails_with(store().lease_job({}, kNow + kLease - 1, kLease), Code::kNotFound));
  const Job present = value_of(store().lease_job({}, kNow + kLease, kLease));
  EXPECT_EQ(present.attempts, 2u);
  EXPECT_TRUE(fails_with(store().complete_job(former), Code::kConflict));
  EXPECT_TRUE(fails_with(store().retry_job(former, kNow, "late", false), Code::kConflict));
  EXPECT_EQ(error_of(store().complete_job(present)), "");
  EXPECT_TRUE(fails_with(store().complete_job(present), Code::kConflict));
  EXPECT_TRUE(fails_with(store().lease_job({}, kNow + 10 * kLease, kLease), Code::kNotFound));
}

TEST_P(StoreSuite, TriesAgainNotBeforeItsTime) {
  add_job();
  const Job job = value_of(store().lease_job({}, kNow, kLease));
  EXPECT_EQ(error_of(store().retry_job(job, kNow + 60'000, "smtp is down", false)), "");
  EXPECT_TRUE(fails_with(store().lease_job({}, kNow + 59'999, kLease), Code::kNotFound));
  const Job again = value_of(store().lease_job({}, kNow + 60'000, kLease));
  EXPECT_EQ(again.attempts, 2u);
  EXPECT_EQ(again.last_error, "smtp is down");
}

TEST_P(StoreSuite, ShowsDeadLettersAndRevivesThem) {
  add_job();
  const Job job = value_of(store().lease_job({}, kNow, kLease));
  EXPECT_EQ(error_of(store().retry_job(job, kNow, "cannot be read", true)), "");
  EXPECT_TRUE(fails_with(store().lease_job({}, kNow + 100'000, kLease), Code::kNotFound));
  const auto dead = value_of(read<std::vector<Job>>([](StoreReader& r) { return r.jobs(true); }));
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].last_error, "cannot be read");
  const auto counts = value_of(read<StoreCounts>([](StoreReader& r) { return r.counts(); }));
  EXPECT_EQ(counts.jobs, 0u);
  EXPECT_EQ(counts.dead_jobs, 1u);

  EXPECT_EQ(error_of(store().revive_job(job.id, kNow + 5)), "");
  EXPECT_TRUE(fails_with(store().revive_job(job.id, kNow + 5), Code::kNotFound)) << "it lives";
  EXPECT_TRUE(fails_with(store().complete_job(job), Code::kConflict)) << "the lease of its former life";
  EXPECT_EQ(value_of(store().lease_job({}, kNow + 5, kLease)).attempts, 1u);
}

TEST_P(StoreSuite, QueuesOncePerSubjectUntilItIsLeased) {
  const Job job = a_job();
  const auto queue = [&] {
    Job same = job;
    same.id = Id::random();
    EXPECT_EQ(error_of(write([&](StoreWriter& writer) { return writer.add_job(same); })), "");
    return value_of(read<std::vector<Job>>([](StoreReader& r) { return r.jobs(false); })).size();
  };
  EXPECT_EQ(queue(), 1u);
  EXPECT_EQ(queue(), 1u);
  const Job running = value_of(store().lease_job({}, kNow, kLease));
  EXPECT_EQ(queue(), 2u) << "what runs now may not have seen the newest change";
  EXPECT_EQ(queue(), 2u);
  EXPECT_EQ(error_of(store().complete_job(running)), "");
  EXPECT_EQ(queue(), 1u);
}

TEST_P(StoreSuite, LetsGoOfAllLeasesWhenNobodyElseIsAtWork) {
  add_job();
  const Job held = value_of(store().lease_job({}, kNow, kLease));
  EXPECT_TRUE(fails_with(store().lease_job({}, kNow, kLease), Code::kNotFound));
  EXPECT_EQ(error_of(store().release_leases()), "");
  EXPECT_EQ(value_of(store().lease_job({}, kNow, kLease)).attempts, 2u);
  EXPECT_TRUE(fails_with(store().complete_job(held), Code::kConflict));
}

TEST_P(StoreSuite, GivesEachJobToExactlyOneThread) {
  constexpr std::size_t kJobs = 60;
  for (std::size_t i = 0; i < kJobs; ++i) add_job();
  std::mutex mutex;
  std::multiset<Id> leased;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      while (true) {
        const auto job = store().lease_job({}, kNow, kLease);
        if (!job) {
          EXPECT_TRUE(fails_with(job, Code::kNotFound));
          return;
        }
        const std::lock_guard lock(mutex);
        leased.insert(job->id);
      }
    });
  threads.clear();
  EXPECT_EQ(leased.size(), kJobs);
  EXPECT_EQ(std::set<Id>(leased.begin(), leased.end()).size(), kJobs);
}

TEST_P(StoreSuite, GivesEachJobToExactlyOneProcess) {
  constexpr std::size_t kJobs = 60;
  for (std::size_t i = 0; i < kJobs; ++i) add_job();
  close();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::vector<pid_t> children;
  for (int p = 0; p < 3; ++p)
    children.push_back(in_child([&] {
      const auto mine = value_of(home_->open());
      for (auto job = mine->lease_job({}, kNow, kLease); job; job = mine->lease_job({}, kNow, kLease))
        if (::write(ends[1], job->id.bytes.data(), job->id.bytes.size()) < 0) return false;
      return true;
    }));
  for (const pid_t child : children) EXPECT_TRUE(succeeded(child));
  ::close(ends[1]);
  std::multiset<Id> leased;
  for (Id id; ::read(ends[0], id.bytes.data(), id.bytes.size()) > 0;) leased.insert(id);
  ::close(ends[0]);
  EXPECT_EQ(leased.size(), kJobs);
  EXPECT_EQ(std::set<Id>(leased.begin(), leased.end()).size(), kJobs);
}

}  // namespace zp::gateway::test
