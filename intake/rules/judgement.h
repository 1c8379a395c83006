// intake/rules/judgement.h - what one document is worth for one requirement. Private to intake/rules.
#ifndef INTAKE_RULES_JUDGEMENT_H_
#define INTAKE_RULES_JUDGEMENT_H_

#include <map>
#include <string>
#include <vector>

#include "intake/rules/requirements.h"

namespace zp::intake {

using Fields = FieldValues;

struct Judgement {
  RequirementState state = RequirementState::kMet;
  std::vector<std::string> seen, lacking;

  /// States only get worse: met, doubtful, missing.
  void worsen(RequirementState to);
  void doubt(std::string for_staff, std::string for_sender);
  void miss(std::string for_staff, std::string for_sender);
};

/// The correction's value, or empty.
std::string correction(const Evidence& evidence, const std::string& what);

/// Adds to `judgement` what the identity document in `evidence` shows against the fields.
void judge_identity(const DocumentRule& rule, const Fields& fields, const Evidence& evidence, Judgement& judgement);

/// Adds what the beschikking in `evidence` says, as read or as a person confirmed it. One that ended before the day of
/// receipt is a doubt; confirmed, it proves nothing. So is one that a person read as being about somebody else.
void judge_court_order(const Fields& fields, const Evidence& evidence, Judgement& judgement);

/// Sets the name in a digital signature that holds beside who should sign: another name is a doubt.
void judge_signer(const DocumentRule& rule, const Fields& fields, const std::string& signer, Judgement& judgement);

/// Sets whose place on a form is signed beside who asks: somebody else's, where the client should sign, is a doubt.
void judge_signed_fields(const DocumentRule& rule, const Fields& fields, const Findings& found, Judgement& judgement);

/// Where somebody else asks, says beside what he signed which requirement proves that he may. `results` by `needed`.
void name_proof_of_signer(const std::vector<const DocumentRule*>& needed, const Fields& fields,
                          std::vector<RequirementResult>& results);

}  // namespace zp::intake

#endif  // INTAKE_RULES_JUDGEMENT_H_
