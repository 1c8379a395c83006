#include "intake/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zp::intake {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kReceived = "2026-11-22";

IdentityDocument passport(std::string expiry = "2031-08-02") {
  IdentityDocument document;
  document.document_type = "passport";
  document.mrz = Mrz{};
  document.mrz->checks_ok = true;
  document.mrz->expiry_date = std::move(expiry);
  return document;
}

Findings copy_of(IdentityDocument document) {
  Findings findings;
  findings.type = "image/jpeg";
  findings.pages.resize(1);
  findings.identity_document = std::move(document);
  return findings;
}

/// What the sender reads under this code; empty if it was not said.
std::string said(Findings& findings, std::string_view code, std::string_view as_of = kReceived) {
  judge(findings, as_of);
  for (const Message& message : findings.messages)
    if (message.code == code) return message.nl;
  return {};
}

TEST(JudgeSignatures, DoNotTellTheSenderThatACourtsSignatureIsHis) {
  Findings order;
  order.type = "image/jpeg";
  order.kind = "court-order";
  order.pages.resize(1);
  order.pages[0].handwritten_signatures = {{{0.2, 0.6, 0.2, 0.1}, 0.8}};
  EXPECT_THAT(said(order, "signature-found"), HasSubstr("Wij zien een handtekening"));
  order.kind = "form";
  order.messages.clear();
  EXPECT_THAT(said(order, "signature-found"), HasSubstr("uw handtekening"));
}

TEST(JudgePages, OneThatWasUpsideDownIsUsableAndComesWithATip) {
  Findings findings;
  findings.type = "image/jpeg";
  findings.pages.resize(1);
  findings.pages[0].upside_down = true;
  EXPECT_THAT(said(findings, "upside-down"), HasSubstr("Wij hebben dat gedraaid."));
  EXPECT_EQ(findings.verdict, Verdict::kUsable) << "it is shown upright";
}

TEST(JudgePages, WhatHoldsForSeveralIsSaidOnce) {
  Findings findings;
  findings.type = "application/pdf";
  findings.pages.resize(9);
  for (std::size_t i = 0; i < findings.pages.size(); ++i) {
    findings.pages[i].number = static_cast<int>(i + 1);
    findings.pages[i].sharp = i != 0 && i != 1 && i != 8;
    if (i < 6 && i != 3) findings.pages[i].handwritten_signatures = {{{0.2, 0.6, 0.2, 0.1}, 0.8}};
    if (i == 7) findings.pages[i].empty_signature_fields = {{0.2, 0.6, 0.2, 0.1}};
  }
  EXPECT_EQ(said(findings, "signature-found"), "Wij zien uw handtekening op pagina 1 tot en met 3, 5 en 6.");
  EXPECT_THAT(said(findings, "blurred"), HasSubstr("Op pagina 1, 2 en 9 is de tekst onscherp"));
  EXPECT_THAT(said(findings, "signature-field-empty"), HasSubstr("Op pagina 8 is"));
  EXPECT_EQ(findings.messages.size(), 3U);
}

TEST(JudgeHazards, NobodyIsPromisedToLookAtWhatCannotBeOpened) {
  Findings findings;
  findings.hazards = {"malformed", "packed-files", "unreadable"};
  judge(findings);
  ASSERT_EQ(findings.messages.size(), 1U);
  EXPECT_EQ(findings.messages[0].code, "unreadable");
}

TEST(JudgeHazards, SaysWhichPagesWereLookedAt) {
  Findings findings;
  findings.type = "application/pdf";
  findings.hazards = {"too-many-pages"};
  findings.pages.resize(200);
  for (std::size_t i = 0; i < findings.pages.size(); ++i) {
    findings.pages[i].number = static_cast<int>(i + 1);
    findings.pages[i].looked_at = i < 93;
  }
  EXPECT_EQ(said(findings, "too-many-pages"),
            "Het document heeft veel pagina's. Wij hebben pagina 1 tot en met 93 bekeken. Een medewerker bekijkt de "
            "rest.");
  EXPECT_EQ(findings.verdict, Verdict::kDoubtful);
  for (PageFindings& page : findings.pages) page.looked_at = false;
  EXPECT_EQ(said(findings, "too-many-pages"), "Het document heeft veel pagina's. Een medewerker bekijkt ze.");
}

TEST(JudgeIdentity, ALicenceHasExpiredAsIsPrintedOnIt) {
  IdentityDocument licence = passport("");
  licence.document_type = "driving-licence";
  licence.printed_expiry = "2024-03-09";
  Findings findings = copy_of(licence);
  EXPECT_THAT(said(findings, "identity-document-expired"), HasSubstr("verlopen"));
  licence.printed_expiry = "2034-03-09";
  Findings valid = copy_of(licence);
  EXPECT_THAT(said(valid, "identity-document-expired"), IsEmpty());
}

TEST(JudgeIdentity, AGoodCopyIsUsable) {
  Findings findings = copy_of(passport());
  EXPECT_EQ(said(findings, "identity-document-found"), "Wij zien een identiteitsbewijs.");
  EXPECT_EQ(findings.verdict, Verdict::kUsable);
  EXPECT_EQ(findings.messages.size(), 1U);
}

TEST(JudgeIdentity, ExpiredIsJudgedByTheDayOfReceipt) {
  Findings valid_today = copy_of(passport(kReceived)), expired_yesterday = copy_of(passport("2026-11-21"));
  EXPECT_EQ(said(valid_today, "identity-document-expired"), "");
  EXPECT_THAT(said(expired_yesterday, "identity-document-expired"), HasSubstr("Stuur een geldig identiteitsbewijs"));
  EXPECT_EQ(expired_yesterday.verdict, Verdict::kDoubtful);
  EXPECT_EQ(said(expired_yesterday, "identity-document-expired", "2026-11-21"), "");
  EXPECT_EQ(said(expired_yesterday, "identity-document-expired", ""), "") << "no day of receipt, no judgement";
}

TEST(JudgeIdentity, ADateThatItsCheckDigitDoesNotConfirmExpiresNothing) {
  IdentityDocument misread = passport("2020-01-01");
  misread.mrz->checks_ok = false;
  Findings findings = copy_of(misread);
  EXPECT_EQ(said(findings, "identity-document-expired"), "");
  EXPECT_THAT(said(findings, "identity-document-unclear"), HasSubstr("Maak een scherpe foto"));
}

TEST(JudgeIdentity, EveryShortcomingComesWithATip) {
  IdentityDocument document = passport();
  document.shortcomings = {"cut-off", "glare"};
  Findings findings = copy_of(document);
  findings.pages[0].sharp = false;
  EXPECT_THAT(said(findings, "identity-document-cut-off"), HasSubstr("Leg het op een donkere tafel"));
  EXPECT_THAT(said(findings, "identity-document-glare"), HasSubstr("Zet de flitser uit"));
  EXPECT_THAT(said(findings, "blurred"), HasSubstr("houd de telefoon stil"));
}

TEST(JudgeIdentity, SaysThatACharacterWasMended) {
  IdentityDocument document = passport();
  document.mrz->corrected = true;
  Findings findings = copy_of(document);
  EXPECT_NE(said(findings, "identity-document-corrected"), "");
  EXPECT_EQ(findings.verdict, Verdict::kUsable);
}

TEST(JudgeIdentity, LooksAtEveryDocumentOnThePages) {
  Findings findings = copy_of(passport());
  IdentityDocument other = passport("2020-01-01");
  other.photo_box = Box{0.1, 0.1, 0.2, 0.2};
  other.shortcomings = {"cut-off"};
  findings.other_identity_documents = {other};
  EXPECT_EQ(said(findings, "identity-document-found"), "Wij zien 2 identiteitsbewijzen.");
  EXPECT_THAT(said(findings, "identity-document-expired"), HasSubstr("Een van de identiteitsbewijzen is verlopen"));
  EXPECT_NE(said(findings, "identity-document-cut-off"), "");
  EXPECT_NE(said(findings, "identity-document-unmasked"), "");
  EXPECT_EQ(findings.verdict, Verdict::kDoubtful);
}

}  // namespace
}  // namespace zp::intake
