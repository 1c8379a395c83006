// gateway/supervisor/supervisor.h - starts the processes of design section 3 and keeps them running.
//
// Order: inner rooms before doors at the start, doors first at the stop. A child that ends is started again after 1, 2, 4, ... at most
// 60 seconds (back to 1 after a quiet minute); one that says its configuration is wrong (exit 78) is not, and the others stop too: a
// person must look. Children inherit only standard streams and a descriptor to say "ready".
// SECURITY: reads its configuration and nothing else; holds no key; talks to nobody.
#ifndef GATEWAY_SUPERVISOR_SUPERVISOR_H_
#define GATEWAY_SUPERVISOR_SUPERVISOR_H_

#include "gateway/config/config.h"

namespace zp::gateway {

/// Runs until SIGTERM or SIGINT. Exit status as run_process().
int supervise(const Config& config);

}  // namespace zp::gateway

#endif  // GATEWAY_SUPERVISOR_SUPERVISOR_H_
