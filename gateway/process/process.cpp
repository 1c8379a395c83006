#include "gateway/process/process.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#include "gateway/process/users.h"

namespace zp::gateway {
namespace {

constexpr int kExitConfig = 78;  // EX_CONFIG of sysexits.h

/// The descriptor on which the supervisor waits for "ready"; none when started by hand.
constexpr const char* kReadyVariable = "ZEGELPOST_READY_FD";

class RunningProcess : public Process {
 public:
  RunningProcess(Config config, int signals) : config_(std::move(config)), signals_(signals) {}

  const Config& config() const override { return config_; }

  void ready() override {
    log(Level::kInfo, "ready", {{"pid", ::getpid()}});
    const char* text = std::getenv(kReadyVariable);
    if (!text) return;
    const int fd = std::atoi(text);
    [[maybe_unused]] const ssize_t written = ::write(fd, "r", 1);
    ::close(fd);
    ::unsetenv(kReadyVariable);
  }

  bool stop_requested() const override { return stop_requested_ || poll_signals(0); }

  bool wait(std::chrono::milliseconds duration) override {
    return stop_requested_ || poll_signals(static_cast<int>(duration.count()));
  }

 private:
  /// The signals stay pending in the descriptor, so every thread sees the same answer.
  bool poll_signals(int milliseconds) const {
    pollfd waiting{signals_, POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds) == 1) stop_requested_ = true;
    return stop_requested_;
  }

  Config config_;
  int signals_;
  mutable std::atomic<bool> stop_requested_ = false;
};

/// Blocked in every thread and read from a descriptor: no code of ours runs inside a signal handler.
int block_stop_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/// No core dumps and no ptrace: memory holds keys and documents. Dies with the supervisor.
void harden() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
}

/// The supervisor ended before we asked to die with it: nobody reads what we would write when ready.
bool is_orphan() {
  const char* text = std::getenv(kReadyVariable);
  if (!text) return false;
  pollfd reader{std::atoi(text), 0, 0};
  return ::poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR);
}

}  // namespace

int run_process(int argc, char** argv, const char* name, const std::function<Result<void>(Process&)>& role) {
  if (argc != 3 || std::strcmp(argv[1], "--config") != 0) {
    std::fprintf(stderr, "usage: zegelpost-%s --config FILE\nStarted by 'zegelpost serve'.\n", name);
    return 2;
  }
  const int signals = block_stop_signals();
  auto config = Config::load(argv[2]);
  log_setup(name, config && config->log_format == "json");
  const auto became = config ? become_user_of(*config, name) : std::unexpected(config.error());
  if (!became) {
    log_error("cannot start", became.error());
    return kExitConfig;
  }
  harden();  // after the change of user, which undoes it
  if (is_orphan()) return 1;
  RunningProcess process(std::move(*config), signals);
  if (auto ran = role(process); !ran) {
    log_error("stopped by an error", ran.error());
    return ran.error().code == Code::kConfig ? kExitConfig : 1;
  }
  log(Level::kInfo, "stopped");
  return 0;
}

}  // namespace zp::gateway
