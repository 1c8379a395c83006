#include "gateway/http/server.h"

#include <Poco/Exception.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/ThreadPool.h>

#include "gateway/http/connection.h"
#include "gateway/http/tls.h"

namespace zp::gateway {
namespace {

constexpr int kBacklog = 512;
constexpr int kStackBytes = 1024 * 1024;

class Factory : public Poco::Net::TCPServerConnectionFactory {
 public:
  explicit Factory(ConnectionContext& context) : context_(context) {}
  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
    return new Connection(socket, context_);
  }

 private:
  ConnectionContext& context_;
};

class PocoServer : public Server {
 public:
  PocoServer(ServerOptions options, Handler handler, const Poco::Net::ServerSocket& socket)
      : context_(std::move(options), std::move(handler)),
        threads_(2, static_cast<int>(context_.options.max_connections) + 2, 60, kStackBytes),
        port_(socket.address().port()),
        server_(new Factory(context_), threads_, socket, parameters(context_.options)) {
    server_.start();
  }
  ~PocoServer() override { stop(1); }

  std::uint16_t port() const override { return port_; }

  void stop(std::uint32_t seconds) override {
    if (stopped_) return;
    stopped_ = true;
    context_.watchdog.begin_stop();
    server_.stop();
    context_.watchdog.finish_stop(Clock::now() + std::chrono::seconds(seconds));
    threads_.joinAll();
  }

 private:
  static Poco::Net::TCPServerParams::Ptr parameters(const ServerOptions& options) {
    Poco::Net::TCPServerParams::Ptr parameters = new Poco::Net::TCPServerParams;
    parameters->setMaxThreads(static_cast<int>(options.max_connections));
    parameters->setMaxQueued(64);
    parameters->setThreadIdleTime(Poco::Timespan(10, 0));
    return parameters;
  }

  ConnectionContext context_;
  Poco::ThreadPool threads_;
  const std::uint16_t port_;
  Poco::Net::TCPServer server_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  const bool tls = !options.certificate.empty() || !options.key.empty();
  Poco::Net::Context::Ptr context;
  if (tls) {
    TRY_ASSIGN(context, server_tls(options.certificate, options.key));
  }
  try {
    const Poco::Net::SocketAddress address(options.listen);
    if (!tls && !address.host().isLoopback())
      return fail(Code::kConfig, "listen without TLS on an address that is not loopback", options.listen);
    Poco::Net::ServerSocket socket = tls ? Poco::Net::SecureServerSocket(context) : Poco::Net::ServerSocket();
    socket.bind(address, true, false);
    socket.listen(kBacklog);
    return std::make_unique<PocoServer>(std::move(options), std::move(handler), socket);
  } catch (const Poco::Exception& exception) {
    return fail(Code::kConfig, "listen", options.listen, exception.code());
  }
}

}  // namespace zp::gateway
