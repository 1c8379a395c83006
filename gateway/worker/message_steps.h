// gateway/worker/message_steps.h - what the jobs about messages share: opening one, drawing its letter, moving it on.
//
// Every step may run twice for one message (jobs.h). Threads: free functions.
#ifndef GATEWAY_WORKER_MESSAGE_STEPS_H_
#define GATEWAY_WORKER_MESSAGE_STEPS_H_

#include <functional>
#include <optional>

#include "gateway/casework/letter_fields.h"
#include "gateway/dispatch/protected_mail.h"
#include "gateway/worker/jobs.h"

namespace zp::gateway {

struct Opened {
  Message message;
  std::optional<OpenDossier> open;
  MessageData data;
  bool is_invitation() const noexcept { return message.letter == Id{}; }
  // Of all but invitations.
  Letter letter;
  LetterData fields;
  std::vector<ListedDocument> documents;
};
Result<Opened> open_message(const Tools& tools, const Id& id);

/// Which of a message's mails is to go now: 0 the first, 2 and on what is sent again after it came back. A retry after a
/// crash has the same number, and so the same Message-ID.
unsigned mail_number(const Opened& opened);
inline constexpr unsigned kReminderNumber = 1;

/// AVG art. 18 lid 2: what was under way when processing was restricted waits until a person lifts that.
inline constexpr Next kWaitForLift{15 * 60'000};
bool is_held(const Tools& tools, const Opened& opened);

/// The letter's PDF: kept already, or drawn and kept now.
Result<Bytes> letter_of(const Tools& tools, Opened& opened);
/// Before the letter is out, so that whoever holds it can always ask.
Result<void> tell_the_door(const Tools& tools, const Opened& opened, ByteView pdf);
/// What goes with the letter, in its order.
Result<std::vector<SecretBytes>> enclosures_of(const Tools& tools, const Opened& opened);

/// The letter and its enclosures as a mail carries them, after tell_the_door().
struct MailParts {
  Bytes pdf;
  std::vector<SecretBytes> enclosures;
  std::vector<MailEnclosure> attached;  // views of the two above
};
Result<MailParts> mail_parts(const Tools& tools, Opened& opened);

/// A line in the dossier's history and, where a person must act, a task. Both Dutch.
Result<void> note_in_dossier(const Tools& tools, const Id& dossier, const std::string& line, const std::string& task);

/// Moves the message to `state` with a line in the history and, unless empty, a task; `mail_job` is one of mail_jobs(), or null. Nothing happens if it was recalled
/// meanwhile.
Result<void> advance(const Tools& tools, const Id& id, const char* state, const std::string& line,
                     const std::string& task, const char* mail_job,
                     const std::function<void(Message&, MessageData&)>& more = {});

/// The same letter another way, once; false: it does not go that way. By post when an address is known and all of it fits
/// on paper; by the secure mailbox when its class allows that and the recipient has a code already. `why`: Dutch, for the history.
Result<bool> send_by_post_instead(const Tools& tools, const Id& id, const std::string& why);
Result<bool> send_by_mailbox_instead(const Tools& tools, const Id& id, const std::string& why);
/// The message did not go its way; unless its letter `goes` another, a person must choose one.
Result<void> give_up(const Tools& tools, const Id& id, const std::string& why, bool goes);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_MESSAGE_STEPS_H_
