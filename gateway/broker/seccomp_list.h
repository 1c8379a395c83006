// gateway/broker/seccomp_list.h - the system calls a cell may make. Everything else kills it.
#ifndef GATEWAY_BROKER_SECCOMP_LIST_H_
#define GATEWAY_BROKER_SECCOMP_LIST_H_

#include <linux/filter.h>

#include <utility>
#include <vector>

#include "crypto/base/result.h"

namespace zp::gateway {

class SeccompFilter {
 public:
  /// `may_open_read_only`: Landlock guards which files; without it every open is refused.
  static Result<SeccompFilter> compile(bool may_open_read_only);

  /// Irrevocable, for the calling process.
  Result<void> load() const;

 private:
  explicit SeccompFilter(std::vector<sock_filter> program) : program_(std::move(program)) {}

  std::vector<sock_filter> program_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_BROKER_SECCOMP_LIST_H_
