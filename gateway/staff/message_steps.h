// gateway/staff/message_steps.h - what happened to one message, out of the ledger, for the record that proves it (Awb art. 2:10).
//
// Threads: pure functions.
#ifndef GATEWAY_STAFF_MESSAGE_STEPS_H_
#define GATEWAY_STAFF_MESSAGE_STEPS_H_

#include <string>
#include <vector>

#include "crypto/ledger.h"
#include "gateway/store/types.h"

namespace zp::gateway {

struct MessageStep {
  TimeMs time = 0;
  std::string what, detail;  // Dutch
  std::string outcome;       // Dutch; empty: it went well
  bool is_reading = false;
  /// "23 november 2026 11:20:05".
  std::string moment() const;
};

/// By time. A reading that stands there twice, because a crash came in between, is one. Of more readings than fit on paper
/// there is one for each day, which says how many. Codes are of the dossier: those that were given while they opened this
/// message are told with it.
std::vector<MessageStep> message_steps(const std::vector<crypto::LedgerEntry>& about_dossier, const Message& message);

}  // namespace zp::gateway

#endif  // GATEWAY_STAFF_MESSAGE_STEPS_H_
