#include "gateway/staff/letter_menu.h"

#include <algorithm>
#include <map>

#include "gateway/casework/measures.h"
#include "gateway/casework/restriction.h"
#include "gateway/casework/rights.h"
#include "gateway/staff/sentences.h"

namespace zp::gateway {
namespace {

using nlohmann::json;
using templates::LetterInfo;
using templates::LetterStep;

constexpr int kNotYet = 100, kAgain = 200, kElsewhere = 300;

/// Rank and heading: groups stand in the order of these.
using Heading = std::pair<int, std::string>;

std::string step_words(LetterStep step) {
  switch (step) {
    case LetterStep::kReceipt:
      return "Ontvangst bevestigen";
    case LetterStep::kAsk:
      return "Vragen om wat ontbreekt";
    case LetterStep::kTerm:
      return "Termijn verlengen";
    case LetterStep::kDecide:
      return "Antwoord of besluit";
    case LetterStep::kAfter:
      return "Na het besluit";
  }
  return "";
}

bool lacks_something(const Profile& profile) { return profile.evaluation && !profile.evaluation->complete; }

/// What should happen now, by the state of the dossier and the terms that run.
std::vector<LetterStep> due_steps(const DossierView& view) {
  using enum LetterStep;
  const auto runs = [&](std::string_view kind) {
    return std::ranges::any_of(view.profile.terms,
                               [&](const TermRecord& term) { return term.running && term.kind == kind; });
  };
  std::vector<LetterStep> due;
  if (runs("verlengingsbericht")) due.push_back(kTerm);
  switch (view.dossier.state) {
    case DossierState::kChecking:
    case DossierState::kReview:
      if (view.dossier.channel != "web" && view.letters.empty()) due.push_back(kReceipt);
      due.push_back(lacks_something(view.profile) ? kAsk : kDecide);
      break;
    case DossierState::kWaiting:
      due.push_back(kAsk);
      break;
    case DossierState::kComplete:
    case DossierState::kDeciding:
    case DossierState::kApproval:
      due.push_back(kDecide);
      break;
    default:
      due.push_back(kAfter);
  }
  return due;
}

class Menu {
 public:
  Menu(const DossierView& view, const Office& office)
      : view_(view), office_(office), due_(due_steps(view)), kinds_(kinds_of(view.rights)) {
    if (kinds_.empty()) kinds_.push_back(view.dossier.kind);
  }

  json groups() {
    std::map<Heading, json> groups;
    for (const LetterInfo& letter : office_.letters.letters()) {
      if (!letter.offered || (view_.dossier.restricted && !may_leave_while_restricted(letter))) continue;
      if (const auto heading = heading_of(letter))
        groups[*heading].push_back({{"name", letter.name}, {"title", letter.title}});
    }
    json rows = json::array();
    for (auto& [heading, choices] : groups) rows.push_back({{"label", heading.second}, {"choices", choices}});
    return rows;
  }

 private:
  std::optional<Heading> heading_of(const LetterInfo& letter) const {
    if (const auto* const measure = view_.rule ? view_.rule->book.measure_of_letter(letter.name) : nullptr) {
      const bool possible = intake::hindrance(view_.rule->book, *measure, records_of(view_.profile)).none();
      return possible ? Heading{0, "Kan nu"} : Heading{kNotYet, "Kan nog niet: eerst vastleggen wat nodig is"};
    }
    const bool fits = letter.for_kinds.empty() || std::ranges::any_of(letter.for_kinds, [&](const std::string& kind) {
                        return std::ranges::find(kinds_, kind) != kinds_.end();
                      });
    if (!fits) return elsewhere(letter);
    if (letter.step == LetterStep::kDecide && !view_.rights.empty()) return decision(letter);
    return Heading{rank(letter.step), step_words(letter.step)};
  }

  /// A person may see a request otherwise than its kind says; but a measure, and a decision on what was not asked, would
  /// be refused.
  std::optional<Heading> elsewhere(const LetterInfo& letter) const {
    const bool refused = (letter.step == LetterStep::kDecide && !view_.rights.empty()) ||
                         std::ranges::any_of(office_.rules.requests(), [&](const intake::RequestRule& rule) {
                           return rule.book.measure_of_letter(letter.name) != nullptr;
                         });
    return refused ? std::nullopt : std::optional(Heading{kElsewhere, "Voor andere verzoeken"});
  }

  Heading decision(const LetterInfo& letter) const {
    const Kinds fit = that_fit(letter, view_.rights), open = unsettled(view_.rights);
    const std::size_t right = static_cast<std::size_t>(std::ranges::find(kinds_, fit.front()) - kinds_.begin());
    const int place = fit.size() > 1 ? static_cast<int>(kinds_.size()) : static_cast<int>(right);
    const bool still_open =
        std::ranges::any_of(fit, [&](const std::string& kind) { return std::ranges::find(open, kind) != open.end(); });
    const std::string about = letter.for_kinds.size() == 1 ? titles_of(office_.rules, fit) : "het hele verzoek";
    if (!still_open) return {kAgain + place, "Opnieuw besluiten over: " + about};
    return {rank(LetterStep::kDecide) + place, "Besluit over: " + about};
  }

  int rank(LetterStep step) const {
    const auto due = std::ranges::find(due_, step);
    const int place = due == due_.end() ? static_cast<int>(due_.size()) + static_cast<int>(step)
                                        : static_cast<int>(due - due_.begin());
    return 10 * place;  // leaves room for one group for each right
  }

  const DossierView& view_;
  const Office& office_;
  std::vector<LetterStep> due_;
  Kinds kinds_;
};

json letters_about(const DossierView& view, const std::string& right) {
  json rows = json::array();
  for (const LetterView& letter : view.letters)
    if (letter.row.state != "withdrawn" && std::ranges::find(letter.data.decides, right) != letter.data.decides.end())
      rows.push_back(
          {{"letter", letter.row.id.hex()}, {"title", letter.title}, {"state", letter_state(letter.row.state)}});
  return rows;
}

}  // namespace

json letter_menu(const DossierView& view, const Office& office) { return Menu(view, office).groups(); }

json rights_json(const DossierView& view, const Office& office) {
  json rows = json::array(), others = json::array();
  for (const InvokedRight& right : view.rights) {
    const intake::RequestRule* const rule = office.rules.find(right.kind);
    const auto day = intake::parse_date(right.day);
    rows.push_back({{"kind", right.kind},
                    {"title", rule ? rule->title : right.kind},
                    {"ground", rule ? rule->legal_ground : ""},
                    {"settled", right.settled},
                    {"decided", right.settled && right.why.empty()},
                    {"day", day ? intake::dutch_date(*day) : ""},
                    {"why", right.why},
                    {"letters", letters_about(view, right.kind)}});
  }
  for (const intake::RequestRule& rule : office.rules.requests())
    if (is_right(rule)) {
      const auto invoked = std::ranges::find(view.rights, rule.name, &InvokedRight::kind);
      const bool there = invoked != view.rights.end();
      others.push_back({{"kind", rule.name},
                        {"title", rule.title},
                        {"ground", rule.legal_ground},
                        {"invoked", there},
                        {"fixed", there && invoked->settled}});
    }
  return {{"has_rights", !rows.empty()},
          {"rights", std::move(rows)},
          {"all_rights", std::move(others)},
          {"several_rights", view.rights.size() > 1},
          {"unsettled_rights", unsettled(view.rights).size()}};
}

json decides_json(const DossierView& view, const LetterInfo& info, const LetterData& data, const Office& office) {
  const Kinds fit = that_fit(info, view.rights);
  json choices = json::array();
  for (const std::string& kind : fit)
    choices.push_back({{"kind", kind},
                       {"title", titles_of(office.rules, {kind})},
                       {"chosen", std::ranges::find(data.decides, kind) != data.decides.end()}});
  return {{"decides", choices}, {"decides_on_several", fit.size() > 1}};
}

std::vector<std::string> typed_rights(const intake::RuleBook& rules, const Form& form) {
  std::vector<std::string> kinds;
  for (const intake::RequestRule& rule : rules.requests())
    if (form.contains("recht-" + rule.name)) kinds.push_back(rule.name);
  return kinds;
}

}  // namespace zp::gateway
