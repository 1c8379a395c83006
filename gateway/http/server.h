// gateway/http/server.h - the HTTPS server of the doors and the workbench: POCO TCPServer and NetSSL, with
// limits of our own.
//
// Every connection has a deadline that a watchdog holds it to: a head must be whole in head_seconds, a body
// must come at body_min_bytes_per_second, an idle connection goes after idle_seconds, or earlier when places
// run out (the longest idle first), so that a thousand idle connections keep nobody out. An answer given
// before the whole body was read closes the connection after a bounded drain. Security headers (facts: NCSC,
// internet.nl) are on every answer; a handler may set its own value for one. Log: method, route pattern,
// status, bytes, milliseconds. Never a path, query, name or address. Threads: one per connection; the handler
// is called from any of them.
#ifndef GATEWAY_HTTP_SERVER_H_
#define GATEWAY_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "gateway/http/message.h"

namespace zp::gateway {

struct ServerOptions {
  std::string listen;  // "127.0.0.1:8443", "[::1]:0"; port 0: the kernel chooses
  std::string certificate,
      key;  // PEM files; both empty: plain HTTP, refused unless `listen` is a loopback address
  std::uint32_t max_connections = 1200;  // at least 8
  std::uint32_t head_seconds = 10;
  std::uint32_t idle_seconds = 30;
  std::uint32_t body_grace_seconds = 10;  // before the minimum rate counts
  std::uint32_t body_min_bytes_per_second = 1024;
  std::uint64_t drain_bytes = 64ULL * 1024 * 1024;  // of a body that nobody wants, after the answer
  std::uint32_t drain_seconds = 15;
  bool behind_proxy = false;  // take remote_address from X-Real-IP (only nginx on loopback can reach us)
  /// Fills the body of an answer that has status 400 or more and none. `request` is null if its head could
  /// not be read.
  std::function<void(Response& response, const Request* request)> error_page;
};

class Server {
 public:
  /// Listens and serves at once. kConfig for an address, certificate or key that can't be used.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);
  virtual ~Server() = default;
  /// The port that was bound.
  virtual std::uint16_t port() const = 0;
  /// Takes no new connections, lets running answers finish for up to `seconds`, then ends.
  virtual void stop(std::uint32_t seconds = 10) = 0;
};

/// A plain Dutch page for `status`; what error_page does if it is not set.
Response plain_error_page(int status);
/// The Dutch sentence for `status`: what happened and what to do.
std::string error_sentence(int status);

}  // namespace zp::gateway

#endif  // GATEWAY_HTTP_SERVER_H_
