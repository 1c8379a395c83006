// gateway/mail/oauth_token.h - access tokens for XOAUTH2, asked for as an application (RFC 6749 section 4.4).
//
// Threads: one. Errors: kUnavailable; kDenied when the server refuses the application.
#ifndef GATEWAY_MAIL_OAUTH_TOKEN_H_
#define GATEWAY_MAIL_OAUTH_TOKEN_H_

#include "crypto/base/secret_bytes.h"
#include "gateway/config/mailboxes.h"

namespace zp::gateway {

class OauthToken {
 public:
  explicit OauthToken(const MailboxConfig& config) : config_(config) {}
  /// The one at hand while it is good for another minute, else a new one.
  Result<const SecretBytes*> get(std::int64_t now_ms);

 private:
  const MailboxConfig& config_;
  SecretBytes token_;
  std::int64_t good_until_ms_ = 0;
};

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_OAUTH_TOKEN_H_
