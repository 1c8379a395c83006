// gateway/broker/sandbox.h - shutting a process in before it reads a stranger's document.
//
// After shut_in() a process has no network, no capabilities, no way to start programs or processes, to
// write files or to open any but those below the named folders; its memory, processor time and descriptors are limited.
// The kernel kills it when it tries something that is not on the list; what libraries only probe for gets an error.
// Layers that the kernel does not offer are left out except seccomp and no_new_privs, which must be there.
#ifndef GATEWAY_BROKER_SANDBOX_H_
#define GATEWAY_BROKER_SANDBOX_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/result.h"
#include "gateway/broker/seccomp_list.h"

namespace zp::gateway {

struct SandboxLimits {
  std::uint64_t memory_bytes = 0;             // address space beyond what is mapped when a process is shut in
  std::uint32_t cpu_seconds = 0;              // SIGXCPU after this, SIGKILL two seconds later
  std::vector<std::string> readable_folders;  // without Landlock nothing at all can be opened
};

/// What every cell is shut in with.
class Sandbox {
 public:
  /// Once, in the process that forks the cells: compiling the list of system calls takes longer than a fork. Takes the
  /// calling process off the network too, and with it all that it forks.
  static Result<Sandbox> prepare(SandboxLimits limits);

  /// Irrevocable, for the calling process (it must have one thread). An Error means: exit, do not read the document.
  Result<void> shut_in() const;

 private:
  Sandbox(SandboxLimits limits, bool guards_files, SeccompFilter filter)
      : limits_(std::move(limits)), guards_files_(guards_files), filter_(std::move(filter)) {}

  SandboxLimits limits_;
  bool guards_files_;  // by Landlock
  SeccompFilter filter_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_BROKER_SANDBOX_H_
