#include "gateway/casework/terms.h"

#include <algorithm>
#include <map>

#include "gateway/casework/weeks.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr std::string_view kNotice = "verlengingsbericht", kCompletion = "aanvulling", kNotTreated = "niet-behandelen";

TermRecord record_of(std::string kind, const std::string& from, const intake::Term& term) {
  return {std::move(kind), from, intake::format_date(term.last_day), term.steps};
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
  if (rule && rule->term == kWeeks) {
    TRY_ASSIGN(auto term, weeks_record(office, open, *rule, is_adjourned(open.profile)));
    open.profile.terms.push_back(std::move(term));
  } else if (rule && rule->term != "none") {
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
  if (TermRecord* const old = running(open, kCompletion)) {
    old->running = false;
    old->ended = std::min(invited, old->last_day);  // it stood still until then
  }
  open.profile.terms.push_back(record_of("aanvulling", invited, term));
  if (TermRecord* const wlz = running(open, "wlz"))
    wlz->steps.push_back("Opgeschort vanaf de dag na " + intake::dutch_date(day) + " (Awb art. 4:15).");
  TRY_DO(recount_weeks(office, open));
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
  TRY_DO(recount_weeks(office, open));
  set_due(open);
  return {};
}

const TermRecord* completion_asked(const Profile& profile) {
  const auto found = std::ranges::find_if(profile.terms.rbegin(), profile.terms.rend(), [](const TermRecord& term) {
    return term.kind == kCompletion && (term.running || term.ended == term.last_day);
  });
  return found == profile.terms.rend() ? nullptr : &*found;
}

Result<void> pass_completion(const Office& office, OpenDossier& open) {
  const intake::RequestRule* const rule = office.rules.find(open.dossier.kind);
  const TermRecord* const waiting = running(open, kCompletion);
  const bool stands_still = rule && (rule->application || !rule->weeks.stands_still.empty());
  if (!stands_still || !waiting) return {};
  const std::string last_day = waiting->last_day;
  TRY_ASSIGN(const auto unused, intake::parse_date(last_day));
  TRY_DO(resume_term(office, open, last_day));
  if (!rule->application) return {};
  open.profile.terms.push_back(
      record_of(std::string(kNotTreated), last_day, intake::not_treated_term(office.calendar, unused)));
  set_due(open);
  return {};
}

Result<void> check_unused_completion(const OpenDossier& open, const std::string& today) {
  const TermRecord* const asked = completion_asked(open.profile);
  if (asked && asked->last_day < today) return {};
  return fail(
      Code::kRefused, "send letter",
      asked ? "De afzender kan nog aanvullen. Niet behandelen mag pas als die termijn ongebruikt voorbij is (Awb "
              "artikel 4:5)."
            : "Er is niet om aanvulling gevraagd. Vraag eerst wat ontbreekt: niet behandelen mag pas als die termijn "
              "ongebruikt voorbij is (Awb artikel 4:5).");
}

Result<void> extend_avg_term(const Office& office, OpenDossier& open, const std::string& today) {
  TermRecord* const avg = running(open, "avg");
  if (!avg)
    return fail(
        Code::kRefused, "extend term",
        "Er loopt geen AVG-termijn, of hij is al een keer verlengd. Dat kan maar een keer (AVG art. 12 lid 3).");
  if (today > avg->last_day)
    return fail(Code::kRefused, "extend term",
                "De eerste maand is voorbij. Verlengen kan alleen in die maand (AVG art. 12 lid 3).");
  TRY_ASSIGN(const auto received, intake::parse_date(avg->from));
  TermRecord notice = record_of(std::string(kNotice), avg->from, intake::avg_term(office.calendar, received));
  notice.steps.push_back(
      "Binnen die maand hoort de verzoeker dat de termijn langer is, en waarom (AVG art. 12 lid 3).");
  *avg = record_of("avg-verlengd", avg->from, intake::avg_term(office.calendar, received, true));
  open.profile.terms.push_back(std::move(notice));
  set_due(open);
  return {};
}

Result<void> told_of_extension(const Office& office, OpenDossier& open, const std::string& today) {
  const intake::RequestRule* const rule = office.rules.find(open.dossier.kind);
  if (rule && rule->term == kWeeks) {
    TRY_DO(adjourn(office, open, today));
    set_due(open);
    return {};
  }
  if (running(open, "avg")) TRY_DO(extend_avg_term(office, open, today));
  if (TermRecord* const notice = running(open, kNotice)) {
    notice->running = false;
    notice->ended = today;
  }
  set_due(open);
  return {};
}

Result<void> start_objection(const Office& office, OpenDossier& open, const std::string& today,
                             const std::string& about, std::string_view remedy) {
  TRY_ASSIGN(const auto sent, intake::parse_date(today));
  open.profile.terms.push_back(record_of(std::string(remedy), today, intake::bezwaar_term(office.calendar, sent)));
  open.profile.terms.back().about = about;
  set_due(open);
  return {};
}

bool is_for_remedy(const TermRecord& term) { return term.kind == kObjection || term.kind == kAppeal; }

bool awaits_answer(const OpenDossier& open) {
  return std::ranges::any_of(open.profile.terms,
                             [](const TermRecord& term) { return term.running && !is_for_remedy(term); });
}

std::string term_label(const Office& office, const Dossier& dossier, const TermRecord& term) {
  static const std::map<std::string, std::string> kLabels = {
      {"avg", "Antwoord op het AVG-verzoek"},
      {"avg-verlengd", "Antwoord op het AVG-verzoek, verlengd"},
      {"verlengingsbericht", "Bericht dat de termijn langer is"},
      {"wlz", "Besluit op de aanvraag"},
      {"aanvulling", "Aanvulling door de afzender"},
      {"niet-behandelen", "Besluit om de aanvraag niet te behandelen"},
      {"bezwaar", "Einde van de bezwaartermijn"},
      {"beroep", "Einde van de beroepstermijn"}};
  if (term.kind == kWeeks) return term.about;
  if (const auto found = kLabels.find(term.kind); found != kLabels.end())
    return found->second + (term.about.empty() ? "" : ": " + term.about);
  const intake::RequestRule* const rule = office.rules.find(dossier.kind);
  const intake::RecordRule* const record = rule ? rule->book.record(term.kind) : nullptr;
  return record ? record->title : term.kind;
}

void end_answer_terms(OpenDossier& open, const std::string& day) {
  for (TermRecord& term : open.profile.terms) {
    if (!term.running || is_for_remedy(term)) continue;
    term.running = false;
    term.ended = day;
  }
  set_due(open);
}

void end_terms(OpenDossier& open) {
  for (TermRecord& term : open.profile.terms) term.running = false;
  open.dossier.due.clear();
}

}  // namespace zp::gateway
