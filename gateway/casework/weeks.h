// gateway/casework/weeks.h - the terms for an answer that rules count in weeks (intake::WeeksRule): objection, notice of default, complaint.
//
// They follow from what is on record (the matter, the committee, what was put off) and from the pauses in the profile, and are counted anew
// whenever one of these changes.
// Threads: free functions.
#ifndef GATEWAY_CASEWORK_WEEKS_H_
#define GATEWAY_CASEWORK_WEEKS_H_

#include "gateway/casework/casework.h"

namespace zp::gateway {

inline constexpr std::string_view kWeeks = "weeks";  // TermRecord::kind

/// The term with what is known now; `adjourned`: put off once.
Result<TermRecord> weeks_record(const Office& office, const OpenDossier& open, const intake::RequestRule& rule,
                                bool adjourned);
/// Was the letter that puts it off sent?
bool is_adjourned(const Profile& profile);
/// Counts the running term anew. Nothing when there is none.
Result<void> recount_weeks(const Office& office, OpenDossier& open);
/// Put off, on `today`. kRefused when it can't be, was before, or is over.
Result<void> adjourn(const Office& office, OpenDossier& open, const std::string& today);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_WEEKS_H_
