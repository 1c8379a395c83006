// gateway/casework/terms.h - the terms of a dossier: started, suspended, resumed, extended.
//
// Computing is intake/rules/terms.h; this keeps the record in the profile and `due` in the dossier's row. Dates are
// YYYY-MM-DD.
// Threads: free functions.
#ifndef GATEWAY_CASEWORK_TERMS_H_
#define GATEWAY_CASEWORK_TERMS_H_

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// The term that the rule names, from the day of receipt; replaces one that ran for another kind.
Result<void> start_term(const Office& office, OpenDossier& open);
/// The sender was asked, on `invited`, to complete the request. An Awb term stands still meanwhile (Awb 4:15); an AVG
/// term runs on. The last day to complete.
Result<std::string> suspend_term(const Office& office, OpenDossier& open, const std::string& invited);
/// What was missing came in on `day`, or nobody waits for it any more.
Result<void> resume_term(const Office& office, OpenDossier& open, const std::string& day);
/// AVG art. 12(3). kRefused when it is no AVG term, was extended before, or the first month is over on `today`.
Result<void> extend_avg_term(const Office& office, OpenDossier& open, const std::string& today);
void end_terms(OpenDossier& open);
/// The dossier is due on the first last day of what still runs.
void set_due(OpenDossier& open);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_TERMS_H_
