#include "gateway/casework/weeks.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/casework/measures.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

using intake::Date;
using intake::dutch_date;

/// A date of what the request is about; none when it is not on record.
std::optional<Date> matter_day(const Profile& profile, const char* field) {
  const RecordEntry* const matter = newest_entry(profile, intake::kMatter);
  if (!matter) return std::nullopt;
  const auto day = intake::parse_date(intake::value_of(matter->fields, field));
  return day ? std::optional(*day) : std::nullopt;
}

/// What counts from the end of the term for objection, and whether it was made in time.
struct Begin {
  Date day;
  std::string step, timely;
};

/// In time when received before the end, or posted before the end and received within a week after it (Awb 6:9).
std::string timeliness(Date received, const std::optional<Date>& posted, Date last) {
  using std::chrono::days, std::chrono::sys_days;
  const bool by_post = posted && *posted <= last && sys_days{received} <= sys_days{last} + days{7};
  return received <= last || by_post ? "Het bezwaar kwam op tijd (Awb art. 6:7 en 6:9)."
                                     : "Het bezwaar kwam te laat. Het is dan niet-ontvankelijk, tenzij de indiener er "
                                       "niets aan kon doen: vraag "
                                       "dat eerst (Awb art. 6:11).";
}

Begin after_remedy(const Office& office, const Profile& profile, Date received) {
  const auto announced = matter_day(profile, "bekendgemaakt");
  if (!announced)
    return {
        received,
        fmt::format("Ontvangen op {}. Leg vast tegen welk besluit dit is, en wanneer dat bekend is gemaakt: tot dan "
                    "telt de termijn vanaf de ontvangst.",
                    dutch_date(received, true)),
        {}};
  const Date last = intake::bezwaar_term(office.calendar, *announced).last_day;
  const std::string timely = timeliness(received, matter_day(profile, "gepost"), last);
  if (last >= received)
    return {last,
            fmt::format("Bezwaar maken kon tot en met {}; de termijn begint de dag erna.", dutch_date(last, true)),
            timely};
  return {received,
          fmt::format("Bezwaar maken kon tot en met {}. Dit kwam later, op {}: de termijn telt vanaf die dag.",
                      dutch_date(last, true), dutch_date(received, true)),
          timely};
}

Begin after_receipt(const Profile& profile, Date received) {
  Begin begin{received, fmt::format("Ontvangen op {}; de termijn begint de dag erna.", dutch_date(received, true)), {}};
  const auto before = matter_day(profile, "beslissen_voor");
  if (before && received <= *before)
    begin.timely = fmt::format(
        "Te vroeg: de termijn om te beslissen liep tot en met {}. Een ingebrekestelling telt pas daarna (Awb art. 4:17 "
        "lid 3 en 6:12 lid 2).",
        dutch_date(*before, true));
  return begin;
}

/// The pauses in which a defect was mended, as far as the term, which began after `begun`, ran by then.
Result<void> add_pauses(const Office& office, const Profile& profile, const std::string& source, Date begun,
                        intake::Term& term) {
  for (const TermRecord& pause : profile.terms) {
    if (pause.kind != "aanvulling" || (pause.ended.empty() && !pause.running)) continue;
    TRY_ASSIGN(const auto invited, intake::parse_date(pause.from));
    if (pause.ended.empty()) {
      term.steps.push_back(fmt::format("Opgeschort vanaf de dag na {} ({}).", dutch_date(invited, true), source));
      continue;
    }
    TRY_ASSIGN(const auto until, intake::parse_date(pause.ended));
    if (until > begun) term = intake::suspended_term(office.calendar, term, std::max(invited, begun), until, source);
  }
  return {};
}

}  // namespace

bool is_adjourned(const Profile& profile) {
  const auto taken = profile.records.find(std::string(intake::kTakenMeasures));
  return taken != profile.records.end() && std::ranges::any_of(taken->second, [](const RecordEntry& entry) {
           return intake::value_of(entry.fields, "maatregel") == intake::kAdjourns;
         });
}

Result<TermRecord> weeks_record(const Office& office, const OpenDossier& open, const intake::RequestRule& rule,
                                bool adjourned) {
  const intake::WeeksRule& weeks = rule.weeks;
  TRY_ASSIGN(const auto received, intake::parse_date(local_date(open.dossier.received)));
  const Begin begin =
      weeks.after_remedy ? after_remedy(office, open.profile, received) : after_receipt(open.profile, received);
  const bool committee = weeks.committee_weeks > 0 && newest_entry(open.profile, intake::kCommittee);
  intake::Term term = intake::weeks_term(office.calendar, begin.day, committee ? weeks.committee_weeks : weeks.weeks,
                                         begin.step, committee ? weeks.committee_ground : weeks.ground, weeks.carried);
  if (!weeks.stands_still.empty()) TRY_DO(add_pauses(office, open.profile, weeks.stands_still, begin.day, term));
  if (adjourned)
    term = intake::adjourned_term(office.calendar, term, begin.day, weeks.adjourned_weeks, weeks.adjourned_ground);
  if (!begin.timely.empty()) term.steps.insert(term.steps.begin(), begin.timely);
  if (weeks.refusal_weeks > 0)
    term.steps.push_back(fmt::format(
        "Wilt u dit niet behandelen? Laat dat weten uiterlijk {} ({}).",
        dutch_date(
            intake::weeks_term(office.calendar, received, weeks.refusal_weeks, "", weeks.refusal_ground).last_day,
            true),
        weeks.refusal_ground));
  return TermRecord{
      std::string(kWeeks), intake::format_date(begin.day), intake::format_date(term.last_day), term.steps, true, {}, {},
      weeks.label};
}

Result<void> recount_weeks(const Office& office, OpenDossier& open) {
  const intake::RequestRule* const rule = office.rules.find(open.dossier.kind);
  const auto term =
      std::ranges::find_if(open.profile.terms, [](const TermRecord& one) { return one.running && one.kind == kWeeks; });
  if (!rule || rule->term != "weeks" || term == open.profile.terms.end()) return {};
  TRY_ASSIGN(auto counted, weeks_record(office, open, *rule, is_adjourned(open.profile)));
  if (counted.last_day == term->last_day) counted.told = term->told;
  *term = std::move(counted);
  return {};
}

Result<void> adjourn(const Office& office, OpenDossier& open, const std::string& today) {
  const intake::RequestRule* const rule = office.rules.find(open.dossier.kind);
  const auto term =
      std::ranges::find_if(open.profile.terms, [](const TermRecord& one) { return one.running && one.kind == kWeeks; });
  if (!rule || term == open.profile.terms.end() || rule->weeks.adjourned_weeks == 0)
    return fail(Code::kRefused, "adjourn", "Er loopt geen termijn die kan worden verdaagd.");
  if (is_adjourned(open.profile))
    return fail(Code::kRefused, "adjourn",
                "De termijn is al een keer verdaagd. Verder uitstel kan alleen als de indiener dat goed vindt: spreek "
                "dat met hem af en leg het vast als aantekening.");
  if (today > term->last_day)
    return fail(Code::kRefused, "adjourn", "De termijn is al voorbij. Verdagen kan alleen daarvoor.");
  TRY_ASSIGN(*term, weeks_record(office, open, *rule, true));
  return {};
}

}  // namespace zp::gateway
