// gateway/casework/mail_queue.h - the mails that wait to go out: a lane for each domain of recipients, when it is tried
// again, and who holds it back.
//
// The database knows a lane by a keyed hash and its domain sealed under the zone key: a domain may be somebody's name.
// Threads: free functions.
#ifndef GATEWAY_CASEWORK_MAIL_QUEUE_H_
#define GATEWAY_CASEWORK_MAIL_QUEUE_H_

#include <string>
#include <string_view>
#include <vector>

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// The kinds of jobs that hand a mail over; each stands in the lane of its recipient's domain.
const std::vector<std::string>& mail_jobs();
bool is_mail_job(std::string_view kind) noexcept;

/// Of an address, or a domain as typed: in lower case; empty: it is none.
std::string mail_domain(std::string_view text);
Id lane_of(const Vault& vault, std::string_view domain);
Result<std::string> domain_of(const Vault& vault, const Lane& lane);

/// Adds `job`, one of mail_jobs(), to the lane of `address`.
Result<void> add_mail_job(const Vault& vault, StoreWriter& store, Job job, std::string_view address, bool once = true);

/// What stood in the way of a mail that may go later.
enum class MailTrouble {
  kNone,       // something else than handing it over
  kOurServer,  // the submission server can't be reached, or wants no mail now
  kDomain,     // the recipient's domain takes no mail now
  kMailbox,    // this mail, or this mailbox: others of the domain may go
  kStraight,   // the domain's own servers: what goes by our submission server may go
};
/// By the words of SmtpSender's errors: the step, the reply, and the enhanced status (RFC 3463).
MailTrouble trouble_of(const Error& error);

/// What a status of a mail server means (RFC 3463, "5.1.1"), Dutch, within a sentence; empty: nothing that helps.
std::string_view reason_of_status(std::string_view status) noexcept;

/// After so many failures in a row (from 1): quickly at first, as most failures pass soon, later every 30 minutes to 3
/// hours (RFC 5321 section 4.5.4.1). For our own server from 5 seconds to 5 minutes: it is looked after.
TimeMs mail_back_off(std::uint32_t failures, bool our_server) noexcept;

/// Nothing leaves in the lane until the time that is returned. Several failures at the same time count as one.
Result<TimeMs> note_failure(StoreWriter& store, const Id& lane, MailTrouble trouble, const Error& error, TimeMs now);
/// A mail went, or the domain's server answered.
Result<void> note_success(Store& store, const Id& lane);

/// Since when a mail of this lane may leave: since it was made, or since the last pause of its domain was over (kUntilLifted: it may not).
Result<TimeMs> leaves_since(StoreReader& store, const Id& lane, TimeMs created);

/// Of signed return paths (gateway/dispatch/return_path.h).
SecretBytes return_path_key(const Vault& vault);

/// Who holds the mails of a domain back, and why: sealed.
struct LanePause {
  std::string by, why;
};
Result<LanePause> pause_of(const Vault& vault, const Lane& lane);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_MAIL_QUEUE_H_
