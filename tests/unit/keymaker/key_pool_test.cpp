#include "gateway/keymaker/key_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

namespace zp::gateway {
namespace {

using namespace std::chrono_literals;

std::vector<crypto::FreshKey> made() {
  std::vector<crypto::FreshKey> keys;
  while (keys.size() < KeyPool::kBatch) keys.push_back({crypto::DataKey::generate(), {Bytes{1, 2, 3}}});
  return keys;
}

bool soon(const std::function<bool()>& condition) {
  for (int i = 0; i < 200; ++i, std::this_thread::sleep_for(10ms))
    if (condition()) return true;
  return false;
}

TEST(KeyPool, KeepsKeysAheadAndGivesEachOnce) {
  KeyPool pool([] { return Result<std::vector<crypto::FreshKey>>(made()); });
  EXPECT_TRUE(soon([&] { return pool.size() == KeyPool::kKeys; }));
  std::set<std::string> seen;
  while (seen.size() < 100) {
    const auto keys = pool.take(7, 1s);
    ASSERT_FALSE(keys.empty());
    ASSERT_LE(keys.size(), 7u);
    for (const auto& one : keys) ASSERT_TRUE(seen.insert(to_hex(one.key.bytes().view())).second);
  }
}

TEST(KeyPool, DropsKeysThatNobodyTookInTime) {
  std::atomic<std::int64_t> minutes{0};
  std::atomic<bool> stop{false};
  std::atomic<int> count{0};
  KeyPool pool(
      [&]() -> Result<std::vector<crypto::FreshKey>> {
        if (stop) return fail(Code::kUnavailable, "test");
        ++count;
        return made();
      },
      [&] { return std::chrono::steady_clock::time_point(std::chrono::minutes(minutes)); });
  ASSERT_TRUE(soon([&] { return pool.size() == KeyPool::kKeys; }));
  stop = true;
  minutes = 11;
  EXPECT_TRUE(soon([&] { return pool.size() == 0; }));
  EXPECT_TRUE(pool.take(1, 10ms).empty());
}

TEST(KeyPool, SaysAtOnceThatNoKeyCanBeMadeAndRecovers) {
  std::atomic<bool> broken{true};
  KeyPool pool([&]() -> Result<std::vector<crypto::FreshKey>> {
    if (broken) return fail(Code::kUnavailable, "test");
    return made();
  });
  const auto started = std::chrono::steady_clock::now();
  EXPECT_TRUE(pool.take(1, 4s).empty());
  EXPECT_LT(std::chrono::steady_clock::now() - started, 1s);
  broken = false;
  EXPECT_TRUE(soon([&] { return pool.take(1, 1s).size() == 1; }));
}

}  // namespace
}  // namespace zp::gateway
