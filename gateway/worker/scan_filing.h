// gateway/worker/scan_filing.h - a scanner's batch becomes deliveries: taken apart in a cell at its cover and separator
// sheets, each part filed in the dossier that its sheet names, or in a new one.
//
// Each part has keys of its own, so that erasing one dossier leaves nobody else's paper readable. The batch as it came
// is kept when it is one part; one for several dossiers is not, since it would hold paper of other people.
// Idempotent: the parts have ids that follow from the item's, and the last carries that id itself, so an item counts as
// filed when all of it is.
// Threads: one taker.
#ifndef GATEWAY_WORKER_SCAN_FILING_H_
#define GATEWAY_WORKER_SCAN_FILING_H_

#include "gateway/worker/filing.h"

namespace zp::gateway {

/// The dossier of the last part.
Result<Id> file_scan(const Tools& tools, const std::string& folder, intake::SubmissionManifest manifest,
                     OpenedKeys keys);
/// The batch as it came, for a person: cells had no time to take it apart.
Result<Id> file_unread_scan(const Tools& tools, const std::string& folder, intake::SubmissionManifest manifest,
                            OpenedKeys keys);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_SCAN_FILING_H_
