#include "gateway/worker/jobs.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

TEST(Jobs, WaitLongerAfterEachFailureUpToAnHour) {
  EXPECT_EQ(back_off(1), 5'000);
  EXPECT_EQ(back_off(2), 10'000);
  EXPECT_EQ(back_off(12), 3'600'000);
  EXPECT_EQ(back_off(4'000'000'000), 3'600'000);
}

}  // namespace
}  // namespace zp::gateway
