// gateway/casework/application.h - the application under the Wlz that a supplement belongs to, and its six weeks.
//
// The application itself is kept elsewhere; staff put on record when it came in and when we asked for the supplement.
// Threads: free functions.
#ifndef GATEWAY_CASEWORK_APPLICATION_H_
#define GATEWAY_CASEWORK_APPLICATION_H_

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// The kind of dossier, and its record with the days of the application (intake/rules/requests/wlz-aanvulling.yaml).
inline constexpr std::string_view kSupplement = "wlz-aanvulling";
inline constexpr const char* kApplication = "aanvraag";

/// The terms by the newest record: six weeks (Besluit langdurige zorg 3.2.4) that stand still since we asked, until all is
/// there or the day that we named (Awb 4:15).
Result<void> set_application_term(const Office& office, OpenDossier& open);

/// A field of the newest record with the days of the application; empty: it is not on record.
std::string newest_application_value(const Profile& profile, const char* field);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_APPLICATION_H_
