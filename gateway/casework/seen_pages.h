// gateway/casework/seen_pages.h - what the inspection had no time for.
//
// Threads: free function.
#ifndef GATEWAY_CASEWORK_SEEN_PAGES_H_
#define GATEWAY_CASEWORK_SEEN_PAGES_H_

#include <cstdint>

#include "gateway/casework/profile.h"

namespace zp::gateway {

/// False: nobody knows whether a photo and a BSN are on that page, so to show it is Act::kViewPageUnmasked.
bool was_looked_at(const DocumentDetails& details, std::uint32_t page);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_SEEN_PAGES_H_
