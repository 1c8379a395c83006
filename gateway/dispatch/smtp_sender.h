// gateway/dispatch/smtp_sender.h - handing our mails to the submission server (RFC 6409), over TLS that is verified.
//
// Threads: may be shared; each call makes a connection of its own.
// Errors: kUnavailable: try again later (no connection, no TLS, a 4xx). kRefused: never (a 5xx, or a field that is no
// good, or an address that asks for SMTPUTF8 where the server has none); the subject says at which step, the reply code, and the enhanced status if there is one ("RCPT 450 4.2.2").
#ifndef GATEWAY_DISPATCH_SMTP_SENDER_H_
#define GATEWAY_DISPATCH_SMTP_SENDER_H_

#include "gateway/config/config.h"
#include "gateway/dispatch/mail_text.h"

namespace zp::gateway {

class SmtpSender {
 public:
  explicit SmtpSender(const SmtpConfig& config) : config_(config) {}
  /// False: the configuration names no server, and no mail goes out.
  bool configured() const noexcept { return !config_.host.empty(); }
  /// Returns when the server has taken responsibility.
  Result<void> send(const OutgoingMail& mail) const;
  /// The same for a message that is composed already (protected_mail.h); of `mail` only the addresses count.
  Result<void> send(const OutgoingMail& mail, const std::string& wire) const;

 private:
  const SmtpConfig& config_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_DISPATCH_SMTP_SENDER_H_
