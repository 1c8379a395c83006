#include "gateway/store/mailbox_state.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

constexpr std::int64_t kHour = 3'600'000, kNow = 1000 * kHour;

MailboxState well() {
  MailboxState state;
  state.watched_since_ms = kNow - 500 * kHour;
  state.reached_ms = kNow - 60'000;
  state.last_message_ms = kNow - kHour;
  return state;
}

TEST(MailboxState, ComesBackAsItWasWritten) {
  MailboxState state = well();
  state.generation = "7";
  state.kept = {"1", "1", "x"};
  state.left = {{"9", 3, 12345, "talk to mailbox: refused"}};
  state.messages = 12;
  state.failure = "no";
  const auto read = MailboxState::parse(state.json());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->json(), state.json());
  EXPECT_EQ(read->kept.size(), 3u);
  EXPECT_EQ(read->left.front().times, 3u);
}

TEST(MailboxState, WhatIsNoStateIsRefusedOrReadAsEmpty) {
  EXPECT_FALSE(MailboxState::parse("[]"));
  EXPECT_FALSE(MailboxState::parse(""));
  const auto odd = MailboxState::parse(R"({"kept": 3, "left": [1], "messages": -5, "reached_ms": "x"})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->messages, 0u);
  EXPECT_TRUE(odd->left.empty());
}

TEST(MailboxHealth, NamesTheWorst) {
  EXPECT_EQ(health_of({}, 24, kNow), MailboxHealth::kNeverReached);
  EXPECT_EQ(health_of(well(), 24, kNow), MailboxHealth::kGood);
  MailboxState silent = well();
  silent.last_message_ms = kNow - 25 * kHour;
  EXPECT_EQ(health_of(silent, 24, kNow), MailboxHealth::kSilent);
  EXPECT_EQ(health_of(silent, 26, kNow), MailboxHealth::kGood);
  MailboxState unreachable = silent;
  unreachable.reached_ms = kNow - kHour;
  EXPECT_EQ(health_of(unreachable, 24, kNow), MailboxHealth::kUnreachable);
  MailboxState left = well();
  left.left = {{.uid = "1", .reason = {}}};
  EXPECT_EQ(health_of(left, 24, kNow), MailboxHealth::kLeft);
}

TEST(MailboxHealth, ANewMailboxHasItsTimeBeforeItIsSilent) {
  MailboxState fresh;
  fresh.watched_since_ms = kNow - kHour;
  fresh.reached_ms = kNow;
  EXPECT_EQ(health_of(fresh, 24, kNow), MailboxHealth::kGood);
  EXPECT_EQ(health_of(fresh, 24, kNow + 24 * kHour), MailboxHealth::kUnreachable);
  fresh.reached_ms = kNow + 24 * kHour;
  EXPECT_EQ(health_of(fresh, 24, kNow + 24 * kHour), MailboxHealth::kSilent);
}

}  // namespace
}  // namespace zp::gateway
