// A broker for tests whose cells do what the document says: crash, hang, break out, lie. Never part of the product.
//
// Usage: bad_cell SOCKET WALL_SECONDS SILENCE_SECONDS. The cells are shut in exactly like the product's.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <map>
#include <string>

#include "gateway/broker/broker.h"
#include "gateway/process/log.h"
#include "intake/cell/connection.h"

namespace {

using namespace zp;
using namespace zp::intake::cell;

/// Tells the test what the kernel answered: "allowed", or the number of the error.
void report(const Connection& connection, bool allowed) {
  const std::string outcome = allowed ? "allowed" : "errno-" + std::to_string(errno);
  connection.frame(FrameKind::kFindings, R"({"hazards":[")" + outcome + R"("]})");
  connection.end();
}

void image(const Connection& connection, int page, std::uint32_t width, std::uint32_t height, std::size_t bytes) {
  connection.image(page, false, width, height, Bytes(bytes, 0x7F));
  connection.frame(FrameKind::kFindings, "{}");
  connection.end();
}

void spin_for(double processor_seconds) {
  const auto until = std::clock() + static_cast<std::clock_t>(processor_seconds * CLOCKS_PER_SEC);
  while (std::clock() < until) {
  }
}

const std::map<std::string, std::function<void(const Connection&)>, std::less<>> kDeeds = {
    {"good", [](const Connection& c) { c.frame(FrameKind::kFindings, "{}"), c.end(); }},
    {"crash", [](const Connection&) { std::abort(); }},
    {"crash-half-way", [](const Connection& c) { c.frame(FrameKind::kFindings, "{}"), ::raise(SIGSEGV); }},
    {"hang",
     [](const Connection&) {
       while (true) ::usleep(100'000);
     }},
    {"spin",
     [](const Connection&) {
       while (::getpid() > 0) {
       }
     }},
    {"step-by-step",
     [](const Connection& c) {
       for (int step = 0; step < 3; ++step) spin_for(0.6), c.progress(0, 0);
       c.frame(FrameKind::kFindings, "{}"), c.end();
     }},
    {"slow", [](const Connection& c) { ::usleep(300'000), c.frame(FrameKind::kFindings, "{}"), c.end(); }},
    {"leave", [](const Connection&) { ::_exit(0); }},
    {"eat-memory",
     [](const Connection& c) {
       while (true) std::memset(std::malloc(16 << 20), 1, 16 << 20), c.progress(0, 0);
     }},
    {"read-file", [](const Connection& c) { report(c, ::open("/etc/passwd", O_RDONLY) >= 0); }},
    {"read-own-memory", [](const Connection& c) { report(c, ::open("/proc/self/maps", O_RDONLY) >= 0); }},
    {"read-font", [](const Connection& c) { report(c, ::open("/usr/share/fonts", O_RDONLY | O_DIRECTORY) >= 0); }},
    {"write-file",
     [](const Connection& c) { report(c, ::open("/tmp/zegelpost-escaped", O_WRONLY | O_CREAT, 0600) >= 0); }},
    {"connect", [](const Connection& c) { report(c, ::socket(AF_INET, SOCK_STREAM, 0) >= 0); }},
    {"unix-socket", [](const Connection& c) { report(c, ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0); }},
    {"fork", [](const Connection& c) { report(c, ::fork() >= 0); }},
    {"exec", [](const Connection& c) { report(c, ::execl("/bin/true", "true", nullptr) == 0); }},
    {"trace", [](const Connection& c) { report(c, ::ptrace(PTRACE_ATTACH, ::getppid(), 0, 0) == 0); }},
    {"signal-broker", [](const Connection& c) { report(c, ::kill(::getppid(), SIGKILL) == 0); }},
    {"run-data",
     [](const Connection& c) {
       report(c, ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
                     MAP_FAILED);
     }},
    {"new-namespace", [](const Connection& c) { report(c, ::unshare(0x10000000) == 0); }},
    {"lie-kind", [](const Connection& c) { c.frame(static_cast<FrameKind>('?'), "{}"), c.end(); }},
    {"lie-json", [](const Connection& c) { c.frame(FrameKind::kFindings, "{]"), c.end(); }},
    {"lie-deep", [](const Connection& c) { c.frame(FrameKind::kFindings, std::string(8 << 20, '[')), c.end(); }},
    {"lie-twice",
     [](const Connection& c) { c.frame(FrameKind::kFindings, "{}"), c.frame(FrameKind::kFindings, "{}"), c.end(); }},
    {"lie-nothing", [](const Connection& c) { c.end(); }},
    {"lie-image-unasked", [](const Connection& c) { image(c, 1, 2, 2, 12); }},
    {"lie-image-size", [](const Connection& c) { image(c, 1, 100, 100, 12); }},
    {"lie-image-page", [](const Connection& c) { image(c, 1'000'000, 2, 2, 12); }},
    {"lie-verdict",
     [](const Connection& c) {
       c.frame(
           FrameKind::kFindings,
           R"({"verdict":"usable","hazards":["launch-action"],"messages":[{"code":"x","nl":"Bel 0900-OPLICHTER","en":"x"}]})");
       c.end();
     }},
    {"time-is-up", [](const Connection& c) { c.frame(FrameKind::kTimeIsUp, ByteView{}); }},
};

void serve(int client, int broker) {
  Connection connection(client, broker, std::chrono::seconds(1));
  const auto request = connection.receive();
  if (!request) return;
  connection.report_time_limit();
  connection.progress(0, 0);
  const auto deed = kDeeds.find(as_text(request->document));
  if (deed != kDeeds.end()) deed->second(connection);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  gateway::log_setup("broker", false);
  gateway::BrokerOptions options;
  options.socket_path = argv[1];
  options.warm = 2;
  options.at_once = 2;
  options.wall_seconds = static_cast<std::uint32_t>(std::atoi(argv[2]));
  options.silence_seconds = static_cast<std::uint32_t>(std::atoi(argv[3]));
  options.sandbox.memory_bytes = 256 << 20;
  options.sandbox.cpu_seconds = 4;
  options.sandbox.readable_folders = {"/usr/share/fonts"};
  options.serve = serve;
  options.stop_requested = [] { return false; };
  return gateway::run_broker(options) ? 0 : 1;
}
