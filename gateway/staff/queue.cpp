#include <fmt/format.h>

#include <array>

#include "gateway/process/process.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

using enum DossierState;

struct Tab {
  const char* key;
  const char* label;
  std::vector<DossierState> states;  // empty: registers, whatever their state
  bool with_registers = false;
};

const std::array<Tab, 7>& tabs() {
  static const std::array<Tab, 7> kTabs = {
      {{"open", "Alles open", {kChecking, kReview, kWaiting, kComplete, kDeciding, kApproval}},
       {"beoordelen", "Te beoordelen", {kChecking, kReview}},
       {"wacht", "Wacht op aanvulling", {kWaiting}},
       {"besluit", "Besluit en goedkeuring", {kComplete, kDeciding, kApproval}},
       {"beantwoord", "Beantwoord en gesloten", {kAnswered, kClosed}, true},
       {"vernietigen", "Te vernietigen", {kErasureProposed}, true},
       {"register", "Registers", {}}}};
  return kTabs;
}

constexpr std::uint32_t kRows = 100;

std::string channel_word(const std::string& channel) {
  if (channel == "web") return "website";
  return channel == "staff" ? "werkplek" : channel;
}

/// "2 termijnen zijn voorbij"; empty for none.
std::string count_words(std::uint64_t count, const char* one, const char* more) {
  return count == 0 ? std::string() : std::to_string(count) + " " + (count == 1 ? one : more);
}

nlohmann::json row_json(const DossierRow& row, const std::string& today) {
  const auto due = intake::parse_date(row.dossier.due);
  return {{"id", row.dossier.id.hex()},
          {"reference", row.dossier.reference},
          {"kind", row.kind_title},
          {"requester", row.requester},
          {"subject", row.subject},
          {"state", state_label(row.dossier.state)},
          {"state_key", state_name(row.dossier.state)},
          {"received", local_time_dutch(row.dossier.received)},
          {"channel", channel_word(row.dossier.channel)},
          {"due", due ? intake::dutch_date(*due) : ""},
          // An objection term that is over is not ours to keep.
          {"late", due && row.dossier.due < today && row.dossier.state != kAnswered},
          {"tasks", row.tasks == 1 ? std::string("1 taak") : fmt::format("{} taken", row.tasks)},
          {"has_tasks", row.tasks > 0},
          {"restricted", row.dossier.restricted},
          {"hidden", row.dossier.restricted && row.requester.empty()}};
}

}  // namespace

Result<Response> Workbench::queue(Visit& visit) {
  const std::string words = visit.request.query_value("zoek");
  const std::string chosen = visit.request.query_value("lijst");
  // The address without more: everybody's own first page.
  if (words.empty() && chosen.empty() && !role_for(visit.actor, Act::kListDossiers))
    return Response::redirect(visit.actor.has("fg") ? "/logboek" : "/vastgelopen");
  nlohmann::json data{{"words", words}, {"tabs", nlohmann::json::array()}, {"rows", nlohmann::json::array()}};
  data["new_kinds"] = nlohmann::json::array();
  if (role_for(visit.actor, Act::kMakeDossier))
    for (const intake::RequestRule& rule : casework_.office().rules.requests())
      if (rule.made_by_staff) data["new_kinds"].push_back({{"name", rule.name}, {"title", rule.title}});
  data["may_make"] = !data["new_kinds"].empty();
  DossierFilter filter{.limit = kRows};
  for (const Tab& tab : tabs()) {
    const bool here = words.empty() && (chosen.empty() ? std::string_view(tab.key) == "open" : chosen == tab.key);
    if (here && tab.states.empty()) filter.kind = kRegister;
    if (here && !tab.states.empty() && !tab.with_registers) filter.but = {std::string(kRegister)};
    if (here) filter.states = tab.states;
    data["tabs"].push_back({{"key", tab.key}, {"label", tab.label}, {"here", here}});
  }
  TRY_ASSIGN(const std::vector<DossierRow> rows,
             words.empty() ? casework_.list(visit.actor, filter) : casework_.search(visit.actor, words));
  const std::string today = local_date(now_ms());
  for (const DossierRow& row : rows) data["rows"].push_back(row_json(row, today));
  data["none"] = rows.empty();
  data["more"] = rows.size() == kRows;
  data["searching"] = !words.empty();
  TRY_ASSIGN(const DueCounts due, casework_.due_counts(visit.actor));
  data["overdue"] = count_words(due.overdue, "termijn is voorbij", "termijnen zijn voorbij");
  data["near"] = count_words(due.near, "termijn eindigt binnen een week", "termijnen eindigen binnen een week");
  data["something_due"] = due.overdue + due.near > 0;
  return show("werkvoorraad", std::move(data), visit);
}

}  // namespace zp::gateway
