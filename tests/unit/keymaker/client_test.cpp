#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "gateway/ipc/keymaker.h"
#include "gateway/ipc/unix_socket.h"

namespace zp::gateway {
namespace {

/// Answers one client with `answer`, byte for byte.
class KeymakerClientTest : public testing::Test {
 protected:
  Result<crypto::FreshKey> ask(const Bytes& answer) {
    const auto path = testing::TempDir() + "km" + std::to_string(::getpid()) + ".sock";
    auto listener = UnixListener::listen(path);
    EXPECT_TRUE(listener);
    std::thread server([&] {
      auto client = listener->accept(5000, 1000);
      std::array<std::uint8_t, 1> request{};
      if (client && *client && (*client)->read(request)) (void)(*client)->write(answer);
    });
    auto key = KeymakerClient(path).fresh_key();
    server.join();
    return key;
  }
};

Bytes answer_with(std::uint8_t length, std::size_t key_bytes, std::size_t message_bytes) {
  Bytes answer{0, 0, 0, length};
  for (std::size_t i = 0; i < key_bytes; ++i) answer.push_back(static_cast<std::uint8_t>(i));
  answer.insert(answer.end(), message_bytes, 9);
  return answer;
}

TEST_F(KeymakerClientTest, ReadsKeyAndMessage) {
  const auto key = ask(answer_with(5, 32, 5));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->sealed.openpgp, Bytes(5, 9));
  EXPECT_EQ(key->key.bytes().view()[31], 31);
}

TEST_F(KeymakerClientTest, LengthZeroMeansThatNoKeyCanBeMade) {
  EXPECT_EQ(ask({0, 0, 0, 0}).error().code, Code::kUnavailable);
}

TEST_F(KeymakerClientTest, ACutOrHostileAnswerIsAnError) {
  EXPECT_FALSE(ask(answer_with(5, 32, 3)));
  EXPECT_FALSE(ask({0xff, 0xff, 0xff, 0xff}));
  EXPECT_FALSE(ask({}));
  EXPECT_FALSE(ask(Bytes(4 + 32 + 5, 0)));
}

TEST(KeymakerClient, NobodyListensIsUnavailable) {
  EXPECT_EQ(KeymakerClient("/nonexistent/socket").fresh_key().error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace zp::gateway
