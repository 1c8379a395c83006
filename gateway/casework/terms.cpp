#include "gateway/casework/terms.h"

#include <algorithm>

#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

TermRecord record_of(std::string kind, const std::string& from, const intake::Term& term) {
  return {std::move(kind), from, intake::format_date(term.last_day), term.steps, true, {}};
}

TermRecord* running(OpenDossier& open, std::string_view kind) {
  const auto found = std::ranges::find_if(open.profile.terms,
                                          [&](const TermRecord& term) { return term.running && term.kind == kind; });
  return found == open.profile.terms.end() ? nullptr : &*found;
}

}  // namespace

/// The last day of the request for completion comes first: until then nothing else can be decided.
void set_due(OpenDossier& open) {
  open.dossier.due.clear();
  for (const TermRecord& term : open.profile.terms)
    if (term.running && (open.dossier.due.empty() || term.last_day < open.dossier.due))
      open.dossier.due = term.last_day;
}

Result<void> start_term(const Office& office, OpenDossier& open) {
  for (TermRecord& term : open.profile.terms)
    if (term.kind != "aanvulling") term.running = false;
  const intake::RequestRule* const rule = office.rules.find(open.dossier.kind);
  if (rule && rule->term != "none") {
    const std::string from = local_date(open.dossier.received);
    TRY_ASSIGN(const auto received, intake::parse_date(from));
    const bool avg = rule->term == "avg";
    const intake::Term term =
        avg ? intake::avg_term(office.calendar, received) : intake::wlz_term(office.calendar, received);
    open.profile.terms.push_back(record_of(rule->term, from, term));
  }
  set_due(open);
  return {};
}

Result<std::string> suspend_term(const Office& office, OpenDossier& open, const std::string& invited) {
  const intake::RequestRule* const rule = office.rules.find(open.dossier.kind);
  TRY_ASSIGN(const auto day, intake::parse_date(invited));
  const intake::Term term = intake::completion_term(office.calendar, day, rule ? rule->completion_days : 14);
  if (TermRecord* const old = running(open, "aanvulling")) old->running = false;
  open.profile.terms.push_back(record_of("aanvulling", invited, term));
  if (TermRecord* const wlz = running(open, "wlz"))
    wlz->steps.push_back("Opgeschort vanaf de dag na " + intake::dutch_date(day) + " (Awb art. 4:15).");
  set_due(open);
  return open.profile.terms.back().last_day;
}

Result<void> resume_term(const Office& office, OpenDossier& open, const std::string& day) {
  TermRecord* const waiting = running(open, "aanvulling");
  if (!waiting) return {};
  waiting->running = false;
  waiting->ended = std::min(day, waiting->last_day);
  if (TermRecord* const wlz = running(open, "wlz")) {
    TRY_ASSIGN(const auto received, intake::parse_date(wlz->from));
    intake::Term term = intake::wlz_term(office.calendar, received);
    for (const TermRecord& pause : open.profile.terms) {
      if (pause.kind != "aanvulling" || pause.ended.empty()) continue;
      TRY_ASSIGN(const auto invited, intake::parse_date(pause.from));
      TRY_ASSIGN(const auto until, intake::parse_date(pause.ended));
      term = intake::suspended_term(office.calendar, term, invited, until);
    }
    *wlz = record_of("wlz", wlz->from, term);
  }
  set_due(open);
  return {};
}

Result<void> extend_avg_term(const Office& office, OpenDossier& open, const std::string& today) {
  TermRecord* const avg = running(open, "avg");
  if (!avg) return fail(Code::kRefused, "extend term", "no AVG term runs, or it was extended before");
  if (today > avg->last_day) return fail(Code::kRefused, "extend term", "the first month is over");
  TRY_ASSIGN(const auto received, intake::parse_date(avg->from));
  *avg = record_of("avg-verlengd", avg->from, intake::avg_term(office.calendar, received, true));
  set_due(open);
  return {};
}

void end_terms(OpenDossier& open) {
  for (TermRecord& term : open.profile.terms) term.running = false;
  open.dossier.due.clear();
}

}  // namespace zp::gateway
