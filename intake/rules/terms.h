// intake/rules/terms.h - dates, holidays and legal terms, each with how it was found.
//
// AVG terms follow Regulation (EEC, Euratom) 1182/71; Awb terms the Algemene termijnenwet. Holidays: Atw art.
// 3; the days equated by decree are data (rules/holidays.yaml) because nobody can compute them. Dates are
// civil dates in Europe/Amsterdam. Threads: const objects may be shared.
#ifndef INTAKE_RULES_TERMS_H_
#define INTAKE_RULES_TERMS_H_

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/result.h"

namespace zp::intake {

using Date = std::chrono::year_month_day;

/// kMalformed unless a real date written YYYY-MM-DD, year 1583 (the first whole Gregorian year) to 9999.
Result<Date> parse_date(std::string_view text);
std::string format_date(Date date);
/// "5 april 2026"; `with_weekday`: "zondag 5 april 2026".
std::string dutch_date(Date date, bool with_weekday = false);

/// Why terms run past a day.
struct ClosedDay {
  std::string name;      // "zaterdag", "tweede paasdag"
  std::string source;    // "Atw art. 3 lid 1"; empty for a Saturday or Sunday
  bool equated = false;  // Goede Vrijdag or by decree: certain for the Atw, not for Regulation 1182/71
};

/// The years that holidays.yaml covers; outside them a term says that equated days may be missing.
struct YearRange {
  int first = 0, last = 9999;
};

/// How a term of Regulation 1182/71 takes Goede Vrijdag and equated days, which is an open question.
enum class EuropeanReading {
  kStrict,  // as working days: the earlier last day, in time by either reading
  kWide,    // as holidays
};

class Calendar {
 public:
  /// `equated` are days equated with holidays by decree (Atw art. 3 lid 3).
  explicit Calendar(std::set<std::chrono::sys_days> equated, YearRange known = {},
                    EuropeanReading reading = EuropeanReading::kStrict)
      : equated_(std::move(equated)), known_(known), reading_(reading) {}
  /// kNotFound or kConfig; the subject names file and line.
  static Result<Calendar> load(const std::string& holidays_yaml_path);

  /// Nothing on a working day.
  std::optional<ClosedDay> closed(Date date) const;
  /// The name alone ("zaterdag", "Hemelvaartsdag"), or empty for a working day.
  std::string closed_because(Date date) const;
  EuropeanReading european_reading() const noexcept { return reading_; }
  /// Are the equated days of this year known?
  bool knows(std::chrono::year year) const noexcept;

 private:
  std::set<std::chrono::sys_days> equated_;
  YearRange known_;
  EuropeanReading reading_;
};

/// A last day and the steps to it, in Dutch, each with its source.
struct Term {
  Date last_day;
  Date uncarried_day;  // before it was carried past closed days: suspension adds to this one
  std::vector<std::string> steps;
};

/// One month (AVG art. 12(3)); `extended`: three months in all. Where the other reading of Goede Vrijdag and equated
/// days gives another last day, a step names it.
Term avg_term(const Calendar& calendar, Date received, bool extended = false);
/// Six weeks after receipt (Besluit langdurige zorg art. 3.2.4).
Term wlz_term(const Calendar& calendar, Date received);
/// Six weeks after bekendmaking (Awb 6:7, 6:8).
Term bezwaar_term(const Calendar& calendar, Date announced);
/// `weeks` after `begun`, with `begin` as the first step and `source` for the number of weeks. Not `carried`: it ends on that day
/// itself, also where that is a Sunday.
Term weeks_term(const Calendar& calendar, Date begun, int weeks, std::string begin, const std::string& source,
                bool carried = true);
/// The same put off by `weeks` (Awb 7:10 lid 3, 9:11 lid 2): counted on from the day before it was carried.
Term adjourned_term(const Calendar& calendar, const Term& term, Date begun, int weeks, const std::string& source);
/// `days` (1 or more) after `invited`, for completing a request (Awb 4:5), carried to a working day.
Term completion_term(const Calendar& calendar, Date invited, int days);
/// Four weeks after the last day to complete went by `unused`: until then it can be decided not to treat an application (Awb
/// 4:5 lid 4).
Term not_treated_term(const Calendar& calendar, Date unused);
/// A term suspended, as `source` says, from the day after `invited` until `until` (completed, or the unused term's last day).
Term suspended_term(const Calendar& calendar, const Term& term, Date invited, Date until,
                    const std::string& source = "Awb art. 4:15 lid 1 onder a");

}  // namespace zp::intake

#endif  // INTAKE_RULES_TERMS_H_
