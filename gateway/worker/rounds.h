// gateway/worker/rounds.h - what time does: messages expire, terms come near, retention ends.
#ifndef GATEWAY_WORKER_ROUNDS_H_
#define GATEWAY_WORKER_ROUNDS_H_

#include "gateway/worker/tools.h"

namespace zp::gateway {

/// At a start, and when there may be something to do: data keys are kept as the configuration says (key_change.h).
Result<void> keep_keys(const Tools& tools, bool at_start);

/// Our OpenPGP key for who looks it up by our address; once, at a start.
Result<void> publish_web_key(const Tools& tools);

/// One round; each part is done even if another fails. Called about once a minute by one thread.
void make_rounds(const Tools& tools);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_ROUNDS_H_
