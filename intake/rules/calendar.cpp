#include "intake/rules/terms.h"
#include "intake/rules/yaml_map.h"

namespace zp::intake {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr const char* kRecognised = "Atw art. 3 lid 1";
constexpr const char* kGoodFriday = "Atw art. 3 lid 2";
constexpr const char* kDecree = "Atw art. 3 lid 3";

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm, as printed by Meeus, Astronomical
/// Algorithms, chapter 8).
sys_days easter(std::chrono::year year) {
  const int y = static_cast<int>(year);
  const int a = y % 19, b = y / 100, c = y % 100, d = b / 4, e = b % 4;
  const int g = (8 * b + 13) / 25, h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;
  return sys_days{year / std::chrono::month{static_cast<unsigned>(n / 31)} /
                  std::chrono::day{static_cast<unsigned>(n % 31 + 1)}};
}

/// 27 April, or the day before if that is a Sunday.
sys_days kings_day(std::chrono::year year) {
  const sys_days day{year / std::chrono::April / 27};
  return std::chrono::weekday{day} == std::chrono::Sunday ? day - days{1} : day;
}

}  // namespace

std::optional<ClosedDay> Calendar::closed(Date date) const {
  const sys_days day{date};
  const sys_days paas = easter(date.year());
  const auto is = [&](std::chrono::month month, unsigned of_month) {
    return date.month() == month && date.day() == std::chrono::day{of_month};
  };
  if (is(std::chrono::January, 1)) return ClosedDay{"Nieuwjaarsdag", kRecognised};
  if (day == paas - days{2}) return ClosedDay{"Goede Vrijdag", kGoodFriday, true};
  if (day == paas + days{1}) return ClosedDay{"tweede paasdag", kRecognised};
  if (day == kings_day(date.year())) return ClosedDay{"Koningsdag", kRecognised};
  if (is(std::chrono::May, 5)) return ClosedDay{"Bevrijdingsdag", kRecognised};
  if (day == paas + days{39}) return ClosedDay{"Hemelvaartsdag", kRecognised};
  if (day == paas + days{50}) return ClosedDay{"tweede pinksterdag", kRecognised};
  if (is(std::chrono::December, 25)) return ClosedDay{"eerste kerstdag", kRecognised};
  if (is(std::chrono::December, 26)) return ClosedDay{"tweede kerstdag", kRecognised};
  const std::chrono::weekday weekday{day};
  if (weekday == std::chrono::Saturday) return ClosedDay{"zaterdag", ""};
  if (weekday == std::chrono::Sunday) return ClosedDay{"zondag", ""};
  if (equated_.contains(day)) return ClosedDay{"met een feestdag gelijkgesteld", kDecree, true};
  return std::nullopt;
}

std::string Calendar::closed_because(Date date) const {
  const auto why = closed(date);
  return why ? why->name : "";
}

bool Calendar::knows(std::chrono::year year) const noexcept {
  return static_cast<int>(year) >= known_.first && static_cast<int>(year) <= known_.last;
}

Result<Calendar> Calendar::load(const std::string& holidays_yaml_path) {
  return reading<Calendar>("load holidays", holidays_yaml_path, [&] {
    YamlMap map(read_yaml(holidays_yaml_path), holidays_yaml_path);
    YamlMap years(map.node("years"), holidays_yaml_path);
    const YearRange known{years.number("first", 1990, 9999), years.number("last", 1990, 9999)};
    years.refuse_unknown_keys();
    const std::string european = map.text_or("european_terms", "strict");
    if (european != "strict" && european != "wide") map.refuse("european_terms", "must be strict or wide");
    std::set<sys_days> equated;
    const YAML::Node list = map.node("equated");
    if (!list || !list.IsSequence()) map.refuse("equated", "must be a list of dates");
    for (const YAML::Node& item : list) {
      const auto date = parse_date(item.Scalar());
      if (!date) refuse(holidays_yaml_path, item, "expected a date, YYYY-MM-DD");
      const int year = static_cast<int>(date->year());
      if (year < known.first || year > known.last) refuse(holidays_yaml_path, item, "lies outside 'years'");
      equated.insert(sys_days{*date});
    }
    map.refuse_unknown_keys();
    return Calendar(std::move(equated), known, european == "wide" ? EuropeanReading::kWide : EuropeanReading::kStrict);
  });
}

}  // namespace zp::intake
