// gateway/mail/remote_mailbox.h - a mailbox on somebody else's server, during one session: IMAP (RFC 3501) or POP3 (RFC
// 1939), over TLS whose certificate is checked.
//
// A session is one connection: numbers of messages mean nothing on another one, so when it breaks every later call fails
// and nothing is done on a new connection behind the caller's back.
// Threads: one. Errors: kUnavailable: the session is over (no connection, no log-in, the server went away); kRefused:
// the server says no to this message alone, the session may be over too; kTimeout: stopped by our own wish.
#ifndef GATEWAY_MAIL_REMOTE_MAILBOX_H_
#define GATEWAY_MAIL_REMOTE_MAILBOX_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crypto/object.h"
#include "gateway/config/mailboxes.h"

namespace zp::gateway {

/// Its size is not asked for: a server that can't read one message could then not even list the others.
struct RemoteMessage {
  std::string handle;    // names it during this session
  std::string uid;       // names it for longer, within the mailbox's generation
  bool deleted = false;  // marked for deletion by somebody
};

struct Listing {
  std::string generation;  // uids of another one mean nothing; POP3 has one only
  std::vector<RemoteMessage> messages;
};

class RemoteMailbox {
 public:
  virtual ~RemoteMailbox() = default;
  virtual Result<Listing> list() = 0;
  /// The message bit by bit. It is whole when this returns without an error. An error of `sink` ends the session.
  virtual Result<void> fetch(const RemoteMessage& message, const crypto::ByteSink& sink) = 0;
  /// Deletes it, or moves it to where the configuration says. POP3: only finish() makes that final.
  virtual Result<void> remove(const RemoteMessage& message) = 0;
  virtual Result<void> finish() = 0;
};

/// Not connected yet. `secret`: password or access token. `stop` is asked during transfers and ends them.
std::unique_ptr<RemoteMailbox> open_remote_mailbox(const MailboxConfig& config, const SecretBytes& secret,
                                                   std::function<bool()> stop);

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_REMOTE_MAILBOX_H_
