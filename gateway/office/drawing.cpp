#include "gateway/office/drawing.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <vector>

#include "gateway/ipc/memory_file.h"
#include "gateway/ipc/office_client.h"
#include "gateway/process/seccomp_rules.h"

namespace zp::gateway {
namespace {

constexpr const char* kDraw = "draw document";
constexpr const char* kBubblewrap = "/usr/bin/bwrap";
constexpr const char* kOffice = "/usr/lib/libreoffice/program/soffice.bin";
constexpr std::chrono::seconds kPatience{60};
constexpr int kDocument = 3, kFilter = 4;  // descriptors in the room

/// 81: the profile is new, and it asks to be started again.
constexpr const char* kScript = R"(
ulimit -t 50 -v 4000000 -c 0
draw() {
  /usr/lib/libreoffice/program/soffice.bin -env:UserInstallation=file:///tmp/profile --headless --norestore \
    --nolockcheck --nodefault --convert-to pdf --outdir /tmp/drawn /tmp/document >/dev/null
}
draw
[ $? = 81 ] && draw
exec cat /tmp/drawn/document.pdf
)";

// clang-format off
constexpr const char* kRoom[] = {
    "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--seccomp", "4",
    "--clearenv", "--setenv", "HOME", "/tmp", "--setenv", "PATH", "/usr/bin", "--setenv", "LANG", "C.UTF-8",
    // Without /proc it cannot find its libraries by itself.
    "--setenv", "LD_LIBRARY_PATH", "/usr/lib/libreoffice/program",
    "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
    "--symlink", "usr/bin", "/bin", "--ro-bind", "/etc/fonts", "/etc/fonts",
    "--ro-bind", "/etc/libreoffice", "/etc/libreoffice", "--ro-bind-try", "/var/cache/fontconfig", "/var/cache/fontconfig",
    "--dev", "/dev", "--size", "268435456", "--tmpfs", "/tmp", "--file", "3", "/tmp/document", "--chdir", "/tmp",
    "sh", "-c", kScript, nullptr};
// clang-format on

/// Ways out of rooms that no drawing needs.
constexpr int kForbidden[] = {
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(kexec_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsmount),
    SCMP_SYS(move_mount),
};

Result<Descriptor> filter() {
  SeccompRules rules(SCMP_ACT_ALLOW);
  for (const int call : kForbidden) rules.rule(SCMP_ACT_ERRNO(EPERM), call);
  return rules.program();
}

/// A room at work; ended at the latest with the object.
class Room {
 public:
  static Result<Room> open(const Descriptor& document) {
    TRY_ASSIGN(const Descriptor forbidden, filter());
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(kDraw);
    Room room{Descriptor(ends[0])};
    const Descriptor output(ends[1]);
    TRY_DO(room.start(document.get(), forbidden.get(), output.get()));
    return room;
  }
  Room(Room&& other) noexcept : pid_(std::exchange(other.pid_, 0)), output_(std::move(other.output_)) {}
  Room& operator=(Room&&) = delete;
  ~Room() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  Result<Bytes> read() {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    Bytes drawing;
    std::vector<std::uint8_t> piece(std::size_t{64} << 10);
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
      pollfd readable{output_.get(), POLLIN, 0};
      if (left <= 0 || ::poll(&readable, 1, static_cast<int>(left)) == 0) return fail(Code::kTimeout, kDraw);
      const ssize_t count = ::read(output_.get(), piece.data(), piece.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return fail_errno(kDraw);
      if (count == 0) return drawing;
      if (drawing.size() + static_cast<std::size_t>(count) > kMaxDrawing) return fail(Code::kTooLarge, kDraw);
      drawing.insert(drawing.end(), piece.begin(), piece.begin() + count);
    }
  }

 private:
  explicit Room(Descriptor output) : output_(std::move(output)) {}

  /// What this process has open stays outside; whatever LibreOffice says of a document goes nowhere.
  Result<void> start(int document, int forbidden, int output) {
    constexpr int kAside = 100, kAsideToo = 101;
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, document, kAside);
    ::posix_spawn_file_actions_adddup2(&actions, forbidden, kAsideToo);
    ::posix_spawn_file_actions_adddup2(&actions, output, 1);
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, kAside, kDocument);
    ::posix_spawn_file_actions_adddup2(&actions, kAsideToo, kFilter);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, kFilter + 1);
    char* none[] = {nullptr};
    const int failed = ::posix_spawn(&pid_, kBubblewrap, &actions, nullptr, const_cast<char* const*>(kRoom), none);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed == 0) return {};
    pid_ = 0;
    return fail(Code::kUnavailable, kDraw, kBubblewrap, failed);
  }

  pid_t pid_ = 0;
  Descriptor output_;
};

}  // namespace

bool can_draw() { return ::access(kBubblewrap, X_OK) == 0 && ::access(kOffice, X_OK) == 0; }

Result<Bytes> draw_as_pdf(ByteView document) {
  TRY_ASSIGN(const Descriptor content, sealed_in_memory(document));
  TRY_ASSIGN(Room room, Room::open(content));
  TRY_ASSIGN(Bytes drawing, room.read());
  if (!as_text(drawing).starts_with("%PDF-")) return fail(Code::kMalformed, kDraw);
  return drawing;
}

}  // namespace zp::gateway
