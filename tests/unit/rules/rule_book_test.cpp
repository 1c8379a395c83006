#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "intake/rules/requirements.h"

namespace zp::intake {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

const RuleBook& shipped() {
  static const auto loaded = RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests");
  if (!loaded) throw std::runtime_error(loaded.error().message());
  return *loaded;
}

TEST(ShippedRules, HoldEveryRequest) {
  for (const char* name :
       {"avg-inzage", "avg-rectificatie", "avg-wissing", "avg-beperking", "avg-overdraagbaarheid", "avg-bezwaar",
        "avg-geautomatiseerde-besluitvorming", "avg-intrekken-toestemming", "informatie-mentor-curator-bewindvoerder",
        "kopie-indicatiebesluit", "wlz-aanvulling", "aanvulling", "onbekend", "portero", "clientregister",
        "ontvangersleutels", "bezwaar", "ingebrekestelling", "klacht"})
    EXPECT_NE(shipped().find(name), nullptr) << name;
  EXPECT_EQ(shipped().requests().size(), 19u);
  EXPECT_EQ(shipped().find("niets"), nullptr);
}

TEST(ShippedRules, GiveEveryDocumentItsReasonAndSource) {
  for (const RequestRule& rule : shipped().requests())
    for (const DocumentRule& document : rule.documents) {
      EXPECT_FALSE(document.why.empty()) << rule.name << document.slot;
      EXPECT_FALSE(document.source_text.empty()) << rule.name << document.slot;
    }
}

TEST(ShippedRules, MaskEveryIdentityDocument) {
  for (const RequestRule& rule : shipped().requests())
    for (const DocumentRule& document : rule.documents)
      EXPECT_EQ(document.mask, document.identity_document) << rule.name << document.slot;
}

TEST(ShippedRules, NeverAskForABsn) {
  for (const RequestRule& rule : shipped().requests())
    EXPECT_THAT(rule.fields, Each(Field(&FieldRule::name, Not(HasSubstr("bsn"))))) << rule.name;
}

TEST(ShippedRules, OfferNothingToSendersThatStaffBegin) {
  for (const RequestRule& rule : shipped().requests())
    EXPECT_FALSE(rule.made_by_staff && !rule.group.empty()) << rule.name;
}

TEST(ShippedRules, LetAvgTermsRunAndCountNoTermForOthers) {
  for (const RequestRule& rule : shipped().requests())
    EXPECT_EQ(rule.term == "avg", rule.name.starts_with("avg-")) << rule.name;
}

class RuleFiles : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_ / "parts"); }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string mistake() {
    const auto result = RuleBook::load(folder_.string());
    if (result) return "";
    EXPECT_EQ(result.error().code, Code::kConfig);
    return result.error().subject;
  }
  fs::path folder_ = fs::path(::testing::TempDir()) / ("zp_rules_" + std::to_string(::getpid()));
};

const std::string kHead =
    "title: T\nintro: I\nlegal_ground: G\nterm: none\nterm_source: S\ncompletion_days: 14\nretention_days: "
    "10\n";  // 7 lines
const std::string kDocument = "    label: L\n    explanation: E\n    why: W\n    source: S\n    source_text: T\n";

TEST_F(RuleFiles, AreNamedAfterTheFile) {
  write("een.yaml", kHead);
  EXPECT_EQ(mistake(), "");
  EXPECT_NE(RuleBook::load(folder_.string())->find("een"), nullptr);
}

TEST_F(RuleFiles, TakeListsFromParts) {
  write("een.yaml", kHead + "documents:\n  - part: proof\n");
  write("parts/proof.yaml", "documents:\n  - slot: one\n" + kDocument);
  ASSERT_EQ(mistake(), "");
  EXPECT_EQ(RuleBook::load(folder_.string())->find("een")->documents.at(0).slot, "one");
}

TEST_F(RuleFiles, NameTheLineOfAnUnknownKey) {
  write("een.yaml", kHead + "colour: red\n");
  EXPECT_THAT(mistake(), AllOf(HasSubstr("een.yaml:8:"), HasSubstr("'colour' is unknown")));
}

TEST_F(RuleFiles, ATermInWeeksNamesWhatItCountsFrom) {
  std::string head = kHead;
  head.replace(head.find("term: none"), 10, "term: weeks");
  write("een.yaml", head);
  EXPECT_THAT(mistake(), HasSubstr("'weeks' is missing"));
  const std::string weeks = head + "weeks: {label: l, weeks: 6, ground: g, from: ";
  write("een.yaml", weeks + "receipt}\n");
  EXPECT_EQ(mistake(), "");
  write("een.yaml", weeks + "remedy-term}\n");
  EXPECT_THAT(mistake(), HasSubstr("count from the record 'zaak'"));
  write("een.yaml", weeks + "receipt, adjourned: {weeks: 4, ground: g}}\n");
  EXPECT_THAT(mistake(), HasSubstr("need the measure 'verdaging'"));
}

TEST_F(RuleFiles, NameTheLineInsideAPart) {
  write("een.yaml", kHead + "documents:\n  - part: proof\n");
  write("parts/proof.yaml", "documents:\n  - slot: one\n    colour: red\n" + kDocument);
  EXPECT_THAT(mistake(), HasSubstr("parts/proof.yaml:3:"));
}

struct BadRow {
  const char *text, *says;
};
class BadRules : public RuleFiles, public ::testing::WithParamInterface<BadRow> {};
TEST_P(BadRules, AreRefused) {
  write("een.yaml", kHead + GetParam().text);
  EXPECT_THAT(mistake(), AllOf(HasSubstr("een.yaml:"), HasSubstr(GetParam().says)));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadRules,
    ::testing::Values(
        BadRow{"title: again\n", "een.yaml:8: key 'title' stands here twice"},
        BadRow{"documents:\n  - part: absent\n", "een.yaml:9: there is no"},
        BadRow{"documents:\n  - part: ../../etc\n", "een.yaml:9:"},
        BadRow{"fields:\n  - {name: n, label: l, type: number}\n", "een.yaml:9: 'type' must be one of"},
        BadRow{"fields:\n  - {name: n, label: l, type: choice}\n", "'choices' go with"},
        BadRow{"fields:\n  - {name: Naam, label: l, type: text}\n", "must be made of"},
        BadRow{"fields:\n  - {name: n, label: l, type: text, required: ja}\n", "must be true or false"},
        BadRow{"fields:\n  - {name: n, label: l, type: text}\n  - {name: n, label: l, type: text}\n", "has 'n' twice"},
        BadRow{"documents:\n  - {slot: s, label: l, explanation: e, why: w, source: s, source_text: t, when: "
               "{role: x}}\n",
               "field 'role'"},
        BadRow{"documents:\n  - {slot: s, label: l, explanation: e, why: w, source: s, source_text: t, "
               "accepts: [selfie]}\n",
               "'selfie'"},
        BadRow{"documents:\n  - {slot: s, label: l, explanation: e, why: w, source: s, source_text: t, "
               "identity_document: true}\n",
               "'holders'"},
        BadRow{"documents:\n  - {slot: s, label: l, explanation: e, source: s, source_text: t}\n",
               "een.yaml:9: 'why' is missing"},
        BadRow{"demands:\n  - {name: d, label: l, lacking: x, record: feit, source: s, source_text: t}\n",
               "'feit', which is not there"},
        BadRow{"records:\n  - {name: r, title: t, about: a, fields: [{name: n, label: l, type: text}]}\nmeasures:\n  - "
               "{name: m, title: t, "
               "letter: b, demands: [z], source: s, source_text: t}\n",
               "'z', which is no demand"},
        BadRow{"records:\n  - {name: r, title: t, about: a, clock: {hours: 72, from: n, ended_by: r, source: s}, "
               "fields: [{name: n, "
               "label: l, type: date}]}\n",
               "type moment"},
        BadRow{"records:\n  - {name: r, title: t, about: a, day: n, fields: [{name: n, label: l, type: text}]}\n",
               "'day' names no field"},
        BadRow{"records:\n  - {name: r, title: t, about: a, fields: [{name: n, label: l, type: text}]}\ndemands:\n  - "
               "{name: d, label: l, lacking: x, record: r, after: {record: r, which: newest}, source: s, source_text: "
               "t}\n",
               "both need `day`"},
        BadRow{"records:\n  - {name: r, title: t, about: a, fields: [{name: n, label: l, type: text}]}\nmeasures:\n  - "
               "{name: m, title: t, letter: b, settles: [r], source: s, source_text: t}\n",
               "settle 'r'"},
        BadRow{"made_by_staff: true\n", "needs records"}, BadRow{"fields: [\n", "een.yaml:"},
        BadRow{"fields: {a: b}\n", "list"}, BadRow{"documents: none\n", "list"}));

TEST_F(RuleFiles, RefuseNumbersOutOfRange) {
  write("een.yaml",
        "title: T\nintro: I\nlegal_ground: G\nterm: none\nterm_source: S\ncompletion_days: "
        "0\nretention_days: 10\n");
  EXPECT_THAT(mistake(), HasSubstr("een.yaml:6: 'completion_days' is 0"));
}

TEST_F(RuleFiles, NeedARetentionTerm) {
  write("een.yaml", "title: T\nintro: I\nlegal_ground: G\nterm: none\nterm_source: S\ncompletion_days: 14\n");
  EXPECT_THAT(mistake(), HasSubstr("'retention_days' is missing"));
}

TEST(RequestFiles, SayWhatTheyUseDataForUnlessOnlyForTheRequestItself) {
  const auto book = RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests");
  ASSERT_TRUE(book);
  for (const RequestRule& rule : book->requests())
    EXPECT_EQ(rule.purpose.empty(), rule.term == "avg" || rule.name == "onbekend") << rule.name;
}

TEST(RuleFolder, ThatIsEmptyOrAbsentIsAMistake) { EXPECT_FALSE(RuleBook::load("/nonexistent")); }

}  // namespace
}  // namespace zp::intake
