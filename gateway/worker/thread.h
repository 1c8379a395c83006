// gateway/worker/thread.h - what went to and fro in a dossier, as the recipient of one of its messages may see it.
#ifndef GATEWAY_WORKER_THREAD_H_
#define GATEWAY_WORKER_THREAD_H_

#include "gateway/worker/message_steps.h"

namespace zp::gateway {

/// The oldest first. What was recalled, what went to others, and what came in for a requester of before is not in it.
/// Names of files, and words, are told of what came by the website alone: that is what the reader sent. A message that lies in the
/// mailbox and opens with the reader's own code has its link; the code is asked for it again.
Result<std::vector<MailboxLetter::Step>> thread_of(const Tools& tools, const Opened& opened);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_THREAD_H_
