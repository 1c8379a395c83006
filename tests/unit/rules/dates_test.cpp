#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "intake/rules/terms.h"

namespace zp::intake {
namespace {

using ::testing::HasSubstr;

Calendar calendar() { return Calendar::load(ZP_SOURCE_DIR "/intake/rules/holidays.yaml").value(); }
Date day(const char* text) { return parse_date(text).value(); }

TEST(ParseDate, TakesRealDatesOnly) {
  EXPECT_EQ(format_date(day("2028-02-29")), "2028-02-29");
  for (const char* bad :
       {"", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-1-01", "26-01-01", "2026/01/01",
        "2026-01-01 ", " 2026-01-1", "-026-01-01", "2026-+1-01", "1582-12-31", "2026-01-0x"})
    EXPECT_FALSE(parse_date(bad)) << bad;
}

TEST(DutchDate, IsWrittenAsPeopleWriteIt) {
  EXPECT_EQ(dutch_date(day("2026-04-05")), "5 april 2026");
  EXPECT_EQ(dutch_date(day("2026-04-05"), true), "zondag 5 april 2026");
}

struct HolidayRow {
  const char *date, *name;
};
class Holidays : public ::testing::TestWithParam<HolidayRow> {};
TEST_P(Holidays, AreClosed) { EXPECT_EQ(calendar().closed_because(day(GetParam().date)), GetParam().name); }

INSTANTIATE_TEST_SUITE_P(
    Table, Holidays,
    ::testing::Values(HolidayRow{"2025-04-18", "Goede Vrijdag"}, HolidayRow{"2026-04-03", "Goede Vrijdag"},
                      HolidayRow{"2027-03-26", "Goede Vrijdag"}, HolidayRow{"2028-04-14", "Goede Vrijdag"},
                      HolidayRow{"2029-03-30", "Goede Vrijdag"}, HolidayRow{"2030-04-19", "Goede Vrijdag"},
                      HolidayRow{"2031-04-11", "Goede Vrijdag"}, HolidayRow{"2025-04-21", "tweede paasdag"},
                      HolidayRow{"2026-04-06", "tweede paasdag"}, HolidayRow{"2027-03-29", "tweede paasdag"},
                      HolidayRow{"2028-04-17", "tweede paasdag"}, HolidayRow{"2029-04-02", "tweede paasdag"},
                      HolidayRow{"2030-04-22", "tweede paasdag"}, HolidayRow{"2031-04-14", "tweede paasdag"},
                      HolidayRow{"2025-04-26", "Koningsdag"}, HolidayRow{"2026-04-27", "Koningsdag"},
                      HolidayRow{"2031-04-26", "Koningsdag"}, HolidayRow{"2025-05-05", "Bevrijdingsdag"},
                      HolidayRow{"2026-05-05", "Bevrijdingsdag"}, HolidayRow{"2025-05-29", "Hemelvaartsdag"},
                      HolidayRow{"2026-05-14", "Hemelvaartsdag"}, HolidayRow{"2027-05-06", "Hemelvaartsdag"},
                      HolidayRow{"2028-05-25", "Hemelvaartsdag"}, HolidayRow{"2029-05-10", "Hemelvaartsdag"},
                      HolidayRow{"2030-05-30", "Hemelvaartsdag"}, HolidayRow{"2031-05-22", "Hemelvaartsdag"},
                      HolidayRow{"2025-06-09", "tweede pinksterdag"}, HolidayRow{"2026-05-25", "tweede pinksterdag"},
                      HolidayRow{"2027-05-17", "tweede pinksterdag"}, HolidayRow{"2028-06-05", "tweede pinksterdag"},
                      HolidayRow{"2029-05-21", "tweede pinksterdag"}, HolidayRow{"2030-06-10", "tweede pinksterdag"},
                      HolidayRow{"2031-06-02", "tweede pinksterdag"}, HolidayRow{"2026-01-01", "Nieuwjaarsdag"},
                      HolidayRow{"2026-12-25", "eerste kerstdag"}, HolidayRow{"2026-12-26", "tweede kerstdag"},
                      HolidayRow{"2026-01-02", "met een feestdag gelijkgesteld"},
                      HolidayRow{"2027-05-07", "met een feestdag gelijkgesteld"}, HolidayRow{"2026-11-21", "zaterdag"},
                      HolidayRow{"2026-11-22", "zondag"}, HolidayRow{"2026-11-23", ""}, HolidayRow{"2025-04-28", ""},
                      HolidayRow{"2031-04-28", ""}));

class HolidayFile : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  Result<Calendar> load(const std::string& text) {
    std::ofstream(path_) << text;
    return Calendar::load(path_);
  }
  std::string path_ = ::testing::TempDir() + "zp_holidays_" + std::to_string(::getpid()) + ".yaml";
};

TEST_F(HolidayFile, IsRefusedByLine) {
  for (const auto& [text, line] : std::vector<std::pair<std::string, std::string>>{
           {"years: {first: 2026, last: 2026}\nequated:\n  - 2026-13-01\n", ":3:"},
           {"years: {first: 2026, last: 2026}\nequated:\n  - 2027-01-04\n", ":3:"},
           {"years: {first: 2026, last: 2026}\nequated: []\nextra: 1\n", ":3:"},
           {"european_terms: maybe\nyears: {first: 2026, last: 2026}\nequated: []\n", ":1:"},
           {"equated: []\nyears: {first: 2026}\n", ":2:"},
           {"years: {first: 2026, last: 2026\n", ".yaml:"}}) {
    const auto result = load(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, Code::kConfig);
    EXPECT_THAT(result.error().subject, HasSubstr(line)) << text;
  }
}

TEST(HolidayFileMissing, IsAnErrorThatNamesIt) {
  const auto result = Calendar::load("/nonexistent/holidays.yaml");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().subject, HasSubstr("/nonexistent/holidays.yaml"));
}

}  // namespace
}  // namespace zp::intake
