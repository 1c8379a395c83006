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
/// The request for completion that is still open, or that went by unused; null: none.
const TermRecord* completion_asked(const Profile& profile);
/// The last day to complete is over. Of an application the term for the decision runs on, and until four weeks later it can be
/// decided not to treat it (Awb 4:5 lid 4).
Result<void> pass_completion(const Office& office, OpenDossier& open);
/// kRefused: not to treat an application is decided only when a term to complete it went by unused (Awb 4:5 lid 1 en 4).
Result<void> check_unused_completion(const OpenDossier& open, const std::string& today);
/// What was missing came in on `day`, or nobody waits for it any more.
Result<void> resume_term(const Office& office, OpenDossier& open, const std::string& day);
/// AVG art. 12(3). kRefused when it is no AVG term, was extended before, or the first month is over on `today`. From then
/// on a second term runs, which only sending the letter that tells so ends: it can't be ticked off.
Result<void> extend_avg_term(const Office& office, OpenDossier& open, const std::string& today);
/// The letter that tells of the longer term went out on `today`; extends the term first if nobody did. A term in weeks is put
/// off by it (Awb art. 7:10 lid 3, 9:11 lid 2).
Result<void> told_of_extension(const Office& office, OpenDossier& open, const std::string& today);
/// What a decision leaves open, as kinds of TermRecord: objection with us, or appeal to the court (Awb art. 6:7 for both).
inline constexpr std::string_view kObjection = "bezwaar", kAppeal = "beroep";
/// It is for the recipient to use, and nobody here is late when it is over.
bool is_for_remedy(const TermRecord& term);
/// The decision `about` went out on `today`: until when the remedy, one of these two, is open.
Result<void> start_objection(const Office& office, OpenDossier& open, const std::string& today,
                             const std::string& about, std::string_view remedy = kObjection);
/// Nothing waits for an answer of ours any more; until when objection can be made to earlier decisions stays.
/// `day`: on which they ended; empty: not recorded.
void end_answer_terms(OpenDossier& open, const std::string& day = {});
void end_terms(OpenDossier& open);
/// A term runs that waits for an answer of ours.
bool awaits_answer(const OpenDossier& open);
/// Dutch, for lists: what must be done by its last day.
std::string term_label(const Office& office, const Dossier& dossier, const TermRecord& term);
/// The dossier is due on the first last day of what still runs.
void set_due(OpenDossier& open);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_TERMS_H_
