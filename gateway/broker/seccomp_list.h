// gateway/broker/seccomp_list.h - the system calls a cell may make. Everything else kills it.
#ifndef GATEWAY_BROKER_SECCOMP_LIST_H_
#define GATEWAY_BROKER_SECCOMP_LIST_H_

#include "crypto/base/result.h"

namespace zp::gateway {

/// `may_open_read_only`: Landlock guards which files; without it every open is refused.
Result<void> load_seccomp_filter(bool may_open_read_only);

}  // namespace zp::gateway

#endif  // GATEWAY_BROKER_SECCOMP_LIST_H_
