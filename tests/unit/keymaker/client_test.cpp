#include <gtest/gtest.h>
#include <unistd.h>

#include <set>
#include <thread>

#include "gateway/ipc/keymaker.h"
#include "gateway/ipc/unix_socket.h"

namespace zp::gateway {
namespace {

/// Answers one client with `answer`, byte for byte.
class KeymakerClientTest : public testing::Test {
 protected:
  template <typename Asks>
  auto ask(const Bytes& answer, const Asks& asks) {
    const auto path = testing::TempDir() + "km" + std::to_string(::getpid()) + ".sock";
    auto listener = UnixListener::listen(path);
    EXPECT_TRUE(listener);
    std::thread server([&] {
      auto client = listener->accept(5000, 1000);
      if (client && *client && (*client)->read(asked_)) (void)(*client)->write(answer);
    });
    auto got = asks(KeymakerClient(path));
    server.join();
    return got;
  }
  Result<crypto::FreshKey> ask_one(const Bytes& answer) {
    return ask(answer, [](const KeymakerClient& client) { return client.fresh_key(); });
  }

  std::array<std::uint8_t, 1> asked_{};
};

void add_key(Bytes& answer, std::uint8_t first, std::uint8_t message_bytes) {
  for (std::uint8_t i = 0; i < 32; ++i) answer.push_back(static_cast<std::uint8_t>(first + i));
  answer.insert(answer.end(), {0, 0, 0, message_bytes});
  answer.insert(answer.end(), message_bytes, 9);
}

Bytes answer_with(std::uint8_t count, std::uint8_t keys) {
  Bytes answer{count};
  for (std::uint8_t i = 0; i < keys; ++i) add_key(answer, i, 5);
  return answer;
}

TEST_F(KeymakerClientTest, ReadsKeyAndMessage) {
  const auto key = ask_one(answer_with(1, 1));
  ASSERT_TRUE(key);
  EXPECT_EQ(asked_[0], 1);
  EXPECT_EQ(key->sealed.openpgp, Bytes(5, 9));
  EXPECT_EQ(key->key.bytes().view()[31], 31);
}

TEST_F(KeymakerClientTest, ReadsSeveralKeysAndTakesFewerThanItAskedFor) {
  const auto keys = ask(answer_with(3, 3), [](const KeymakerClient& client) { return client.fresh_keys(8); });
  ASSERT_TRUE(keys);
  EXPECT_EQ(asked_[0], 8);
  ASSERT_EQ(keys->size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ((*keys)[i].key.bytes().view()[0], i);
}

TEST_F(KeymakerClientTest, AStockGivesEachKeyOnceBeforeItAsksAgain) {
  std::set<std::uint8_t> seen;
  ask(answer_with(3, 3), [&](KeymakerClient client) {
    KeyStock stock(std::move(client));
    for (int i = 0; i < 3; ++i) {
      const auto key = stock.take();
      EXPECT_TRUE(key);
      if (key) seen.insert(key->key.bytes().view()[0]);
    }
    return 0;
  });
  EXPECT_EQ(seen, (std::set<std::uint8_t>{0, 1, 2}));
}

TEST_F(KeymakerClientTest, NoKeysMeansThatNoneCanBeMade) { EXPECT_EQ(ask_one({0}).error().code, Code::kUnavailable); }

TEST_F(KeymakerClientTest, ACutOrHostileAnswerIsAnError) {
  Bytes cut = answer_with(1, 1);
  cut.pop_back();
  EXPECT_FALSE(ask_one(cut));
  EXPECT_FALSE(ask_one(answer_with(1, 0)));
  EXPECT_FALSE(ask_one(answer_with(2, 2))) << "more than were wanted";
  EXPECT_FALSE(ask_one({}));
  Bytes empty_key(1 + 32, 0);
  empty_key[0] = 1;
  empty_key.insert(empty_key.end(), {0, 0, 0, 1, 9});
  EXPECT_FALSE(ask_one(empty_key));
  Bytes endless(1 + 32, 7);
  endless[0] = 1;
  endless.insert(endless.end(), {0xff, 0xff, 0xff, 0xff});
  EXPECT_FALSE(ask_one(endless));
}

TEST(KeymakerClient, NobodyListensIsUnavailable) {
  EXPECT_EQ(KeymakerClient("/nonexistent/socket").fresh_key().error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace zp::gateway
