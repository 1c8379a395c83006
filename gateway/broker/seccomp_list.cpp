#include "gateway/broker/seccomp_list.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "gateway/process/seccomp_rules.h"

namespace zp::gateway {
namespace {

/// Memory, time, its own signals, descriptors it has already.
constexpr int kAllowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(recvfrom),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getrusage),
    SCMP_SYS(setitimer),
    SCMP_SYS(times),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getcpu),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(membarrier),
    SCMP_SYS(fadvise64),
    SCMP_SYS(getdents64),
    SCMP_SYS(fstatfs),
    SCMP_SYS(restart_syscall),
};

struct SoftDenied {
  int call;
  int error;
};

/// What libraries try and can do without. ENOSYS makes the C library fall back to an older call.
constexpr SoftDenied kSoftDenied[] = {
    {SCMP_SYS(open), EACCES},
    {SCMP_SYS(access), EACCES},
    {SCMP_SYS(faccessat), EACCES},
    {SCMP_SYS(faccessat2), EACCES},
    {SCMP_SYS(stat), EACCES},
    {SCMP_SYS(lstat), EACCES},
    {SCMP_SYS(statx), ENOSYS},
    {SCMP_SYS(readlink), EACCES},
    {SCMP_SYS(readlinkat), EACCES},
    {SCMP_SYS(statfs), EACCES},
    {SCMP_SYS(unlink), EACCES},
    {SCMP_SYS(clone3), ENOSYS},
    {SCMP_SYS(fork), EAGAIN},
    {SCMP_SYS(vfork), EAGAIN},
    {SCMP_SYS(prlimit64), EPERM},
    {SCMP_SYS(getrlimit), EPERM},
    {SCMP_SYS(ioctl), ENOTTY},
    {SCMP_SYS(uname), EPERM},
    {SCMP_SYS(sched_setaffinity), EPERM},
    {SCMP_SYS(prctl), EPERM},
    {SCMP_SYS(getcwd), EACCES},
    {SCMP_SYS(flock), EACCES},
    {SCMP_SYS(setpriority), EPERM},
    {SCMP_SYS(mbind), EPERM},
    {SCMP_SYS(get_mempolicy), EPERM},
};

scmp_arg_cmp masked(unsigned index, std::uint64_t mask, std::uint64_t value) {
  return {index, SCMP_CMP_MASKED_EQ, mask, value};
}

scmp_arg_cmp equal(unsigned index, std::uint64_t value) { return {index, SCMP_CMP_EQ, value, 0}; }

}  // namespace

Result<SeccompFilter> SeccompFilter::compile(bool may_open_read_only) {
  SeccompRules filter(SCMP_ACT_KILL_PROCESS);
  for (const int call : kAllowed) filter.rule(SCMP_ACT_ALLOW, call);
  for (const SoftDenied& denied : kSoftDenied)
    filter.rule(SCMP_ACT_ERRNO(static_cast<std::uint16_t>(denied.error)), denied.call);

  // Memory is never made executable.
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(mmap), masked(2, PROT_EXEC, 0));
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), masked(2, PROT_EXEC, 0));

  constexpr std::uint64_t kWriting = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
  if (may_open_read_only) {
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(openat), masked(2, kWriting, O_RDONLY));
    for (const int mode : {O_WRONLY, O_RDWR})
      filter.rule(SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), masked(2, O_ACCMODE, mode));
  } else {
    filter.rule(SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat));
  }
  // fstat() of the C library; a path could be given as well, so this tells whether a file exists, never what is in it.
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), masked(3, AT_EMPTY_PATH, AT_EMPTY_PATH));
  filter.rule(may_open_read_only ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat),
              masked(3, AT_EMPTY_PATH, 0));

  for (const int command : {F_GETFD, F_SETFD, F_GETFL}) {
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(fcntl), equal(1, static_cast<std::uint64_t>(command)));
  }
  // libheif's HEVC decoder hangs without its one worker thread. A thread shares all that the cell has; a process is
  // never made.
  constexpr std::uint64_t kThread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(clone), masked(0, kThread, kThread));
  for (const std::uint64_t missing : {CLONE_VM, CLONE_SIGHAND, CLONE_THREAD})
    filter.rule(SCMP_ACT_ERRNO(EAGAIN), SCMP_SYS(clone), masked(0, missing, 0));
  // Whom it may signal, load() says.
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(tgkill));

  TRY_ASSIGN(const Descriptor file, filter.program());
  std::vector<sock_filter> program(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)) / sizeof(sock_filter));
  const std::size_t size = program.size() * sizeof(sock_filter);
  if (::pread(file.get(), program.data(), size, 0) != static_cast<ssize_t>(size))
    return fail_errno("read the list of system calls");
  return SeccompFilter(std::move(program));
}

Result<void> SeccompFilter::load() const {
  // abort() signals itself; nobody else may be signalled. Of several filters the strictest answer counts.
  const auto self = static_cast<std::uint32_t>(::getpid());
  std::array<sock_filter, 6> signals = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_tgkill, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, self, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const auto add = [](const sock_filter* rules, std::size_t count) {
    const sock_fprog program{static_cast<unsigned short>(count), const_cast<sock_filter*>(rules)};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
  };
  // The long list last: it does not permit to add another.
  if (!add(signals.data(), signals.size()) || !add(program_.data(), program_.size()))
    return fail_errno("load the seccomp filter");
  return {};
}

}  // namespace zp::gateway
