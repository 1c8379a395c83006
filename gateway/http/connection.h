// gateway/http/connection.h - one client's connection: reads heads and bodies, calls the handler, writes
// answers.
#ifndef GATEWAY_HTTP_CONNECTION_H_
#define GATEWAY_HTTP_CONNECTION_H_

#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServerConnection.h>

#include <string>

#include "gateway/http/head.h"
#include "gateway/http/server.h"
#include "gateway/http/watchdog.h"

namespace zp::gateway {

/// What all connections of a server share.
struct ConnectionContext {
  ServerOptions options;
  Handler handler;
  Watchdog watchdog;

  ConnectionContext(ServerOptions o, Handler h)
      : options(std::move(o)), handler(std::move(h)), watchdog(options.max_connections) {}
};

class Connection : public Poco::Net::TCPServerConnection {
 public:
  Connection(const Poco::Net::StreamSocket& socket, ConnectionContext& context);
  void run() override;

 private:
  enum class Next { kKeep, kClose };

  /// False at the end of the connection, or if the head is late or too long (answered already).
  bool read_head(Watchdog::Watch& watch, std::string& head);
  Next serve(Watchdog::Watch& watch, Head head);
  Result<std::size_t> read_body(Watchdog::Watch& watch, Clock::time_point started, const Request& request,
                                std::span<std::uint8_t> buffer);
  void drain(Watchdog::Watch& watch, std::uint64_t left, std::uint32_t seconds);
  Response call_handler(Request& request) const;
  void refuse(Watchdog::Watch& watch, int status, const char* reason);
  /// False: it could not be sent whole.
  bool write(Watchdog::Watch& watch, Response& response, const Request* request, bool keep_alive);
  bool send(Watchdog::Watch& watch, std::string_view bytes);
  bool send_stream(Watchdog::Watch& watch, const Response& response);
  /// 0 at the end of the stream or on any failure.
  std::size_t receive(std::span<std::uint8_t> buffer) noexcept;

  ConnectionContext& context_;
  std::string pending_;         // received but not yet used
  bool owes_continue_ = false;  // the client waits for "100 Continue"
};

}  // namespace zp::gateway

#endif  // GATEWAY_HTTP_CONNECTION_H_
