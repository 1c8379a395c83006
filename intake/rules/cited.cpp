#include "intake/rules/cited.h"

#include <fmt/format.h>

#include <algorithm>

#include "intake/rules/read_rules.h"

namespace zp::intake {
namespace {

constexpr const char* kHouse = "Wat Zegelpost altijd doet";
constexpr const char* kDesk = "Informatiebalie";
constexpr const char* kWays = "Verzendwegen van brieven";

std::string label_of(const Desk::Labels& labels, const std::string& key) {
  const auto found = std::ranges::find(labels, key, &Desk::Labels::value_type::first);
  return found == labels.end() ? key : found->second;
}

std::string listed(const std::vector<std::string>& keys, const Desk::Labels& labels) {
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "" : ", ") + label_of(labels, key);
  return text;
}

std::string outcome_of(const DeskRule& rule) {
  std::string text = rule.outcome == DeskOutcome::kTell    ? "Mag worden verteld:"
                     : rule.outcome == DeskOutcome::kRefer ? "Verwijzen:"
                                                           : "Niets vertellen:";
  for (const std::string& one : rule.tell) text += " " + one + ";";
  if (rule.controls) text += " na de controlevragen.";
  if (!rule.only_if.empty()) text += " Alleen als: " + rule.only_if;
  return rule.refer.empty() ? text : text + " " + rule.refer;
}

CitedRule house_rule(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  CitedRule rule{kHouse, "huis/" + name_of(map, "name", '-'), map.text("rule"), {}, {}};
  rule.text += " " + map.text("kept_by");
  rule.source = map.text("source");
  rule.source_text = map.text("source_text");
  map.refuse_unknown_keys();
  return rule;
}

std::string from_which_day(const RecordBook& book, const Demand& demand) {
  if (demand.after.record.empty()) return {};
  return fmt::format(" Telt alleen vanaf de dag van {} bij: {}.",
                     demand.after.newest ? "wat het laatst gebeurde" : "wat het eerst gebeurde",
                     book.record(demand.after.record)->title);
}

void add_request(const RequestRule& request, std::vector<CitedRule>& rules) {
  const auto add = [&](const std::string& name, const std::string& text, const auto& cited) {
    if (!cited.source_text.empty())
      rules.push_back({request.title, request.name + "/" + name, text, cited.source, cited.source_text});
  };
  add("verzoek", "Dit verzoek bestaat: " + request.title + ".", request);
  for (const DocumentRule& document : request.documents)
    add(document.slot,
        "Nodig: " + document.label + ". " + document.why +
            (document.before.empty() ? "" : fmt::format(" Eerst dit, dan pas: {}.", fmt::join(document.before, ", "))),
        document);
  for (const Demand& demand : request.book.demands)
    add(demand.name, demand.label + "." + from_which_day(request.book, demand) + " Anders: " + demand.lacking, demand);
  for (const MeasureRule& measure : request.book.measures) {
    std::string text = measure.title + ", met de brief " + measure.letter + ". Vooraf vastgelegd:";
    for (const std::string& name : measure.demands) text += " " + request.book.demand(name)->label + ";";
    if (!measure.settles.empty()) text += " Daarna telt niet meer mee wat eerder gebeurde of is vastgelegd:";
    for (const std::string& name : measure.settles) text += " " + request.book.record(name)->title + ";";
    add(measure.name, text, measure);
  }
  for (const ReleaseRule& release : request.book.releases) add(release.letter, release.lacking, release);
}

std::string any_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " of ") + std::string(route_words(name));
  return text;
}

void add_ways(const LetterClass& one, std::vector<CitedRule>& rules) {
  for (const WayRule& rule : one.rules) {
    std::string text = one.title + " mag als " + any_of(rule.ways);
    if (!rule.proofs.empty()) text += ", bewezen door " + any_of(rule.proofs);
    rules.push_back(
        {kWays, "verzendweg/" + one.name + "-" + rule.name, text + ". " + rule.why, rule.source, rule.source_text});
  }
}

}  // namespace

Result<std::vector<CitedRule>> load_house_rules(const std::string& path) {
  return reading<std::vector<CitedRule>>("load house rules", path, [&path] {
    YamlMap map(read_yaml(path), path);
    std::vector<CitedRule> rules;
    const YAML::Node list = map.node("rules");
    if (!list || !list.IsSequence()) map.refuse("rules", "must be a list");
    for (const YAML::Node& item : list) rules.push_back(house_rule(item, path));
    map.refuse_unknown_keys();
    return rules;
  });
}

std::vector<CitedRule> cited_rules(const RuleBook& requests, const Desk& desk, const WayPolicy& ways,
                                   const std::vector<CitedRule>& house) {
  std::vector<CitedRule> rules;
  for (const RequestRule& request : requests.requests()) add_request(request, rules);
  for (const DeskRule& rule : desk.rules())
    rules.push_back({kDesk, "balie/" + rule.name,
                     listed(rule.callers, desk.callers()) + " vraagt: " + listed(rule.questions, desk.questions()) +
                         " " + outcome_of(rule),
                     rule.source, rule.source_text});
  for (const LetterClass& one : ways.classes()) add_ways(one, rules);
  rules.insert(rules.end(), house.begin(), house.end());
  return rules;
}

}  // namespace zp::intake
