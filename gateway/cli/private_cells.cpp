#include "gateway/cli/private_cells.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "gateway/ipc/cell_client.h"

extern char** environ;

namespace zp::gateway {
namespace {

constexpr const char* kStart = "start cells";
constexpr const char* kProgram = "zegelpost-broker";
constexpr std::chrono::seconds kPatience{30};

std::string socket_in(const PrivateFolder& folder) { return folder.path() + "/cells.sock"; }

}  // namespace

Result<PrivateCells> PrivateCells::start() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string program = self.parent_path() / kProgram;
  TRY_ASSIGN(PrivateFolder folder, PrivateFolder::make());
  const std::string socket = socket_in(folder);
  std::array<char*, 4> arguments = {const_cast<char*>(kProgram), const_cast<char*>("--private"),
                                    const_cast<char*>(socket.c_str()), nullptr};
  pid_t broker = 0;
  const int failed = ::posix_spawn(&broker, program.c_str(), nullptr, nullptr, arguments.data(), environ);
  PrivateCells cells(std::move(folder), failed == 0 ? broker : 0);
  if (failed != 0) return fail(Code::kUnavailable, kStart, program, failed);
  TRY_DO(cells.wait_until_ready());
  cells.inspector_ = connect_cells(socket);
  return cells;
}

PrivateCells::PrivateCells(PrivateCells&& other) noexcept
    : folder_(std::move(other.folder_)),
      broker_(std::exchange(other.broker_, 0)),
      inspector_(std::move(other.inspector_)) {}

PrivateCells::~PrivateCells() {
  if (broker_ > 0) {
    ::kill(broker_, SIGTERM);
    ::waitpid(broker_, nullptr, 0);
  }
}

/// The socket appears only after the broker has loaded everything.
Result<void> PrivateCells::wait_until_ready() {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (::access(socket_in(folder_).c_str(), F_OK) != 0) {
    if (::waitpid(broker_, nullptr, WNOHANG) == broker_) {
      broker_ = 0;
      return fail(Code::kUnavailable, kStart, kProgram);
    }
    if (std::chrono::steady_clock::now() > until) return fail(Code::kTimeout, kStart, kProgram);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return {};
}

}  // namespace zp::gateway
