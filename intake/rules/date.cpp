#include <fmt/format.h>

#include <array>

#include "intake/rules/terms.h"

namespace zp::intake {
namespace {

constexpr std::array kWeekdays = {"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"};
constexpr std::array kMonths = {"januari", "februari", "maart",     "april",   "mei",      "juni",
                                "juli",    "augustus", "september", "oktober", "november", "december"};

/// -1 unless every character is a digit.
int digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

Result<Date> parse_date(std::string_view text) {
  constexpr int kFirstGregorianYear = 1583;
  const auto malformed = fail(Code::kMalformed, "read date (YYYY-MM-DD)");
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return malformed;
  const int year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)), day = digits(text.substr(8, 2));
  if (year < kFirstGregorianYear || month < 1 || day < 1) return malformed;
  const Date date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                  std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return malformed;
  return date;
}

std::string format_date(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string dutch_date(Date date, bool with_weekday) {
  const std::string text =
      fmt::format("{} {} {}", static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
                  static_cast<int>(date.year()));
  if (!with_weekday) return text;
  return fmt::format("{} {}", kWeekdays.at(std::chrono::weekday{std::chrono::sys_days{date}}.c_encoding()), text);
}

}  // namespace zp::intake
