#include "intake/rules/desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "intake/rules/read_rules.h"

namespace zp::intake {
namespace {

const Names kOutcomes = {"vertellen", "verwijzen", "niet-vertellen"};

Desk::Labels read_labels(YamlMap& map, const std::string& key, const std::string& file) {
  Desk::Labels labels;
  YamlMap items(map.node(key), file);
  for (const auto& pair : map.node(key)) {
    if (!is_name(pair.first.Scalar(), '-')) refuse(file, pair.first, "a name is made of a-z, 0-9 and '-'");
    labels.emplace_back(pair.first.Scalar(), items.text(pair.first.Scalar()));
  }
  return labels;
}

bool has(const Desk::Labels& labels, const std::string& key) {
  return std::ranges::find(labels, key, &Desk::Labels::value_type::first) != labels.end();
}

Names known_names(YamlMap& map, const std::string& key, const Desk::Labels& labels) {
  Names names = map.texts(key);
  if (names.empty()) map.refuse(key, "is missing");
  for (const std::string& name : names)
    if (!has(labels, name)) map.refuse(key, fmt::format("has '{}', which is not in the list above", name));
  return names;
}

DeskRule read_rule(const YAML::Node& node, const std::string& file, const Desk::Labels& callers,
                   const Desk::Labels& questions) {
  YamlMap map(node, file);
  DeskRule rule;
  rule.name = name_of(map, "name", '-');
  rule.callers = known_names(map, "callers", callers);
  rule.questions = known_names(map, "questions", questions);
  const std::string outcome = one_of(map, "outcome", kOutcomes);
  rule.outcome = static_cast<DeskOutcome>(std::ranges::find(kOutcomes, outcome) - kOutcomes.begin());
  rule.tell = map.texts("tell");
  rule.controls = map.flag_or("controls", false);
  rule.only_if = map.text_or("only_if", "");
  rule.refer = map.text_or("refer", "");
  rule.ground = map.text("ground");
  rule.source = map.text("source");
  rule.source_text = map.text("source_text");
  const bool tells = rule.outcome == DeskOutcome::kTell;
  if (tells != !rule.tell.empty()) map.refuse("tell", "goes with outcome vertellen, and only with that");
  if (tells && !rule.controls) map.refuse("controls", "are asked before anything is told");
  if (!tells && rule.refer.empty()) map.refuse("refer", "is missing: a caller must hear where to go");
  map.refuse_unknown_keys();
  return rule;
}

}  // namespace

Result<Desk> Desk::load(const std::string& path) {
  return reading<Desk>("load desk rules", path, [&path] {
    YamlMap map(read_yaml(path), path);
    Desk desk;
    desk.callers_ = read_labels(map, "callers", path);
    desk.questions_ = read_labels(map, "questions", path);
    desk.controls_ = map.texts("controls");
    if (desk.controls_.empty()) map.refuse("controls", "is missing");
    const YAML::Node rules = map.node("rules");
    if (!rules || !rules.IsSequence()) map.refuse("rules", "must be a list");
    for (const YAML::Node& item : rules) desk.rules_.push_back(read_rule(item, path, desk.callers_, desk.questions_));
    map.refuse_unknown_keys();
    for (const auto& [caller, who] : desk.callers_)
      for (const auto& [question, what] : desk.questions_)
        if (!desk.find(caller, question))
          map.refuse("rules", fmt::format("say nothing about '{}' who asks '{}'", caller, question));
    return desk;
  });
}

const DeskRule* Desk::find(const std::string& caller, const std::string& question) const noexcept {
  const auto found = std::ranges::find_if(rules_, [&](const DeskRule& rule) {
    return std::ranges::find(rule.callers, caller) != rule.callers.end() &&
           std::ranges::find(rule.questions, question) != rule.questions.end();
  });
  return found == rules_.end() ? nullptr : &*found;
}

}  // namespace zp::intake
