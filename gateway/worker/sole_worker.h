// gateway/worker/sole_worker.h - whether another worker is at work on the same store.
#ifndef GATEWAY_WORKER_SOLE_WORKER_H_
#define GATEWAY_WORKER_SOLE_WORKER_H_

#include "gateway/config/config.h"
#include "gateway/store/store.h"

namespace zp::gateway {

/// What a worker that was killed held is due at once, not when its leases run out; unless another worker lives, which
/// may hold them. Call before the first job is leased. The lock is kept until the process ends.
Result<void> take_over_leases(const Config& config, Store& store);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_SOLE_WORKER_H_
