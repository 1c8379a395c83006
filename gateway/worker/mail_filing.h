// gateway/worker/mail_filing.h - a received mail becomes a delivery: parsed in a cell, filed by Message-ID or
// reference, each part a document.
//
// The raw message is kept bit-exact beside the parts. A mail that can't be parsed becomes one document for a person.
// Threads: one taker.
#ifndef GATEWAY_WORKER_MAIL_FILING_H_
#define GATEWAY_WORKER_MAIL_FILING_H_

#include "gateway/worker/filing.h"

namespace zp::gateway {

/// Opens the raw message in `folder`, has it parsed, seals its parts into the object store and says where it belongs.
Result<Filing> prepare_mail(const Tools& tools, const std::string& folder, intake::SubmissionManifest manifest,
                            OpenedKeys keys);
/// The raw message as one document for a person: cells had no time to parse it.
Filing unread_mail(intake::SubmissionManifest manifest, OpenedKeys keys);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_MAIL_FILING_H_
