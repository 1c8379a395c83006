// gateway/mail/pop3_mailbox.h - a RemoteMailbox over POP3 (RFC 1939; the server must offer UIDL).
#ifndef GATEWAY_MAIL_POP3_MAILBOX_H_
#define GATEWAY_MAIL_POP3_MAILBOX_H_

#include "gateway/mail/curl_session.h"
#include "gateway/mail/remote_mailbox.h"

namespace zp::gateway {

class Pop3Mailbox : public RemoteMailbox {
 public:
  Pop3Mailbox(const MailboxConfig& config, const SecretBytes& secret, std::function<bool()> stop)
      : session_(config, secret, std::move(stop)) {}
  Result<Listing> list() override;
  Result<void> fetch(const RemoteMessage& message, const crypto::ByteSink& sink) override;
  Result<void> remove(const RemoteMessage& message) override;
  Result<void> finish() override;

 private:
  CurlSession session_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_POP3_MAILBOX_H_
