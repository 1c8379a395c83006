// gateway/mail/mailbox_round.h - one look into a mailbox: what is new is kept, what is kept is taken away.
//
// Order, per message: sealed and published in the tray; noted in the state; deleted or moved. So a crash or a broken
// line at any moment loses nothing; what is fetched twice because of it, the worker recognises.
// A message that can't be fetched stays where it is and is tried again, later each time; the others go on.
// Threads: one per mailbox.
#ifndef GATEWAY_MAIL_MAILBOX_ROUND_H_
#define GATEWAY_MAIL_MAILBOX_ROUND_H_

#include <functional>

#include "gateway/mail/lmtp_session.h"
#include "gateway/mail/remote_mailbox.h"
#include "gateway/store/mailbox_state.h"

namespace zp::gateway {

struct RoundLimits {
  std::uint64_t max_message_bytes = 0;
  std::size_t max_messages = 500;  // POP3 deletes nothing before the session ends: it must not last for ever
};

class MailboxRound {
 public:
  using Save = std::function<Result<void>(const MailboxState&)>;
  /// `address`: ours, that the mailbox belongs to. `save` makes the state durable; it is called after each message.
  MailboxRound(std::string address, const RoundLimits& limits, MailIntake& intake, MailboxState& state, Save save)
      : address_(std::move(address)), limits_(limits), intake_(intake), state_(state), save_(std::move(save)) {}

  /// True: more waits, look again at once. An Error: the look was cut short, by the server or by what fails on our side;
  /// whatever was kept until then is kept.
  Result<bool> look(RemoteMailbox& mailbox, std::int64_t now_ms);

 private:
  Result<void> keep(RemoteMailbox& mailbox, const RemoteMessage& message, std::int64_t now_ms);
  void compare(const Listing& listing);
  bool take_kept(const std::string& uid);
  bool waits(const std::string& uid, std::int64_t now_ms) const;
  Result<void> leave(const RemoteMessage& message, const Error& error, std::int64_t now_ms);

  std::string address_;
  RoundLimits limits_;
  MailIntake& intake_;
  MailboxState& state_;
  Save save_;
  std::vector<std::string> kept_before_;  // not yet seen in this look
  bool left_one_ = false;                 // the last keep() failed because of the message or the line
};

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_MAILBOX_ROUND_H_
