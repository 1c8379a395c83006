// The server on a real loopback socket, spoken to byte by byte.
#include "gateway/http/server.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace zp::gateway {
namespace {

using namespace std::chrono_literals;

class ServerTest : public testing::Test {
 protected:
  void start(ServerOptions options = {}) {
    options.listen = "127.0.0.1:0";
    auto server = Server::start(options, [this](Request& request) { return handle(request); });
    ASSERT_TRUE(server);
    server_ = std::move(*server);
  }

  Response handle(Request& request) {
    if (request.path == "/early") return Response::error(413);
    if (request.path == "/stream") return Response::streamed(letters(300'000), 300'000, "text/plain");
    if (request.path == "/cut") return Response::streamed(letters(100'000), 300'000, "text/plain");
    if (request.path == "/throw") throw std::runtime_error("private");
    const auto body = request.read_all(1 << 20);
    if (!body) {
      ++failed_;
      return Response::error(body.error());
    }
    ++whole_;
    return Response::text("got " + *body);
  }

  /// So many times x, at most 7,000 at once.
  static BodySource letters(std::size_t count) {
    return [left = count](std::span<std::uint8_t> buffer) mutable -> Result<std::size_t> {
      const std::size_t now = std::min({left, buffer.size(), std::size_t{7'000}});
      std::ranges::fill(buffer.first(now), std::uint8_t{'x'});
      left -= now;
      return now;
    };
  }

  Poco::Net::StreamSocket connect() {
    Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", server_->port()));
    socket.setReceiveTimeout(Poco::Timespan(8, 0));
    return socket;
  }

  static void send(Poco::Net::StreamSocket& socket, std::string_view text) {
    socket.sendBytes(text.data(), static_cast<int>(text.size()));
  }

  /// Everything until the server closes; "(open)" at the end if it does not.
  static std::string rest(Poco::Net::StreamSocket& socket) {
    std::string all;
    char buffer[4096];
    try {
      for (int got; (got = socket.receiveBytes(buffer, sizeof buffer)) > 0;)
        all.append(buffer, static_cast<std::size_t>(got));
    } catch (const Poco::TimeoutException&) {
      all += "(open)";
    } catch (const Poco::Exception&) {
    }
    return all;
  }

  std::string ask(std::string_view text) {
    auto socket = connect();
    send(socket, text);
    return rest(socket);
  }

  template <typename Condition>
  static bool soon(Condition condition) {
    for (int i = 0; i < 300; ++i, std::this_thread::sleep_for(20ms))
      if (condition()) return true;
    return false;
  }

  std::unique_ptr<Server> server_;
  std::atomic<int> whole_{0}, failed_{0};
};

TEST_F(ServerTest, AnswersWithSecurityHeaders) {
  start();
  const auto answer = ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\ngot hello"));
  for (const char* header :
       {"Content-Security-Policy: default-src 'none'", "Strict-Transport-Security: ", "X-Content-Type-Options: nosniff",
        "X-Frame-Options: DENY", "Referrer-Policy: no-referrer", "Cache-Control: no-store"})
    EXPECT_TRUE(answer.contains(header)) << header;
}

TEST_F(ServerTest, AnAnswerThatIsReadWhileItIsSentKeepsTheConnectionOnlyIfItIsWhole) {
  start();
  const std::string last = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const auto whole = ask("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n" + last);
  EXPECT_TRUE(whole.contains("Content-Length: 300000\r\n"));
  EXPECT_GE(std::ranges::count(whole, 'x'), 300'000);
  EXPECT_TRUE(whole.ends_with("got "));
  const auto cut = ask("GET /cut HTTP/1.1\r\nHost: x\r\n\r\n" + last);
  EXPECT_TRUE(cut.ends_with("xxx"));
  EXPECT_LT(std::ranges::count(cut, 'x'), 200'000);
  EXPECT_TRUE(ask("HEAD /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, ServesManyRequestsOnOneConnection) {
  start();
  const std::string one = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok";
  const auto answer = ask(one + one + "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(whole_, 3);
  EXPECT_FALSE(answer.contains("(open)"));
}

TEST_F(ServerTest, NeverTakesACutBodyForAWholeOne) {
  start();
  {
    auto socket = connect();
    send(socket, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf");
    socket.shutdownSend();
    EXPECT_TRUE(rest(socket).starts_with("HTTP/1.1 500") || failed_ == 1);
  }
  EXPECT_TRUE(soon([&] { return failed_ == 1; }));
  EXPECT_EQ(whole_, 0);
}

TEST_F(ServerTest, RefusesChunkedAndAmbiguousHeadsAndCloses) {
  start();
  EXPECT_TRUE(
      ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe").starts_with("HTTP/1.1 411 "));
  EXPECT_TRUE(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")
                  .starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask("GET / HTTP/1.1\r\nA: " + std::string(40'000, 'a')).starts_with("HTTP/1.1 431 "));
  EXPECT_EQ(whole_, 0);
}

TEST_F(ServerTest, AnEarlyAnswerArrivesAndTheBodyNeverBecomesARequest) {
  start();
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  const auto answer = ask("POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + smuggled +
                          std::string(3'000'000 - smuggled.size(), 'x'));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer.substr(0, 200);
  EXPECT_TRUE(answer.contains("te groot"));
  EXPECT_EQ(whole_, 0);
}

TEST_F(ServerTest, ContinuesOnlyWhenTheBodyIsWanted) {
  start();
  const auto refused = ask("POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 413 "));
  auto socket = connect();
  send(socket, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
  std::this_thread::sleep_for(50ms);
  send(socket, "ok");
  const auto answer = rest(socket);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")) << answer;
}

TEST_F(ServerTest, OneByteASecondIsCutOffInHeadAndBody) {
  start({.head_seconds = 1, .body_grace_seconds = 1, .body_min_bytes_per_second = 1000});
  auto head = connect(), body = connect();
  send(head, "GET / HT");
  send(body, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n");
  std::atomic<bool> end = false;
  std::thread trickle([&] {
    try {
      for (int i = 0; i < 60 && !end; ++i) {
        std::this_thread::sleep_for(100ms);
        send(head, "x");
        send(body, "x");
      }
    } catch (const Poco::Exception&) {
    }
  });
  const auto started = std::chrono::steady_clock::now();
  const auto head_answer = rest(head), body_answer = rest(body);
  end = true;
  trickle.join();
  EXPECT_LT(std::chrono::steady_clock::now() - started, 5s);
  EXPECT_FALSE(head_answer.contains("(open)"));
  EXPECT_FALSE(body_answer.contains("(open)"));
  EXPECT_EQ(failed_, 1);
  EXPECT_EQ(whole_, 0);
}

TEST_F(ServerTest, IdleConnectionsKeepNobodyOut) {
  start({.max_connections = 40, .head_seconds = 60, .idle_seconds = 60});
  std::vector<Poco::Net::StreamSocket> idle;
  for (int i = 0; i < 120; ++i) {
    idle.push_back(connect());
    if (i % 2) send(idle.back(), "GET / HT");
    if (i % 10 == 0) std::this_thread::sleep_for(50ms);
  }
  std::this_thread::sleep_for(500ms);
  const auto answer = ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
}

TEST_F(ServerTest, AFailingHandlerTellsNothing) {
  start();
  const auto answer = ask("GET /throw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 "));
  EXPECT_FALSE(answer.contains("private"));
}

TEST_F(ServerTest, StopsWhileConnectionsIdle) {
  start({.idle_seconds = 60});
  auto socket = connect();
  send(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(soon([&] { return whole_ == 1; }));
  const auto started = std::chrono::steady_clock::now();
  server_->stop(5);
  EXPECT_LT(std::chrono::steady_clock::now() - started, 3s);
}

TEST(Server, RefusesPlainHttpBeyondLoopback) {
  const auto server = Server::start({.listen = "0.0.0.0:0"}, [](Request&) { return Response::text(""); });
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Code::kConfig);
}

}  // namespace
}  // namespace zp::gateway
