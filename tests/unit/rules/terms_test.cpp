#include "intake/rules/terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zp::intake {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const Calendar& calendar() {
  static const auto loaded = Calendar::load(ZP_SOURCE_DIR "/intake/rules/holidays.yaml");
  return loaded.value();
}

Date day(const char* text) { return parse_date(text).value(); }

/// The same days, with Goede Vrijdag and equated days as holidays in terms of the AVG too.
const Calendar& wide_calendar() {
  static const Calendar made({std::chrono::sys_days{day("2026-01-02")}, std::chrono::sys_days{day("2026-05-15")},
                              std::chrono::sys_days{day("2027-05-07")}},
                             {2023, 2028}, EuropeanReading::kWide);
  return made;
}

struct AvgRow {
  const char *received, *one_month, *wide, *strict, *extended;
};

class AvgTerm : public ::testing::TestWithParam<AvgRow> {};

TEST_P(AvgTerm, EndsByDefaultOnTheDayOfTheTableThatIsSafeEitherWay) {
  const AvgRow& row = GetParam();
  const Term term = avg_term(calendar(), day(row.received));
  EXPECT_EQ(format_date(term.uncarried_day), row.one_month);
  EXPECT_EQ(format_date(term.last_day), row.strict);
  EXPECT_EQ(format_date(avg_term(calendar(), day(row.received), true).last_day), row.extended);
}

TEST_P(AvgTerm, EndsOnTheLaterDayOfTheTableWhereSoConfigured) {
  const AvgRow& row = GetParam();
  EXPECT_EQ(format_date(avg_term(wide_calendar(), day(row.received)).last_day), row.wide);
}

TEST_P(AvgTerm, NamesTheDayOfTheOtherReadingOnlyWhereThatDiffers) {
  const AvgRow& row = GetParam();
  const auto strict = avg_term(calendar(), day(row.received)).steps;
  const auto wide = avg_term(wide_calendar(), day(row.received)).steps;
  if (std::string_view(row.strict) == row.wide) {
    EXPECT_THAT(strict, Not(Contains(HasSubstr("staat niet vast"))));
    EXPECT_THAT(wide, Not(Contains(HasSubstr("staat niet vast"))));
  } else {
    EXPECT_THAT(strict, Contains(HasSubstr("was de laatste dag " + dutch_date(day(row.wide), true))));
    EXPECT_THAT(wide, Contains(HasSubstr("Zeker op tijd is uiterlijk " + dutch_date(day(row.strict), true))));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, AvgTerm,
                         ::testing::Values(AvgRow{"2024-03-05", "2024-04-05", "2024-04-05", "2024-04-05", "2024-06-05"},
                                           AvgRow{"2025-03-05", "2025-04-05", "2025-04-07", "2025-04-07", "2025-06-05"},
                                           AvgRow{"2026-03-05", "2026-04-05", "2026-04-07", "2026-04-07", "2026-06-05"},
                                           AvgRow{"2026-08-31", "2026-09-30", "2026-09-30", "2026-09-30", "2026-11-30"},
                                           AvgRow{"2023-08-31", "2023-09-30", "2023-10-02", "2023-10-02", "2023-11-30"},
                                           AvgRow{"2027-01-31", "2027-02-28", "2027-03-01", "2027-03-01", "2027-04-30"},
                                           AvgRow{"2028-01-31", "2028-02-29", "2028-02-29", "2028-02-29", "2028-05-01"},
                                           AvgRow{"2026-01-30", "2026-02-28", "2026-03-02", "2026-03-02", "2026-04-30"},
                                           AvgRow{"2026-03-27", "2026-04-27", "2026-04-28", "2026-04-28", "2026-06-29"},
                                           AvgRow{"2026-04-05", "2026-05-05", "2026-05-06", "2026-05-06", "2026-07-06"},
                                           AvgRow{"2026-04-14", "2026-05-14", "2026-05-18", "2026-05-15", "2026-07-14"},
                                           AvgRow{"2026-03-03", "2026-04-03", "2026-04-07", "2026-04-03", "2026-06-03"},
                                           AvgRow{"2025-12-02", "2026-01-02", "2026-01-05", "2026-01-02", "2026-03-02"},
                                           AvgRow{"2027-04-05", "2027-05-05", "2027-05-10", "2027-05-07", "2027-07-05"},
                                           AvgRow{"2026-11-25", "2026-12-25", "2026-12-28", "2026-12-28", "2027-02-25"},
                                           AvgRow{"2026-12-31", "2027-01-31", "2027-02-01", "2027-02-01", "2027-03-31"},
                                           AvgRow{"2026-11-30", "2026-12-30", "2026-12-30", "2026-12-30", "2027-03-01"},
                                           AvgRow{"2026-11-22", "2026-12-22", "2026-12-22", "2026-12-22",
                                                  "2027-02-22"}));

struct BezwaarRow {
  const char *announced, *six_weeks, *last_day;
};

class BezwaarTerm : public ::testing::TestWithParam<BezwaarRow> {};

TEST_P(BezwaarTerm, EndsOnTheDayOfTheTable) {
  const BezwaarRow& row = GetParam();
  const Term term = bezwaar_term(calendar(), day(row.announced));
  EXPECT_EQ(format_date(term.uncarried_day), row.six_weeks);
  EXPECT_EQ(format_date(term.last_day), row.last_day);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BezwaarTerm,
    ::testing::Values(
        BezwaarRow{"2026-03-02", "2026-04-13", "2026-04-13"}, BezwaarRow{"2026-02-20", "2026-04-03", "2026-04-07"},
        BezwaarRow{"2026-02-23", "2026-04-06", "2026-04-07"}, BezwaarRow{"2026-03-16", "2026-04-27", "2026-04-28"},
        BezwaarRow{"2026-03-24", "2026-05-05", "2026-05-06"}, BezwaarRow{"2026-04-02", "2026-05-14", "2026-05-18"},
        BezwaarRow{"2026-04-13", "2026-05-25", "2026-05-26"}, BezwaarRow{"2026-07-04", "2026-08-15", "2026-08-17"},
        BezwaarRow{"2026-11-13", "2026-12-25", "2026-12-28"}, BezwaarRow{"2025-11-21", "2026-01-02", "2026-01-05"},
        BezwaarRow{"2027-03-24", "2027-05-05", "2027-05-10"}, BezwaarRow{"2028-03-16", "2028-04-27", "2028-05-01"}));

TEST(AvgTermSteps, SayHowTheDayWasFoundAndWhereItStands) {
  const Term term = avg_term(calendar(), day("2026-03-05"));
  EXPECT_EQ(term.steps.at(0),
            "Ontvangen op donderdag 5 maart 2026; de dag van ontvangst telt niet mee (Verordening 1182/71, "
            "art. 3 lid 1).");
  EXPECT_THAT(term.steps, Contains(AllOf(HasSubstr("zondag 5 april 2026"), HasSubstr("art. 3 lid 2 onder c"))));
  EXPECT_THAT(term.steps, Contains(AllOf(HasSubstr("maandag 6 april 2026 (tweede paasdag, Atw art. 3 lid 1)"),
                                         HasSubstr("art. 3 lid 4"))));
  EXPECT_EQ(term.steps.back(), "Laatste dag: dinsdag 7 april 2026.");
}

TEST(AvgTermSteps, SayThatTheMonthIsTooShort) {
  EXPECT_THAT(avg_term(calendar(), day("2026-08-31")).steps, Contains(HasSubstr("de laatste dag van die maand")));
}

TEST(AvgTermSteps, OfAnExtensionSayByWhenItMustBeTold) {
  EXPECT_THAT(avg_term(calendar(), day("2026-03-05"), true).steps,
              Contains(HasSubstr("uiterlijk dinsdag 7 april 2026")));
}

TEST(WlzTerm, IsSixWeeksAfterReceiptRunningPastClosedDays) {
  EXPECT_EQ(format_date(wlz_term(calendar(), day("2026-06-01")).last_day), "2026-07-13");
  EXPECT_EQ(format_date(wlz_term(calendar(), day("2026-07-04")).last_day), "2026-08-17");
  EXPECT_THAT(wlz_term(calendar(), day("2026-06-01")).steps,
              Contains(HasSubstr("Besluit langdurige zorg, art. 3.2.4")));
}

TEST(CompletionTerm, RunsToTheNextWorkingDay) {
  EXPECT_EQ(format_date(completion_term(calendar(), day("2026-06-10"), 14).last_day), "2026-06-24");
  EXPECT_EQ(format_date(completion_term(calendar(), day("2026-12-12"), 14).last_day), "2026-12-28");
}

TEST(CompletionTerm, HoldsTwoWorkingDaysFromThreeDaysOn) {
  // Good Friday 3 April to Easter Monday 6 April 2026 are closed: only Tuesday is left, so Wednesday is
  // added.
  EXPECT_EQ(format_date(completion_term(calendar(), day("2026-04-02"), 3).last_day), "2026-04-08");
  EXPECT_THAT(completion_term(calendar(), day("2026-04-02"), 3).steps,
              Contains(HasSubstr("Algemene termijnenwet, art. 2")));
  EXPECT_EQ(format_date(completion_term(calendar(), day("2026-04-02"), 2).last_day), "2026-04-07");
}

TEST(SuspendedTerm, AddsTheDaysBetweenInvitationAndCompletion) {
  const Term term = wlz_term(calendar(), day("2026-06-01"));
  EXPECT_EQ(format_date(suspended_term(calendar(), term, day("2026-06-10"), day("2026-06-20")).last_day), "2026-07-22");
  EXPECT_EQ(format_date(suspended_term(calendar(), term, day("2026-06-10"), day("2026-06-24")).last_day), "2026-07-27");
}

TEST(SuspendedTerm, IsUnchangedWhenCompletedTheSameOrTheNextDay) {
  const Term term = wlz_term(calendar(), day("2026-06-01"));
  EXPECT_EQ(suspended_term(calendar(), term, day("2026-06-10"), day("2026-06-10")).last_day, term.last_day);
  EXPECT_EQ(suspended_term(calendar(), term, day("2026-06-10"), day("2026-06-11")).last_day, term.last_day);
}

TEST(SuspendedTerm, CountsFromTheDayBeforeCarrying) {
  const Term term = wlz_term(calendar(), day("2026-07-04"));  // raw Saturday 15 August, carried to Monday 17 August
  EXPECT_EQ(format_date(suspended_term(calendar(), term, day("2026-07-10"), day("2026-07-14")).last_day), "2026-08-18");
}

TEST(WeeksTerm, IsCarriedUnlessItEndsOnTheDayItself) {
  const Term carried = weeks_term(calendar(), day("2026-11-22"), 2, "Ontvangen.", "Awb art. 4:17 lid 3");
  EXPECT_EQ(format_date(carried.last_day), "2026-12-07");
  EXPECT_THAT(carried.steps, Contains(HasSubstr("Twee weken (14 dagen) later: zondag 6 december 2026")));
  const Term strict = weeks_term(calendar(), day("2026-11-22"), 2, "Ontvangen.", "Awb art. 4:17 lid 3", false);
  EXPECT_EQ(format_date(strict.last_day), "2026-12-06");
}

TEST(WeeksTerm, IsPutOffFromTheDayBeforeCarrying) {
  const Term term = weeks_term(calendar(), day("2026-11-22"), 6, "Ontvangen.", "Awb art. 9:11 lid 1");
  EXPECT_EQ(format_date(term.last_day), "2027-01-04");  // 3 January is a Sunday
  const Term later = adjourned_term(calendar(), term, day("2026-11-22"), 4, "Awb art. 9:11 lid 2");
  EXPECT_EQ(format_date(later.last_day), "2027-02-01");  // 31 January too
  EXPECT_THAT(later.steps, Contains(HasSubstr("Verdaagd met vier weken")));
}

TEST(Terms, WarnWhenTheDecreesOfAYearAreNotKnown) {
  EXPECT_THAT(wlz_term(calendar(), day("2029-03-01")).steps, Contains(HasSubstr("Let op: de dagen die voor 2029")));
  EXPECT_THAT(wlz_term(calendar(), day("2026-03-01")).steps, Not(Contains(HasSubstr("Let op"))));
}

}  // namespace
}  // namespace zp::intake
