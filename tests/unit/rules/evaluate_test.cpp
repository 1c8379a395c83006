// Scenarios against the shipped rules: what a sender brings, and what the evaluator makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/rules/requirements.h"

namespace zp::intake {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Fields = std::map<std::string, std::string>;
constexpr auto kMet = RequirementState::kMet;
constexpr auto kMissing = RequirementState::kMissing;
constexpr auto kDoubtful = RequirementState::kDoubtful;

const RequestRule& rule(const char* name) {
  static const auto book = RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests");
  return *book.value().find(name);
}
const char* const kInformation = "informatie-mentor-curator-bewindvoerder";
const char* const kAccess = "avg-inzage";

const Fields kMentor = {{"requester_role", "mentor"},
                        {"requester_name", "Anneke Vliet"},
                        {"client_name", "Willeke de Bruijn"},
                        {"client_birth_date", "1965-03-10"}};
const Fields kSelf = {
    {"requester_role", "self"}, {"client_name", "Willeke de Bruijn"}, {"client_birth_date", "1965-03-10"}};

Evidence document(const char* name, const char* slot, const char* kind) {
  Evidence evidence{.document = name, .slot = slot, .findings = {}, .corrections = {}, .received_on = "2026-11-22"};
  evidence.findings.verdict = Verdict::kUsable;
  evidence.findings.kind = kind;
  evidence.findings.kind_confidence = 0.9;
  evidence.findings.pages.emplace_back();
  return evidence;
}
Evidence signed_by_hand(Evidence evidence, double confidence = 0.93) {
  evidence.findings.pages.front().handwritten_signatures.push_back({{}, confidence});
  return evidence;
}
Evidence signed_digitally(Evidence evidence, const char* integrity = "ok", const char* coverage = "whole",
                          const char* chain = "untrusted", const char* weakness = nullptr) {
  evidence.findings.digital_signatures.push_back({.format = "adbe.pkcs7.detached",
                                                  .integrity = integrity,
                                                  .coverage = coverage,
                                                  .chain = chain,
                                                  .signer = "W. de Bruijn",
                                                  .claimed_time = "",
                                                  .weaknesses = {}});
  if (weakness) evidence.findings.digital_signatures.back().weaknesses = {weakness};
  return evidence;
}
Evidence time_stamped(Evidence evidence) {
  evidence = signed_digitally(std::move(evidence), "ok", "whole", "trusted");
  evidence.findings.digital_signatures.back().format = "ETSI.RFC3161";
  return evidence;
}
Evidence request() { return signed_by_hand(document("request.jpg", "request", "letter")); }
Evidence court_order() { return document("order.pdf", "court-order", "court-order"); }
Evidence order_until(const char* end) {
  Evidence evidence = court_order();
  evidence.received_on = "2026-11-22";
  evidence.findings.court_order =
      CourtOrder{.court = {}, .date = {}, .measures = {}, .represented = {}, .representative = {}, .end_date = end};
  return evidence;
}
Evidence identity(const char* slot, const char* surname = "DE BRUIJN", const char* birth = "1965-03-10",
                  const char* expiry = "2031-08-02", const char* given = "WILLEKE LISELOTTE") {
  Evidence evidence = document("id.heic", slot, "identity-document");
  Mrz mrz;
  mrz.checks_ok = true;
  mrz.surname = surname;
  mrz.given_names = given;
  mrz.birth_date = birth;
  mrz.expiry_date = expiry;
  mrz.issuing_state = "UTO";
  evidence.findings.identity_document = IdentityDocument{.page = 1,
                                                         .document_type = "identity-card",
                                                         .mrz = mrz,
                                                         .area = {},
                                                         .photo_box = Box{},
                                                         .bsn_boxes = {Box{}},
                                                         .mrz_box = Box{}};
  return evidence;
}
Evidence corrected(Evidence evidence, const char* what, const char* value) {
  evidence.corrections[what] = value;
  return evidence;
}
Evidence judged(Evidence evidence, Verdict verdict, const char* message = "De foto is onscherp: maak hem opnieuw.",
                const char* code = "blurred") {
  evidence.findings.verdict = verdict;
  evidence.findings.messages.push_back({code, message, "English"});
  return evidence;
}

const RequirementResult& of(const Evaluation& evaluation, const std::string& slot) {
  for (const auto& result : evaluation.requirements)
    if (result.slot == slot) return result;
  throw std::runtime_error("no requirement " + slot);
}

struct Scenario {
  const char* name;
  const char* request;
  Fields fields;
  std::vector<Evidence> evidence;
  std::vector<RequirementState> states;  // in the order of the rule
};
void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

class Evaluate : public ::testing::TestWithParam<Scenario> {};
TEST_P(Evaluate, JudgesEachRequirement) {
  const Scenario& scenario = GetParam();
  const Evaluation evaluation = evaluate(rule(scenario.request), scenario.fields, scenario.evidence);
  std::vector<RequirementState> states;
  bool all_met = true;
  for (const auto& result : evaluation.requirements) {
    states.push_back(result.state);
    all_met = all_met && result.state == kMet;
    EXPECT_TRUE(result.state != kMet || result.lacking.empty()) << result.slot;
    EXPECT_TRUE(result.state != kMissing || !result.lacking.empty()) << result.slot;
    EXPECT_FALSE(result.seen.empty()) << result.slot;
  }
  EXPECT_EQ(states, scenario.states);
  EXPECT_EQ(evaluation.complete, all_met);
}

const Scenario kScenarios[] = {
    {"Nothing", kInformation, kMentor, {}, {kMissing, kMissing, kMissing}},
    {"AllThere", kInformation, kMentor, {request(), identity("client-identity"), court_order()}, {kMet, kMet, kMet}},
    {"NoCourtOrder", kInformation, kMentor, {request(), identity("client-identity")}, {kMet, kMet, kMissing}},
    {"RepresentativesOwnIdentity",
     kInformation,
     kMentor,
     {request(), identity("client-identity", "VLIET", "1980-01-02", "2031-08-02", "ANNEKE"), court_order()},
     {kMet, kMet, kMet}},
    {"AnotherPersonsIdentity",
     kInformation,
     kMentor,
     {request(), identity("client-identity", "VLIET"), court_order()},
     {kMet, kDoubtful, kMet}},
    {"NoSignature",
     kInformation,
     kMentor,
     {document("r", "request", "letter"), identity("client-identity"), court_order()},
     {kMissing, kMet, kMet}},
    {"FaintSignature",
     kInformation,
     kMentor,
     {signed_by_hand(document("r", "request", "letter"), 0.3), identity("client-identity"), court_order()},
     {kDoubtful, kMet, kMet}},
    {"DigitalSignature",
     kInformation,
     kMentor,
     {signed_digitally(document("r", "request", "letter")), identity("client-identity"), court_order()},
     {kMet, kMet, kMet}},
    {"BrokenDigitalSignature",
     kInformation,
     kMentor,
     {signed_digitally(document("r", "request", "letter"), "broken"), identity("client-identity"), court_order()},
     {kDoubtful, kMet, kMet}},
    {"BrokenDigitalBesideHandwritten",
     kInformation,
     kMentor,
     {signed_digitally(request(), "broken"), identity("client-identity"), court_order()},
     {kDoubtful, kMet, kMet}},
    {"DigitalSignatureOverAPart",
     kInformation,
     kMentor,
     {signed_digitally(document("r", "request", "letter"), "ok", "partial"), identity("client-identity"),
      court_order()},
     {kDoubtful, kMet, kMet}},
    {"ChangedAfterSigningAsAllowed",
     kInformation,
     kMentor,
     {signed_digitally(document("r", "request", "letter"), "ok", "extended-allowed"), identity("client-identity"),
      court_order()},
     {kMet, kMet, kMet}},
    {"RevokedCertificate",
     kInformation,
     kMentor,
     {signed_digitally(document("r", "request", "letter"), "ok", "whole", "revoked"), identity("client-identity"),
      court_order()},
     {kDoubtful, kMet, kMet}},
    {"OldTechnique",
     kInformation,
     kMentor,
     {signed_digitally(document("r", "request", "letter"), "ok", "whole", "untrusted", "SHA1"),
      identity("client-identity"), court_order()},
     {kDoubtful, kMet, kMet}},
    {"TimeStampAlone",
     kInformation,
     kMentor,
     {time_stamped(document("r", "request", "letter")), identity("client-identity"), court_order()},
     {kMissing, kMet, kMet}},
    {"RequestNotRecognised",
     kInformation,
     kMentor,
     {signed_by_hand(document("r", "request", "unknown")), identity("client-identity"), court_order()},
     {kMet, kMet, kMet}},
    {"LetterInPlaceOfCourtOrder",
     kInformation,
     kMentor,
     {request(), identity("client-identity"), document("o", "court-order", "letter")},
     {kMet, kMet, kDoubtful}},
    {"UnrecognisedCourtOrder",
     kInformation,
     kMentor,
     {request(), identity("client-identity"), document("o", "court-order", "unknown")},
     {kMet, kMet, kDoubtful}},
    {"ExpiredIdentity",
     kInformation,
     kMentor,
     {request(), identity("client-identity", "DE BRUIJN", "1965-03-10", "2024-03-09"), court_order()},
     {kMet, kDoubtful, kMet}},
    {"OtherBirthDate",
     kInformation,
     kMentor,
     {request(), identity("client-identity", "DE BRUIJN", "1965-10-03"), court_order()},
     {kMet, kDoubtful, kMet}},
    {"IdentityNotFoundOnThePicture",
     kInformation,
     kMentor,
     {request(), document("i", "client-identity", "unknown"), court_order()},
     {kMet, kDoubtful, kMet}},
    {"BlurredPhoto",
     kInformation,
     kMentor,
     {judged(request(), Verdict::kUnusable), identity("client-identity"), court_order()},
     {kMissing, kMet, kMet}},
    {"BlurredThenSharp",
     kInformation,
     kMentor,
     {judged(request(), Verdict::kUnusable), request(), identity("client-identity"), court_order()},
     {kMet, kMet, kMet}},
    {"HostileFile",
     kInformation,
     kMentor,
     {judged(request(), Verdict::kRejected), identity("client-identity"), court_order()},
     {kMissing, kMet, kMet}},
    {"DoubtfulFile",
     kInformation,
     kMentor,
     {judged(request(), Verdict::kDoubtful), identity("client-identity"), court_order()},
     {kDoubtful, kMet, kMet}},
    {"BrokenSignatureThatStaffAccepts",
     kInformation,
     kMentor,
     {corrected(judged(signed_digitally(document("r", "request", "letter"), "broken"), Verdict::kUnusable,
                       "De digitale handtekening klopt niet.", "digital-signature-broken"),
                "signature", "present"),
      identity("client-identity"), court_order()},
     {kMet, kMet, kMet}},
    {"StaffSeesTheSignature",
     kInformation,
     kMentor,
     {corrected(document("r", "request", "letter"), "signature", "present"), identity("client-identity"),
      court_order()},
     {kMet, kMet, kMet}},
    {"StaffSeesNoSignature",
     kInformation,
     kMentor,
     {corrected(request(), "signature", "absent"), identity("client-identity"), court_order()},
     {kMissing, kMet, kMet}},
    {"OrderThatSeemsToHaveEnded",
     kInformation,
     kMentor,
     {request(), identity("client-identity"), order_until("2026-11-21")},
     {kMet, kMet, kDoubtful}},
    {"OrderThatRunsStill",
     kInformation,
     kMentor,
     {request(), identity("client-identity"), order_until("2026-11-22")},
     {kMet, kMet, kMet}},
    {"StaffConfirmsThatTheOrderEnded",
     kInformation,
     kMentor,
     {request(), identity("client-identity"), corrected(order_until(""), "order.end_date", "2025-01-01")},
     {kMet, kMet, kMissing}},
    {"StaffReadsALaterEnd",
     kInformation,
     kMentor,
     {request(), identity("client-identity"), corrected(order_until("2020-01-01"), "order.end_date", "2030-01-01")},
     {kMet, kMet, kMet}},
    {"StaffSaysWhichKind",
     kInformation,
     kMentor,
     {request(), identity("client-identity"), corrected(document("o", "court-order", "letter"), "kind", "court-order")},
     {kMet, kMet, kMet}},
    {"StaffSaysAnotherKind",
     kInformation,
     kMentor,
     {request(), identity("client-identity"), corrected(court_order(), "kind", "letter")},
     {kMet, kMet, kMissing}},
    {"StaffMovesADocument",
     kInformation,
     kMentor,
     {request(), identity("client-identity"),
      corrected(document("o", "request", "court-order"), "slot", "court-order")},
     {kMet, kMet, kMet}},
    {"StaffFindsItUsable",
     kInformation,
     kMentor,
     {corrected(judged(request(), Verdict::kUnusable), "usable", "yes"), identity("client-identity"), court_order()},
     {kMet, kMet, kMet}},
    {"StaffFindsItUnusable",
     kInformation,
     kMentor,
     {corrected(request(), "usable", "no"), identity("client-identity"), court_order()},
     {kMissing, kMet, kMet}},
    {"StaffMatchesTheIdentity",
     kInformation,
     kMentor,
     {request(), corrected(identity("client-identity", "PIETERSEN"), "identity", "match"), court_order()},
     {kMet, kMet, kMet}},
    {"StaffSeesAnotherPerson",
     kInformation,
     kMentor,
     {request(), corrected(identity("client-identity"), "identity", "differs"), court_order()},
     {kMet, kMissing, kMet}},
    {"ByMailWithoutSlots",
     kInformation,
     kMentor,
     {signed_digitally(document("r", "", "letter")), identity(""), document("o", "", "court-order")},
     {kMet, kMet, kMet}},
    {"ByMailRequestNotRecognised",
     kInformation,
     kMentor,
     {identity(""), signed_by_hand(document("r", "", "unknown")), document("o", "", "court-order")},
     {kMet, kMet, kMet}},
    {"AvgForOneself", kAccess, kSelf, {request(), identity("requester-identity")}, {kMet, kMet}},
    {"AvgByMailWithoutFields",
     kAccess,
     {},
     {signed_digitally(document("r", "", "letter")), identity("")},
     {kMet, kDoubtful}},
    {"AvgByMailOfWhichOnlyTheSendersNameIsKnown",
     kAccess,
     {{"requester_name", "W. de Bruijn"}},
     {signed_digitally(document("r", "", "letter")), identity("")},
     {kMet, kMet}},
    {"BirthDateAloneIsNoComparison",
     kAccess,
     {{"client_birth_date", "1965-03-10"}},
     {request(), identity("requester-identity")},
     {kMet, kDoubtful}},
    {"AvgAsMentorNeedsTheCourtOrder",
     kAccess,
     kMentor,
     {request(), identity("requester-identity")},
     {kMet, kDoubtful, kMissing}},
    {"AvgAsGemachtigdeNeedsASignedMandate",
     kAccess,
     {{"requester_role", "gemachtigde"}, {"requester_name", "W. de Bruijn"}},
     {request(), identity("requester-identity"), document("m", "mandate", "mandate")},
     {kMet, kMet, kMissing}},
    {"CareProviderNeedsConsentNotIdentity",
     "kopie-indicatiebesluit",
     {{"requester_role", "zorgaanbieder"}},
     {request(), signed_by_hand(document("c", "consent", "consent"))},
     {kMet, kMet}},
    {"SupplementWithMedicalLetter",
     "wlz-aanvulling",
     {{"requester_role", "self"}, {"medical_information", "yes"}},
     {request(), document("m", "medical-information", "letter")},
     {kMet, kMet}},
};
INSTANTIATE_TEST_SUITE_P(Scenarios, Evaluate, ::testing::ValuesIn(kScenarios),
                         [](const auto& scenario) { return std::string(scenario.param.name); });

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

TEST(EvaluateIdentity, ReadWithErrorsIsLeftToAPerson) {
  Evidence evidence = identity("client-identity");
  evidence.findings.identity_document->mrz->checks_ok = false;
  EXPECT_EQ(of(evaluate(rule(kInformation), kMentor, {evidence}), "client-identity").state, kDoubtful);
}

TEST(EvaluateSeen, NamesPageAndConfidenceOfTheSignature) {
  EXPECT_THAT(of(evaluate(rule(kInformation), kMentor, {request()}), "request").seen,
              Contains("Handtekening op pagina 1 (zekerheid 0,93)."));
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
