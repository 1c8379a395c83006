// gateway/dispatch/sms_sender.h - an access code as a text message, through the HTTP interface of a provider that an administrator chose.
//
// What is posted is configured (sms.body), since each provider has fields of its own. The text names nobody.
// Threads: may be shared; each call makes a connection of its own.
#ifndef GATEWAY_DISPATCH_SMS_SENDER_H_
#define GATEWAY_DISPATCH_SMS_SENDER_H_

#include "crypto/base/bytes.h"
#include "gateway/config/config.h"

namespace zp::gateway {

class SmsSender {
 public:
  explicit SmsSender(const SmsConfig& config) : config_(config) {}
  /// `number`: "+31612345678". kRefused: the provider says no (4xx); kUnavailable: not reached, no TLS, or
  /// any other answer than 2xx; kConfig: sms.authorization_file can't be read. A message may come twice when the line breaks
  /// before the answer.
  Result<void> send(const std::string& number, const std::string& text) const;

 private:
  const SmsConfig& config_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_DISPATCH_SMS_SENDER_H_
