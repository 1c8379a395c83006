// gateway/worker/events.h - what a door saw happen to a message on the shelf.
#ifndef GATEWAY_WORKER_EVENTS_H_
#define GATEWAY_WORKER_EVENTS_H_

#include "gateway/store/tray.h"
#include "gateway/worker/tools.h"

namespace zp::gateway {

/// "message-read": the recipient opened it; each time is in the ledger, the first one changes its state. "message-locked": wrong codes; a person calls.
/// Others and unknown messages are logged and dropped: a door's word alone makes nothing.
Result<void> handle_event(const Tools& tools, const TrayItem& event);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_EVENTS_H_
