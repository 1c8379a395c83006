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

TEST(EvaluateKind, ThatWasReadFromFewWordsIsLeftToAPersonWithTheseWords) {
  Evidence order = court_order();
  order.findings.kind_confidence = 0.4;
  order.findings.kind_words = {"rechtbank", "zaaknummer"};
  const auto result = of(evaluate(rule(kInformation), kMentor, {order}), "court-order");
  EXPECT_EQ(result.state, kDoubtful);
  EXPECT_THAT(result.seen, Contains("Soort document: misschien beschikking van de rechter (zekerheid 0,40), gelezen "
                                    "aan: rechtbank, zaaknummer."));
}

TEST(EvaluateKind, ThatIsUncertainIsNoDoubtWhereAnyDocumentWillDo) {
  Evidence letter = request();
  letter.findings.kind_confidence = 0.3;
  EXPECT_EQ(of(evaluate(rule(kAccess), kSelf, {letter, identity("requester-identity")}), "request").state, kMet);
}

TEST(EvaluateIdentity, OnAPageOfTheRequestCountsToo) {
  Evidence scan = request();
  scan.findings.identity_document = identity("").findings.identity_document;
  const auto evaluation = evaluate(rule(kAccess), kSelf, {scan});
  EXPECT_TRUE(evaluation.complete);
  EXPECT_EQ(of(evaluation, "requester-identity").document, "request.jpg");
}

TEST(EvaluateIdentity, IsMaskedAndSaysSo) {
  const auto result = of(evaluate(rule(kAccess), kSelf, {identity("requester-identity")}), "requester-identity");
  EXPECT_TRUE(result.mask);
  EXPECT_THAT(result.seen, Contains(HasSubstr("wij schermen het af")));
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

Evidence signed_in(const char* slot, const char* kind, const char* whose) {
  Evidence evidence = signed_by_hand(document("r", slot, kind));
  evidence.findings.pages.front().signature_fields = {{{}, "signed", whose}};
  return evidence;
}

TEST(EvaluateSigner, SetsTheNameInADigitalSignatureBesideWhoShouldSign) {
  Evidence evidence = signed_digitally(document("r", "request", "letter"));
  const auto signed_by = [&](const char* signer) {
    evidence.findings.digital_signatures.front().signer = signer;
    return of(evaluate(rule(kAccess), kSelf, {evidence}), "request");
  };
  EXPECT_EQ(signed_by("W. de Bruijn").state, kMet);
  EXPECT_EQ(signed_by("Willeke de Bruijn <willeke@post.example>").state, kMet);
  EXPECT_EQ(signed_by("willeke@post.example").state, kMet) << "no name to compare: staff see it beside the other";
  const auto other = signed_by("Bram Bedacht");
  EXPECT_EQ(other.state, kDoubtful);
  EXPECT_THAT(other.seen, Contains("Wie moet tekenen: Willeke de Bruijn."));
  EXPECT_THAT(other.seen, Contains("De digitale handtekening is van Bram Bedacht: een andere naam."));
  evidence.corrections["signature"] = "present";
  EXPECT_EQ(signed_by("Bram Bedacht").state, kMet) << "a person has looked";
}

TEST(EvaluateSigner, ARepresentativeMaySignWhereHeAsksAndNamesTheProof) {
  Evidence evidence = signed_digitally(document("r", "request", "letter"));
  evidence.findings.digital_signatures.front().signer = "Anneke Vliet";
  const auto result = of(evaluate(rule(kAccess), kMentor, {evidence, court_order()}), "request");
  EXPECT_EQ(result.state, kMet);
  EXPECT_THAT(result.seen, Contains("Wie voor de cliënt tekent, bewijst dat met: Beschikking van de rechter."));
  EXPECT_EQ(of(evaluate(rule(kAccess), kMentor, {signed_in("request", "form", "representative")}), "request").state,
            kMet);
}

TEST(EvaluateSigner, SomebodyElsesPlaceIsADoubtWhereTheClientAsks) {
  const auto result = of(evaluate(rule(kAccess), kSelf, {signed_in("request", "form", "representative")}), "request");
  EXPECT_EQ(result.state, kDoubtful);
  EXPECT_THAT(result.lacking, Contains(HasSubstr("het bewijs dat die persoon dat mag")));
  EXPECT_EQ(of(evaluate(rule(kAccess), kSelf, {signed_in("request", "form", "client")}), "request").state, kMet);
}

TEST(EvaluateSigner, AMandateIsSignedByTheClient) {
  const Fields fields = {{"requester_role", "gemachtigde"},
                         {"requester_name", "Anneke Vliet"},
                         {"client_name", "Willeke de Bruijn"},
                         {"client_birth_date", "1965-03-10"}};
  const auto of_mandate = [&](const Evidence& mandate) {
    return of(evaluate(rule(kAccess), fields, {mandate}), "mandate");
  };
  EXPECT_EQ(of_mandate(signed_in("mandate", "mandate", "client")).state, kMet);
  EXPECT_EQ(of_mandate(signed_in("mandate", "mandate", "representative")).state, kDoubtful);
  Evidence by_machine = signed_digitally(document("m", "mandate", "mandate"));
  EXPECT_EQ(of_mandate(by_machine).state, kMet);
  by_machine.findings.digital_signatures.front().signer = "Anneke Vliet";
  EXPECT_EQ(of_mandate(by_machine).state, kDoubtful);
}

TEST(EvaluateCourtOrder, SetsItsPeopleBesideThoseFilledIn) {
  Evidence order = order_until("");
  order.findings.court_order->represented = "W. de Bruijn";
  order.findings.court_order->representative = "Bram Bedacht";
  const auto judged_order = [&] { return of(evaluate(rule(kAccess), kMentor, {order}), "court-order"); };
  EXPECT_EQ(judged_order().state, kMet) << "only read, not yet confirmed";
  EXPECT_THAT(judged_order().seen, Contains("Let op: Vertegenwoordiger volgens de beschikking: Bram Bedacht; ingevuld: "
                                            "Anneke Vliet."));
  order.corrections["order.representative"] = "Bram Bedacht";
  EXPECT_EQ(judged_order().state, kDoubtful);
  order.corrections["order.representative"] = "A. Vliet";
  EXPECT_EQ(judged_order().state, kMet);
}

TEST(EvaluateIdentity, ALicenceExpiresAsIsPrintedOnIt) {
  Evidence evidence = identity("requester-identity", "DE BRUIJN", "1965-03-10", "");
  evidence.findings.identity_document->document_type = "driving-licence";
  evidence.findings.identity_document->printed_expiry = "2024-03-09";
  const auto result = of(evaluate(rule(kAccess), kSelf, {evidence}), "requester-identity");
  EXPECT_EQ(result.state, kDoubtful);
  EXPECT_THAT(result.seen, Contains(HasSubstr("Verlopen op 9 maart 2024 (veld 4b)")));
}

TEST(EvaluateLacking, TellsTheSenderAboutTheEmptyField) {
  Evidence evidence = document("r", "request", "form");
  evidence.findings.pages.front().number = 2;
  evidence.findings.pages.front().empty_signature_fields.emplace_back();
  EXPECT_THAT(of(evaluate(rule(kInformation), kMentor, {evidence}), "request").lacking,
              ElementsAre("Wij zien geen handtekening: het vak voor de handtekening op pagina 2 is leeg."));
}

TEST(EvaluateLacking, DoesNotMissASignatureOnPagesThatNobodyLookedAt) {
  Evidence evidence = document("r", "request", "letter");
  evidence.findings.pages.resize(2);
  const auto judged_request = [&] { return of(evaluate(rule(kInformation), kMentor, {evidence}), "request"); };
  EXPECT_EQ(judged_request().state, kMissing);
  evidence.findings.pages[1].looked_at = false;
  EXPECT_EQ(judged_request().state, kDoubtful);
  EXPECT_THAT(judged_request().lacking,
              ElementsAre("Wij zien nog geen handtekening. Een medewerker bekijkt de pagina's die wij nog niet bekeken "
                          "hebben."));
  evidence.findings.pages.pop_back();
  evidence.findings.hazards = {"too-many-pages"};
  EXPECT_EQ(judged_request().state, kDoubtful) << "more pages than findings can name";
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
