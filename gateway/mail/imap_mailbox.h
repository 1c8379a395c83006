// gateway/mail/imap_mailbox.h - a RemoteMailbox over IMAP (RFC 3501; MOVE: RFC 6851; UIDPLUS: RFC 4315).
#ifndef GATEWAY_MAIL_IMAP_MAILBOX_H_
#define GATEWAY_MAIL_IMAP_MAILBOX_H_

#include <optional>
#include <set>

#include "gateway/mail/curl_session.h"
#include "gateway/mail/remote_mailbox.h"

namespace zp::gateway {

/// One line of the answer to "UID FETCH 1:* (UID FLAGS)"; nothing if it is another line.
std::optional<RemoteMessage> read_fetch_line(std::string_view untrusted_line);

class ImapMailbox : public RemoteMailbox {
 public:
  ImapMailbox(const MailboxConfig& config, const SecretBytes& secret, std::function<bool()> stop);
  Result<Listing> list() override;
  Result<void> fetch(const RemoteMessage& message, const crypto::ByteSink& sink) override;
  Result<void> remove(const RemoteMessage& message) override;
  Result<void> finish() override { return {}; }

 private:
  void hear(std::string_view line);
  Result<void> command(const std::string& command);

  CurlSession session_;
  std::string folder_, move_to_;
  std::string generation_;
  std::set<std::string, std::less<>> capabilities_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_IMAP_MAILBOX_H_
