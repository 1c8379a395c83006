#include "intake/rules/desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace zp::intake {
namespace {

using ::testing::HasSubstr;

const Desk& shipped() {
  static const auto desk = Desk::load(ZP_SOURCE_DIR "/intake/rules/balie.yaml");
  if (!desk) throw std::runtime_error(desk.error().message());
  return *desk;
}

TEST(DeskRules, AnswerEveryCallerOnEveryQuestion) {
  for (const auto& [caller, who] : shipped().callers())
    for (const auto& [question, what] : shipped().questions())
      EXPECT_NE(shipped().find(caller, question), nullptr) << caller << " " << question;
  EXPECT_EQ(shipped().find("niemand", "indicatie"), nullptr);
}

TEST(DeskRules, TellNothingAboutAClientBeforeTheControlQuestions) {
  for (const DeskRule& rule : shipped().rules())
    EXPECT_EQ(rule.controls, rule.outcome == DeskOutcome::kTell) << rule.name;
  EXPECT_FALSE(shipped().controls().empty());
}

TEST(DeskRules, FollowTheTextForEachCaller) {
  const auto outcome = [](const char* caller, const char* question) {
    return shipped().find(caller, question)->outcome;
  };
  EXPECT_EQ(outcome("client", "indicatie"), DeskOutcome::kTell);
  EXPECT_EQ(outcome("parent", "status"), DeskOutcome::kTell);
  EXPECT_THAT(shipped().find("parent", "indicatie")->only_if, HasSubstr("gezag"));
  EXPECT_EQ(outcome("aanvrager", "status"), DeskOutcome::kTell);
  EXPECT_EQ(outcome("aanvrager", "meer"), DeskOutcome::kTellNothing);  // needs the client's written consent
  EXPECT_EQ(outcome("zorgkantoor", "contactgegevens"), DeskOutcome::kTell);
  for (const char* question : {"indicatie", "status", "contactgegevens", "kopie"}) {
    EXPECT_EQ(outcome("huisarts", question), DeskOutcome::kTellNothing);
    EXPECT_EQ(outcome("zorgaanbieder", question), DeskOutcome::kTellNothing);
    EXPECT_EQ(outcome("mentor", question), DeskOutcome::kTellNothing);  // in writing only
    EXPECT_EQ(outcome("ander", question), DeskOutcome::kTellNothing);
  }
  EXPECT_EQ(outcome("gemeente", "heeft-indicatie"), DeskOutcome::kRefer);
  for (const auto& [caller, who] : shipped().callers()) EXPECT_NE(outcome(caller.c_str(), "kopie"), DeskOutcome::kTell);
  EXPECT_THAT(shipped().find("client", "portero")->refer, HasSubstr("eigen gegevens"));
  for (const char* question : {"indicatie", "status", "heeft-indicatie", "contactgegevens"})
    EXPECT_THAT(shipped().find("zorgkantoor", question)->only_if, HasSubstr("noodzakelijk voor de zorglevering"));
  EXPECT_THAT(shipped().find("mentor", "indicatie")->refer, HasSubstr("schriftelijk"));
  EXPECT_EQ(shipped().find("aanvrager", "indicatie")->tell.size(), 5u);
}

class DeskFile : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  std::string mistake(const std::string& rules) {
    std::ofstream(path_) << "callers: {a: A}\nquestions: {x: X, y: Y}\ncontrols: [K]\nrules:\n" << rules;
    const auto loaded = Desk::load(path_);
    return loaded ? "" : loaded.error().subject;
  }
  const std::string path_ = ::testing::TempDir() + "/zp_desk_" + std::to_string(::getpid()) + ".yaml";
};

const std::string kRest = ", ground: G, source: S, source_text: T}\n";

TEST_F(DeskFile, WithAGapIsRefused) {
  EXPECT_THAT(mistake("  - {name: n, callers: a, questions: x, outcome: verwijzen, refer: R" + kRest),
              HasSubstr("'a' who asks 'y'"));
  EXPECT_EQ(mistake("  - {name: n, callers: a, questions: [x, y], outcome: verwijzen, refer: R" + kRest), "");
}

TEST_F(DeskFile, ThatTellsWithoutControlQuestionsIsRefused) {
  EXPECT_THAT(mistake("  - {name: n, callers: a, questions: [x, y], outcome: vertellen, tell: [T]" + kRest),
              HasSubstr("controls"));
  EXPECT_THAT(mistake("  - {name: n, callers: b, questions: [x, y], outcome: verwijzen, refer: R" + kRest),
              HasSubstr("'b'"));
  EXPECT_THAT(mistake("  - {name: n, callers: a, questions: [x, y], outcome: verwijzen" + kRest), HasSubstr("refer"));
}

}  // namespace
}  // namespace zp::intake
