#include "gateway/dispatch/protected_mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

OutgoingMail mail() {
  OutgoingMail mail;
  mail.from = "post@example.nl";
  mail.from_name = "Organisatie";
  mail.to = "jan@voorbeeld.example";
  mail.subject = "Besluit, kenmerk ZP-1234";
  mail.message_id = "zp.1@example.nl";
  mail.text = "Geachte heer,\nvan de brief é\n";
  return mail;
}

TEST(ProtectedMailTest, TheTrueSubjectIsInsideAndNeverOutside) {
  const auto entity = payload(mail(), {});
  ASSERT_TRUE(entity);
  EXPECT_THAT(*entity, AllOf(HasSubstr("Subject: Besluit, kenmerk ZP-1234\r\n"), HasSubstr("hp=\"cipher\""),
                             HasSubstr("HP-Outer: Subject: Organisatie: versleuteld bericht\r\n")));
  for (const auto& sealed : {sealed_openpgp(mail(), "ARMOUR\n"), sealed_smime(mail(), as_bytes("cms"))}) {
    ASSERT_TRUE(sealed);
    EXPECT_THAT(*sealed, AllOf(Not(HasSubstr("ZP-1234")), Not(HasSubstr("Geachte")),
                               HasSubstr("Subject: Organisatie: versleuteld bericht\r\n"),
                               HasSubstr("Message-ID: <zp.1@example.nl>\r\n")));
  }
}

TEST(ProtectedMailTest, WhatIsSignedIsAsciiInShortLinesThatEndWithCrLf) {
  const Bytes pdf(10'000, 0xff);
  const auto entity = payload(mail(), {{"brief é.pdf", "application/pdf", pdf}});
  ASSERT_TRUE(entity);
  std::size_t line = 0;
  for (std::size_t i = 0; i < entity->size(); ++i) {
    const auto c = static_cast<unsigned char>((*entity)[i]);
    ASSERT_LT(c, 0x80);
    ASSERT_EQ(c == '\n', i > 0 && (*entity)[i - 1] == '\r' && c == '\n') << "a bare line feed at " << i;
    line = c == '\n' ? 0 : line + 1;
    ASSERT_LE(line, 120U) << i;
  }
  EXPECT_THAT(*entity, HasSubstr("filename*=UTF-8''brief%20%C3%A9.pdf"));
}

TEST(ProtectedMailTest, ANameThatWouldBeginAHeaderIsRefused) {
  for (const char* name : {"a\r\nBcc: x", "a\"; b", ""})
    EXPECT_FALSE(payload(mail(), {{name, "application/pdf", {}}})) << name;
  EXPECT_FALSE(payload(mail(), {{"a.pdf", "application/pdf\r\nX: y", {}}}));
  OutgoingMail wrong = mail();
  wrong.subject = "a\r\nBcc: x";
  EXPECT_FALSE(payload(wrong, {}));
  wrong = mail();
  wrong.to = "jan@voorbeeld.example>\r\nRCPT TO:<x";
  EXPECT_FALSE(sealed_openpgp(wrong, ""));
}

TEST(ProtectedMailTest, ASecondTrySendsTheSameBytes) { EXPECT_EQ(*payload(mail(), {}), *payload(mail(), {})); }

}  // namespace
}  // namespace zp::gateway
