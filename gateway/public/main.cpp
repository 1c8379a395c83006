// zegelpost-public: the door to the internet: portal, tus uploads, secure mailbox.
//
// SECURITY: takes bytes from anyone. It never parses a document (cells do), holds no key that opens the
// store, has no database, and runs no other program. What it stores is sealed before it reaches the disk;
// what it can read back is what a sender's own cookie opens. It can drop into the incoming tray and read the
// shelf, nothing else.
#include <malloc.h>

#include "gateway/http/server.h"
#include "gateway/process/process.h"
#include "gateway/public/genuine_pages.h"
#include "gateway/public/mailbox_pages.h"
#include "gateway/public/portal.h"
#include "gateway/public/tus.h"
#include "gateway/public/web_keys.h"

namespace zp::gateway {
namespace {

constexpr auto kSweepEvery = std::chrono::minutes(10);
constexpr int kKeptFreeBytes = 1024 * 1024;

void fill_error(const Door& door, Response& response, const Request* request) {
  const auto sentence = error_sentence(response.status);
  if (request && request->wants_json()) {
    const auto problem = Response::json({{"status", response.status}, {"title", "Dit lukt niet"}, {"detail", sentence}},
                                        response.status);
    response.content_type = problem.content_type;
    response.body = problem.body;
    return;
  }
  const auto page = door.page("fout", {{"title", "Dit lukt niet"}, {"sentence", sentence}, {"status", response.status}},
                              response.status);
  response.content_type = page.content_type;
  response.body = page.body;
}

Result<void> serve(Process& process) {
  // What one request frees serves the next: malloc would give it back to the system and fetch it again page by page.
  ::mallopt(M_TRIM_THRESHOLD, kKeptFreeBytes);
  const auto& config = process.config();
  TRY_ASSIGN(const auto door, Door::open(config));
  Portal portal(*door);
  MailboxPages mailbox(*door);
  GenuinePages genuine(*door);
  WebKeys web_keys(*door);
  Tus tus(*door->uploads, door->drafts, config.public_door.base_url, config.public_door.upload_expiry_hours);
  Router router;
  portal.add_routes(router);
  mailbox.add_routes(router);
  genuine.add_routes(router);
  web_keys.add_routes(router);
  tus.add_routes(router);

  const auto& settings = config.public_door;
  ServerOptions options{
      .listen = settings.listen,
      .certificate = settings.certificate,
      .key = settings.key,
      .max_connections = settings.max_connections,
      .head_seconds = settings.head_seconds,
      .body_min_bytes_per_second = settings.body_min_bytes_per_second,
      .behind_proxy = settings.certificate.empty(),
      .error_page = [&](Response& response, const Request* request) { fill_error(*door, response, request); }};
  TRY_ASSIGN(const auto server,
             Server::start(std::move(options), [&](Request& request) { return router.dispatch(request); }));
  log(Level::kInfo, "listening", {{"port", server->port()}});
  process.ready();
  while (!process.stop_requested()) {
    door->sweep();
    if (process.wait(kSweepEvery)) break;
  }
  server->stop();
  return {};
}

}  // namespace
}  // namespace zp::gateway

int main(int argc, char** argv) { return zp::gateway::run_process(argc, argv, "public", zp::gateway::serve); }
