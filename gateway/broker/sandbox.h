// gateway/broker/sandbox.h - shutting a process in before it reads a stranger's document.
//
// After shut_in() the process has no network, no capabilities, no way to start programs or processes, to
// write files or to open any but those below the named folders; its memory, processor time and descriptors are limited.
// The kernel kills it when it tries something that is not on the list; what libraries only probe for gets an error.
// Layers that the kernel does not offer are left out except seccomp and no_new_privs, which must be there.
#ifndef GATEWAY_BROKER_SANDBOX_H_
#define GATEWAY_BROKER_SANDBOX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/result.h"

namespace zp::gateway {

struct SandboxLimits {
  std::uint64_t memory_bytes = 0;             // address space beyond what is mapped when shut_in() is called
  std::uint32_t cpu_seconds = 0;              // SIGXCPU after this, SIGKILL two seconds later
  std::vector<std::string> readable_folders;  // without Landlock nothing at all can be opened
};

/// Irrevocable, for the calling process (it must have one thread). An Error means: exit, do not read the document.
Result<void> shut_in(const SandboxLimits& limits);

}  // namespace zp::gateway

#endif  // GATEWAY_BROKER_SANDBOX_H_
