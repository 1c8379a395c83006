// gateway/supervisor/supervisor.h - starts the processes of design section 3 and keeps them running.
//
// Order: inner rooms before doors at the start, doors first at the stop. A child that ends is started again after 0.5,
// 1, 2, ... at most limits.restart_pause_seconds (back to 0.5 after a quiet minute); one that says its configuration is
// wrong (exit 78) is not, and the others stop too: a person must look. Children inherit standard streams, a descriptor
// to say "ready", and the lock on the run folder: a supervisor that starts where another was killed waits until all of
// that one's children have ended.
// SECURITY: reads its configuration and nothing else; holds no key; talks to nobody.
#ifndef GATEWAY_SUPERVISOR_SUPERVISOR_H_
#define GATEWAY_SUPERVISOR_SUPERVISOR_H_

#include "gateway/config/config.h"

namespace zp::gateway {

/// Runs until SIGTERM or SIGINT. Exit status as run_process().
int supervise(const Config& config);

}  // namespace zp::gateway

#endif  // GATEWAY_SUPERVISOR_SUPERVISOR_H_
