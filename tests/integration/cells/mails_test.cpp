// Mails taken apart by the real broker and cells.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "crypto/cms.h"
#include "crypto/hash.h"
#include "tests/integration/cells/in_cells.h"

namespace zp::gateway {
namespace {

using intake::Findings;
using intake::ParsedMail;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Mails : public test::InCells {};

constexpr const char* kMail =
    "Return-Path: <mevrouw@example.org>\r\n"
    "From: =?ISO-8859-15?Q?Ren=E9e_Voorbeeld?= <mevrouw@example.org>\r\n"
    "To: Post <post@example.nl>, kopie@example.nl\r\n"
    "Subject: =?UTF-8?B?VmVyem9layBpbnphZ2U=?=\r\n"
    "Message-ID: <1@example.org>\r\n"
    "Date: Sun, 22 Nov 2026 10:00:00 +0100\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=windows-1252\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "Het kost =80 5, zegt Ren=E9e.\r\n"
    "--b\r\nContent-Type: application/pdf; name*=UTF-8''verzoek%20%E2%82%AC.pdf\r\nContent-Disposition: inline\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjcK\r\n"
    "--b\r\nContent-Type: message/rfc822\r\n\r\n"
    "From: ander@example.org\r\nSubject: binnenin\r\nContent-Type: image/jpeg; name=\"../../foto.jpg\"\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ\r\n"
    "--b--\r\n";

TEST_F(Mails, WhatServersSayAboutItsOriginIsRead) {
  const ParsedMail parsed = mail(
      "Authentication-Results: mx.example.nl;\r\n\tspf=pass smtp.mailfrom=a@example.org;\r\n\tdkim=fail "
      "header.d=example.org\r\n"
      "Received: from x by mx.example.nl; Sun, 22 Nov 2026 10:00:00 +0100\r\n"
      "authentication-results: elders.example; dmarc=pass header.from=example.org\r\n"
      "From: a@example.org\r\nSubject: x\r\n\r\nx\r\n");
  ASSERT_EQ(parsed.authentication.size(), 3u);
  EXPECT_EQ(parsed.authentication[0].server, "mx.example.nl");
  EXPECT_EQ(parsed.authentication[1].method, "dkim");
  EXPECT_EQ(parsed.authentication[1].result, "fail");
  EXPECT_EQ(parsed.authentication[2].server, "elders.example");
}

TEST_F(Mails, TextThatDoesNotFitIsCutBetweenLettersAndSaysSo) {
  const std::string head = "From: a@example.org\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
  const std::string fits(intake::kMaxMailText - 1, 'x');
  EXPECT_EQ(mail(head + fits + "\n").text, fits + "\n");
  EXPECT_THAT(mail(head + fits + "\n").hazards, IsEmpty());
  const ParsedMail cut = mail(head + fits + "\xC3\xA9 en dan nog dit");
  EXPECT_EQ(cut.text, fits);
  EXPECT_THAT(cut.hazards, ElementsAre("text-cut"));
  const ParsedMail html = mail("From: a@example.org\r\nContent-Type: text/html\r\n\r\n<p>" + fits + "</p><p>meer</p>");
  EXPECT_THAT(html.hazards, ElementsAre("text-cut"));
}

TEST_F(Mails, AMailIsTakenApart) {
  const ParsedMail parsed = mail(kMail);
  EXPECT_EQ(parsed.from_address, "mevrouw@example.org");
  EXPECT_EQ(parsed.from_name,
            "Ren\xC3\xA9"
            "e Voorbeeld");
  EXPECT_EQ(parsed.subject, "Verzoek inzage");
  EXPECT_EQ(parsed.message_id, "1@example.org");
  EXPECT_THAT(parsed.to, ElementsAre("post@example.nl", "kopie@example.nl"));
  EXPECT_FALSE(parsed.automatic);
  EXPECT_THAT(parsed.text, HasSubstr("\xE2\x82\xAC 5, zegt Ren\xC3\xA9"
                                     "e"))
      << "converted inside the cell, which opens no files";
  ASSERT_EQ(parsed.parts.size(), 2u);
  EXPECT_EQ(parsed.parts[0].name, "verzoek \xE2\x82\xAC.pdf");
  EXPECT_EQ(as_text(parsed.parts[0].content), "%PDF-1.7\n") << "inline is a document too";
  EXPECT_EQ(parsed.parts[1].name, "foto.jpg") << "inside an attached mail";
  EXPECT_EQ(parsed.parts[1].content.size(), 6u);
}

TEST_F(Mails, WhatSignsAMailIsNoDocumentToDoubt) {
  const auto pem = crypto::SealKey::self_signed("Ondertekenaar", 30);
  const auto key = crypto::SealKey::load(pem.chain, pem.key);
  ASSERT_TRUE(key);
  const std::string content = "Content-Type: text/plain\r\n\r\nIk machtig mijn zus.";
  const Bytes cms = key->sign_digest(crypto::sha256(as_bytes(content))).value();
  const Findings found = findings(
      "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=s; "
      "protocol=\"application/pkcs7-signature\"\r\n\r\n--s\r\n" +
      content + "\r\n--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n" +
      "Content-Transfer-Encoding: base64\r\n\r\n" + to_base64(cms) + "\r\n--s--\r\n");
  ASSERT_EQ(found.digital_signatures.size(), 1u);
  EXPECT_EQ(found.digital_signatures[0].integrity, "ok");
  ASSERT_EQ(found.attachments.size(), 1u);
  EXPECT_THAT(found.attachments[0].hazards, IsEmpty());
  const Findings alone = findings(std::string(as_text(cms)));
  EXPECT_THAT(alone.hazards, ElementsAre("detached-signature")) << "not encrypted, but of what?";
}

TEST_F(Mails, WhatAMailHasPackedIsUnpacked) {
  const auto parts_of = [](const std::string& seed) {
    std::ifstream file(ZP_SOURCE_DIR "/tests/fuzz/seeds/mail/" + seed, std::ios::binary);
    std::vector<std::pair<std::string, std::string>> parts;
    const auto mail =
        connect_cells(broker_->socket())->parse_mail(as_bytes(std::string(std::istreambuf_iterator<char>(file), {})));
    for (const auto& part : mail ? mail->parts : std::vector<intake::MailPart>())
      parts.emplace_back(part.name, as_text(part.content));
    return parts;
  };
  EXPECT_THAT(parts_of("uuencode.eml"), testing::ElementsAre(testing::Pair("brief.txt", "Cat")));
  EXPECT_THAT(parts_of("winmail.eml"), testing::ElementsAre(testing::Pair("winmail.dat", testing::_),
                                                            testing::Pair("Brief van Söl.txt", "Geachte heer")));
}

TEST_F(Mails, WordsThatOutlookPackedAreReadOnce) {
  std::ifstream file(ZP_SOURCE_DIR "/tests/fuzz/seeds/tnef/rtf.dat", std::ios::binary);
  const Bytes packed{std::istreambuf_iterator<char>(file), {}};
  const auto with = [&](const std::string& words) {
    return mail(
        "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" +
        words +
        "\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
        to_base64(packed) + "\r\n--b--\r\n");
  };
  EXPECT_THAT(with("Zie de bijlage.").text, HasSubstr("Geachte heer \u041F, \u20AC5\nbijgaand"));
  EXPECT_EQ(with("Geachte  heer \u041F,\r\n\u20AC5 bijgaand").text, "Geachte  heer \u041F,\n\u20AC5 bijgaand");
}

TEST_F(Mails, AMailInsideAnInspectionShowsItsParts) {
  const Findings found = findings(kMail);
  EXPECT_EQ(found.type, "message/rfc822");
  ASSERT_EQ(found.attachments.size(), 2u);
  EXPECT_EQ(found.attachments[0].type, "application/pdf");
  EXPECT_EQ(found.attachments[1].type, "image/jpeg");
}

TEST_F(Mails, WordsOfAWrongOrUnknownCharacterSetAreReadAsWhatTheyAre) {
  const auto text = [&](const char* charset, const char* bytes) {
    return mail(std::string("From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: text/plain") + charset +
                "\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + bytes + "\r\n")
        .text;
  };
  for (const char* charset : {"", "; charset=us-ascii", "; charset=x-unknown", "; charset=utf-8",
                              "; charset=iso-8859-1", "; charset=windows-1252"})
    EXPECT_EQ(text(charset,
                   "Ren\xE9"
                   "e betaalt \x80 5"),
              "Ren\u00E9e betaalt \u20AC 5\n")
        << charset;
  for (const char* charset : {"", "; charset=us-ascii", "; charset=x-unknown", "; charset=utf-8"})
    EXPECT_EQ(text(charset,
                   "Ren\xC3\xA9"
                   "e betaalt \xE2\x82\xAC 5"),
              "Ren\u00E9e betaalt \u20AC 5\n")
        << charset;
  EXPECT_EQ(text("; charset=koi8-r", "\xEE\xC5\xD4"), "\u041D\u0435\u0442\n");
}

TEST_F(Mails, HtmlMailBecomesText) {
  const ParsedMail parsed = mail(
      "From: a@example.org\r\nContent-Type: text/html; "
      "charset=utf-8\r\n\r\n<html><head><title>t</title><style>p{}</style></head><body>"
      "<p>Geachte&nbsp;heer,</p><p>1 &lt; 2 &euro;</p><img "
      "src=\"http://example.org/spy\"><script>alert(1)</script></body></html>");
  EXPECT_EQ(parsed.text, "Geachte heer,\n\n1 < 2 \xE2\x82\xAC\n");
  EXPECT_THAT(parsed.parts, IsEmpty());
}

TEST_F(Mails, MailOfMachinesIsNeverAnswered) {
  const auto automatic = [](const std::string& field) {
    return mail(field + "\r\nFrom: a@example.org\r\n\r\nx").automatic;
  };
  EXPECT_FALSE(automatic("X-Other: y"));
  EXPECT_FALSE(automatic("Auto-Submitted: no"));
  for (const char* field : {"Auto-Submitted: auto-replied", "Precedence: bulk", "List-Id: <l.example.org>",
                            "Return-Path: <>", "Content-Type: multipart/report; boundary=x", "X-Autoreply: yes"}) {
    EXPECT_TRUE(automatic(field)) << field;
  }
  for (const char* robot : {"MAILER-DAEMON", "owner-l", "l-request", "l-bounces", "bounces"})
    EXPECT_TRUE(mail("From: " + std::string(robot) + "@example.org\r\n\r\nx").automatic) << robot;
  EXPECT_FALSE(mail("From: requester@example.org\r\n\r\nx").automatic);
  EXPECT_TRUE(mail("Subject: nobody\r\n\r\nx").automatic) << "there is nobody to answer";
}

TEST_F(Mails, ReportsOfMailServersAreReadForEachRecipient) {
  const std::string status =
      "Reporting-MTA: dns; mx.example\r\nArrival-Date: x\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nACTION: "
      "Failed\r\n"
      "Status: 5.1.1 (bad mailbox)\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n  no such user\r\n\r\n"
      "Final-Recipient: rfc822; c@b.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n";
  const std::string part = "--x\r\nContent-Type: message/delivery-status\r\n\r\n" + status + "--x--\r\n";
  const auto report = [&](const char* type) {
    return mail("From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/" + std::string(type) +
                "; boundary=x\r\n\r\n" + part)
        .reports;
  };
  const auto reports = report("report; report-type=delivery-status");
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].action, "failed");
  EXPECT_EQ(reports[0].status, "5.1.1");
  EXPECT_EQ(reports[0].diagnostic, "smtp; 550 5.1.1 no such user");
  EXPECT_EQ(reports[1].action, "delayed");
  EXPECT_EQ(reports[1].status, "4.4.1");
  EXPECT_THAT(report("mixed"), IsEmpty()) << "somebody passes one on";
}

TEST_F(Mails, MailThatReadersDisagreeAboutIsFlagged) {
  EXPECT_THAT(mail("From: a@example.org\r\nContent-Type: text/plain\r\nContent-Type: application/pdf\r\n\r\nx").hazards,
              Contains("ambiguous"));
  EXPECT_THAT(mail("From: a@example.org, b@example.org\r\n\r\nx").hazards, Contains("several-senders"));
}

TEST_F(Mails, HugeMailIsBounded) {
  std::string many = "From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 3000; ++i) many += "--b\r\nContent-Type: image/png\r\n\r\nx\r\n";
  const ParsedMail parsed = mail(many);
  EXPECT_EQ(parsed.parts.size(), 1000u);
  EXPECT_THAT(parsed.hazards, Contains("too-many-parts"));
  for (int i = 0; i < 300'000; ++i) many += "--b\r\n\r\n";
  EXPECT_EQ(connect_cells(broker_->socket())->parse_mail(as_bytes(many)).error().code, Code::kMalformed)
      << "waits for a person";
  std::string deep = "From: a@example.org\r\n";
  for (int i = 0; i < 2000; ++i)
    deep +=
        "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" + std::to_string(i) + "\r\n";
  EXPECT_THAT(mail(deep).hazards, Contains("too-deep"));
  EXPECT_EQ(connect_cells(broker_->socket())->parse_mail({}).error().code, Code::kMalformed);
}

}  // namespace
}  // namespace zp::gateway
