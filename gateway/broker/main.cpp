// zegelpost-broker - starts cells, in which strangers' documents are read.
//
// SECURITY: the broker itself reads no document, no request and no network. It runs as its own user; its cells drop to
// nobody where the broker is root. It holds OCR language data, blank forms and libraries in memory, no keys. Its log has process ids
// and signal numbers only.
//
// Run by the supervisor with --config FILE, or by `zegelpost check` with --private SOCKET: then without a
// configuration, until the process that started it ends.
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

#include "gateway/broker/broker.h"
#include "gateway/broker/huge_pages.h"
#include "gateway/config/data_folder.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "intake/cell/cell.h"

namespace {

using namespace zp;
using namespace zp::gateway;

BrokerOptions product_options() {
  BrokerOptions options;
  options.serve = intake::cell::serve;
  options.sandbox.readable_folders = intake::cell::readable_folders();
  options.sandbox.memory_bytes = std::uint64_t{1536} << 20;
  options.sandbox.cpu_seconds = 240;
  return options;
}

Result<void> serve_configured(Process& process) {
  const Config& config = process.config();
  // They come with each request too: where the broker may not read them, cells are only slower.
  const Bytes anchors = read_file(config.keys.trust_anchors).value_or(Bytes());
  TRY_DO(intake::cell::prepare(config.forms, config.cells.cpu_seconds, std::string(as_text(anchors))));
  gather_in_huge_pages();
  BrokerOptions options = product_options();
  options.socket_path = config.broker_socket();
  options.warm = config.cells.warm;
  options.at_once = config.cells.at_once;
  options.wall_seconds = config.cells.wall_seconds;
  options.sandbox.memory_bytes = std::uint64_t{config.cells.memory_megabytes} << 20;
  options.sandbox.cpu_seconds = config.cells.cpu_seconds;
  options.ready = [&] { process.ready(); };
  options.stop_requested = [&] { return process.stop_requested(); };
  return run_broker(options);
}

int serve_private(const char* socket_path, const char* cpu_seconds) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const pid_t parent = ::getppid();
  log_setup("broker", false);
  BrokerOptions options = product_options();
  if (cpu_seconds) options.sandbox.cpu_seconds = static_cast<std::uint32_t>(std::atoi(cpu_seconds));
  const Result<void> prepared = intake::cell::prepare(data_folder() + "/intake/forms", options.sandbox.cpu_seconds);
  options.socket_path = socket_path;
  options.warm = options.at_once = 1;
  options.stop_requested = [parent] { return ::getppid() != parent; };
  const Result<void> served = prepared ? run_broker(options) : prepared;
  if (!served) log_error("cannot serve", served.error());
  return served ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  // What libraries read before main(). libgomp ends a process that cannot start the threads it wants; libraries that take
  // documents apart free small blocks by the hundred, which malloc would merge each time.
  if (!std::getenv("OMP_THREAD_LIMIT")) {
    ::setenv("OMP_THREAD_LIMIT", "1", 1);
    ::setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=500", 1);
    ::execv("/proc/self/exe", argv);
    return 1;
  }
  if ((argc == 3 || argc == 4) && std::string_view(argv[1]) == "--private")
    return serve_private(argv[2], argc == 4 ? argv[3] : nullptr);
  return run_process(argc, argv, "broker", serve_configured);
}
