// gateway/process/seccomp_rules.h - a list of system calls, written as the program that the kernel takes (seccomp(2)).
//
// Threads: one for an object.
#ifndef GATEWAY_PROCESS_SECCOMP_RULES_H_
#define GATEWAY_PROCESS_SECCOMP_RULES_H_

#include <seccomp.h>

#include <cstdint>
#include <memory>

#include "crypto/base/result.h"
#include "gateway/process/descriptor.h"

namespace zp::gateway {

class SeccompRules {
 public:
  /// `otherwise`: what happens to a call that no rule is about (SCMP_ACT_*).
  explicit SeccompRules(std::uint32_t otherwise) : context_(seccomp_init(otherwise), seccomp_release) {}

  /// For `call` where all `conditions` (scmp_arg_cmp) hold. A call that this architecture does not have needs no rule.
  template <typename... Conditions>
  void rule(std::uint32_t action, int call, Conditions... conditions) {
    const scmp_arg_cmp all[] = {conditions..., scmp_arg_cmp{}};
    add(action, call, sizeof...(conditions), all);
  }

  /// A file in memory with the program, at its start: an array of sock_filter. kConfig if a rule does not go with the rest.
  Result<Descriptor> program() const;

 private:
  void add(std::uint32_t action, int call, unsigned count, const scmp_arg_cmp* conditions);

  std::unique_ptr<void, void (*)(void*)> context_;
  int failed_ = 0;  // errno of the first rule that could not be added
};

}  // namespace zp::gateway

#endif  // GATEWAY_PROCESS_SECCOMP_RULES_H_
