// The information desk: what may be told to this caller; and the page with every rule and its source.
#include <algorithm>
#include <array>

#include "crypto/reference.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

constexpr const char* kPurpose = "beantwoorden-vraag";
/// How a call went, and the word for it.
constexpr std::array<std::pair<const char*, const char*>, 4> kOutcomes = {
    {{"verteld", "Verteld wat mag"},
     {"verwezen", "Verwezen"},
     {"niet-verteld", "Niets verteld"},
     {"controle-niet-goed", "Controlevragen niet goed: niets verteld"}}};

json labels_json(const intake::Desk::Labels& labels, const std::string& chosen) {
  json rows = json::array();
  for (const auto& [key, label] : labels) rows.push_back({{"key", key}, {"label", label}, {"here", key == chosen}});
  return rows;
}

std::string label_of(const intake::Desk::Labels& labels, const std::string& key) {
  const auto found = std::ranges::find(labels, key, &intake::Desk::Labels::value_type::first);
  return found == labels.end() ? key : found->second;
}

json answer_json(const intake::DeskRule& rule, const std::vector<std::string>& controls) {
  json outcomes = json::array();
  for (const auto& [key, label] : kOutcomes) outcomes.push_back({{"key", key}, {"label", label}});
  return {{"tells", rule.outcome == intake::DeskOutcome::kTell},
          {"refers", rule.outcome == intake::DeskOutcome::kRefer},
          {"tells_nothing", rule.outcome == intake::DeskOutcome::kTellNothing},
          {"tell", rule.tell},
          {"asks_controls", rule.controls},
          {"controls", rule.controls ? controls : std::vector<std::string>{}},
          {"only_if", rule.only_if},
          {"refer", rule.refer},
          {"ground", rule.ground},
          {"source", rule.source},
          {"source_text", rule.source_text},
          {"outcomes", std::move(outcomes)}};
}

}  // namespace

Result<Response> Workbench::desk(Visit& visit) {
  if (!role_for(visit.actor, Act::kDeskCall)) return fail(Code::kDenied, "open desk");
  const auto asked = [&](const char* name) {
    return visit.form.empty() ? visit.request.query_value(name) : visit.value(name);
  };
  const std::string caller = asked("beller"), question = asked("vraag");
  json data{{"callers", labels_json(desk_.callers(), caller)},
            {"questions", labels_json(desk_.questions(), question)},
            {"caller", caller},
            {"question", question},
            {"kept", visit.request.query_value("bewaard") == "ja"}};
  const intake::DeskRule* const rule = desk_.find(caller, question);
  data["answered"] = rule != nullptr;
  if (rule) {
    data["answer"] = answer_json(*rule, desk_.controls());
    data["caller_label"] = label_of(desk_.callers(), caller);
    data["question_label"] = label_of(desk_.questions(), question);
  }
  return show("balie", std::move(data), visit);
}

Result<Response> Workbench::record_call(Visit& visit) {
  const std::string caller = visit.value("beller"), question = visit.value("vraag"), outcome = visit.value("uitkomst");
  const intake::DeskRule* const rule = desk_.find(caller, question);
  const bool known = std::ranges::any_of(kOutcomes, [&](const auto& one) { return outcome == one.first; });
  if (!rule || !known) return fail(Code::kRefused, "keep call", "Kies wie belt, wat de vraag is en hoe het afliep.");
  if (outcome == "verteld" && rule->outcome != intake::DeskOutcome::kTell)
    return fail(Code::kRefused, "keep call",
                "Volgens de regel mag hier niets worden verteld. Is dat toch gebeurd? Meld het bij de FG.");
  std::string reference;
  if (const std::string typed = visit.value("kenmerk"); !typed.empty()) {
    const auto parsed = crypto::parse_reference(typed);
    if (!parsed) return fail(Code::kRefused, "keep call", "Dit kenmerk klopt niet: controleer de tekens.");
    reference = *parsed;
  }
  visit.actor.purpose = kPurpose;
  TRY_DO(casework_.record_call(visit.actor, rule->name, caller, question, outcome, reference));
  return Response::redirect("/balie?bewaard=ja");
}

Result<Response> Workbench::rules(Visit& visit) {
  json groups = json::array();
  for (const intake::CitedRule& rule : rules_) {
    if (groups.empty() || groups.back()["title"] != rule.group)
      groups.push_back({{"title", rule.group}, {"number", groups.size()}, {"rules", json::array()}});
    groups.back()["rules"].push_back(
        {{"name", rule.name}, {"text", rule.text}, {"source", rule.source}, {"source_text", rule.source_text}});
  }
  return show("regels", {{"groups", std::move(groups)}, {"count", rules_.size()}}, visit);
}

}  // namespace zp::gateway
