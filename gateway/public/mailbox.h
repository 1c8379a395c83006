// gateway/public/mailbox.h - messages of the inner zone, opened by whoever brings the link and the access
// code.
//
// The door holds neither: the key comes from both (crypto/recipient_key.h). After a right code the browser
// keeps that key in a cookie for a while (kReadSeconds), the door forgets it. Wrong codes are counted per
// message, and right ones: each time that a message is opened, an event that says so is in the tray before it is shown.
// Threads: may be shared.
#ifndef GATEWAY_PUBLIC_MAILBOX_H_
#define GATEWAY_PUBLIC_MAILBOX_H_

#include <optional>
#include <string>

#include "crypto/object.h"
#include "gateway/public/attempts.h"
#include "gateway/public/code_slot.h"
#include "gateway/public/draft.h"
#include "gateway/store/shelf.h"
#include "gateway/store/tray.h"

namespace zp::gateway {

inline constexpr const char* kMessageCookie = "__Host-bericht";
inline constexpr std::int64_t kReadSeconds = 30 * 60;

/// A message that was opened with the right code.
struct OpenedMessage {
  Id id;
  crypto::DataKey key;
  MailboxLetter letter;
  std::string cookie() const;
};

class Mailbox {
 public:
  /// Borrows all.
  Mailbox(const Shelf& shelf, const Tray& tray, const Attempts& attempts, CodeSlots& slots)
      : shelf_(shelf), tray_(tray), attempts_(attempts), slots_(slots) {}

  struct Link {
    SecretBytes secret;
    Id id;
    Envelope envelope;
    bool code_is_over;  // the access code ran out: the message opens with a new one only
  };
  /// kNotFound: unknown, recalled or expired.
  Result<Link> find(std::string_view untrusted_link, std::int64_t now_ms) const;
  struct Answer {
    std::optional<OpenedMessage> message;  // none: the code is wrong or over, or the message is locked
    Attempts::Try attempt;
  };
  Result<Answer> open(const Link& link, std::string_view typed_code, std::int64_t now_ms) const;
  /// With the cookie of an earlier open(); nothing if it is not for this message.
  std::optional<OpenedMessage> reopen(const Link& link, std::string_view cookie) const;
  Result<crypto::ObjectReader> attachment(const OpenedMessage& message, std::uint32_t number) const;
  std::int64_t locked_until(const Link& link, std::int64_t now_ms) const {
    return attempts_.locked_until(counter(link), now_ms);
  }

 private:
  /// Tries are counted per code: with a new one the message has a new lock, and is not locked any more.
  static Id counter(const Link& link) { return Id{link.envelope.lock.salt}; }
  Result<void> note(const char* event, const Id& shelf_id, std::int64_t now_ms) const;
  Result<MailboxLetter> read_letter(const Id& id, const crypto::DataKey& key) const;

  const Shelf& shelf_;
  const Tray& tray_;
  const Attempts& attempts_;
  CodeSlots& slots_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_MAILBOX_H_
