// gateway/store/mailbox_state.h - what the mail door remembers of a mailbox that it fetches from.
//
// One file per mailbox, written by the mail door, read by staff and commands to see that mail still comes in. It names
// messages by the server's numbers only: nothing in it says something about a person. Losing it loses no mail: the
// messages are fetched again, and the worker recognises them.
// Threads: values. Errors: kMalformed for a file that is none; kNotFound before the first look.
#ifndef GATEWAY_STORE_MAILBOX_STATE_H_
#define GATEWAY_STORE_MAILBOX_STATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/result.h"

namespace zp::gateway {

/// A message that stays in the mailbox because it can't be fetched; it is tried again, ever less often.
struct LeftMessage {
  std::string uid;
  std::uint32_t times = 0;
  std::int64_t next_ms = 0;
  std::string reason;  // Error::message()
};

struct MailboxState {
  std::string generation;         // IMAP UIDVALIDITY (RFC 3501 section 2.3.1.1): with another one every uid is new
  std::vector<std::string> kept;  // in the tray, and not gone from the mailbox yet
  std::vector<LeftMessage> left;
  std::int64_t watched_since_ms = 0;
  std::int64_t reached_ms = 0;       // end of the last look that went well; 0: never
  std::int64_t last_message_ms = 0;  // when the last message was kept; 0: never
  std::uint64_t messages = 0;        // kept since watched_since_ms
  std::string failure;               // of the last look: Error::message(); empty: it went well

  std::string json() const;
  static Result<MailboxState> parse(std::string_view untrusted_json);

  static Result<MailboxState> read(const std::string& folder, const std::string& name);
  /// Durable on return.
  Result<void> write(const std::string& folder, const std::string& name) const;
};

/// How a mailbox does.
enum class MailboxHealth { kGood, kNeverReached, kUnreachable, kSilent, kLeft };
/// The worst that is true of `state` at `now_ms`. kUnreachable: no look went well for half an hour. kSilent: no message
/// for `silence_hours`.
MailboxHealth health_of(const MailboxState& state, std::uint32_t silence_hours, std::int64_t now_ms) noexcept;

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_MAILBOX_STATE_H_
