#include "gateway/mail/lmtp_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/mail/memory_intake.h"

namespace zp::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class Lmtp : public testing::Test {
 protected:
  std::string say(std::string_view text) { return session_.take(as_bytes(text)); }
  void greet() { say("LHLO mta\r\nMAIL FROM:<jan@example.org>\r\nRCPT TO:<post@example.nl>\r\n"); }

  LmtpLimits limits_{.recipients = {"post@example.nl", "avg@example.nl"}, .max_message_bytes = 1000, .max_mistakes = 5};
  MemoryIntake intake_;
  LmtpSession session_{limits_, intake_};
};

TEST_F(Lmtp, ListsItsExtensions) {
  const std::string reply = say("LHLO mta\r\n");
  for (const char* one : {"PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "250 SIZE 1000"})
    EXPECT_THAT(reply, HasSubstr(one));
}

TEST_F(Lmtp, KeepsAMessageAndAnswersForEachRecipient) {
  say("LHLO mta\r\n");
  EXPECT_EQ(say("MAIL FROM:<jan@example.org> SIZE=10\r\n"), "250 2.1.0 ok\r\n");
  EXPECT_EQ(say("RCPT TO:<post@example.nl>\r\nRCPT TO:<nobody@example.nl>\r\nRCPT TO:<avg+x@example.nl>\r\n"),
            "250 2.1.5 ok\r\n550 5.1.1 no such recipient here\r\n250 2.1.5 ok\r\n");
  EXPECT_THAT(say("DATA\r\n"), StartsWith("354"));
  EXPECT_EQ(say("Subject: hoi\r\n\r\n..\r\n.\r\n"), "250 2.0.0 kept\r\n250 2.0.0 kept\r\n");
  EXPECT_THAT(intake_.accepted, ElementsAre("Subject: hoi\r\n\r\n.\r\n"));
  EXPECT_THAT(intake_.envelopes[0].to, ElementsAre("post@example.nl", "avg+x@example.nl"));
  EXPECT_EQ(intake_.open, 0);
}

TEST_F(Lmtp, APipelineInOneWriteOrByteByByteGivesTheSame) {
  const std::string wire =
      "LHLO m\r\nMAIL FROM:<>\r\nRCPT TO:<post@example.nl>\r\nDATA\r\nhoi\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT "
      "TO:<post@example.nl>\r\nDATA\r\n.\r\nQUIT\r\n";
  const std::string at_once = say(wire);
  LmtpSession other(limits_, intake_);
  std::string by_byte;
  for (const char& byte : wire) by_byte += other.take(as_bytes({&byte, 1}));
  EXPECT_EQ(at_once, by_byte);
  EXPECT_THAT(intake_.accepted, ElementsAre("hoi\r\n", "", "hoi\r\n", ""));
  EXPECT_TRUE(session_.closed());
}

TEST_F(Lmtp, AVanishedClientLeavesNothing) {
  {
    LmtpSession session(limits_, intake_);
    session.take(as_bytes("LHLO m\r\nMAIL FROM:<>\r\nRCPT TO:<post@example.nl>\r\nDATA\r\nhalf a mess"));
    EXPECT_EQ(intake_.open, 1);
  }
  EXPECT_EQ(intake_.open, 0);
  EXPECT_TRUE(intake_.accepted.empty());
}

TEST_F(Lmtp, SaysWhyItCannotKeepAMessage) {
  greet();
  intake_.begin_fails = Code::kUnavailable;
  EXPECT_THAT(say("DATA\r\n"), StartsWith("451 4.3.0"));
  intake_.begin_fails = Code::kNoSpace;
  EXPECT_THAT(say("DATA\r\n"), StartsWith("452 4.3.1"));
  intake_.begin_fails.reset();
  intake_.accept_fails = Code::kNoSpace;
  EXPECT_THAT(say("DATA\r\n"), StartsWith("354"));
  EXPECT_THAT(say("x\r\n.\r\n"), StartsWith("452 4.3.1"));
  EXPECT_EQ(intake_.open, 0);
}

TEST_F(Lmtp, AFullDiskIsToldBeforeTheMessage) {
  intake_.space_fails = Code::kNoSpace;
  say("LHLO m\r\n");
  EXPECT_THAT(say("MAIL FROM:<a@b>\r\n"), StartsWith("452 4.3.1"));
}

TEST_F(Lmtp, AWriteThatFailsHalfWayIsToldAfterTheDot) {
  greet();
  say("DATA\r\n");
  intake_.append_fails = Code::kNoSpace;
  EXPECT_EQ(say("x\r\ny\r\n"), "");
  EXPECT_EQ(intake_.open, 0);
  EXPECT_THAT(say(".\r\n"), StartsWith("452 4.3.1"));
}

TEST_F(Lmtp, TheSizeLimitHoldsToTheByte) {
  greet();
  say("DATA\r\n");
  EXPECT_THAT(say(std::string(998, 'x') + "\r\n.\r\n"), StartsWith("250"));
  greet();
  say("DATA\r\n");
  EXPECT_THAT(say(std::string(999, 'x') + "\r\n.\r\n"), StartsWith("552 5.3.4"));
  EXPECT_THAT(say("MAIL FROM:<a@b> SIZE=1001\r\n"), StartsWith("552 5.3.4"));
  EXPECT_EQ(intake_.accepted.size(), 1u);
}

TEST_F(Lmtp, CommandsOutOfOrderAreRefused) {
  EXPECT_THAT(say("MAIL FROM:<a@b>\r\n"), StartsWith("503"));
  EXPECT_THAT(say("EHLO m\r\n"), StartsWith("500"));
  say("LHLO m\r\n");
  EXPECT_THAT(say("RCPT TO:<post@example.nl>\r\n"), StartsWith("503"));
  EXPECT_THAT(say("DATA\r\n"), StartsWith("503"));
}

TEST_F(Lmtp, DataWithoutAKnownRecipientIsRefused) {
  say("LHLO m\r\nMAIL FROM:<a@b>\r\nRCPT TO:<x@y>\r\n");
  EXPECT_THAT(say("DATA\r\n"), StartsWith("503 5.5.1"));
}

TEST_F(Lmtp, ABareLineFeedInACommandEndsTheSession) {
  EXPECT_THAT(say("LHLO m\nMAIL FROM:<a@b>\r\n"), StartsWith("500 5.5.2"));
  EXPECT_TRUE(session_.closed());
}

TEST_F(Lmtp, AnEndlessLineEndsTheSession) {
  EXPECT_THAT(say(std::string(5000, 'x')), StartsWith("500 5.5.2"));
  EXPECT_TRUE(session_.closed());
}

TEST_F(Lmtp, EndlessNonsenseEndsTheSession) {
  std::string reply;
  for (int i = 0; i < 5; ++i) reply = say("WHAT\r\n");
  EXPECT_THAT(reply, HasSubstr("421"));
  EXPECT_TRUE(session_.closed());
}

TEST_F(Lmtp, AnAddressBeyondAsciiNeedsSmtputf8) {
  say("LHLO m\r\n");
  EXPECT_THAT(say("MAIL FROM:<zo\xc3\xab@example.nl>\r\n"), StartsWith("553 5.6.7"));
  EXPECT_THAT(say("MAIL FROM:<zo\xc3\xab@example.nl> SMTPUTF8\r\n"), StartsWith("250"));
}

}  // namespace
}  // namespace zp::gateway
