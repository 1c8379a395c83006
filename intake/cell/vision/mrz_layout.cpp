#include "intake/cell/vision/mrz_layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace zp::intake::vision {
namespace {

const Layout& layout_of(MrzFormat format) {
  static const Span none{};
  static const std::array<Layout, 6> layouts{{
      {MrzFormat::kTd1,
       3,
       30,
       {0, 0, 2},
       {0, 2, 3},
       {2, 0, 30},
       {0, 5, 9},
       {1, 15, 3},
       {1, 0, 6},
       {1, 7, 1},
       {1, 8, 6},
       {0, 15, 15},
       {1, 18, 11},
       {{{{0, 5, 9}}, {0, 14, 1}},
        {{{1, 0, 6}}, {1, 6, 1}},
        {{{1, 8, 6}}, {1, 14, 1}},
        {{{0, 5, 25}, {1, 0, 7}, {1, 8, 7}, {1, 18, 11}}, {1, 29, 1}}}},
      {MrzFormat::kTd2,
       2,
       36,
       {0, 0, 2},
       {0, 2, 3},
       {0, 5, 31},
       {1, 0, 9},
       {1, 10, 3},
       {1, 13, 6},
       {1, 20, 1},
       {1, 21, 6},
       {1, 28, 7},
       none,
       {{{{1, 0, 9}}, {1, 9, 1}},
        {{{1, 13, 6}}, {1, 19, 1}},
        {{{1, 21, 6}}, {1, 27, 1}},
        {{{1, 0, 10}, {1, 13, 7}, {1, 21, 14}}, {1, 35, 1}}}},
      {MrzFormat::kTd3,
       2,
       44,
       {0, 0, 2},
       {0, 2, 3},
       {0, 5, 39},
       {1, 0, 9},
       {1, 10, 3},
       {1, 13, 6},
       {1, 20, 1},
       {1, 21, 6},
       {1, 28, 14},
       none,
       {{{{1, 0, 9}}, {1, 9, 1}},
        {{{1, 13, 6}}, {1, 19, 1}},
        {{{1, 21, 6}}, {1, 27, 1}},
        {{{1, 28, 14}}, {1, 42, 1}, true},
        {{{1, 0, 10}, {1, 13, 7}, {1, 21, 22}}, {1, 43, 1}}}},
      {MrzFormat::kDrivingLicence,
       1,
       30,
       {0, 0, 1},
       {0, 2, 3},
       none,
       {0, 6, 10},
       none,
       none,
       none,
       none,
       none,
       none,
       {{{{0, 0, 29}}, {0, 29, 1}}}},
      {MrzFormat::kVisaA,
       2,
       44,
       {0, 0, 2},
       {0, 2, 3},
       {0, 5, 39},
       {1, 0, 9},
       {1, 10, 3},
       {1, 13, 6},
       {1, 20, 1},
       {1, 21, 6},
       {1, 28, 16},
       none,
       {{{{1, 0, 9}}, {1, 9, 1}}, {{{1, 13, 6}}, {1, 19, 1}}, {{{1, 21, 6}}, {1, 27, 1}}}},
      {MrzFormat::kVisaB,
       2,
       36,
       {0, 0, 2},
       {0, 2, 3},
       {0, 5, 31},
       {1, 0, 9},
       {1, 10, 3},
       {1, 13, 6},
       {1, 20, 1},
       {1, 21, 6},
       {1, 28, 8},
       none,
       {{{{1, 0, 9}}, {1, 9, 1}}, {{{1, 13, 6}}, {1, 19, 1}}, {{{1, 21, 6}}, {1, 27, 1}}}},
  }};
  return *std::ranges::find(layouts, format, &Layout::format);
}

// The French licence has its own fields after the issuer: number and digit, expiry, start of the surname.
Layout french_licence() {
  Layout layout = layout_of(MrzFormat::kDrivingLicence);
  layout.number = {0, 5, 9};
  layout.expiry = {0, 15, 6};
  layout.names = {0, 21, 8};
  layout.checks.insert(layout.checks.begin(), Check{{{0, 5, 9}}, {0, 14, 1}});
  return layout;
}

}  // namespace

Layout layout_for(MrzFormat format, const Lines& lines) {
  const bool french = format == MrzFormat::kDrivingLicence && lines[0].substr(2, 3) == "FRA";
  return french ? french_licence() : layout_of(format);
}

std::string_view at(const Lines& lines, const Span& span) {
  return std::string_view(lines[span.line]).substr(span.begin, span.length);
}

namespace {

std::string without_filler(std::string_view field) {
  const auto end = field.find_last_not_of('<');
  std::string text(field.substr(0, end == std::string_view::npos ? 0 : end + 1));
  std::ranges::replace(text, '<', ' ');
  return text;
}

std::string date_of(std::string_view yymmdd, int year_now, bool birth) {
  if (!std::ranges::all_of(yymmdd, [](char c) { return c >= '0' && c <= '9'; })) return {};
  const auto two = [&](std::size_t i) { return (yymmdd[i] - '0') * 10 + (yymmdd[i + 1] - '0'); };
  const int month = two(2), day = two(4);
  if (month < 1 || month > 12 || day < 1 || day > 31) return {};
  const int latest = birth ? year_now : year_now + 30;
  int year = latest / 100 * 100 + two(0);
  if (year > latest) year -= 100;
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string document_type(std::string_view code, std::string_view issuer) {
  switch (code[0]) {
    case 'P':
      return "passport";
    case 'V':
      return "visa";
    case 'D':
      return "driving-licence";
    case 'C':
      return issuer == "USA" ? "residence-permit" : "identity-card";
    case 'I':
    case 'A':
      return code.size() > 1 && code[1] == 'R' ? "residence-permit" : "identity-card";
    default:
      return "other";
  }
}

// The Dutch models of before 2021 hold the BSN in the optional field, the card with a check digit of its own after it.
std::string personal_number(std::string_view optional, std::string_view issuer) {
  if (issuer == "NLD" && optional.size() >= 9 && passes_elfproef(optional.substr(0, 9)))
    return std::string(optional.substr(0, 9));
  return without_filler(optional);
}

// ICAO 9303-5: a TD1 number of more than nine characters has < for its check digit and goes on in the optional field.
void read_long_number(const Lines& lines, const Layout& layout, Mrz& mrz, int& failed) {
  if (layout.format != MrzFormat::kTd1 || lines[0][14] != '<') return;
  const std::string rest(at(lines, layout.optional).substr(0, at(lines, layout.optional).find('<')));
  if (rest.size() < 2) return;
  const std::string number = std::string(at(lines, layout.number)) + rest.substr(0, rest.size() - 1);
  if (check_digit(number) != rest.back()) return;
  mrz.document_number = number;
  mrz.personal_number.clear();
  --failed;
}

void read_names(std::string_view field, Mrz& mrz) {
  const auto split = field.find("<<");
  mrz.surname = without_filler(field.substr(0, split));
  if (split != std::string_view::npos) mrz.given_names = without_filler(field.substr(split + 2));
}

}  // namespace

ParsedMrz read_fields(Lines lines, const Layout& layout, int year_now) {
  ParsedMrz parsed;
  parsed.format = layout.format;
  parsed.checks = static_cast<int>(layout.checks.size());
  parsed.checks_failed = failures(lines, layout);
  Mrz& mrz = parsed.mrz;
  mrz.issuing_state = without_filler(at(lines, layout.issuer));
  mrz.document_number = without_filler(at(lines, layout.number));
  if (layout.birth.length) mrz.birth_date = date_of(at(lines, layout.birth), year_now, true);
  if (layout.expiry.length) mrz.expiry_date = date_of(at(lines, layout.expiry), year_now, false);
  if (layout.names.length) read_names(at(lines, layout.names), mrz);
  if (layout.optional.length) mrz.personal_number = personal_number(at(lines, layout.optional), mrz.issuing_state);
  if (layout.sex.length && at(lines, layout.sex) != "<") parsed.sex = at(lines, layout.sex);
  if (layout.nationality.length) parsed.nationality = without_filler(at(lines, layout.nationality));
  read_long_number(lines, layout, mrz, parsed.checks_failed);
  parsed.document_type = document_type(at(lines, layout.code), mrz.issuing_state);
  mrz.checks_ok = parsed.checks_failed == 0;
  mrz.lines = std::move(lines);
  return parsed;
}

std::optional<MrzFormat> format_of(const Lines& lines) {
  if (lines.empty()) return std::nullopt;
  const auto all_have = [&](std::size_t length) {
    return std::ranges::all_of(lines, [length](const std::string& line) { return line.size() == length; });
  };
  const char first = lines[0][0];
  if (lines.size() == 3 && all_have(30)) return MrzFormat::kTd1;
  if (lines.size() == 2 && all_have(36)) return first == 'V' ? MrzFormat::kVisaB : MrzFormat::kTd2;
  if (lines.size() == 2 && all_have(44)) return first == 'V' ? MrzFormat::kVisaA : MrzFormat::kTd3;
  if (lines.size() == 1 && all_have(30) && (first == 'D' || first == '0')) return MrzFormat::kDrivingLicence;
  return std::nullopt;
}

bool holds(const Lines& lines, const Check& check) {
  std::string over;
  for (const Span& span : check.over) over += at(lines, span);
  const char digit = at(lines, check.digit)[0];
  if (digit == '<') return check.filler_counts_as_zero && check_digit(over) == '0';
  return check_digit(over) == digit;
}

int failures(const Lines& lines, const Layout& layout) {
  return static_cast<int>(
      std::ranges::count_if(layout.checks, [&](const Check& check) { return !holds(lines, check); }));
}

}  // namespace zp::intake::vision
