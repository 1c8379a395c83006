// A broker started for one test, in a folder of its own; killed at the end.
#ifndef TESTS_INTEGRATION_CELLS_RUNNING_BROKER_H_
#define TESTS_INTEGRATION_CELLS_RUNNING_BROKER_H_

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "gateway/ipc/cell_client.h"

extern char** environ;

namespace zp::test {

class RunningBroker {
 public:
  /// `arguments` after the program's name; "SOCKET" stands for the path of the socket.
  RunningBroker(const std::string& program, std::vector<std::string> arguments) {
    folder_ = "/tmp/zp-cells-XXXXXX";
    if (!::mkdtemp(folder_.data())) std::abort();
    arguments.insert(arguments.begin(), program);
    std::vector<char*> raw;
    for (std::string& argument : arguments) {
      if (argument == "SOCKET") argument = socket();
      raw.push_back(argument.data());
    }
    raw.push_back(nullptr);
    const std::string path = std::string(ZP_BINARY_DIR) + "/bin/" + program;
    if (::posix_spawn(&pid_, path.c_str(), nullptr, nullptr, raw.data(), environ) != 0) std::abort();
    for (int i = 0; i < 6000 && ::access(socket().c_str(), F_OK) != 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  RunningBroker(const RunningBroker&) = delete;
  RunningBroker& operator=(const RunningBroker&) = delete;
  ~RunningBroker() {
    kill();
    std::filesystem::remove_all(folder_);
  }

  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  bool alive() const { return pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == 0; }
  pid_t pid() const { return pid_; }
  std::string socket() const { return folder_ + "/cells.sock"; }

 private:
  std::string folder_;
  pid_t pid_ = 0;
};

}  // namespace zp::test

#endif  // TESTS_INTEGRATION_CELLS_RUNNING_BROKER_H_
