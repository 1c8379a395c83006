// intake/rules/read_rules.h - reads the parts that several rule files share. Private to intake/rules; throws as yaml_map.h.
#ifndef INTAKE_RULES_READ_RULES_H_
#define INTAKE_RULES_READ_RULES_H_

#include <algorithm>
#include <iterator>

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
/// The file that an item `part: NAME` in `file` stands for: parts/NAME.yaml beside it; empty: the item is none of these.
std::string part_of(const YAML::Node& item, const std::string& file);
/// Runs `read_one` for every item of the list under `key`, and of the same list in each part.
template <typename Rule>
std::vector<Rule> read_list(YamlMap& map, const std::string& key, const std::string& file,
                            Rule (*read_one)(const YAML::Node&, const std::string&)) {
  std::vector<Rule> rules;
  const YAML::Node list = map.node(key);
  if (list && !list.IsSequence()) map.refuse(key, "must be a list");
  for (const YAML::Node& item : list) {
    const std::string part = part_of(item, file);
    if (part.empty()) {
      rules.push_back(read_one(item, file));
      continue;
    }
    YamlMap shared(read_yaml(part), part);
    std::ranges::move(read_list(shared, key, part, read_one), std::back_inserter(rules));
    shared.refuse_unknown_keys();
  }
  return rules;
}
/// The keys records, demands, measures and stands; all may be absent.
RecordBook read_record_book(YamlMap& map, const std::string& file);

}  // namespace zp::intake

#endif  // INTAKE_RULES_READ_RULES_H_
