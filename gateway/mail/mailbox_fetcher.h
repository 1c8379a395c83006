// gateway/mail/mailbox_fetcher.h - looks into one configured mailbox again and again, until the process stops.
//
// After a failure the pause doubles, up to 15 minutes. What happened stands in the mailbox's state (store/
// mailbox_state.h), which doctor and staff read.
// Threads: one per fetcher.
#ifndef GATEWAY_MAIL_MAILBOX_FETCHER_H_
#define GATEWAY_MAIL_MAILBOX_FETCHER_H_

#include "gateway/mail/mailbox_round.h"
#include "gateway/mail/oauth_token.h"
#include "gateway/process/process.h"

namespace zp::gateway {

class MailboxFetcher {
 public:
  /// Borrows everything.
  MailboxFetcher(const MailboxConfig& mailbox, Process& process, MailIntake& intake)
      : mailbox_(mailbox), process_(process), intake_(intake), token_(mailbox) {}
  /// Returns when a stop is requested.
  void run();

 private:
  Result<void> look();
  Result<bool> session(MailboxState& state);
  Result<void> save(const MailboxState& state) const;

  const MailboxConfig& mailbox_;
  Process& process_;
  MailIntake& intake_;
  OauthToken token_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_MAILBOX_FETCHER_H_
