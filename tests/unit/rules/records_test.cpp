#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/rules/requirements.h"

namespace zp::intake {
namespace {

using ::testing::HasSubstr;

const RecordBook& portero() {
  static const auto book = RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests");
  if (!book) throw std::runtime_error(book.error().message());
  return book->find("portero")->book;
}

Records one(const char* record, const FieldValues& fields) { return {{record, {{fields}}}}; }

TEST(Demands, CountOnlyEntriesThatHoldTheirValues) {
  const Demand& contact = *portero().demand("direct-contact");
  EXPECT_FALSE(met(portero(), contact, {}));
  EXPECT_FALSE(met(portero(), contact, one("contact", {{"rol", "contactpersoon"}, {"hoe", "niet-bereikt"}})));
  EXPECT_FALSE(met(portero(), contact, one("contact", {{"rol", "tekenbevoegde"}, {"hoe", "telefoon"}})));
  EXPECT_TRUE(met(portero(), contact, one("contact", {{"rol", "medewerker"}, {"hoe", "gesprek"}})));
}

TEST(Demands, CountDifferentDaysWhereRepetitionMatters) {
  const Demand& repeated = *portero().demand("meerdere-malen");
  const FieldValues first = {{"soort", "onzorgvuldig"}, {"dag", "2026-11-16"}};
  FieldValues second = first;
  EXPECT_FALSE(met(portero(), repeated, {{"feit", {{first}, {second}}}}));
  second["dag"] = "2026-11-17";
  EXPECT_TRUE(met(portero(), repeated, {{"feit", {{first}, {second}}}}));
  second["soort"] = "buiten-doel";
  EXPECT_FALSE(met(portero(), repeated, {{"feit", {{first}, {second}}}}));
}

TEST(Demands, ATalkCountsFromTheDayOfTheLastFactOn) {
  const Demand& contact = *portero().demand("direct-contact");
  const auto records = [](const char* talk) {
    return Records{{"feit",
                    {{{{"soort", "buiten-doel"}, {"dag", "2026-11-10"}}},
                     {{{"soort", "buiten-doel"}, {"dag", "2026-11-20"}}},
                     {{{"soort", "onzorgvuldig"}, {"dag", "2026-11-22"}}}}},
                   {"contact", {{{{"rol", "medewerker"}, {"hoe", "gesprek"}, {"dag", talk}}}}}};
  };
  EXPECT_FALSE(met(portero(), contact, records("2024-01-10")));
  EXPECT_FALSE(met(portero(), contact, records("2026-11-19")));
  EXPECT_TRUE(met(portero(), contact, records("2026-11-20")));  // careless use is another matter
}

TEST(Demands, CountNothingThatWasSettledByAReopening) {
  const Demand& misuse = *portero().demand("misbruik");
  constexpr std::int64_t kReopened = 2000;
  const auto found = [&](const char* day, std::int64_t entered) {
    return met(portero(), misuse,
               {{"feit", {{{{"soort", "buiten-doel"}, {"dag", day}}, entered}}},
                {"maatregel",
                 {{{{"maatregel", "afsluiting-misbruik"}, {"dag", "2026-11-21"}}, 1000},
                  {{{"maatregel", "heropening"}, {"dag", "2026-12-01"}}, kReopened}}}});
  };
  EXPECT_FALSE(found("2026-11-20", 500));
  EXPECT_FALSE(found("2026-11-20", kReopened + 1));  // happened before it, whenever it was put on record
  EXPECT_FALSE(found("2026-12-01", kReopened - 1));
  EXPECT_TRUE(found("2026-12-01", kReopened + 1));
}

TEST(Measures, MoveTheCaseOnInTheOrderInWhichTheyWereTaken) {
  Records records;
  EXPECT_EQ(stand_of(portero(), records), "open");
  records["maatregel"].push_back({{{"maatregel", "waarschuwing"}}});
  EXPECT_EQ(stand_of(portero(), records), "gewaarschuwd");
  records["maatregel"].push_back({{{"maatregel", "gesprek-bevestigen"}}});
  EXPECT_EQ(stand_of(portero(), records), "gewaarschuwd");  // confirming a talk decides nothing
  records["maatregel"].push_back({{{"maatregel", "afsluiting-onzorgvuldig"}}});
  records["maatregel"].push_back({{{"maatregel", "heropening"}}});
  EXPECT_EQ(stand_of(portero(), records), "heropend");
}

TEST(Measures, SayEverythingThatIsMissingAtOnce) {
  const Hindrance hindrance = zp::intake::hindrance(portero(), *portero().measure("afsluiting-misbruik"), {});
  EXPECT_EQ(hindrance.lacking.size(), 5u);
  EXPECT_THAT(hindrance.sentence(portero()), HasSubstr("misbruik vast als feit"));
  EXPECT_TRUE(hindrance.stand.empty());
}

TEST(Measures, NeverCloseWithoutWhatTheTextAsksFor) {
  EXPECT_THAT(portero().measure("afsluiting-misbruik")->demands,
              ::testing::IsSupersetOf({"misbruik", "direct-contact", "tekenbevoegde", "rechtsmiddel"}));
  EXPECT_THAT(portero().measure("afsluiting-onzorgvuldig")->demands,
              ::testing::IsSupersetOf({"meerdere-malen", "discipline", "eerst-contact"}));
}

TEST(Fields, OfSeveralChoicesAreShownByTheirLabels) {
  const FieldRule field{"n", "L", "", "choices", {{"a", "Eerste"}, {"b", "Tweede"}}};
  EXPECT_EQ(shown_value(field, "a b"), "Eerste, Tweede");
  EXPECT_TRUE(check_fields({field}, {{"n", "a b"}}).empty());
  EXPECT_FALSE(check_fields({field}, {{"n", "a c"}}).empty());
}

TEST(Fields, OfAMomentNeedATime) {
  const FieldRule field{"n", "L", "", "moment"};
  for (const char* good : {"2026-11-20T14:05", "2024-02-29T00:00"})
    EXPECT_TRUE(check_fields({field}, {{"n", good}}).empty()) << good;
  for (const char* bad : {"2026-11-20", "2026-11-20T24:00", "2026-11-20 14:05", "2026-02-29T10:00", "2026-11-20T1a:05"})
    EXPECT_FALSE(check_fields({field}, {{"n", bad}}).empty()) << bad;
}

}  // namespace
}  // namespace zp::intake
