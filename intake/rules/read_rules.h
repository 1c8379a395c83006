// intake/rules/read_rules.h - reads the parts that several rule files share. Private to intake/rules; throws as yaml_map.h.
#ifndef INTAKE_RULES_READ_RULES_H_
#define INTAKE_RULES_READ_RULES_H_

#include "intake/rules/records.h"
#include "intake/rules/yaml_map.h"

namespace zp::intake {

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name);
bool is_name(const std::string& text, char joiner);
/// A name made of a-z, 0-9 and `joiner`.
std::string name_of(YamlMap& map, const std::string& key, char joiner);
std::string one_of(YamlMap& map, const std::string& key, const Names& allowed);
Condition read_condition(YamlMap& map, const std::string& key, const std::string& file);
FieldRule read_field(const YAML::Node& node, const std::string& file);
/// Conditions and holders speak about fields and choices: a slip there would silently ask for nothing.
void check_condition(const std::vector<FieldRule>& fields, const Condition& condition, const std::string& where,
                     const YamlMap& map);
/// The keys records, demands, measures and stands; all may be absent.
RecordBook read_record_book(YamlMap& map, const std::string& file);

}  // namespace zp::intake

#endif  // INTAKE_RULES_READ_RULES_H_
