// gateway/worker/tools.h - what the worker works with. Everything outlives the loops; all of it may be shared by
// threads.
#ifndef GATEWAY_WORKER_TOOLS_H_
#define GATEWAY_WORKER_TOOLS_H_

#include "crypto/cms.h"
#include "gateway/casework/casework.h"
#include "gateway/dispatch/smtp_sender.h"
#include "gateway/dispatch/time_stamp_client.h"
#include "gateway/ipc/courier_client.h"
#include "gateway/worker/clamd.h"
#include "intake/inspector.h"
#include "templates/page/page.h"

namespace zp::gateway {

/// How often a cell that got too little time is asked again, before a person looks.
inline constexpr unsigned kSlowTries = 3;

struct Tools {
  Office office;
  Casework& casework;
  intake::Inspector& inspector;
  const Clamd& clamd;
  const SmtpSender& smtp;
  const templates::PageBook& messages;  // templates/messages
  const crypto::SealKey& seal;          // the organisation's, for receipts and letters
  const TimeStampClient& time_stamps;   // for the seal
  std::string trust_anchors_pem;
  std::string sender_keys;  // GnuPG home with public keys of senders; empty: their OpenPGP signatures stay unknown
  Actor actor{{}, "worker", {"worker"}};
  /// To the courier; empty: there is none.
  std::function<Result<Handover>(const CourierMail&)> hand_over = {};
  /// A text message to a mobile number; empty: no provider is configured.
  std::function<Result<void>(const std::string& number, const std::string& text)> send_sms = {};
};

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_TOOLS_H_
