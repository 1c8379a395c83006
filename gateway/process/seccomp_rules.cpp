#include "gateway/process/seccomp_rules.h"

#include <sys/mman.h>

#include <cerrno>

namespace zp::gateway {
namespace {

constexpr const char* kWrite = "write the list of system calls";

}  // namespace

void SeccompRules::add(std::uint32_t action, int call, unsigned count, const scmp_arg_cmp* conditions) {
  const int status = seccomp_rule_add_array(context_.get(), action, call, count, conditions);
  if (status != 0 && status != -EDOM && failed_ == 0) failed_ = -status;
}

Result<Descriptor> SeccompRules::program() const {
  if (failed_ != 0) return fail(Code::kConfig, kWrite, "a rule", failed_);
  Descriptor file(::memfd_create("seccomp", MFD_CLOEXEC));
  if (file.get() < 0) return fail_errno(kWrite);
  if (const int status = seccomp_export_bpf(context_.get(), file.get()); status != 0)
    return fail(Code::kConfig, kWrite, "the program", -status);
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return fail_errno(kWrite);
  return file;
}

}  // namespace zp::gateway
