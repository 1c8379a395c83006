// intake/rules/fields.h - something that people fill in, and whether what they filled in can be right.
//
// Threads: pure functions and values.
#ifndef INTAKE_RULES_FIELDS_H_
#define INTAKE_RULES_FIELDS_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zp::intake {

/// Field name -> what was filled in.
using FieldValues = std::map<std::string, std::string>;
/// Empty: not filled in.
std::string value_of(const FieldValues& values, const std::string& name);
/// Field name -> value that it must have; "mentor|curator" allows either. All must hold; empty: always true.
using Condition = std::map<std::string, std::string>;
bool holds(const Condition& condition, const FieldValues& fields);

struct FieldRule {
  std::string name, label, help;  // "client_birth_date", "Geboortedatum van de cliënt", ...
  std::string type;               // text | date | moment | email | choice | choices | textarea
  std::vector<std::pair<std::string, std::string>> choices;  // value, label
  bool required = false;
  Condition required_when;   // required only then; false `required` and empty: optional
  std::string autocomplete;  // HTML autocomplete token, may be empty
  bool past = false;         // a date or moment that must have been: whoever knows what day it is checks that
};

/// Null when there is none of this name.
const FieldRule* field_named(const std::vector<FieldRule>& fields, std::string_view name);

/// What a form says with one box for each choice, named NAME-CHOICE: the chosen ones, with spaces between.
std::string chosen(const FieldRule& field, const std::map<std::string, std::string>& form,
                   const std::string& prefix = {});

/// A value as people read it: the label of a choice, the labels of several, a date or moment in words.
std::string shown_value(const FieldRule& field, const std::string& value);

/// Wrong or missing fields as (field name, Dutch sentence); empty when all is well.
std::vector<std::pair<std::string, std::string>> check_fields(const std::vector<FieldRule>& rules,
                                                              const FieldValues& fields);

}  // namespace zp::intake

#endif  // INTAKE_RULES_FIELDS_H_
