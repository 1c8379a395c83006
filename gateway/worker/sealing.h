// gateway/worker/sealing.h - the organisation's seal on what leaves: letters and receipts.
//
// PAdES B-T with a time-stamp when a server is configured; B-B when there is none, or it does not answer: a letter with a last
// day does not wait for somebody else's server. Which of the two it became is in the ledger.
// Threads: free functions.
#ifndef GATEWAY_WORKER_SEALING_H_
#define GATEWAY_WORKER_SEALING_H_

#include "gateway/worker/tools.h"

namespace zp::gateway {

/// `pdf` was rendered with a placeholder. `about`: dossier and object for the ledger.
Result<Bytes> seal_pdf(const Tools& tools, Bytes pdf, const Touched& about);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_SEALING_H_
