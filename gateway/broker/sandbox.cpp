#include "gateway/broker/sandbox.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>

#include "gateway/broker/seccomp_list.h"

namespace zp::gateway {
namespace {

constexpr uid_t kNobody = 65534;
constexpr rlim_t kDescriptors = 32;

/// An empty network of its own where that is permitted; seccomp forbids sockets in any case.
void leave_network() {
  if (::geteuid() == 0) {
    ::unshare(CLONE_NEWNET | CLONE_NEWIPC);
  } else if (::unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) != 0) {
    ::unshare(CLONE_NEWNET);
  }
}

Result<void> drop_rights() {
  if (::geteuid() == 0) {
    if (::setgroups(0, nullptr) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0 ||
        ::setresuid(kNobody, kNobody, kNobody) != 0) {
      return fail_errno("drop rights");
    }
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) return fail_errno("drop capabilities");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("set no_new_privs");
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) return fail_errno("forbid core dumps");
  return {};
}

std::uint64_t mapped_bytes() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "r"), std::fclose);
  unsigned long pages = 0;
  if (!file || std::fscanf(file.get(), "%lu", &pages) != 1) return 0;
  return std::uint64_t{pages} * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Result<void> limit(const SandboxLimits& limits) {
  const rlim_t memory = mapped_bytes() + limits.memory_bytes;
  struct Limit {
    __rlimit_resource resource;
    rlimit value;
  };
  const std::array all = {
      Limit{RLIMIT_AS, {memory, memory}}, Limit{RLIMIT_CPU, {limits.cpu_seconds, limits.cpu_seconds + 2}},
      Limit{RLIMIT_FSIZE, {0, 0}},        Limit{RLIMIT_NOFILE, {kDescriptors, kDescriptors}},
      Limit{RLIMIT_CORE, {0, 0}},         Limit{RLIMIT_MEMLOCK, {0, 0}},
  };
  for (const Limit& one : all) {
    if (::setrlimit(one.resource, &one.value) != 0) return fail_errno("limit resources");
  }
  return {};
}

bool has_landlock() { return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1; }

/// Reading below `folders`, nothing else in the file system.
Result<void> allow_reading_only(const std::vector<std::string>& folders) {
  constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // everything that ABI 1 knows
  const int ruleset = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  if (ruleset < 0) return fail_errno("guard files");
  for (const std::string& folder : folders) {
    landlock_path_beneath_attr rule{kRead, ::open(folder.c_str(), O_PATH | O_CLOEXEC)};
    if (rule.parent_fd < 0) continue;  // not installed here
    ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    ::close(rule.parent_fd);
  }
  const bool shut = ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  ::close(ruleset);
  if (!shut) return fail_errno("guard files");
  return {};
}

}  // namespace

Result<Sandbox> Sandbox::prepare(SandboxLimits limits) {
  // Here and not in each cell: a network, even an empty one, takes the kernel milliseconds to make and to take down.
  leave_network();
  const bool guards_files = has_landlock();
  TRY_ASSIGN(SeccompFilter filter, SeccompFilter::compile(guards_files));
  return Sandbox(std::move(limits), guards_files, std::move(filter));
}

Result<void> Sandbox::shut_in() const {
  TRY_DO(drop_rights());
  // A change of user clears it, so only now: a cell never outlives its broker.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return fail_errno("tie to the broker");
  TRY_DO(limit(limits_));
  if (guards_files_) TRY_DO(allow_reading_only(limits_.readable_folders));
  return filter_.load();
}

}  // namespace zp::gateway
