#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "gateway/cli/command.h"

namespace zp::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Outcome {
  int status;
  std::string out, complaints;
};

class TermCommand : public ::testing::Test {
 protected:
  void SetUp() override { ::setenv("ZEGELPOST_DATA", ZP_SOURCE_DIR, 1); }
  void TearDown() override { ::unsetenv("ZEGELPOST_DATA"); }
  static Outcome run(const Arguments& arguments) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int status = kTerm.run(arguments);
    return {status, ::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr()};
  }
};

TEST_F(TermCommand, PrintsTheLastDayAloneOnTheFirstLine) {
  for (const auto& [term, received, last_day] :
       std::vector<std::array<std::string, 3>>{{"avg", "2026-03-05", "2026-04-07\n"},
                                               {"avg-extended", "2026-03-05", "2026-06-05\n"},
                                               {"wlz", "2026-06-01", "2026-07-13\n"},
                                               {"bezwaar", "2026-04-02", "2026-05-18\n"}}) {
    const Outcome result = run({term, "--received", received});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, StartsWith(last_day)) << term;
    EXPECT_THAT(result.out, HasSubstr("Laatste dag: ")) << term;
    EXPECT_EQ(result.complaints, "");
  }
}

TEST_F(TermCommand, EndsWithTwoOnWrongUseAndPrintsNoDate) {
  for (const Arguments& wrong : std::vector<Arguments>{{},
                                                       {"avg"},
                                                       {"--received", "2026-03-05"},
                                                       {"woo", "--received", "2026-03-05"},
                                                       {"avg", "--received", "2026-02-30"},
                                                       {"avg", "--received", "5-3-2026"},
                                                       {"avg", "--received", "2026-03-05", "more"}}) {
    const Outcome result = run(wrong);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.complaints, "");
  }
}

TEST_F(TermCommand, ExplainsItself) {
  const Outcome result = run({"--help"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("Example: zegelpost term"));
}

TEST_F(TermCommand, NamesTheHolidaysFileThatItCannotRead) {
  ::setenv("ZEGELPOST_DATA", "/nonexistent", 1);
  const Outcome result = run({"avg", "--received", "2026-03-05"});
  EXPECT_EQ(result.status, 78);
  EXPECT_THAT(result.complaints, HasSubstr("/nonexistent/intake/rules/holidays.yaml"));
}

}  // namespace
}  // namespace zp::gateway
