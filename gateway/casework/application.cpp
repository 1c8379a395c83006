#include "gateway/casework/application.h"

#include <algorithm>

#include "gateway/casework/measures.h"
#include "gateway/casework/terms.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

bool is_whole(DossierState state) {
  return state != DossierState::kChecking && state != DossierState::kReview && state != DossierState::kWaiting;
}

}  // namespace

std::string newest_application_value(const Profile& profile, const char* field) {
  const RecordEntry* const entry = newest_entry(profile, kApplication);
  return entry ? intake::value_of(entry->fields, field) : "";
}

Result<void> set_application_term(const Office& office, OpenDossier& open) {
  if (open.dossier.kind != kSupplement) return {};
  std::erase_if(open.profile.terms, [](const TermRecord& term) {
    return term.kind == "wlz" || term.kind == "aanvulling" || term.kind == "niet-behandelen";
  });
  if (const RecordEntry* const entry = newest_entry(open.profile, kApplication)) {
    const std::string received = intake::value_of(entry->fields, "ontvangen"),
                      asked = intake::value_of(entry->fields, "gevraagd");
    TRY_ASSIGN(const auto day, intake::parse_date(received));
    const intake::Term term = intake::wlz_term(office.calendar, day);
    open.profile.terms.push_back({"wlz", received, intake::format_date(term.last_day), term.steps});
    TRY_DO(suspend_term(office, open, asked));
    if (const std::string until = intake::value_of(entry->fields, "tot"); !until.empty())
      open.profile.terms.back().last_day = until;
    if (is_whole(open.dossier.state)) TRY_DO(resume_term(office, open, local_date(open.dossier.received)));
  }
  // What was handed over is decided on elsewhere: days put on record later set nothing going here.
  if (open.dossier.state == DossierState::kAnswered && !open.profile.hand_overs.empty() &&
      open.profile.hand_overs.back().written)
    end_answer_terms(open, local_date(open.profile.hand_overs.back().asked));
  set_due(open);
  return {};
}

}  // namespace zp::gateway
