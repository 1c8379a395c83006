#include "intake/rules/read_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ranges>

namespace zp::intake {
namespace {

const Names kFieldTypes = {"text", "date", "moment", "email", "choice", "choices", "textarea"};

}  // namespace

bool contains(const Names& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

bool is_name(const std::string& text, char joiner) {
  return !text.empty() && text.size() <= 60 && std::ranges::all_of(text, [joiner](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == joiner;
  });
}

/// A name made of a-z, 0-9 and `joiner`.
std::string name_of(YamlMap& map, const std::string& key, char joiner) {
  std::string name = map.text(key);
  if (!is_name(name, joiner)) map.refuse(key, fmt::format("must be made of a-z, 0-9 and '{}'", joiner));
  return name;
}

std::string part_of(const YAML::Node& item, const std::string& file) {
  namespace fs = std::filesystem;
  if (!item.IsMap() || !item["part"]) return {};
  YamlMap reference(item, file);
  const std::string name = name_of(reference, "part", '-');
  reference.refuse_unknown_keys();
  const fs::path folder = fs::path(file).parent_path();
  if (folder.filename() == "parts") refuse(file, item, "a part can't stand in a part");
  const std::string part = (folder / "parts" / (name + ".yaml")).string();
  if (std::error_code error; !fs::exists(part, error)) refuse(file, item, fmt::format("there is no {}", part));
  return part;
}

std::string one_of(YamlMap& map, const std::string& key, const Names& allowed) {
  std::string value = map.text(key);
  if (!contains(allowed, value)) map.refuse(key, fmt::format("must be one of: {}", fmt::join(allowed, ", ")));
  return value;
}

Condition read_condition(YamlMap& map, const std::string& key, const std::string& file) {
  Condition condition;
  const YAML::Node node = map.node(key);
  if (!node) return condition;
  YamlMap wanted(node, file);
  for (const auto& pair : node)
    condition[pair.first.Scalar()] = fmt::format("{}", fmt::join(wanted.texts(pair.first.Scalar()), "|"));
  return condition;
}

FieldRule read_field(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  FieldRule field;
  field.name = name_of(map, "name", '_');
  field.label = map.text("label");
  field.help = map.text_or("help", "");
  field.type = one_of(map, "type", kFieldTypes);
  field.required = map.flag_or("required", false);
  field.required_when = read_condition(map, "required_when", file);
  field.autocomplete = map.text_or("autocomplete", "");
  field.past = map.flag_or("past", false);
  if (const YAML::Node choices = map.node("choices")) {
    YamlMap check_keys(choices, file);
    for (const auto& pair : choices)
      field.choices.emplace_back(pair.first.Scalar(), check_keys.text(pair.first.Scalar()));
  }
  if (field.type.starts_with("choice") != (field.choices.size() >= 2))
    map.refuse("choices", "go with type choice: two or more, else none");
  map.refuse_unknown_keys();
  return field;
}

void check_condition(const std::vector<FieldRule>& fields, const Condition& condition, const std::string& where,
                     const YamlMap& map) {
  for (const auto& [name, values] : condition) {
    const auto field = std::ranges::find(fields, name, &FieldRule::name);
    if (field == fields.end()) map.refuse(where, fmt::format("asks for the field '{}', which is not there", name));
    for (const auto part : std::views::split(values, '|')) {
      const std::string value(part.begin(), part.end());
      if (!field->choices.empty() &&
          std::ranges::find(field->choices, value, &std::pair<std::string, std::string>::first) == field->choices.end())
        map.refuse(where, fmt::format("asks for {} = '{}', which can't be chosen", name, value));
    }
  }
}

}  // namespace zp::intake
