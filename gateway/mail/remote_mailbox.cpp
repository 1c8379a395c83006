#include "gateway/mail/remote_mailbox.h"

#include "gateway/mail/imap_mailbox.h"
#include "gateway/mail/pop3_mailbox.h"

namespace zp::gateway {

std::unique_ptr<RemoteMailbox> open_remote_mailbox(const MailboxConfig& config, const SecretBytes& secret,
                                                   std::function<bool()> stop) {
  if (config.protocol == "pop3s") return std::make_unique<Pop3Mailbox>(config, secret, std::move(stop));
  return std::make_unique<ImapMailbox>(config, secret, std::move(stop));
}

}  // namespace zp::gateway
