#include "tests/integration/store/support.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "gateway/store/files.h"

namespace zp::gateway::test {

TempFolder::TempFolder()
    : path_((std::filesystem::temp_directory_path() / ("zp-store-" + Id::random().hex())).string()) {
  std::filesystem::create_directory(path_);
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

SmallDisk::SmallDisk(const TempFolder& folder, int kilobytes) : path_(folder.path()) {
  const std::string options = "size=" + std::to_string(kilobytes) + "k";
  made_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

SmallDisk::~SmallDisk() {
  if (made_) ::umount2(path_.c_str(), MNT_DETACH);
}

void SmallDisk::fill(int kilobytes) const {
  const std::uint64_t free = value_of(free_bytes(path_));
  std::ofstream filler(path_ + "/filler", std::ios::binary);
  filler << std::string(free - static_cast<std::uint64_t>(kilobytes) * 1024, 'x');
}

void SmallDisk::make_room() const { std::filesystem::remove(path_ + "/filler"); }

pid_t in_child(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  bool good = false;
  try {
    good = body();
  } catch (const std::exception& problem) {
    (void)std::fprintf(stderr, "child: %s\n", problem.what());
  }
  ::_exit(good ? 0 : 1);
}

bool succeeded(pid_t child) {
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::vector<Id> killed_while(const std::function<void(const std::function<void(const Id&)>&)>& body, int milliseconds) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  ::fcntl(ends[1], F_SETPIPE_SZ, 1024 * 1024);  // the child must never wait for us
  const pid_t child = in_child([&] {
    body([&](const Id& id) {
      if (::write(ends[1], id.bytes.data(), id.bytes.size()) < 0) ::_exit(1);
    });
    return true;
  });
  ::close(ends[1]);
  static std::mt19937 random{std::random_device{}()};
  std::this_thread::sleep_for(std::chrono::microseconds(random() % (static_cast<unsigned>(milliseconds) * 1000)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  std::vector<Id> acknowledged;
  Id id;
  while (::read(ends[0], id.bytes.data(), id.bytes.size()) == static_cast<ssize_t>(id.bytes.size()))
    acknowledged.push_back(id);
  ::close(ends[0]);
  return acknowledged;
}

Bytes bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

Bytes random_bytes(std::size_t size) {
  const SecretBytes random = SecretBytes::random(size);
  return Bytes(random.view().begin(), random.view().end());
}

bool holds(ByteView content, ByteView marker) {
  return as_text(content).find(as_text(marker)) != std::string_view::npos;
}

bool any_file_holds(const std::string& folder, ByteView marker) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    if (holds(value_of(read_file(entry.path().string())), marker)) return true;
  }
  return false;
}

}  // namespace zp::gateway::test
