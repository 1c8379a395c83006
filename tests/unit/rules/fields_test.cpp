#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/rules/requirements.h"

namespace zp::intake {
namespace {

using Fields = std::map<std::string, std::string>;

RequestRule rule() {
  RequestRule rule;
  rule.fields = {{.name = "role",
                  .label = "Uw rol",
                  .help = "",
                  .type = "choice",
                  .choices = {{"self", "Zelf"}, {"mentor", "Mentor"}},
                  .required = true,
                  .required_when = {},
                  .autocomplete = ""},
                 {.name = "name",
                  .label = "Uw naam",
                  .help = "",
                  .type = "text",
                  .choices = {},
                  .required = false,
                  .required_when = {{"role", "mentor|curator"}},
                  .autocomplete = ""},
                 {.name = "born",
                  .label = "Geboortedatum",
                  .help = "",
                  .type = "date",
                  .choices = {},
                  .required = false,
                  .required_when = {},
                  .autocomplete = ""},
                 {.name = "email",
                  .label = "E-mail",
                  .help = "",
                  .type = "email",
                  .choices = {},
                  .required = false,
                  .required_when = {},
                  .autocomplete = ""},
                 {.name = "details",
                  .label = "Uw vraag",
                  .help = "",
                  .type = "textarea",
                  .choices = {},
                  .required = false,
                  .required_when = {},
                  .autocomplete = ""}};
  return rule;
}

std::vector<std::string> wrong(Fields fields) {
  fields.try_emplace("role", "self");
  std::vector<std::string> names;
  for (const auto& [name, sentence] : check_fields(rule().fields, fields)) names.push_back(name);
  return names;
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CheckFields, AcceptsWhatIsFilledInWell) {
  EXPECT_THAT(
      wrong(
          {{"name", "Ali Öztürk"}, {"born", "1950-04-05"}, {"email", "ali@post.example"}, {"details", "Wat weet u?"}}),
      IsEmpty());
}

TEST(CheckFields, NamesAMissingFieldWithItsLabel) {
  const auto mistakes = check_fields(rule().fields, {});
  ASSERT_EQ(mistakes.size(), 1u);
  EXPECT_EQ(mistakes[0].first, "role");
  EXPECT_EQ(mistakes[0].second, "Vul dit in: Uw rol.");
}

TEST(CheckFields, TakesBlanksForMissing) { EXPECT_THAT(wrong({{"role", " \t "}}), ElementsAre("role")); }

TEST(CheckFields, AsksForAFieldOnlyWhenItsConditionHolds) {
  EXPECT_THAT(wrong({{"role", "mentor"}}), ElementsAre("name"));
  EXPECT_THAT(wrong({{"role", "self"}}), IsEmpty());
}

TEST(CheckFields, RefusesAChoiceThatIsNotOffered) { EXPECT_THAT(wrong({{"role", "king"}}), ElementsAre("role")); }

TEST(CheckFields, RefusesDatesThatDoNotExistOrCanNotBe) {
  for (const char* date : {"2026-02-30", "5-4-1950", "1899-12-31", "gisteren"})
    EXPECT_THAT(wrong({{"born", date}}), ElementsAre("born")) << date;
}

TEST(CheckFields, RefusesWhatIsNoEmailAddress) {
  for (const char* email : {"a", "@b.nl", "a@", "a@b", "a b@c.nl", "a@b.nl, c@d.nl", "a@@b.nl", "a@.nl", "a@b..nl",
                            "<a@b.nl>", "a@b.nl\r\nBcc:x@y.nl"})
    EXPECT_THAT(wrong({{"email", email}}), ElementsAre("email")) << email;
}

TEST(CheckFields, BoundsTheLengthOfTexts) {
  EXPECT_THAT(wrong({{"name", std::string(401, 'a')}}), ElementsAre("name"));
  EXPECT_THAT(wrong({{"details", std::string(401, 'a')}}), IsEmpty());
  EXPECT_THAT(wrong({{"details", std::string(16'001, 'a')}}), ElementsAre("details"));
}

}  // namespace
}  // namespace zp::intake
