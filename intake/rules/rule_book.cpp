#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ranges>

#include "intake/rules/requirements.h"
#include "intake/rules/yaml_map.h"

namespace zp::intake {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

const Names kFieldTypes = {"text", "date", "email", "choice", "textarea"};
const Names kTerms = {"avg", "wlz", "none"};
const Names kKinds = {"form",   "court-order", "mandate",           "consent",
                      "letter", "decision",    "identity-document", "unknown"};

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
  if (const YAML::Node choices = map.node("choices")) {
    YamlMap check_keys(choices, file);
    for (const auto& pair : choices)
      field.choices.emplace_back(pair.first.Scalar(), check_keys.text(pair.first.Scalar()));
  }
  if ((field.type == "choice") != (field.choices.size() >= 2))
    map.refuse("choices", "go with type choice: two or more, else none");
  map.refuse_unknown_keys();
  return field;
}

DocumentRule read_document(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  DocumentRule document;
  document.slot = name_of(map, "slot", '-');
  document.label = map.text("label");
  document.explanation = map.text("explanation");
  document.why = map.text("why");
  document.source = map.text("source");
  document.source_text = map.text("source_text");
  document.when = read_condition(map, "when", file);
  document.needs_signature = map.flag_or("needs_signature", false);
  document.identity_document = map.flag_or("identity_document", false);
  document.mask = map.flag_or("mask", false);
  document.holders = map.texts("holders");
  document.accepts = map.texts("accepts");
  for (const std::string& kind : document.accepts)
    if (!contains(kKinds, kind))
      map.refuse("accepts", fmt::format("has '{}': known are {}", kind, fmt::join(kKinds, ", ")));
  if (document.holders.empty() == document.identity_document) map.refuse("holders", "go with identity_document: true");
  map.refuse_unknown_keys();
  return document;
}

/// Reads the list under `key`; an item `part: NAME` stands for the same list in parts/NAME.yaml.
template <typename Rule>
void read_list(YamlMap& map, const std::string& key, const std::string& file, const fs::path& folder,
               Rule (*read_one)(const YAML::Node&, const std::string&), bool in_part, std::vector<Rule>& rules) {
  const YAML::Node list = map.node(key);
  if (list && !list.IsSequence()) map.refuse(key, "must be a list");
  for (const YAML::Node& item : list) {
    if (!item.IsMap() || !item["part"]) {
      rules.push_back(read_one(item, file));
      continue;
    }
    YamlMap reference(item, file);
    const std::string part = name_of(reference, "part", '-');
    reference.refuse_unknown_keys();
    const std::string part_file = (folder / "parts" / (part + ".yaml")).string();
    if (in_part) refuse(file, item, "a part can't stand in a part");
    if (std::error_code error; !fs::exists(part_file, error))
      refuse(file, item, fmt::format("there is no {}", part_file));
    YamlMap part_map(read_yaml(part_file), part_file);
    read_list(part_map, key, part_file, folder, read_one, true, rules);
    part_map.refuse_unknown_keys();
  }
}

/// Conditions and holders speak about fields and choices: a slip there would silently ask for nothing.
void check_condition(const RequestRule& rule, const Condition& condition, const std::string& where,
                     const YamlMap& map) {
  for (const auto& [name, values] : condition) {
    const auto field = std::ranges::find(rule.fields, name, &FieldRule::name);
    if (field == rule.fields.end()) map.refuse(where, fmt::format("asks for the field '{}', which is not there", name));
    for (const auto part : std::views::split(values, '|')) {
      const std::string value(part.begin(), part.end());
      if (!field->choices.empty() &&
          std::ranges::find(field->choices, value, &std::pair<std::string, std::string>::first) == field->choices.end())
        map.refuse(where, fmt::format("asks for {} = '{}', which can't be chosen", name, value));
    }
  }
}

void check_whole(const RequestRule& rule, const YamlMap& map) {
  Names names, slots;
  for (const FieldRule& field : rule.fields) {
    if (contains(names, field.name)) map.refuse("fields", fmt::format("has '{}' twice", field.name));
    names.push_back(field.name);
    check_condition(rule, field.required_when, "fields", map);
  }
  for (const DocumentRule& document : rule.documents) {
    if (contains(slots, document.slot)) map.refuse("documents", fmt::format("has '{}' twice", document.slot));
    slots.push_back(document.slot);
    check_condition(rule, document.when, "documents", map);
    for (const std::string& holder : document.holders)
      if (!contains(names, holder + "_name")) map.refuse("documents", fmt::format("need the field '{}_name'", holder));
  }
}

RequestRule read_request(const fs::path& path) {
  const std::string file = path.string();
  YamlMap map(read_yaml(file), file);
  RequestRule rule;
  rule.name = path.stem().string();
  if (!is_name(rule.name, '-'))
    throw Mistake{fmt::format("{}:1: the file name must be made of a-z, 0-9 and '-'", file)};
  rule.title = map.text("title");
  rule.intro = map.text("intro");
  rule.group = map.text_or("group", "");
  rule.legal_ground = map.text("legal_ground");
  rule.source = map.text_or("source", "");
  rule.source_text = map.text_or("source_text", "");
  rule.term = one_of(map, "term", kTerms);
  rule.term_source = map.text("term_source");
  rule.completion_days = map.number("completion_days", 1, 90);
  rule.retention_days = map.number("retention_days", 0, 36500);
  read_list(map, "fields", file, path.parent_path(), read_field, false, rule.fields);
  read_list(map, "documents", file, path.parent_path(), read_document, false, rule.documents);
  map.refuse_unknown_keys();
  check_whole(rule, map);
  return rule;
}

}  // namespace

Result<RuleBook> RuleBook::load(const std::string& folder) {
  return reading<RuleBook>("load rules", folder, [&folder] {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
      if (entry->path().extension() == ".yaml") files.push_back(entry->path());
    if (error || files.empty()) throw Mistake{fmt::format("{}:1: no rules (*.yaml) can be read here", folder)};
    std::ranges::sort(files);
    RuleBook book;
    for (const fs::path& file : files) {
      try {
        book.requests_.push_back(read_request(file));
      } catch (const YAML::Exception& broken) {
        throw Mistake{fmt::format("{}:{}: {}", file.string(), broken.mark.line + 1, broken.msg)};
      }
    }
    return book;
  });
}

const RequestRule* RuleBook::find(std::string_view name) const {
  const auto found = std::ranges::find(requests_, name, &RequestRule::name);
  return found == requests_.end() ? nullptr : &*found;
}

}  // namespace zp::intake
