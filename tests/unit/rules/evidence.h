// tests/unit/rules/evidence.h - what a sender may bring, for tests of the evaluator.
#ifndef TESTS_UNIT_RULES_EVIDENCE_H_
#define TESTS_UNIT_RULES_EVIDENCE_H_

#include <map>
#include <stdexcept>
#include <string>

#include "intake/rules/requirements.h"

namespace zp::intake::test {

using Fields = std::map<std::string, std::string>;
constexpr auto kMet = RequirementState::kMet;
constexpr auto kMissing = RequirementState::kMissing;
constexpr auto kDoubtful = RequirementState::kDoubtful;

inline const RequestRule& rule(const char* name) {
  static const auto book = RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests");
  return *book.value().find(name);
}
inline const char* const kInformation = "informatie-mentor-curator-bewindvoerder";
inline const char* const kAccess = "avg-inzage";

inline const Fields kMentor = {{"requester_role", "mentor"},
                               {"requester_name", "Anneke Vliet"},
                               {"client_name", "Willeke de Bruijn"},
                               {"client_birth_date", "1965-03-10"}};
inline const Fields kSelf = {
    {"requester_role", "self"}, {"client_name", "Willeke de Bruijn"}, {"client_birth_date", "1965-03-10"}};

inline Evidence document(const char* name, const char* slot, const char* kind) {
  Evidence evidence{.document = name, .slot = slot, .findings = {}, .corrections = {}, .received_on = "2026-11-22"};
  evidence.findings.verdict = Verdict::kUsable;
  evidence.findings.kind = kind;
  evidence.findings.kind_confidence = 0.9;
  evidence.findings.pages.emplace_back();
  return evidence;
}
inline Evidence signed_by_hand(Evidence evidence, double confidence = 0.93) {
  evidence.findings.pages.front().handwritten_signatures.push_back({{}, confidence});
  return evidence;
}
inline Evidence signed_digitally(Evidence evidence, const char* integrity = "ok", const char* coverage = "whole",
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
inline Evidence time_stamped(Evidence evidence) {
  evidence = signed_digitally(std::move(evidence), "ok", "whole", "trusted");
  evidence.findings.digital_signatures.back().format = "ETSI.RFC3161";
  return evidence;
}
inline Evidence request() { return signed_by_hand(document("request.jpg", "request", "letter")); }
inline Evidence court_order() { return document("order.pdf", "court-order", "court-order"); }
inline Evidence order_until(const char* end) {
  Evidence evidence = court_order();
  evidence.received_on = "2026-11-22";
  evidence.findings.court_order =
      CourtOrder{.court = {}, .date = {}, .measures = {}, .represented = {}, .representative = {}, .end_date = end};
  return evidence;
}
inline Evidence identity(const char* slot, const char* surname = "DE BRUIJN", const char* birth = "1965-03-10",
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
inline Evidence corrected(Evidence evidence, const char* what, const char* value) {
  evidence.corrections[what] = value;
  return evidence;
}
inline Evidence judged(Evidence evidence, Verdict verdict,
                       const char* message = "De foto is onscherp: maak hem opnieuw.", const char* code = "blurred") {
  evidence.findings.verdict = verdict;
  evidence.findings.messages.push_back({code, message, "English"});
  return evidence;
}

inline const RequirementResult& of(const Evaluation& evaluation, const std::string& slot) {
  for (const auto& result : evaluation.requirements)
    if (result.slot == slot) return result;
  throw std::runtime_error("no requirement " + slot);
}

}  // namespace zp::intake::test

#endif  // TESTS_UNIT_RULES_EVIDENCE_H_
