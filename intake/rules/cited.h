// intake/rules/cited.h - every rule with the sentence that it rests on, for people to check.
//
// Beside what requests need and what the desk may tell there are promises that the program as a whole keeps
// (intake/rules/huisregels.yaml): those name where they are kept.
// Threads: values.
#ifndef INTAKE_RULES_CITED_H_
#define INTAKE_RULES_CITED_H_

#include "intake/rules/desk.h"
#include "intake/rules/requirements.h"
#include "intake/rules/ways.h"

namespace zp::intake {

/// One rule. `name` is unique: "balie/gemeente-registertoets", "portero/direct-contact", "avg-inzage/request".
struct CitedRule {
  std::string group;                            // Dutch heading: a request's title, "Informatiebalie", ...
  std::string name, text, source, source_text;  // the text of some norms may not be copied: empty
};

/// The promises of the house; kConfig names file and line.
Result<std::vector<CitedRule>> load_house_rules(const std::string& path);

/// All of them, by group.
std::vector<CitedRule> cited_rules(const RuleBook& requests, const Desk& desk, const WayPolicy& ways,
                                   const std::vector<CitedRule>& house);

}  // namespace zp::intake

#endif  // INTAKE_RULES_CITED_H_
