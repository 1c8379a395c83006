#include "intake/rules/ways.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "templates/letter/letter.h"

namespace zp::intake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const WayPolicy& shipped() {
  static const auto policy = WayPolicy::load(ZP_SOURCE_DIR "/intake/rules/verzendwegen.yaml");
  if (!policy) throw std::runtime_error(policy.error().message());
  return *policy;
}

std::vector<std::string> ways_of(const LetterClass& one) {
  std::vector<std::string> ways;
  for (const WayRule& rule : one.rules) ways.insert(ways.end(), rule.ways.begin(), rule.ways.end());
  return ways;
}

class Letters : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    press_ =
        std::move(*templates::LetterPress::load(ZP_SOURCE_DIR "/templates/letters", {"N", "P", "", "U", "", "", {}}));
  }
  static void TearDownTestSuite() { press_.reset(); }
  inline static std::unique_ptr<templates::LetterPress> press_;
};

TEST_F(Letters, EachBelongToAClassThatNamesIt) {
  std::size_t named = 0;
  for (const LetterClass& one : shipped().classes()) named += one.letters.size();
  EXPECT_EQ(named, press_->letters().size());
  for (const auto& letter : press_->letters())
    EXPECT_THAT(shipped().class_of(letter.name, false).letters, testing::Contains(letter.name));
}

TEST_F(Letters, ToSomebodyElseThanTheRequesterGoByPostAlone) {
  for (const auto& letter : press_->letters()) {
    if (letter.written_to == "verzoeker") continue;
    EXPECT_THAT(ways_of(shipped().class_of(letter.name, true)), ElementsAre("post")) << letter.name;
  }
}

TEST_F(Letters, WithCopiesOrDataGoStraightOnlyWithNta7516) {
  for (const auto& letter : press_->letters()) {
    const WayRule* const rule = shipped().class_of(letter.name, false).rule_for("tls");
    if (letter.encloses == templates::Encloses::kNothing || !rule) continue;
    EXPECT_THAT(rule->proofs, ElementsAre("nta")) << letter.name;
  }
}

TEST(Ways, AnOrdinaryLetterGoesStraightByAnyProofUntilSomethingIsAdded) {
  EXPECT_THAT(shipped().class_of("avg-verlenging", false).rule_for("tls")->proofs,
              ElementsAre("nta", "dane", "mta-sts"));
  EXPECT_THAT(shipped().class_of("avg-verlenging", true).rule_for("tls")->proofs, ElementsAre("nta"));
}

TEST(Ways, ALetterThatNoClassNamesIsTakenForTheMostDelicate) {
  EXPECT_EQ(shipped().class_of("nieuwe-brief", false).name, "gezondheid");
}

TEST(Ways, ACodeGoesByPostAlone) {
  EXPECT_THAT(ways_of(shipped().class_of("toegangscode", false)), ElementsAre("post"));
}

class WaysFile : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  std::string mistake(const std::string& letters, const std::string& ways, const std::string& otherwise = "a") {
    std::ofstream(path_) << "otherwise: " << otherwise
                         << "\nclasses:\n  - name: a\n    title: T\n    about: A\n    letters: " << letters
                         << "\n    ways:\n"
                         << ways;
    const auto loaded = WayPolicy::load(path_);
    return loaded ? "" : loaded.error().subject;
  }
  static std::string line(const std::string& ways) { return "      - {name: n, " + ways + ", why: W, source: S}\n"; }
  const std::string path_ = testing::TempDir() + "/zp_ways_" + std::to_string(::getpid()) + ".yaml";
};

TEST_F(WaysFile, ThatLeavesNoPaperRoadIsRefused) {
  EXPECT_EQ(mistake("[x]", line("ways: mailbox") + line("ways: post")), "");
  EXPECT_THAT(mistake("[x]", line("ways: mailbox")), HasSubstr("post"));
}

TEST_F(WaysFile, ThatSaysStraightWithoutSayingByWhatProofIsRefused) {
  EXPECT_THAT(mistake("[x]", line("ways: tls") + line("ways: post")), HasSubstr("proofs"));
  EXPECT_THAT(mistake("[x]", line("ways: tls, proofs: starttls") + line("ways: post")), HasSubstr("starttls"));
  EXPECT_THAT(mistake("[x]", line("ways: mailbox, proofs: nta") + line("ways: post")), HasSubstr("proofs"));
}

TEST_F(WaysFile, WithAnUnknownWayATwofoldOneOrNoOtherwiseIsRefused) {
  EXPECT_THAT(mistake("[x]", line("ways: mail") + line("ways: post")), HasSubstr("'mail'"));
  EXPECT_THAT(mistake("[x]", line("ways: mailbox") + line("ways: [mailbox, post]")), HasSubstr("twice"));
  EXPECT_THAT(mistake("[x, x]", line("ways: post")), HasSubstr("two classes"));
  EXPECT_THAT(mistake("[x]", line("ways: post"), "b"), HasSubstr("otherwise"));
}

}  // namespace
}  // namespace zp::intake
