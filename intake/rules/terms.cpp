#include "intake/rules/terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace zp::intake {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;

/// The law that counts a term: how it runs past closed days and keeps two working days.
struct CountingLaw {
  const char* closed_days;
  const char* two_working_days;
  int least_days_for_two;  // terms shorter than this need no two working days
};
constexpr CountingLaw kRegulation{"Verordening 1182/71, art. 3 lid 4", "Verordening 1182/71, art. 3 lid 5", 2};
constexpr CountingLaw kAtw{"Algemene termijnenwet, art. 1 lid 1", "Algemene termijnenwet, art. 2", 3};

using IsClosed = std::optional<ClosedDay> (*)(const Calendar&, Date);
std::optional<ClosedDay> closed(const Calendar& calendar, Date date) { return calendar.closed(date); }
/// Without the days that are not certain to count for European terms.
std::optional<ClosedDay> certainly_closed(const Calendar& calendar, Date date) {
  auto why = calendar.closed(date);
  if (why && why->equated) why.reset();
  return why;
}

Date next(Date date) { return Date{sys_days{date} + days{1}}; }

/// "zondag 5 april 2026", "maandag 6 april 2026 (tweede paasdag, Atw art. 3 lid 1)".
std::string closed_day(Date date, const ClosedDay& why) {
  if (why.source.empty()) return dutch_date(date, true);
  return fmt::format("{} ({}, {})", dutch_date(date, true), why.name, why.source);
}

/// The first day from `last` on that is open, and with `first` two open days in the term; says each step if
/// `steps`.
Date carry(const Calendar& calendar, const CountingLaw& law, IsClosed is_closed, Date first, Date last,
           std::vector<std::string>* steps) {
  const auto set_length = (sys_days{last} - sys_days{first}).count() + 1;
  std::string passed;
  while (const auto why = is_closed(calendar, last)) {
    passed += (passed.empty() ? "" : ", ") + closed_day(last, *why);
    last = next(last);
  }
  if (steps && !passed.empty())
    steps->push_back(fmt::format("De termijn loopt door na {}: tot en met {} ({}).", passed, dutch_date(last, true),
                                 law.closed_days));
  if (set_length < law.least_days_for_two) return last;
  int working_days = 0;
  for (Date day = first; day <= last && working_days < 2; day = next(day))
    working_days += is_closed(calendar, day) ? 0 : 1;
  if (working_days >= 2) return last;
  do last = next(last);
  while (is_closed(calendar, last));
  if (steps)
    steps->push_back(fmt::format("In de termijn moeten ten minste twee werkdagen zitten: tot en met {} ({}).",
                                 dutch_date(last, true), law.two_working_days));
  return last;
}

/// The last day if the open question about Goede Vrijdag and equated days were answered otherwise.
void name_other_reading(const Calendar& calendar, bool strict, Date first, Term& term) {
  const Date other =
      carry(calendar, kRegulation, strict ? closed : certainly_closed, first, term.uncarried_day, nullptr);
  if (other == term.last_day) return;
  const char* const words =
      strict ? "Goede Vrijdag en gelijkgestelde dagen tellen hier als werkdag. Of zij de termijn verlengen, staat niet "
               "vast. Als zij dat doen, was de laatste dag {}."
             : "Let op: of Goede Vrijdag en gelijkgestelde dagen hier meetellen, staat niet vast. Zeker op tijd is "
               "uiterlijk {}.";
  term.steps.push_back(fmt::format(fmt::runtime(words), dutch_date(other, true)));
}

/// Ends `term`: from `uncarried_day` to the last day, with the warnings that belong to it.
void finish(const Calendar& calendar, const CountingLaw& law, Date begun, Term& term) {
  const Date first = next(begun);
  const bool european = &law == &kRegulation;
  const bool strict = european && calendar.european_reading() == EuropeanReading::kStrict;
  term.last_day = carry(calendar, law, strict ? certainly_closed : closed, first, term.uncarried_day, &term.steps);
  for (auto year = term.uncarried_day.year(); year <= term.last_day.year(); ++year)
    if (!calendar.knows(year))
      term.steps.push_back(
          fmt::format("Let op: de dagen die voor {} bij besluit met een feestdag zijn gelijkgesteld, zijn niet bekend "
                      "(Atw art. 3 lid 3; holidays.yaml).",
                      static_cast<int>(year)));
  if (european) name_other_reading(calendar, strict, first, term);
  term.steps.push_back(fmt::format("Laatste dag: {}.", dutch_date(term.last_day, true)));
}

std::string weeks_in_words(int weeks) {
  constexpr std::array<const char*, 13> kWords = {"nul",   "een",  "twee",  "drie", "vier", "vijf",  "zes",
                                                  "zeven", "acht", "negen", "tien", "elf",  "twaalf"};
  const bool known = weeks >= 0 && weeks < static_cast<int>(kWords.size());
  return fmt::format("{} {}", known ? kWords[static_cast<std::size_t>(weeks)] : std::to_string(weeks),
                     weeks == 1 ? "week" : "weken");
}

}  // namespace

Term weeks_term(const Calendar& calendar, Date begun, int weeks, std::string begin, const std::string& source,
                bool carried) {
  Term term;
  term.steps.push_back(std::move(begin));
  term.uncarried_day = Date{sys_days{begun} + days{7 * weeks}};
  std::string number = weeks_in_words(weeks);
  number.front() = static_cast<char>(std::toupper(number.front()));
  term.steps.push_back(
      fmt::format("{} ({} dagen) later: {} ({}).", number, 7 * weeks, dutch_date(term.uncarried_day, true), source));
  if (carried) {
    finish(calendar, kAtw, begun, term);
    return term;
  }
  term.last_day = term.uncarried_day;
  term.steps.push_back(fmt::format("Laatste dag: {}, ook als dat een dag in het weekend of een feestdag is.",
                                   dutch_date(term.last_day, true)));
  return term;
}

Term adjourned_term(const Calendar& calendar, const Term& term, Date begun, int weeks, const std::string& source) {
  Term later;
  later.steps = term.steps;
  later.uncarried_day = Date{sys_days{term.uncarried_day} + days{7 * weeks}};
  later.steps.push_back(
      fmt::format("Verdaagd met {}: {} ({}).", weeks_in_words(weeks), dutch_date(later.uncarried_day, true), source));
  finish(calendar, kAtw, begun, later);
  return later;
}

Term avg_term(const Calendar& calendar, Date received, bool extended) {
  Term term;
  term.steps.push_back(
      fmt::format("Ontvangen op {}; de dag van ontvangst telt niet mee (Verordening 1182/71, art. 3 lid 1).",
                  dutch_date(received, true)));
  const Date same_date = received + months{extended ? 3 : 1};
  const bool exists = same_date.ok();
  term.uncarried_day = exists ? same_date : Date{same_date.year() / same_date.month() / std::chrono::last};
  term.steps.push_back(
      fmt::format("{} later: {}{} (AVG art. 12 lid 3; Verordening 1182/71, art. 3 lid 2 onder c).",
                  extended ? "Drie maanden (een maand, verlengd met twee maanden)" : "Een maand",
                  dutch_date(term.uncarried_day, true),
                  exists ? "" : ", de laatste dag van die maand, want de datum van ontvangst komt daarin niet voor"));
  finish(calendar, kRegulation, received, term);
  if (extended) {
    const Date told_by = avg_term(calendar, received).last_day;
    term.steps.push_back(
        fmt::format("De verlenging en de redenen moeten uiterlijk {} aan de verzoeker zijn gemeld (AVG art. 12 lid 3).",
                    dutch_date(told_by, true)));
  }
  return term;
}

Term wlz_term(const Calendar& calendar, Date received) {
  return weeks_term(calendar, received, 6,
                    fmt::format("Aanvraag ontvangen op {}; de termijn begint de dag erna.", dutch_date(received, true)),
                    "Besluit langdurige zorg, art. 3.2.4");
}

Term bezwaar_term(const Calendar& calendar, Date announced) {
  return weeks_term(calendar, announced, 6,
                    fmt::format("Bekendgemaakt op {}; de termijn begint de dag erna (Awb art. 6:8 lid 1).",
                                dutch_date(announced, true)),
                    "Awb art. 6:7");
}

Term completion_term(const Calendar& calendar, Date invited, int days_given) {
  ZP_CHECK(days_given >= 1);
  Term term;
  term.uncarried_day = Date{sys_days{invited} + days{days_given}};
  term.steps.push_back(
      fmt::format("Gevraagd om aan te vullen op {}; de termijn begint de dag erna (Awb art. 4:5 lid 1).",
                  dutch_date(invited, true)));
  term.steps.push_back(fmt::format("{} {} later: {}.", days_given, days_given == 1 ? "dag" : "dagen",
                                   dutch_date(term.uncarried_day, true)));
  finish(calendar, kAtw, invited, term);
  return term;
}

Term not_treated_term(const Calendar& calendar, Date unused) {
  Term term;
  term.uncarried_day = Date{sys_days{unused} + days{28}};
  term.steps.push_back(fmt::format(
      "De termijn om aan te vullen was op {} ongebruikt voorbij. Besluiten om de aanvraag niet te behandelen "
      "kan tot vier weken daarna (Awb art. 4:5 lid 4): {}.",
      dutch_date(unused, true), dutch_date(term.uncarried_day, true)));
  finish(calendar, kAtw, unused, term);
  return term;
}

Term suspended_term(const Calendar& calendar, const Term& term, Date invited, Date until, const std::string& source) {
  // "met ingang van de dag na die waarop ... tot de dag waarop": neither end counts.
  const auto suspended = std::max<std::int64_t>(0, (sys_days{until} - sys_days{invited}).count() - 1);
  Term later;
  later.steps = term.steps;
  later.uncarried_day = Date{sys_days{term.uncarried_day} + days{suspended}};
  later.steps.push_back(fmt::format("Opgeschort van de dag na {} tot {}: {} {} ({}).", dutch_date(invited, true),
                                    dutch_date(until, true), suspended, suspended == 1 ? "dag" : "dagen", source));
  later.steps.push_back(fmt::format("Met de opschorting erbij: {}.", dutch_date(later.uncarried_day, true)));
  finish(calendar, kAtw, invited, later);
  return later;
}

}  // namespace zp::intake
