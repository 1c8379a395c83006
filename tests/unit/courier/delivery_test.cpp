// What goes over the wire, and what the courier says about it.
#include "gateway/courier/delivery.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

TEST(Delivery, EachDotThatBeginsALineIsDoubledAndTheEndIsALineOfItsOwn) {
  EXPECT_EQ(dotted("a\r\n.\r\n..b\r\n"), "a\r\n..\r\n...b\r\n.\r\n");
  EXPECT_EQ(dotted(".a"), "..a\r\n.\r\n");
  EXPECT_EQ(dotted(""), ".\r\n");
}

TEST(Delivery, WithoutAServerThatCanProveItselfNothingIsSent) {
  const Handover result = deliver({}, {"post@example.nl", "k@zorg.example", "x"}, {"example.nl", "", 25});
  EXPECT_EQ(result.outcome, Handover::Outcome::kUnsafe);
}

TEST(Delivery, AnAnswerOfTheCourierIsReadBackAndAnUnknownOneRefused) {
  Handover said{Handover::Outcome::kRefused, kByDane, "mx.example", "TLSv1.3 X", "550 RCPT"};
  const auto read = Handover::parse(said.json());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->outcome, Handover::Outcome::kRefused);
  EXPECT_EQ(read->reply, "550 RCPT");
  EXPECT_FALSE(Handover::parse(R"({"outcome":"maybe","good_by":"","server":"","tls":"","reply":""})"));
  EXPECT_FALSE(Handover::parse("{"));
}

}  // namespace
}  // namespace zp::gateway
