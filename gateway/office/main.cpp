// zegelpost-office - draws office documents as PDF, one after the other, so that staff see pages.
//
// SECURITY: reads no document itself: it hands each to LibreOffice in a room of its own (drawing.h) and the drawing back.
// It runs as the user of the cells and holds no key. Its log has no more than that a drawing failed.
//
// Run by the supervisor with --config FILE where LibreOffice is installed, or by `zegelpost check` with --private
// SOCKET: then without a configuration, until the process that started it ends.
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string_view>

#include "gateway/ipc/office_client.h"
#include "gateway/ipc/unix_socket.h"
#include "gateway/office/drawing.h"
#include "gateway/process/process.h"

namespace {

using namespace zp;
using namespace zp::gateway;

constexpr int kTurnMs = 250;
constexpr int kClientMs = 10'000;

Result<void> answer(UnixSocket& client) {
  TRY_ASSIGN(const Bytes document, client.read_counted(kMaxOfficeDocument));
  const Result<Bytes> drawing = draw_as_pdf(document);
  if (!drawing) log_error("document not drawn", drawing.error());
  return client.write_counted(drawing ? *drawing : Bytes());
}

Result<void> serve(const std::string& socket, const std::function<void()>& ready,
                   const std::function<bool()>& stop_requested) {
  TRY_ASSIGN(auto listener, UnixListener::listen(socket));
  ready();
  while (!stop_requested()) {
    TRY_ASSIGN(auto client, listener.accept(kTurnMs, kClientMs));
    if (!client) continue;
    if (const auto answered = answer(*client); !answered) log_error("client not served", answered.error());
  }
  return {};
}

Result<void> serve_configured(Process& process) {
  return serve(
      process.config().office_socket(), [&] { process.ready(); }, [&] { return process.stop_requested(); });
}

int serve_private(const char* socket) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const pid_t parent = ::getppid();
  log_setup("office", false);
  const auto served = serve(
      socket, [] {}, [parent] { return ::getppid() != parent; });
  if (!served) log_error("cannot serve", served.error());
  return served ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--private") return serve_private(argv[2]);
  return run_process(argc, argv, "office", serve_configured);
}
