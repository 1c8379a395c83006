// What cells may not do, and what happens to whoever asked when they try.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/integration/cells/running_broker.h"

namespace zp::gateway {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::StartsWith;

class BadCells : public testing::Test {
 protected:
  explicit BadCells(const char* wall = "5", const char* silence = "2")
      : broker_("bad_cell", {"SOCKET", wall, silence}) {}

  Result<intake::Inspection> ask(std::string_view deed, CellPatience patience = {}) {
    return connect_cells(broker_.socket(), patience)->inspect(as_bytes(deed), {});
  }
  std::vector<std::string> hazards(std::string_view deed, CellPatience patience = {}) {
    const auto inspection = ask(deed, patience);
    if (!inspection) return {inspection.error().message()};
    return inspection->findings.hazards;
  }
  void expect_still_serving() { EXPECT_THAT(hazards("good"), ElementsAre()); }

  test::RunningBroker broker_;
};

TEST_F(BadCells, ACrashIsAFindingAboutTheDocument) {
  for (const char* deed : {"crash", "crash-half-way", "leave"}) {
    const auto inspection = ask(deed);
    ASSERT_TRUE(inspection) << deed;
    EXPECT_THAT(inspection->findings.hazards, ElementsAre("crash")) << deed;
    EXPECT_EQ(inspection->findings.verdict, intake::Verdict::kRejected);
    EXPECT_EQ(inspection->findings.size, std::string_view(deed).size());
    EXPECT_FALSE(inspection->findings.messages.empty()) << "the sender is told what to do";
  }
  expect_still_serving();
}

TEST_F(BadCells, ACellThatGetsNoTimeSaysNothingAboutTheDocument) {
  CellPatience impatient;
  impatient.in_silence = 300ms;
  for (int i = 0; i < 3; ++i) EXPECT_THAT(hazards("hang", impatient), ElementsAre("not-inspected"));
  EXPECT_EQ(ask("hang", impatient)->findings.verdict, intake::Verdict::kDoubtful);
  expect_still_serving();
}

TEST_F(BadCells, TheBrokerEndsACellThatIsSilent) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(hazards("hang"), ElementsAre("not-inspected"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
  expect_still_serving();
}

/// However busy the machine is.
class BadCellsWithTime : public BadCells {
 protected:
  BadCellsWithTime() : BadCells("90", "90") {}
};

TEST_F(BadCellsWithTime, UsedUpProcessorTimeIsATimeOut) {
  EXPECT_THAT(hazards("spin"), ElementsAre("timeout"));
  EXPECT_THAT(hazards("time-is-up"), ElementsAre("timeout"));
  expect_still_serving();
}

TEST_F(BadCellsWithTime, ProcessorTimeIsCountedForEachStep) { EXPECT_THAT(hazards("step-by-step"), ElementsAre()); }

TEST_F(BadCells, MemoryIsBounded) {
  EXPECT_THAT(hazards("eat-memory"), ElementsAre("crash"));
  expect_still_serving();
}

TEST_F(BadCells, CannotReachAnythingOutside) {
  for (const char* deed : {"read-file", "read-own-memory", "write-file", "connect", "unix-socket", "fork", "exec",
                           "trace", "signal-broker", "run-data", "new-namespace"}) {
    EXPECT_THAT(hazards(deed), ElementsAre(AnyOf("crash", StartsWith("errno-")))) << deed;
    EXPECT_TRUE(broker_.alive()) << deed;
  }
  EXPECT_NE(::access("/tmp/zegelpost-escaped", F_OK), 0);
}

TEST_F(BadCells, CanOpenFontsForReading) {
  EXPECT_THAT(hazards("read-font"), ElementsAre(AnyOf("allowed", "errno-13")));
}

TEST_F(BadCells, AreNotBelievedWhenTheyBreakTheProtocol) {
  for (const char* lie : {"lie-kind", "lie-json", "lie-deep", "lie-twice", "lie-nothing", "lie-image-unasked"}) {
    EXPECT_THAT(hazards(lie), ElementsAre("crash")) << lie;
  }
  intake::InspectionRequest request;
  request.want_pages = true;
  for (const std::string_view lie : {"lie-image-size", "lie-image-page"}) {
    const auto inspection = connect_cells(broker_.socket())->inspect(as_bytes(lie), request);
    ASSERT_TRUE(inspection);
    EXPECT_THAT(inspection->findings.hazards, ElementsAre("crash")) << lie;
    EXPECT_TRUE(inspection->images.empty());
  }
}

TEST_F(BadCells, CannotSpeakToTheSender) {
  const auto inspection = ask("lie-verdict");
  ASSERT_TRUE(inspection);
  EXPECT_EQ(inspection->findings.verdict, intake::Verdict::kRejected) << "the verdict follows from the hazard";
  for (const intake::Message& message : inspection->findings.messages)
    EXPECT_EQ(message.nl.find("OPLICHTER"), std::string::npos);
}

TEST_F(BadCells, ServeMoreClientsThanThereAreCells) {
  std::vector<std::future<std::vector<std::string>>> answers;
  for (int i = 0; i < 12; ++i) answers.push_back(std::async(std::launch::async, [this] { return hazards("slow"); }));
  for (auto& answer : answers) EXPECT_THAT(answer.get(), ElementsAre());
}

TEST_F(BadCells, ABrokerThatIsGoneIsNoFindingAboutTheDocument) {
  auto waiting = std::async(std::launch::async, [this] { return ask("hang"); });
  std::this_thread::sleep_for(300ms);
  broker_.kill();
  const auto inspection = waiting.get();
  ASSERT_FALSE(inspection);
  EXPECT_EQ(inspection.error().code, Code::kUnavailable);
  EXPECT_EQ(ask("good").error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace zp::gateway
