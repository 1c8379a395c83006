// gateway/public/mailbox_pages.h - the pages of the secure mailbox: code, message, attachments, reply with
// documents.
//
// Threads: may be shared.
#ifndef GATEWAY_PUBLIC_MAILBOX_PAGES_H_
#define GATEWAY_PUBLIC_MAILBOX_PAGES_H_

#include "gateway/public/door.h"
#include "gateway/public/mailbox.h"

namespace zp::gateway {

class MailboxPages {
 public:
  /// `door` is borrowed.
  explicit MailboxPages(Door& door) : door_(door), mailbox_(door.shelf, door.tray, door.attempts, door.code_slots) {}
  void add_routes(Router& router);

 private:
  Response show(Request& request);
  Response open(Request& request);
  Response ask_invitation(const std::string& error, int status) const;
  Response accept_invitation(Request& request);
  Response whole(Request& request);  // the message with all that is attached, as a mail (RFC 5322)
  Response attachment(Request& request);
  Response reply(Request& request);
  Response close(Request& request);
  Response ask_code(const Mailbox::Link& link, const std::string& path, const std::string& error, int status) const;
  Response gone() const;
  Response render(const OpenedMessage& message, const Mailbox::Link& link, const std::string& path) const;

  Door& door_;
  Mailbox mailbox_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_MAILBOX_PAGES_H_
