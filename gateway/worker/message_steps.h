// gateway/worker/message_steps.h - what the jobs about messages share: opening one, drawing its letter, moving it on.
//
// Every step may run twice for one message (jobs.h). Threads: free functions.
#ifndef GATEWAY_WORKER_MESSAGE_STEPS_H_
#define GATEWAY_WORKER_MESSAGE_STEPS_H_

#include <functional>
#include <optional>

#include "gateway/casework/letter_fields.h"
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

/// Moves the message to `state` with a line in the history and, unless empty, a task; `mail_job` is one of mail_jobs(), or null. Nothing happens if it was recalled
/// meanwhile.
Result<void> advance(const Tools& tools, const Id& id, const char* state, const std::string& line,
                     const std::string& task, const char* mail_job,
                     const std::function<void(Message&, MessageData&)>& more = {});

/// The same letter to the requester by post, once, when an address is known and all of it fits on paper; false: it does
/// not go, and a person must choose. `why`: Dutch, for the history.
Result<bool> send_by_post_instead(const Tools& tools, const Id& id, const std::string& why);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_MESSAGE_STEPS_H_
