#include "gateway/mail/mail_path.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

TEST(MailPath, ReadsAddressAndParameters) {
  const auto path = parse_path("<jan@example.nl> SIZE=12 body=8BITMIME SMTPUTF8");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->address, "jan@example.nl");
  EXPECT_EQ(path->parameters.at("SIZE"), "12");
  EXPECT_EQ(path->parameters.at("BODY"), "8BITMIME");
  EXPECT_TRUE(path->parameters.contains("SMTPUTF8"));
}

TEST(MailPath, TheEmptyPathIsABounce) {
  ASSERT_TRUE(parse_path("<>"));
  EXPECT_EQ(parse_path("<>")->address, "");
}

TEST(MailPath, ASourceRouteIsIgnored) {
  EXPECT_EQ(parse_path("<@a.nl,@b.nl:jan@example.nl>")->address, "jan@example.nl");
}
TEST(MailPath, AQuotedLocalPartMayHoldABracket) {
  EXPECT_EQ(parse_path("<\"a>b\"@example.nl>")->address, "\"a>b\"@example.nl");
}

TEST(MailPath, RefusesWhatIsNoPath) {
  for (const char* text :
       {"", "jan@example.nl", "<jan@example.nl", "<a b@c>", "<a@b>SIZE=1", "<a\x01@b>", "<a@b> X=1 X=2"})
    EXPECT_FALSE(parse_path(text)) << text;
  EXPECT_FALSE(parse_path("<" + std::string(400, 'a') + "@b>"));
}

TEST(MailPath, OurAddressesAreKnownInAnyCaseAndWithAPlus) {
  const std::vector<std::string> ours = {"Post@example.nl"};
  EXPECT_TRUE(is_ours("post@EXAMPLE.nl", ours));
  EXPECT_TRUE(is_ours("post+ZP-1@example.nl", ours));
  EXPECT_FALSE(is_ours("post@example.nl.evil.org", ours));
  EXPECT_FALSE(is_ours("xpost@example.nl", ours));
  EXPECT_FALSE(is_ours("post", ours));
}

}  // namespace
}  // namespace zp::gateway
