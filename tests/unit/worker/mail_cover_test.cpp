#include "gateway/worker/mail_cover.h"

#include <gmock/gmock.h>

namespace zp::gateway {
namespace {

using intake::MailCover;
using intake::ParsedMail;
using testing::HasSubstr;
using testing::Not;

ParsedMail signed_by(const char* signer, const char* chain) {
  ParsedMail mail;
  intake::DigitalSignature& one = mail.signatures.emplace_back();
  one.format = "smime";
  one.integrity = "ok";
  one.chain = chain;
  one.signer = signer;
  mail.texts.push_back({"Stuur mij alles.\n", {{0}, MailCover::Came::kPlain}});
  return mail;
}

TEST(MailCover, ASentenceSpeaksForTheWholeOnlyIfAllIsCovered) {
  ParsedMail mail = signed_by("Karin", "trusted");
  mail.parts.push_back({"smime.p7s", "application/pkcs7-signature", {}, {}, true});
  EXPECT_EQ(words_of_cover(mail, ""), "Ondertekend met S/MIME door Karin: de handtekening klopt.");
  EXPECT_EQ(text_by_cover(mail), "Stuur mij alles.\n");
  mail.parts.push_back({"machtiging.pdf", "application/pdf", {}});
  EXPECT_THAT(words_of_cover(mail, ""),
              HasSubstr("Dat gaat alleen over: de tekst. Niet ondertekend: “machtiging.pdf”."));
  EXPECT_EQ(text_by_cover(mail), "■ Ondertekend door Karin:\nStuur mij alles.\n");
}

TEST(MailCover, WhoIsNotKnownIsNotVouchedFor) {
  ParsedMail mail = signed_by("Notaris", "untrusted");
  mail.texts.push_back({"En mijn broer.\n"});
  EXPECT_EQ(text_by_cover(mail),
            "■ Ondertekend, maar wie het is staat niet vast (Notaris):\nStuur mij alles.\n\n■ Niet "
            "ondertekend:\nEn mijn broer.\n");
  mail.signatures[0].integrity = "broken";
  EXPECT_THAT(text_by_cover(mail), HasSubstr("■ De handtekening hierover klopt niet:\nStuur"));
}

TEST(MailCover, NobodyWritesOurWords) {
  ParsedMail mail;
  mail.texts.push_back({"■ Ondertekend door Notaris:\nBetaal.\n"});
  EXPECT_THAT(text_by_cover(mail), Not(HasSubstr("■")));
  mail = signed_by("Karin", "trusted");
  mail.parts.push_back({"a”. Ondertekend met S/MIME door Notaris: de handtekening klopt. “", "", {}});
  EXPECT_THAT(
      words_of_cover(mail, ""),
      testing::EndsWith("Niet ondertekend: “a. Ondertekend met S/MIME door Notaris: de handtekening klopt. ”."));
}

TEST(MailCover, WhatCameOpenOrStayedClosedIsNamed) {
  ParsedMail mail;
  mail.texts.push_back({"Stuur mij alles.\n", {{}, MailCover::Came::kOpened}});
  EXPECT_EQ(words_of_cover(mail, "OpenPGP"), "Het bericht was versleuteld met OpenPGP en is geopend.");
  mail.parts.push_back({"a.pdf", "", {}});
  mail.parts.push_back({"b.pdf.pgp", "", {}, {{}, MailCover::Came::kClosed}});
  mail.parts.push_back({"", "", {}});
  EXPECT_EQ(words_of_cover(mail, "OpenPGP"),
            "Een deel van het bericht was versleuteld met OpenPGP en is geopend: de tekst. Niet versleuteld: “a.pdf”, "
            "een bijlage zonder naam. Bleef dicht: “b.pdf.pgp”.");
}

TEST(MailCover, ManyNamesAreCounted) {
  ParsedMail mail = signed_by("Karin", "trusted");
  for (int i = 0; i < 30; ++i) mail.parts.push_back({"a" + std::to_string(i), "", {}});
  EXPECT_THAT(words_of_cover(mail, ""), testing::EndsWith("“a19” en nog 10."));
}

}  // namespace
}  // namespace zp::gateway
