#include "gateway/supervisor/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <vector>

#include "gateway/config/data_folder.h"
#include "gateway/config/mailboxes.h"
#include "gateway/office/drawing.h"
#include "gateway/process/log.h"
#include "gateway/process/process.h"

extern char** environ;

namespace zp::gateway {
namespace {

constexpr int kExitConfig = 78;
constexpr std::int64_t kReadyMs = 60'000;
constexpr std::int64_t kStopMs = 20'000;
constexpr std::int64_t kQuietMs = 60'000;
constexpr std::int64_t kFirstPauseMs = 500;
constexpr std::int64_t kFormerMs = 60'000;  // for the children of a supervisor that was killed to end

struct Child {
  std::string name;
  pid_t pid = -1;
  int ready_fd = -1;  // until it says ready
  std::int64_t started = 0;
  std::int64_t start_at = 0;
  std::int64_t pause = kFirstPauseMs;
  bool running() const { return pid > 0; }
  bool starting() const { return ready_fd >= 0; }
};

class Supervisor {
 public:
  /// `lock`: of the run folder, inherited by every child.
  Supervisor(const Config& config, int lock);
  ~Supervisor();
  int run();

 private:
  void start(Child& child);
  void start_all();
  void announce();
  void hear(Child& child);
  void reap();
  void ended(Child& child, int status);
  void wait_to_start(Child& child) const;
  void start_due();
  std::int64_t until_next_start() const;
  void sleep_until_something(std::int64_t milliseconds);
  void stop_all();
  void note_pid(const Child& child) const;

  const Config& config_;
  const int lock_;
  std::vector<Child> children_;
  int signals_ = -1;
  bool stopping_ = false, announced_ = false;
  int exit_status_ = 0;
};

Supervisor::Supervisor(const Config& config, int lock) : config_(config), lock_(lock) {
  const auto mailboxes = load_mailboxes(config);
  const bool mail_comes_in = !config.mail.lmtp_listen.empty() || (mailboxes && !mailboxes->empty());
  for (const char* name : {"keymaker", "broker", "office", "courier", "worker", "staff", "public", "mail"}) {
    if (std::string(name) == "mail" && !mail_comes_in) continue;
    if (std::string(name) == "office" && !can_draw()) continue;
    if (std::string(name) == "courier" && !config.courier.configured()) continue;
    children_.push_back(Child{.name = name});
  }
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGCHLD}) ::sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

Supervisor::~Supervisor() { ::close(signals_); }

void Supervisor::note_pid(const Child& child) const {
  const std::string path = config_.run + "/" + child.name + ".pid";
  if (!child.running()) {
    ::unlink(path.c_str());
    return;
  }
  std::ofstream(path) << child.pid << "\n";
}

void Supervisor::start(Child& child) {
  int ready[2];
  if (::pipe2(ready, O_CLOEXEC) != 0) return;
  const std::string program = program_folder() + "/zegelpost-" + child.name;
  std::string config_path = config_.file, flag = "--config", name = program;
  char* arguments[] = {name.data(), flag.data(), config_path.data(), nullptr};

  constexpr int kReadyFd = 3, kLockFd = 4;
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
  variables.emplace_back("ZEGELPOST_READY_FD=" + std::to_string(kReadyFd));
  std::vector<char*> environment;
  for (auto& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ready[1], kReadyFd);
  ::posix_spawn_file_actions_adddup2(&actions, lock_, kLockFd);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

  child.started = now_ms();
  const int failed = ::posix_spawn(&child.pid, program.c_str(), &actions, &attributes, arguments, environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ready[1]);
  if (failed) {
    child.pid = -1;
    ::close(ready[0]);
    log(Level::kError, "cannot start process", {{"name", child.name}, {"program", program}, {"errno", failed}});
    wait_to_start(child);
    return;
  }
  child.ready_fd = ready[0];
  note_pid(child);
}

/// Has the child said that it is ready, or ended, or waited too long to say so?
void Supervisor::hear(Child& child) {
  pollfd waiting{child.ready_fd, POLLIN, 0};
  const bool spoke = ::poll(&waiting, 1, 0) == 1;
  if (!spoke && now_ms() - child.started < kReadyMs) return;
  char byte = 0;
  const bool ready = spoke && ::read(child.ready_fd, &byte, 1) == 1;
  ::close(child.ready_fd);
  child.ready_fd = -1;
  if (!ready && !stopping_) log(Level::kWarning, "process is not ready", {{"name", child.name}, {"pid", child.pid}});
}

void Supervisor::ended(Child& child, int status) {
  const bool crashed = WIFSIGNALED(status);
  log(stopping_ ? Level::kInfo : Level::kError, "process ended",
      {{"name", child.name},
       {"pid", child.pid},
       {crashed ? "signal" : "status", crashed ? WTERMSIG(status) : WEXITSTATUS(status)}});
  if (child.ready_fd >= 0) ::close(child.ready_fd);
  child.ready_fd = -1;
  child.pid = -1;
  note_pid(child);
  if (stopping_) return;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kExitConfig) {
    log(Level::kError, "stopping: a process finds its configuration wrong; run 'zegelpost doctor'",
        {{"name", child.name}});
    exit_status_ = kExitConfig;
    stopping_ = true;
    return;
  }
  if (now_ms() - child.started > kQuietMs) child.pause = kFirstPauseMs;
  wait_to_start(child);
}

void Supervisor::wait_to_start(Child& child) const {
  child.start_at = now_ms() + child.pause;
  child.pause = std::min<std::int64_t>(child.pause * 2, config_.limits.restart_pause_seconds * 1000);
}

void Supervisor::reap() {
  int status = 0;
  for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    const auto child = std::find_if(children_.begin(), children_.end(), [&](const Child& c) { return c.pid == pid; });
    if (child != children_.end()) ended(*child, status);
  }
}

/// One after the other: each waits until those that it needs are there.
void Supervisor::start_all() {
  for (Child& child : children_) {
    start(child);
    while (child.starting() && !stopping_) {
      sleep_until_something(1000);
      reap();
      if (child.starting()) hear(child);
    }
    if (stopping_) return;
  }
}

void Supervisor::announce() {
  if (announced_ || !std::ranges::all_of(children_, [](const Child& c) { return c.running() && !c.starting(); }))
    return;
  log(Level::kInfo, "all processes run",
      {{"portal", config_.public_door.base_url}, {"workbench", config_.staff.base_url}});
  announced_ = true;
}

void Supervisor::start_due() {
  for (Child& child : children_) {
    if (child.starting()) hear(child);
    if (!child.running() && child.start_at <= now_ms() && !stopping_) start(child);
  }
}

std::int64_t Supervisor::until_next_start() const {
  std::int64_t next = now_ms() + 60'000;
  for (const Child& child : children_)
    if (!child.running()) next = std::min(next, child.start_at);
  return std::max<std::int64_t>(next - now_ms(), 0);
}

/// Wakes for a signal, and when a child says that it is ready.
void Supervisor::sleep_until_something(std::int64_t milliseconds) {
  std::vector<pollfd> waiting{{signals_, POLLIN, 0}};
  for (const Child& child : children_)
    if (child.starting() && !stopping_) waiting.push_back({child.ready_fd, POLLIN, 0});
  if (::poll(waiting.data(), waiting.size(), static_cast<int>(milliseconds)) < 1 || !(waiting.front().revents & POLLIN))
    return;
  signalfd_siginfo info;
  while (::read(signals_, &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD) stopping_ = true;
}

void Supervisor::stop_all() {
  stopping_ = true;
  log(Level::kInfo, "stopping");
  for (auto child = children_.rbegin(); child != children_.rend(); ++child) {
    if (!child->running()) continue;
    ::kill(child->pid, SIGTERM);
    const std::int64_t deadline = now_ms() + kStopMs;
    while (child->running() && now_ms() < deadline) {
      sleep_until_something(100);
      reap();
    }
    if (!child->running()) continue;
    log(Level::kWarning, "process does not stop: killing it", {{"name", child->name}, {"pid", child->pid}});
    ::kill(child->pid, SIGKILL);
    int status = 0;
    ::waitpid(child->pid, &status, 0);
    ended(*child, status);
  }
}

int Supervisor::run() {
  log(Level::kInfo, "starting", {{"config", config_.file}});
  start_all();
  while (!stopping_) {
    announce();
    sleep_until_something(until_next_start());
    reap();
    start_due();
  }
  stop_all();
  log(Level::kInfo, "stopped");
  return exit_status_;
}

/// Held for as long as this supervisor or a child of it lives. -1 if others keep it.
int lock_run_folder(const std::string& folder) {
  constexpr int kAboveThoseOfChildren = 10;
  const int low = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int fd = ::fcntl(low, F_DUPFD_CLOEXEC, kAboveThoseOfChildren);
  ::close(low);
  const std::int64_t deadline = now_ms() + kFormerMs;
  for (bool told = false; fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) != 0; told = true) {
    if (errno != EWOULDBLOCK || now_ms() > deadline) {
      ::close(fd);
      return -1;
    }
    if (!told) log(Level::kInfo, "waiting for processes that were started before to end", {{"folder", folder}});
    ::poll(nullptr, 0, 50);
  }
  return fd;
}

}  // namespace

int supervise(const Config& config) {
  log_setup("supervisor", config.log_format == "json");
  std::error_code error;
  std::filesystem::create_directories(config.run, error);
  if (error) {
    log(Level::kError, "cannot make the folder for sockets", {{"folder", config.run}, {"errno", error.value()}});
    return 1;
  }
  const int lock = lock_run_folder(config.run);
  if (lock < 0) {
    log(Level::kError, "cannot start: Zegelpost runs already, or a process of it does not end",
        {{"folder", config.run}});
    return 1;
  }
  const int status = Supervisor(config, lock).run();
  ::close(lock);
  return status;
}

}  // namespace zp::gateway
