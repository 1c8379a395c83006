#include "gateway/mail/mailbox_round.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/unit/mail/memory_intake.h"

namespace zp::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// A server with messages by uid; the test says which of them it can't give, and where the line breaks.
class FakeServer : public RemoteMailbox {
 public:
  Result<Listing> list() override {
    if (down) return fail(Code::kUnavailable, "list");
    Listing listing{generation, {}};
    for (const auto& [uid, content] : messages) listing.messages.push_back({uid, uid});
    return listing;
  }
  Result<void> fetch(const RemoteMessage& message, const crypto::ByteSink& sink) override {
    ++fetches;
    const std::string& content = messages.at(message.handle);
    if (refused == message.uid) return fail(Code::kRefused, "fetch");
    if (stopped) return fail(Code::kTimeout, "fetch");
    if (breaks_in == message.uid) {
      (void)sink(as_bytes(content).first(content.size() / 2));
      return fail(Code::kUnavailable, "fetch");
    }
    return sink(as_bytes(content));
  }
  Result<void> remove(const RemoteMessage& message) override {
    if (keeps_all) return fail(Code::kUnavailable, "remove");
    messages.erase(message.uid);
    return {};
  }
  Result<void> finish() override { return {}; }

  std::string generation = "1";
  std::map<std::string, std::string> messages;
  std::string refused, breaks_in;
  bool down = false, keeps_all = false, stopped = false;
  int fetches = 0;
};

class MailboxLook : public testing::Test {
 protected:
  Result<bool> look() {
    return MailboxRound("post@example.nl", limits_, intake_, state_,
                        [this](const MailboxState& state) -> Result<void> {
                          if (save_fails_) return fail(Code::kNoSpace, "save");
                          saved_ = state;
                          return {};
                        })
        .look(server_, now_);
  }

  FakeServer server_;
  MemoryIntake intake_;
  MailboxState state_, saved_;
  RoundLimits limits_{.max_message_bytes = 1000};
  std::int64_t now_ = 1'000'000;
  bool save_fails_ = false;
};

TEST_F(MailboxLook, KeepsWhatIsThereAndTakesItAway) {
  server_.messages = {{"1", "een"}, {"2", "twee"}};
  ASSERT_TRUE(look());
  EXPECT_THAT(intake_.accepted, ElementsAre("een", "twee"));
  EXPECT_THAT(server_.messages, IsEmpty());
  EXPECT_THAT(intake_.envelopes.front().to, ElementsAre("post@example.nl"));
  EXPECT_TRUE(intake_.envelopes.front().fetched);
  EXPECT_EQ(saved_.messages, 2u);
  EXPECT_EQ(saved_.last_message_ms, now_);
}

TEST_F(MailboxLook, WhatWasKeptAndNotTakenAwayIsNotFetchedAgain) {
  server_.messages = {{"1", "een"}};
  server_.keeps_all = true;
  EXPECT_FALSE(look());
  EXPECT_THAT(saved_.kept, ElementsAre("1"));
  server_.keeps_all = false;
  state_ = saved_;
  EXPECT_TRUE(look());
  EXPECT_EQ(server_.fetches, 1);
  EXPECT_THAT(server_.messages, IsEmpty());
}

TEST_F(MailboxLook, NothingIsTakenAwayThatIsNotKept) {
  for (std::optional<Code>* step : {&intake_.begin_fails, &intake_.append_fails, &intake_.accept_fails}) {
    server_.messages = {{"1", "een"}};
    *step = Code::kNoSpace;
    const auto looked = look();
    ASSERT_FALSE(looked);
    EXPECT_EQ(looked.error().code, Code::kNoSpace);
    EXPECT_THAT(server_.messages, SizeIs(1));
    EXPECT_THAT(state_.left, IsEmpty());  // it says nothing about the message
    step->reset();
  }
  save_fails_ = true;
  EXPECT_FALSE(look());
  EXPECT_THAT(server_.messages, SizeIs(1));
  EXPECT_EQ(intake_.open, 0);
}

TEST_F(MailboxLook, OneDefectiveMessageStopsNoOther) {
  server_.messages = {{"1", "een"}, {"2", "twee"}, {"3", "drie"}};
  for (std::string* defect : {&server_.refused, &server_.breaks_in}) {
    *defect = "1";
    state_.left.clear();
    const auto first = look();
    ASSERT_TRUE(first);
    EXPECT_TRUE(*first);  // the session may be over: the rest comes in the next one, at once
    EXPECT_THAT(state_.left, SizeIs(1));
    ASSERT_TRUE(look());
    EXPECT_THAT(server_.messages, SizeIs(1));
    defect->clear();
  }
  EXPECT_THAT(intake_.accepted, ElementsAre("twee", "drie"));
  EXPECT_EQ(intake_.open, 0);
}

TEST_F(MailboxLook, ADefectiveMessageIsTriedAgainLaterEachTime) {
  server_.messages = {{"1", "een"}};
  server_.refused = "1";
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(look());
    ASSERT_THAT(state_.left, SizeIs(1));
    waits.push_back(state_.left.front().next_ms - now_);
    const int before = server_.fetches;
    ASSERT_TRUE(look());
    EXPECT_EQ(server_.fetches, before);
    now_ = state_.left.front().next_ms;
  }
  EXPECT_THAT(waits, ElementsAre(30'000, 60'000, 120'000, 240'000));
  server_.refused.clear();
  ASSERT_TRUE(look());
  EXPECT_THAT(state_.left, IsEmpty());
  EXPECT_THAT(intake_.accepted, ElementsAre("een"));
}

TEST_F(MailboxLook, AMessageThatIsTooLargeStaysWhereItIs) {
  server_.messages = {{"1", std::string(2000, 'x')}, {"2", "twee"}};
  ASSERT_TRUE(look());
  ASSERT_TRUE(look());
  EXPECT_THAT(intake_.accepted, ElementsAre("twee"));
  EXPECT_THAT(server_.messages, SizeIs(1));
  ASSERT_THAT(state_.left, SizeIs(1));
  EXPECT_EQ(state_.left.front().next_ms - now_, 6 * 3'600'000);
}

TEST_F(MailboxLook, WithANewGenerationEverythingIsFetchedAgain) {
  server_.messages = {{"1", "een"}};
  server_.keeps_all = true;
  EXPECT_FALSE(look());
  server_.keeps_all = false;
  server_.generation = "2";
  server_.messages = {{"1", "iets anders onder hetzelfde nummer"}};
  ASSERT_TRUE(look());
  EXPECT_THAT(intake_.accepted, ElementsAre("een", "iets anders onder hetzelfde nummer"));
}

TEST_F(MailboxLook, AStopSaysNothingAboutTheMessage) {
  server_.messages = {{"1", "een"}};
  server_.stopped = true;
  EXPECT_FALSE(look());
  EXPECT_THAT(state_.left, IsEmpty());
}

TEST_F(MailboxLook, NotesAboutMessagesThatAreGoneAreForgotten) {
  state_.generation = "1";
  state_.kept = {"7"};
  state_.left = {{.uid = "8", .reason = {}}};
  ASSERT_TRUE(look());
  EXPECT_THAT(state_.kept, IsEmpty());
  EXPECT_THAT(state_.left, IsEmpty());
}

TEST_F(MailboxLook, AFullMailboxIsEmptiedInPieces) {
  for (int i = 0; i < 5; ++i) server_.messages[std::to_string(i)] = "x";
  limits_.max_messages = 2;
  auto more = look();
  ASSERT_TRUE(more);
  EXPECT_TRUE(*more);
  EXPECT_THAT(server_.messages, SizeIs(3));
  EXPECT_TRUE(*look());
  EXPECT_FALSE(*look());
  EXPECT_THAT(server_.messages, IsEmpty());
}

}  // namespace
}  // namespace zp::gateway
