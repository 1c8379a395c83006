// gateway/worker/sender_evidence.h - what our own mail server found out about where a mail came from: SPF, DKIM, DMARC, ARC.
//
// A fact for staff, never a proof of who wrote, and nothing is decided on it. Threads: pure functions.
#ifndef GATEWAY_WORKER_SENDER_EVIDENCE_H_
#define GATEWAY_WORKER_SENDER_EVIDENCE_H_

#include "intake/inspector.h"

namespace zp::gateway {

/// In Dutch, for the history; empty: none of `trusted` (names as they stand in Authentication-Results) said anything. Only the
/// topmost results of one of them count: what stands below may have come with the mail.
std::string sender_evidence(const std::vector<intake::AuthenticationResult>& results,
                            const std::vector<std::string>& trusted);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_SENDER_EVIDENCE_H_
