#include "intake/cell/vision/mrz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zp::intake::vision {
namespace {

using Lines = std::vector<std::string>;

TEST(CheckDigit, FollowsIcao9303) {
  const std::vector<std::pair<std::string, char>> vectors = {
      {"520727", '3'},    {"D23145890", '7'},      {"L898902C3", '6'}, {"740812", '2'},
      {"120415", '9'},    {"ZE184226B<<<<<", '1'}, {"650310", '1'},    {"SPECI2014", '2'},
      {"SPECI2021", '2'}, {"240309", '6'},         {"310830", '9'},    {"999999990<<<<<", '8'}};
  for (const auto& [field, digit] : vectors) EXPECT_EQ(check_digit(field), digit) << field;
}

struct Specimen {
  const char* name;
  Lines lines;
  MrzFormat format;
  const char* type;
  const char* number;
  const char* personal;
  const char* expiry;
};

const std::vector<Specimen>& specimens() {
  static const std::string dutch = "P<NLDDE<BRUIJN<<WILLEKE<LISELOTTE<<<<<<<<<<<";
  static const std::vector<Specimen> all = {
      {"ICAO passport",
       {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"},
       MrzFormat::kTd3,
       "passport",
       "L898902C3",
       "ZE184226B",
       "2012-04-15"},
      {"ICAO card",
       {"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"},
       MrzFormat::kTd1,
       "identity-card",
       "D23145890",
       "",
       "2012-04-15"},
      {"ICAO card of format 2",
       {"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"},
       MrzFormat::kTd2,
       "identity-card",
       "D23145890",
       "",
       "2012-04-15"},
      {"Dutch passport 2014",
       {dutch, "SPECI20142NLD6503101F2403096999999990<<<<<84"},
       MrzFormat::kTd3,
       "passport",
       "SPECI2014",
       "999999990",
       "2024-03-09"},
      {"Dutch passport 2014, second",
       {dutch, "SPECI20142NLD6503101F2401151999999990<<<<<82"},
       MrzFormat::kTd3,
       "passport",
       "SPECI2014",
       "999999990",
       "2024-01-15"},
      {"Dutch passport 2021",
       {dutch, "SPECI20212NLD6503101F3108309<<<<<<<<<<<<<<<0"},
       MrzFormat::kTd3,
       "passport",
       "SPECI2021",
       "",
       "2031-08-30"},
      {"Dutch card 2014",
       {"I<NLDSPECI20142999999990<<<<<8", "6503101F2403096NLD<<<<<<<<<<<8", "DE<BRUIJN<<WILLEKE<LISELOTTE<<"},
       MrzFormat::kTd1,
       "identity-card",
       "SPECI2014",
       "999999990",
       "2024-03-09"},
      {"Dutch card 2021",
       {"I<NLDSPECI20212<<<<<<<<<<<<<<<", "6503101F3108022NLD<<<<<<<<<<<8", "DE<BRUIJN<<WILLEKE<LISELOTTE<<"},
       MrzFormat::kTd1,
       "identity-card",
       "SPECI2021",
       "",
       "2031-08-02"},
      {"Dutch driving licence",
       {"D1NLD15094962111659VW87Z78NB84"},
       MrzFormat::kDrivingLicence,
       "driving-licence",
       "5094962111",
       "",
       ""},
      {"Dutch driving licence, second",
       {"D1NLD11234567890ABCDEFGHIJKLM5"},
       MrzFormat::kDrivingLicence,
       "driving-licence",
       "1234567890",
       "",
       ""},
  };
  return all;
}

TEST(ParseMrz, ReadsEverySpecimenWithAllChecks) {
  for (const Specimen& specimen : specimens()) {
    SCOPED_TRACE(specimen.name);
    const auto parsed = parse_mrz(specimen.lines);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->format, specimen.format);
    EXPECT_EQ(parsed->document_type, specimen.type);
    EXPECT_TRUE(parsed->mrz.checks_ok);
    EXPECT_FALSE(parsed->mrz.corrected);
    EXPECT_EQ(parsed->mrz.lines, specimen.lines);
    EXPECT_EQ(parsed->mrz.document_number, specimen.number);
    EXPECT_EQ(parsed->mrz.personal_number, specimen.personal);
    EXPECT_EQ(parsed->mrz.expiry_date, specimen.expiry);
  }
}

TEST(ParseMrz, ReadsNamesDatesAndSex) {
  const auto parsed = parse_mrz(specimens()[3].lines);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->mrz.surname, "DE BRUIJN");
  EXPECT_EQ(parsed->mrz.given_names, "WILLEKE LISELOTTE");
  EXPECT_EQ(parsed->mrz.birth_date, "1965-03-10");
  EXPECT_EQ(parsed->mrz.issuing_state, "NLD");
  EXPECT_EQ(parsed->nationality, "NLD");
  EXPECT_EQ(parsed->sex, "F");
}

TEST(ParseMrz, NoticesEveryChangedDigitOfTheSecondLine) {
  const Specimen& passport = specimens()[0];
  for (std::size_t i = 0; i < passport.lines[1].size(); ++i) {
    Lines changed = passport.lines;
    char& c = changed[1][i];
    if (c < '0' || c > '9') continue;
    c = c == '9' ? '3' : static_cast<char>(c + 1);
    const auto parsed = parse_mrz(changed);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(!parsed->mrz.checks_ok || parsed->mrz.corrected) << changed[1];
  }
}

TEST(ParseMrz, MendsLettersWhereOnlyDigitsCanStand) {
  Lines lines = specimens()[0].lines;
  lines[1].replace(13, 7, "74O8I22");
  const auto parsed = parse_mrz(lines);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->mrz.checks_ok);
  EXPECT_TRUE(parsed->mrz.corrected);
  EXPECT_EQ(parsed->mrz.lines, specimens()[0].lines);
}

TEST(ParseMrz, MendsOneConfusionInTheNumberByItsCheckDigit) {
  Lines lines = specimens()[0].lines;
  lines[1].replace(0, 9, "L8989O2C3");
  const auto parsed = parse_mrz(lines);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->mrz.checks_ok);
  EXPECT_TRUE(parsed->mrz.corrected);
  EXPECT_EQ(parsed->mrz.document_number, "L898902C3");
}

TEST(ParseMrz, DoesNotInventANumberWhenTwoCharactersAreWrong) {
  Lines lines = specimens()[0].lines;
  lines[1].replace(0, 9, "L747902C3");
  const auto parsed = parse_mrz(lines);
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->mrz.checks_ok);
}

TEST(ParseMrz, ReadsALongNumberOfACard) {
  const auto parsed = parse_mrz(
      Lines{"I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->mrz.document_number, "D23145890734");
}

TEST(ParseMrz, CallsAVisaAVisa) {
  const auto parsed =
      parse_mrz(Lines{"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->document_type, "visa");
  EXPECT_TRUE(parsed->mrz.checks_ok);
}

TEST(ParseMrz, RefusesWhatIsNoMrz) {
  EXPECT_FALSE(parse_mrz(Lines{}));
  EXPECT_FALSE(parse_mrz(Lines{"HELLO"}));
  EXPECT_FALSE(parse_mrz(Lines{std::string(44, '<')}));
  EXPECT_FALSE(parse_mrz(Lines{std::string(30, '<')}));
  EXPECT_FALSE(parse_mrz(Lines{std::string(44, '*'), std::string(44, '<')}));
  EXPECT_FALSE(parse_mrz(Lines{std::string(1'000'000, 'A'), std::string(44, '<')}));
}

TEST(ParseMrz, SurvivesEveryByteInEveryPlace) {
  for (const Specimen& specimen : specimens()) {
    for (int byte = 0; byte < 256; byte += 7) {
      for (std::size_t i = 0; i < specimen.lines[0].size(); ++i) {
        Lines lines = specimen.lines;
        lines[0][i] = static_cast<char>(byte);
        (void)parse_mrz(lines);
      }
    }
  }
}

// Cells that surely hold what `lines` say.
std::vector<LineReading> readings_of(const Lines& lines) {
  std::vector<LineReading> readings;
  for (const std::string& line : lines) {
    LineReading& reading = readings.emplace_back();
    for (const char c : line) {
      CellReading& cell = reading.cells.emplace_back();
      cell.cost.fill(20);
      cell.cost[mrz_index(c)] = 0;
    }
  }
  return readings;
}

TEST(ParseReadings, TellsNoughtsFromTheLetterWhereATypefaceHasOneShapeForBoth) {
  const Lines lines = {"C<ITACA00000AA4<<<<<<<<<<<<<<<", "8703282F2808314ITA<<<<<<<<<<<0",
                       "ROSSI<<ELENA<<<<<<<<<<<<<<<<<<"};
  std::vector<LineReading> readings = readings_of(lines);
  for (std::size_t i = 7; i < 12; ++i) {
    readings[0].cells[i].cost[mrz_index('O')] = 0;
    readings[0].cells[i].cost[mrz_index('0')] = readings[0].cells[i].cost[mrz_index('Q')] = 5;
  }
  const auto parsed = parse_readings(readings);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->mrz.lines, lines);
}

TEST(ParseReadings, TakesAFillerForANumbersCheckDigitOnlyWhereTheNumberGoesOn) {
  const Lines lines = {"C<ITACA00000AA4<<<<<<<<<<<<<<<", "8703282F2808314ITA<<<<<<<<<<<0",
                       "ROSSI<<ELENA<<<<<<<<<<<<<<<<<<"};
  std::vector<LineReading> readings = readings_of(lines);
  readings[0].cells[14].cost[mrz_index('<')] = 0;
  readings[0].cells[14].cost[mrz_index('4')] = 2;
  const auto parsed = parse_readings(readings);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->mrz.lines, lines);
  EXPECT_TRUE(parsed->mrz.corrected);
}

TEST(Elfproef, FollowsTheTable) {
  for (const char* valid : {"111222333", "123456782", "319072356", "999999990", "111111110", "010464554", "10464554",
                            "012345672", "12345672", "900212640", "999993653", "1234.56.782"})
    EXPECT_TRUE(passes_elfproef(valid)) << valid;
  for (const char* invalid :
       {"123456789", "111222334", "999999999", "000000000", "", "1234567", "1234567890", "12345678a", "001234567"})
    EXPECT_FALSE(passes_elfproef(invalid)) << invalid;
}

}  // namespace
}  // namespace zp::intake::vision
