// gateway/worker/rounds.h - what time does: messages expire, terms come near, retention ends.
#ifndef GATEWAY_WORKER_ROUNDS_H_
#define GATEWAY_WORKER_ROUNDS_H_

#include "gateway/worker/tools.h"

namespace zp::gateway {

/// One round; each part is done even if another fails. Called about once a minute by one thread.
void make_rounds(const Tools& tools);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_ROUNDS_H_
