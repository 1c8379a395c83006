#include "gateway/mail/lmtp_server.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnection.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/ThreadPool.h>

#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <span>
#include <thread>

#include "gateway/process/log.h"

namespace zp::gateway {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr seconds kCommandWithin{300};
constexpr seconds kMessageWithin{600};
constexpr std::uint64_t kSlowestBytesPerSecond = 16 * 1024;
constexpr seconds kSessionWithin{3600};
constexpr seconds kStopWithin{10};
// What may be under way to us in a session: the kernel begins with half as much, and a sender of much then stops each time
// we seal and write. From 128 KB on Postfix takes larger buffers for each connection, which costs small mail more.
constexpr int kWindowBytes = 120'000;

/// When the peer must have said what comes next.
class Deadlines {
 public:
  void heard(const LmtpSession& session, std::size_t bytes) {
    const Clock::time_point now = Clock::now();
    if (session.receiving() && !receiving_) message_began_ = now;
    received_ = session.receiving() ? received_ + bytes : 0;
    receiving_ = session.receiving();
    last_command_ = now;
  }
  bool over() const {
    const Clock::time_point now = Clock::now();
    if (now > began_ + kSessionWithin) return true;
    if (!receiving_) return now > last_command_ + kCommandWithin;
    return now > last_command_ + kCommandWithin ||
           now > message_began_ + kMessageWithin + seconds(received_ / kSlowestBytesPerSecond);
  }

 private:
  Clock::time_point began_ = Clock::now(), last_command_ = began_, message_began_ = began_;
  std::uint64_t received_ = 0;
  bool receiving_ = false;
};

struct Shared {
  const LmtpLimits& limits;
  MailIntake& intake;
  std::atomic<bool> stopping = false;
};

class Connection : public Poco::Net::TCPServerConnection {
 public:
  Connection(const Poco::Net::StreamSocket& socket, Shared& shared) : TCPServerConnection(socket), shared_(shared) {}

  void run() override {
    try {
      converse();
    } catch (const Poco::Exception&) {
      // The peer went away: what it had not finished is gone with the session.
    }
  }

 private:
  void send(std::string_view text) {
    while (!text.empty()) {
      const int sent = socket().sendBytes(text.data(), static_cast<int>(text.size()));
      if (sent <= 0) throw Poco::Net::ConnectionResetException("send");
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Nothing if the peer was silent for half a second, 0 when it has closed.
  std::optional<std::size_t> receive(std::span<std::uint8_t> into) {
    try {
      const int got = socket().receiveBytes(into.data(), static_cast<int>(into.size()));
      return got > 0 ? static_cast<std::size_t>(got) : 0;
    } catch (const Poco::TimeoutException&) {
      return std::nullopt;
    }
  }

  void converse() {
    socket().setSendTimeout(Poco::Timespan(30, 0));
    socket().setReceiveTimeout(Poco::Timespan(0, 500'000));
    LmtpSession session(shared_.limits, shared_.intake);
    Deadlines deadlines;
    std::array<std::uint8_t, 64 * 1024> buffer;
    send(session.greeting());
    Clock::time_point stop_at = Clock::time_point::max();
    while (!session.closed()) {
      if (shared_.stopping && stop_at == Clock::time_point::max()) stop_at = Clock::now() + kStopWithin;
      if (shared_.stopping && (!session.receiving() || Clock::now() > stop_at)) return send("421 4.3.2 closing\r\n");
      if (deadlines.over()) return send("421 4.4.2 too slow, closing\r\n");
      const auto got = receive(buffer);
      if (!got) continue;
      if (*got == 0) return;
      const std::string replies = session.take(ByteView(buffer).first(*got));
      deadlines.heard(session, *got);
      send(replies);
    }
  }

  Shared& shared_;
};

class Factory : public Poco::Net::TCPServerConnectionFactory {
 public:
  explicit Factory(Shared& shared) : shared_(shared) {}
  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
    return new Connection(socket, shared_);  // POCO takes ownership
  }

 private:
  Shared& shared_;
};

}  // namespace

struct LmtpServer::Impl {
  Impl(const LmtpLimits& limits, MailIntake& intake, const std::string& listen)
      : shared{limits, intake},
        pool("lmtp", 2, kMaxSessions),
        socket(Poco::Net::SocketAddress(listen), 64),
        server(new Factory(shared), pool, socket, parameters()) {
    socket.setReceiveBufferSize(kWindowBytes);  // connections inherit it
  }

  static Poco::Net::TCPServerParams::Ptr parameters() {
    Poco::Net::TCPServerParams::Ptr params = new Poco::Net::TCPServerParams;
    params->setMaxThreads(kMaxSessions);
    params->setMaxQueued(kMaxSessions);
    return params;
  }

  Shared shared;
  Poco::ThreadPool pool;
  Poco::Net::ServerSocket socket;
  Poco::Net::TCPServer server;
};

LmtpServer::LmtpServer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
LmtpServer::LmtpServer(LmtpServer&&) noexcept = default;
LmtpServer::~LmtpServer() {
  if (impl_) stop();
}

Result<LmtpServer> LmtpServer::start(const std::string& listen, const LmtpLimits& limits, MailIntake& intake) {
  try {
    auto impl = std::make_unique<Impl>(limits, intake, listen);
    impl->server.start();
    log(Level::kInfo, "lmtp listens", {{"port", impl->socket.address().port()}});
    return LmtpServer(std::move(impl));
  } catch (const Poco::Exception& exception) {
    return fail(Code::kIo, "listen for LMTP", listen, exception.code());
  }
}

std::uint16_t LmtpServer::port() const { return impl_->socket.address().port(); }

void LmtpServer::stop() {
  impl_->shared.stopping = true;
  impl_->server.stop();
  impl_->pool.joinAll();
}

}  // namespace zp::gateway
