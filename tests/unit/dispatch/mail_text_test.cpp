#include "gateway/dispatch/mail_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

OutgoingMail mail() {
  OutgoingMail mail;
  mail.from = "post@example.nl";
  mail.from_name = "CIZ";
  mail.to = "jan@example.org";
  mail.subject = "Ontvangstbevestiging";
  mail.message_id = "zp.1@example.nl";
  mail.date = 1'795'000'000'000;
  mail.text = "Geachte heer,\n\nDag.\n";
  return mail;
}

TEST(MailText, HasTheHeadersOfAnAutomaticAnswer) {
  OutgoingMail answer = mail();
  answer.reply = true;
  answer.in_reply_to = "abc@example.org";
  const auto wire = compose(answer);
  ASSERT_TRUE(wire);
  for (const char* line :
       {"Auto-Submitted: auto-replied\r\n", "In-Reply-To: <abc@example.org>\r\n", "Message-ID: <zp.1@example.nl>\r\n",
        "Date: ", "From: \"CIZ\" <post@example.nl>\r\n", "To: <jan@example.org>\r\n", "charset=UTF-8"})
    EXPECT_THAT(*wire, HasSubstr(line));
  EXPECT_THAT(*wire, Not(HasSubstr("Precedence")));
}

TEST(MailText, NoFieldCanStartAHeaderOfItsOwn) {
  for (std::string OutgoingMail::*field :
       {&OutgoingMail::from, &OutgoingMail::from_name, &OutgoingMail::to, &OutgoingMail::subject,
        &OutgoingMail::message_id, &OutgoingMail::in_reply_to}) {
    for (const std::string& evil : {std::string("x@y.nl\r\nBcc: z@y.nl"), std::string("x@y.nl\nBcc: z"),
                                    std::string("x@y.nl\rZ"), std::string("x@y.nl\0z", 8)}) {
      OutgoingMail one = mail();
      one.*field = evil;
      const auto wire = compose(one);
      ASSERT_FALSE(wire);
      EXPECT_EQ(wire.error().code, Code::kRefused);
    }
  }
}

TEST(MailText, DutchTextComesThroughInShortAsciiLines) {
  OutgoingMail one = mail();
  one.subject = "Beëindiging";
  one.text = std::string(300, 'x') + " één  \n.\nvan\n";
  const auto wire = compose(one);
  ASSERT_TRUE(wire);
  EXPECT_THAT(*wire, HasSubstr("=C3=A9=C3=A9n\r\n"));
  EXPECT_THAT(*wire, HasSubstr("Subject: =?UTF-8?"));
  std::size_t from = 0;
  for (std::size_t end = wire->find("\r\n"); end != std::string::npos; from = end + 2, end = wire->find("\r\n", from)) {
    EXPECT_LE(end - from, 78u);
    EXPECT_EQ(wire->substr(from, end - from).find_first_of("\r\n"), std::string::npos);
  }
  for (const char c : *wire) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
}

TEST(MailText, OnlyPlainAddressesAreWrittenTo) {
  EXPECT_TRUE(is_plain_address("jan.de-boer+x@example.org"));
  for (const char* address : {"", "jan", "@example.org", "jan@", "a@b@c", "jan boer@example.org", "<jan@example.org>",
                              "\"x\"@example.org", "jan@example.org,x"})
    EXPECT_FALSE(is_plain_address(address)) << address;
}

TEST(MailText, OnlyTheDomainOfAnAddressIsRewritten) {
  EXPECT_EQ(wire_address("jan@example.org"), "jan@example.org");
  EXPECT_EQ(wire_address("jan@b\u00fccher.example"), "jan@xn--bcher-kva.example");
  EXPECT_EQ(wire_address("jan@B\u00dcCHER.example"), "jan@xn--bcher-kva.example");
  EXPECT_EQ(wire_address("zo\u00eb@example.org"), "zo\u00eb@example.org");
  EXPECT_EQ(wire_address("zo\u00eb@b\u00fccher.example"), "zo\u00eb@xn--bcher-kva.example");
  EXPECT_TRUE(is_plain_address(wire_address("jan@b\u00fccher.example")));
  EXPECT_FALSE(is_plain_address(wire_address("zo\u00eb@example.org")));
  for (const char* none :
       {"", "jan", "zo\xeb@example.org", "zo\u00eb@", "zo\u00eb <x@example.org>", "jan@\u00ad.example",
        "jan@b\u00fc cher.example", "zo\u00eb\r\nRCPT TO:<x@example.org>@example.org"})
    EXPECT_EQ(wire_address(none), "") << none;
}

TEST(MailText, AnAddressBeyondAsciiStandsInTheMailAsItIsAndADomainAsALabels) {
  OutgoingMail mail{.from = "post@example.nl",
                    .from_name = "CIZ",
                    .to = "zo\u00eb@b\u00fccher.example",
                    .subject = "Ontvangen",
                    .message_id = "x@example.nl",
                    .text = "Dag.\n"};
  EXPECT_NE(compose(mail)->find("\r\nTo: <zo\u00eb@xn--bcher-kva.example>\r\n"), std::string::npos);
  mail.to = "zo\u00eb";
  EXPECT_EQ(compose(mail).error().code, Code::kRefused);
}

TEST(MailText, ABounceThatQuotesOurMessageIsRecognised) {
  const Id id = Id::random();
  const std::string ours = our_message_id(id, 1, "post@example.nl");
  EXPECT_EQ(find_our_message_id("Message-ID: <" + ours + ">\r\n", "post@example.nl"), ours);
  EXPECT_EQ(find_our_message_id("<zp.x@example.nl> <" + ours + ">", "post@example.nl"), ours);
  EXPECT_EQ(find_our_message_id("<" + our_message_id(id, 1, "post@elders.nl") + ">", "post@example.nl"), "");
  EXPECT_EQ(find_our_message_id("<zp.", "post@example.nl"), "");
}

}  // namespace
}  // namespace zp::gateway
