// gateway/worker/returned_mail.h - what comes back about a mail of ours: delivery reports (RFC 3464) to its signed return
// path, and what follows from them.
//
// A report counts only when it came to an address that we made for that mail (gateway/dispatch/return_path.h). What a mail
// server says is its word alone: it moves a letter to another way, never to another person.
// Threads: free functions.
#ifndef GATEWAY_WORKER_RETURNED_MAIL_H_
#define GATEWAY_WORKER_RETURNED_MAIL_H_

#include <optional>

#include "gateway/dispatch/return_path.h"
#include "gateway/worker/tools.h"

namespace zp::gateway {

enum class Fate {
  kFailed,   // for good: another way
  kBack,     // for a reason that may pass: sent again (Awb art. 2:10, "soft bounce")
  kDelayed,  // still under way
  kArrived,  // handed over to the recipient's server
};

struct Returned {
  ReturnedTo mail;
  Id dossier;
  bool is_receipt = false;  // then mail.subject is a submission, else a message
  Fate fate = Fate::kFailed;
  std::string status;  // "5.1.1"; may be empty
};

/// The mail for which one of these addresses was made, if it still is on record.
Result<std::optional<Returned>> returned_to(const Tools& tools, const std::vector<std::string>& addresses);
/// The worst of what `reports` say; none: they say nothing about failure or arrival.
std::optional<Returned> judge_reports(const std::vector<intake::DeliveryReport>& reports, Returned about);

/// Dutch, a whole sentence, for the history.
std::string words_of(const Returned& returned);
/// The job that follows, if one does.
std::optional<Job> job_after(const Returned& returned, TimeMs now);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_RETURNED_MAIL_H_
