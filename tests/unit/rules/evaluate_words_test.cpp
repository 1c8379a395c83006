// What the evaluator tells staff and sender, in words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/rules/evidence.h"

namespace zp::intake {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace test;

TEST(EvaluateIdentity, ShowsBothSidesOfADifferenceToStaffAndNeitherToTheSender) {
  const auto evaluation =
      evaluate(rule(kInformation), kMentor, {identity("client-identity", "PIETERSEN", "1965-10-03")});
  const auto& result = of(evaluation, "client-identity");
  EXPECT_THAT(result.seen, Contains("Naam verschilt: op het identiteitsbewijs PIETERSEN, WILLEKE LISELOTTE; "
                                    "ingevuld Willeke de Bruijn."));
  EXPECT_THAT(result.seen,
              Contains("Geboortedatum verschilt: op het identiteitsbewijs 3 oktober 1965; ingevuld 10 maart 1965."));
  EXPECT_THAT(result.lacking,
              ElementsAre("De naam of geboortedatum op het identiteitsbewijs is anders dan wat u hebt ingevuld."));
}

TEST(EvaluateIdentity, NamesWhatIsEqual) {
  EXPECT_THAT(of(evaluate(rule(kInformation), kMentor, {identity("client-identity")}), "client-identity").seen,
              Contains("Gelijk aan wat is ingevuld: naam (Willeke de Bruijn), geboortedatum (10 maart 1965)."));
}

TEST(EvaluateIdentity, OnAPageOfTheRequestCountsToo) {
  Evidence scan = request();
  scan.findings.identity_document = identity("").findings.identity_document;
  const auto evaluation = evaluate(rule(kAccess), kSelf, {scan});
  EXPECT_TRUE(evaluation.complete);
  EXPECT_EQ(of(evaluation, "requester-identity").document, "request.jpg");
}

TEST(EvaluateIdentity, IsMaskedInAvgRequestsAndSaysSo) {
  const auto result = of(evaluate(rule(kAccess), kSelf, {identity("requester-identity")}), "requester-identity");
  EXPECT_TRUE(result.mask);
  EXPECT_THAT(result.seen, Contains(HasSubstr("wij schermen het af")));
  const auto unmasked = of(evaluate(rule(kInformation), kMentor, {identity("client-identity")}), "client-identity");
  EXPECT_FALSE(unmasked.mask);
}

TEST(EvaluateIdentity, OfSeveralDocumentsOnAPageTheHoldersIsCompared) {
  Evidence both = identity("client-identity", "PIETERSEN", "1965-10-03");
  both.findings.other_identity_documents = {*identity("").findings.identity_document};
  const auto result = of(evaluate(rule(kInformation), kMentor, {both}), "client-identity");
  EXPECT_EQ(result.state, kMet);
  EXPECT_THAT(result.seen, Contains(HasSubstr("Gelijk aan wat is ingevuld: naam (Willeke de Bruijn)")));
}

TEST(EvaluateIdentity, ReadWithErrorsIsLeftToAPerson) {
  Evidence evidence = identity("client-identity");
  evidence.findings.identity_document->mrz->checks_ok = false;
  EXPECT_EQ(of(evaluate(rule(kInformation), kMentor, {evidence}), "client-identity").state, kDoubtful);
}

TEST(EvaluateSeen, NamesPageAndConfidenceOfTheSignature) {
  EXPECT_THAT(of(evaluate(rule(kInformation), kMentor, {request()}), "request").seen,
              Contains("Handtekening op pagina 1 (zekerheid 0,93)."));
}

TEST(EvaluateSeen, NamesWhoseFieldOfAKnownFormIsSignedAndAsksForNoOther) {
  Evidence evidence = signed_by_hand(document("r", "request", "form"));
  PageFindings& page = evidence.findings.pages.front();
  page.form = "WLZ-01";
  page.signature_fields = {{{}, "empty", "client"}, {{}, "signed", "representative"}};
  page.empty_signature_fields.emplace_back();
  page.handwritten_signatures.front().origin = "image";
  const auto seen = of(evaluate(rule(kInformation), kMentor, {evidence}), "request").seen;
  EXPECT_THAT(seen,
              Contains("Vak voor de handtekening van de vertegenwoordiger op pagina 1 (formulier WLZ-01): getekend."));
  EXPECT_THAT(seen, Contains("Vak voor de handtekening van de cliënt op pagina 1 (formulier WLZ-01): leeg."));
  EXPECT_THAT(seen, Contains("Handtekening op pagina 1 (zekerheid 0,93), met de computer gezet."));
  EXPECT_THAT(seen, Not(Contains(HasSubstr("Let op"))));
}

TEST(EvaluateLacking, TellsTheSenderAboutTheEmptyField) {
  Evidence evidence = document("r", "request", "form");
  evidence.findings.pages.front().number = 2;
  evidence.findings.pages.front().empty_signature_fields.emplace_back();
  EXPECT_THAT(of(evaluate(rule(kInformation), kMentor, {evidence}), "request").lacking,
              ElementsAre("Wij zien geen handtekening: het vak voor de handtekening op pagina 2 is leeg."));
}

TEST(EvaluateLacking, PassesOnWhatTheInspectionSaid) {
  EXPECT_THAT(of(evaluate(rule(kInformation), kMentor, {judged(request(), Verdict::kUnusable)}), "request").lacking,
              ElementsAre("De foto is onscherp: maak hem opnieuw."));
}

TEST(EvaluateUnused, NamesDocumentsThatNobodyAskedFor) {
  const auto evaluation =
      evaluate(rule(kAccess), kSelf,
               {request(), document("holiday.jpg", "", "unknown"), document("x", "no-such-slot", "letter")});
  EXPECT_THAT(evaluation.unused, ElementsAre("holiday.jpg"));
}

TEST(EvaluateNothingRequired, IsNeverComplete) {
  const auto evaluation = evaluate(rule("onbekend"), {}, {request()});
  EXPECT_FALSE(evaluation.complete);
  EXPECT_THAT(evaluation.requirements, IsEmpty());
  EXPECT_THAT(evaluation.unused, ElementsAre("request.jpg"));
}

}  // namespace
}  // namespace zp::intake
