#include "gateway/dispatch/sms_sender.h"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <thread>

namespace zp::gateway {
namespace {

using testing::HasSubstr;

/// Answers one request with `status`, and keeps what it was asked.
class Provider {
 public:
  explicit Provider(std::string status) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    auto* const address = reinterpret_cast<sockaddr*>(&here);
    EXPECT_EQ(::bind(listener_, address, size), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    EXPECT_EQ(::getsockname(listener_, address, &size), 0);
    port_ = ntohs(here.sin_port);
    thread_ = std::jthread([this, status = std::move(status)] { answer(status); });
  }
  ~Provider() {
    thread_.join();
    ::close(listener_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/sms"; }
  const std::string& asked() {
    if (thread_.joinable()) thread_.join();
    thread_ = std::jthread([] {});
    return asked_;
  }

 private:
  void answer(const std::string& status) {
    const int client = ::accept(listener_, nullptr, nullptr);
    char piece[4096];
    const auto whole = [this] {
      const auto end = asked_.find("\r\n\r\n"), length = asked_.find("Content-Length: ");
      return end != std::string::npos && asked_.size() - end - 4 >= std::stoul(asked_.substr(length + 16));
    };
    for (ssize_t got; !whole() && (got = ::read(client, piece, sizeof piece)) > 0;)
      asked_.append(piece, static_cast<std::size_t>(got));
    const std::string reply = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(::write(client, reply.data(), reply.size()), static_cast<ssize_t>(reply.size()));
    ::close(client);
  }
  int listener_;
  int port_ = 0;
  std::string asked_;
  std::jthread thread_;
};

Result<void> send(const Provider& provider, const std::string& body, const std::string& secret = {}) {
  const SmsConfig config{provider.url(), body, secret, {}};
  return SmsSender(config).send("+31612345678", "Uw code is \"K7\" & één");
}

TEST(SmsSender, PostsJsonWithTheNumberAndTheText) {
  Provider provider("200 OK");
  ASSERT_TRUE(send(provider, R"({"to": ["{number}"], "body": "{text}"})"));
  EXPECT_THAT(provider.asked(), HasSubstr("Content-Type: application/json"));
  EXPECT_THAT(provider.asked(), HasSubstr(R"({"to": ["+31612345678"], "body": "Uw code is \"K7\" & \u00e9\u00e9n"})"));
}

TEST(SmsSender, PostsAFormWhereTheProviderWantsOne) {
  Provider provider("202 Accepted");
  ASSERT_TRUE(send(provider, "to={number}&text={text}"));
  EXPECT_THAT(provider.asked(), HasSubstr("to=%2B31612345678&text=Uw%20code%20is%20%22K7%22%20%26%20%C3%A9%C3%A9n"));
}

TEST(SmsSender, ShowsTheProviderTheSecretOfTheFile) {
  const std::string path = testing::TempDir() + "/zp-sms-" + std::to_string(::getpid());
  std::ofstream(path) << "Bearer geheim\n";
  Provider provider("200 OK");
  ASSERT_TRUE(send(provider, "{number}{text}", path));
  EXPECT_THAT(provider.asked(), HasSubstr("Authorization: Bearer geheim\r\n"));
  ::unlink(path.c_str());
}

TEST(SmsSender, TellsNeverFromLater) {
  Provider bad("400 Bad Request"), busy("429 Too Many Requests"), broken("503 Service Unavailable");
  EXPECT_EQ(send(bad, "{number}{text}").error().code, Code::kRefused);
  EXPECT_EQ(send(busy, "{number}{text}").error().code, Code::kUnavailable);
  EXPECT_EQ(send(broken, "{number}{text}").error().code, Code::kUnavailable);
}

TEST(SmsSender, IsUnavailableWhereNobodyAnswers) {
  const SmsConfig config{"http://127.0.0.1:1/", "{number}{text}", {}, {}};
  EXPECT_EQ(SmsSender(config).send("+31612345678", "x").error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace zp::gateway
