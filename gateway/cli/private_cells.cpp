#include "gateway/cli/private_cells.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "gateway/config/data_folder.h"
#include "gateway/ipc/cell_client.h"
#include "gateway/ipc/office_client.h"
#include "gateway/office/drawing.h"

extern char** environ;

namespace zp::gateway {
namespace {

constexpr const char* kStart = "start cells";
constexpr std::chrono::seconds kPatience{30};

}  // namespace

Result<PrivateCells> PrivateCells::start() {
  TRY_ASSIGN(PrivateFolder folder, PrivateFolder::make());
  PrivateCells cells(std::move(folder));
  TRY_ASSIGN(const std::string broker, cells.start("broker"));
  cells.inspector_ = connect_cells(broker);
  if (!can_draw()) return cells;
  TRY_ASSIGN(const std::string office, cells.start("office"));
  cells.inspector_ = with_office(std::move(cells.inspector_), office);
  return cells;
}

PrivateCells::PrivateCells(PrivateCells&& other) noexcept
    : folder_(std::move(other.folder_)),
      children_(std::exchange(other.children_, {})),
      inspector_(std::move(other.inspector_)) {}

PrivateCells::~PrivateCells() {
  for (const pid_t child : children_) ::kill(child, SIGTERM);
  for (const pid_t child : children_) ::waitpid(child, nullptr, 0);
}

/// A socket appears only after its process has loaded everything.
Result<std::string> PrivateCells::start(const std::string& name) {
  const std::string program = program_folder() + "/zegelpost-" + name;
  const std::string socket = folder_.path() + "/" + name + ".sock";
  const std::array arguments = {program.c_str(), "--private", socket.c_str(), static_cast<const char*>(nullptr)};
  pid_t child = 0;
  const int failed =
      ::posix_spawn(&child, program.c_str(), nullptr, nullptr, const_cast<char* const*>(arguments.data()), environ);
  if (failed != 0) return fail(Code::kUnavailable, kStart, program, failed);
  children_.push_back(child);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (::access(socket.c_str(), F_OK) != 0) {
    if (::waitpid(child, nullptr, WNOHANG) == child) {
      children_.pop_back();
      return fail(Code::kUnavailable, kStart, program);
    }
    if (std::chrono::steady_clock::now() > until) return fail(Code::kTimeout, kStart, program);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return socket;
}

}  // namespace zp::gateway
