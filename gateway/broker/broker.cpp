#include "gateway/broker/broker.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <list>

#include "gateway/process/descriptor.h"
#include "gateway/process/log.h"
#include "intake/cell/protocol.h"

namespace zp::gateway {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kBacklog = 256;
/// A fork takes a processor for a millisecond or two, which the cell that has just got work needs too.
constexpr milliseconds kForkLater{10};
constexpr int kCannotShutIn = 70;  // EX_SOFTWARE: the cell refused to run without its sandbox

struct Cell {
  pid_t pid = 0;
  Descriptor process;  // pidfd: readable when the cell has ended
  Descriptor control;
  Descriptor client;  // none while the cell is warm
  Clock::time_point since, heard;
  bool finished = false;  // it said so: the client may leave before the cell has ended
  const char* killed_for = nullptr;
  bool client_waits = false;  // it was killed by the clock

  bool busy() const { return client.get() >= 0; }
};

/// The socket appears only once it listens, so whoever finds it can connect.
Result<Descriptor> listen_on(const std::string& path) {
  const std::string aside = path + ".new";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (aside.size() >= sizeof address.sun_path)
    return fail(Code::kConfig, "listen: the socket's path is too long", path);
  std::memcpy(address.sun_path, aside.data(), aside.size());
  Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (listener.get() < 0) return fail_errno("listen", path);
  ::unlink(aside.c_str());
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(aside.c_str(), 0660) != 0 || ::listen(listener.get(), kBacklog) != 0 ||
      ::rename(aside.c_str(), path.c_str()) != 0) {
    return fail_errno("listen", path);
  }
  return listener;
}

/// One byte with room for a descriptor beside it (unix(7), SCM_RIGHTS).
struct DescriptorFrame {
  DescriptorFrame() {
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = buffer.data();
    message.msg_controllen = buffer.size();
  }
  DescriptorFrame(const DescriptorFrame&) = delete;
  DescriptorFrame& operator=(const DescriptorFrame&) = delete;

  char byte = 'c';
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> buffer{};
  msghdr message{};
};

bool send_descriptor(int control, int descriptor) {
  DescriptorFrame frame;
  cmsghdr* head = CMSG_FIRSTHDR(&frame.message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
  return ::sendmsg(control, &frame.message, MSG_NOSIGNAL) == 1;
}

int receive_descriptor(int control) {
  DescriptorFrame frame;
  const bool came = ::recvmsg(control, &frame.message, MSG_CMSG_CLOEXEC) == 1;
  const cmsghdr* head = came ? CMSG_FIRSTHDR(&frame.message) : nullptr;
  if (!head || head->cmsg_type != SCM_RIGHTS) return -1;
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(head), sizeof descriptor);
  return descriptor;
}

/// The life of a cell. Standard streams go nowhere: libraries print pieces of documents when they complain.
[[noreturn]] void be_a_cell(int control, const BrokerOptions& options, const Sandbox& sandbox) {
  constexpr int kControl = 3;
  const int nowhere = ::open("/dev/null", O_RDWR);
  if (nowhere < 0) ::_exit(kCannotShutIn);
  for (const int stream : {0, 1, 2}) ::dup2(nowhere, stream);
  ::dup2(control, kControl);
  ::syscall(SYS_close_range, kControl + 1, ~0U, 0);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGPIPE})
    ::signal(signal, signal == SIGPIPE ? SIG_IGN : SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (!sandbox.shut_in()) ::_exit(kCannotShutIn);
  const int client = receive_descriptor(kControl);
  if (client >= 0) options.serve(client, kControl);
  ::_exit(0);
}

class Broker {
 public:
  Broker(const BrokerOptions& options, Sandbox sandbox, Descriptor listener)
      : options_(options), sandbox_(std::move(sandbox)), listener_(std::move(listener)) {}

  ~Broker() {
    for (Cell& cell : cells_) ::kill(cell.pid, SIGKILL);
    for (Cell& cell : cells_) ::waitpid(cell.pid, nullptr, 0);
  }

  void turn() {
    keep_warm();
    wait_for_events();
    for (Cell& cell : cells_) watch(cell);
    reap();
    while (count(true) < options_.at_once && count(false) > 0) {
      if (!give_away()) break;
    }
  }

 private:
  std::size_t count(bool busy) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(cells_, [&](const Cell& cell) { return cell.busy() == busy; }));
  }

  /// One at a time: a client that waits for it gets it before the next is made.
  void keep_warm() {
    if (wants_another() && !start()) fork_again_ = Clock::now() + seconds(1);
  }

  bool lacks_warm() const { return count(false) < options_.warm; }
  Clock::time_point next_fork() const { return std::max(fork_again_, rest_until_); }
  bool wants_another() const { return lacks_warm() && Clock::now() >= next_fork(); }

  bool start() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
    Descriptor ours(ends[0]), theirs(ends[1]);
    const pid_t pid = ::fork();
    if (pid == 0) be_a_cell(theirs.get(), options_, sandbox_);
    if (pid < 0) {
      log(Level::kError, "cannot start a cell", {{"errno", errno}});
      return false;
    }
    Cell cell;
    cell.pid = pid;
    cell.process = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    cell.control = std::move(ours);
    cells_.push_back(std::move(cell));
    return true;
  }

  void wait_for_events() {
    constexpr int kTurnMs = 500;
    std::vector<pollfd> waiting;
    if (count(true) < options_.at_once) waiting.push_back({listener_.get(), POLLIN, 0});
    for (const Cell& cell : cells_) {
      waiting.push_back({cell.process.get(), POLLIN, 0});
      if (!cell.busy() || cell.killed_for) continue;
      waiting.push_back({cell.control.get(), POLLIN, 0});
      if (!cell.finished) waiting.push_back({cell.client.get(), 0, 0});  // POLLHUP is always reported
    }
    const auto until_fork = std::chrono::ceil<milliseconds>(next_fork() - Clock::now()).count();
    const auto patience = lacks_warm() ? std::clamp<std::int64_t>(until_fork, 0, kTurnMs) : kTurnMs;
    ::poll(waiting.data(), waiting.size(), static_cast<int>(patience));
  }

  void watch(Cell& cell) {
    if (!cell.busy() || cell.killed_for) return;
    std::array<char, 256> life_signs{};
    const ssize_t count = ::recv(cell.control.get(), life_signs.data(), life_signs.size(), MSG_DONTWAIT);
    if (count > 0) cell.heard = Clock::now();
    if (count > 0 && std::find(life_signs.begin(), life_signs.begin() + count, 'e') != life_signs.begin() + count)
      cell.finished = true;
    pollfd client{cell.client.get(), 0, 0};
    const auto now = Clock::now();
    const char* reason = nullptr;
    if (!cell.finished && ::poll(&client, 1, 0) == 1 && (client.revents & (POLLHUP | POLLERR)))
      reason = "client hung up";
    else if (now - cell.since > seconds(options_.wall_seconds))
      reason = "wall-clock limit";
    else if (now - cell.heard > seconds(options_.silence_seconds))
      reason = "no progress";
    if (!reason) return;
    cell.killed_for = reason;
    cell.client_waits = !(client.revents & (POLLHUP | POLLERR));
    ::kill(cell.pid, SIGKILL);
  }

  void reap() {
    for (auto cell = cells_.begin(); cell != cells_.end();) {
      int status = 0;
      if (::waitpid(cell->pid, &status, WNOHANG) != cell->pid) {
        ++cell;
        continue;
      }
      report(*cell, status);
      if (cell->client_waits) say_it_was_stopped(cell->client.get());
      // A cell that dies before it has work would be forked for ever: wait a moment.
      if (!cell->busy()) fork_again_ = Clock::now() + seconds(1);
      cell = cells_.erase(cell);
    }
  }

  static void report(const Cell& cell, int status) {
    const char* state = cell.busy() ? "at work" : "warm";
    if (cell.killed_for)
      log(Level::kWarning, "cell killed", {{"pid", cell.pid}, {"reason", cell.killed_for}});
    else if (WIFSIGNALED(status))
      log(Level::kWarning, "cell died", {{"pid", cell.pid}, {"signal", WTERMSIG(status)}, {"state", state}});
    else if (WEXITSTATUS(status) != 0)
      log(Level::kError, "cell gave up", {{"pid", cell.pid}, {"status", WEXITSTATUS(status)}, {"state", state}});
  }

  /// Without it the client would take the end of its connection for a crash, which is said of the document.
  static void say_it_was_stopped(int client) {
    using namespace intake::cell;
    constexpr std::array<std::uint8_t, kFrameHeadBytes> kFrame = {static_cast<std::uint8_t>(FrameKind::kStopped)};
    [[maybe_unused]] const ssize_t sent = ::send(client, kFrame.data(), kFrame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  /// False if no client is waiting.
  bool give_away() {
    Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client.get() < 0) return false;
    const auto cell = std::ranges::find_if(cells_, [](const Cell& one) { return !one.busy(); });
    cell->since = cell->heard = Clock::now();
    // If it cannot be sent the cell is dead: the client sees its connection end and tries again.
    send_descriptor(cell->control.get(), client.get());
    cell->client = std::move(client);
    rest_until_ = Clock::now() + (count(false) > 0 ? kForkLater : milliseconds(0));
    return true;
  }

  const BrokerOptions& options_;
  const Sandbox sandbox_;
  Descriptor listener_;
  std::list<Cell> cells_;
  Clock::time_point fork_again_;  // not before: a fork failed, or a warm cell died
  Clock::time_point rest_until_;
};

}  // namespace

Result<void> run_broker(const BrokerOptions& options) {
  TRY_ASSIGN(Descriptor listener, listen_on(options.socket_path));
  TRY_ASSIGN(Sandbox sandbox, Sandbox::prepare(options.sandbox));
  Broker broker(options, std::move(sandbox), std::move(listener));
  if (options.ready) options.ready();
  while (!options.stop_requested()) broker.turn();
  ::unlink(options.socket_path.c_str());
  return {};
}

}  // namespace zp::gateway
