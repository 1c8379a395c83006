// gateway/casework/access_fields.h - what a letter that grants access tells (AVG art. 15), out of the overview.
//
// All that Zegelpost knows of lid 1: the data (and lid 3), purposes (a), recipients (c), how long (d), sources (g), and who looked.
// A lawyer completes it with what other systems hold. Threads: free functions.
#ifndef GATEWAY_CASEWORK_ACCESS_FIELDS_H_
#define GATEWAY_CASEWORK_ACCESS_FIELDS_H_

#include <nlohmann/json.hpp>

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// Looks that a letter lists: a form field takes no more back from whoever edits it.
inline constexpr std::size_t kMostLookBytes = 60 * 1024;

/// True for the letter that these are for.
bool tells_all_that_is_held(const templates::LetterInfo& info);
Result<nlohmann::json> access_fields(const Office& office, StoreReader& store, const Overview& overview);
/// AVG art. 19: to whom letters of this dossier told that data were rectified, erased or restricted; not those on their way.
Result<nlohmann::json> recipients_told(StoreReader& store, const OpenDossier& open);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_ACCESS_FIELDS_H_
