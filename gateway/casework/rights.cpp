#include "gateway/casework/rights.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

bool has(const Kinds& kinds, const std::string& kind) { return std::ranges::find(kinds, kind) != kinds.end(); }

/// A dossier from before rights were kept one by one tells it by its state.
bool was_answered(const Dossier& dossier) {
  using enum DossierState;
  return dossier.state == kAnswered || dossier.state == kClosed || dossier.state == kErasureProposed ||
         dossier.state == kErased;
}

bool names_right(const intake::RuleBook& rules, const std::string& kind) {
  const intake::RequestRule* const rule = rules.find(kind);
  return rule && is_right(*rule);
}

std::string without_capital(std::string text) {
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

}  // namespace

bool is_right(const intake::RequestRule& rule) noexcept { return rule.term == "avg"; }

Rights rights_of(const intake::RuleBook& rules, const Dossier& dossier, const Profile& profile) {
  if (!names_right(rules, dossier.kind)) return {};
  if (!profile.rights.empty()) return profile.rights;
  Kinds kinds{dossier.kind};
  if (const auto asked = profile.fields.find(kOtherRights); asked != profile.fields.end())
    for (const auto part : std::views::split(asked->second, ' '))
      if (std::string kind(part.begin(), part.end()); names_right(rules, kind) && !has(kinds, kind))
        kinds.push_back(std::move(kind));
  Rights rights;
  for (std::string& kind : kinds) rights.push_back({.kind = std::move(kind), .settled = was_answered(dossier)});
  return rights;
}

Kinds kinds_of(const Rights& rights) {
  Kinds kinds;
  for (const InvokedRight& right : rights) kinds.push_back(right.kind);
  return kinds;
}

Kinds unsettled(const Rights& rights) {
  Kinds kinds;
  for (const InvokedRight& right : rights)
    if (!right.settled) kinds.push_back(right.kind);
  return kinds;
}

std::string titles_of(const intake::RuleBook& rules, const Kinds& kinds) {
  std::string text;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const intake::RequestRule* const rule = rules.find(kinds[i]);
    const std::string title = rule ? rule->title : kinds[i];
    text += i == 0 ? title : (i + 1 == kinds.size() ? " en " : ", ") + without_capital(title);
  }
  return text;
}

void reclass_rights(const intake::RuleBook& rules, OpenDossier& open, const Rights& before,
                    const std::string& old_kind) {
  open.profile.rights.clear();
  if (!names_right(rules, open.dossier.kind)) return;
  if (before.empty()) {
    open.profile.rights = rights_of(rules, open.dossier, open.profile);
    return;
  }
  open.profile.rights = before;
  Rights& rights = open.profile.rights;
  if (has(kinds_of(rights), open.dossier.kind)) return;
  const auto old = std::ranges::find(rights, old_kind, &InvokedRight::kind);
  if (old != rights.end() && !old->settled)
    old->kind = open.dossier.kind;
  else
    rights.insert(rights.begin(), {.kind = open.dossier.kind});
}

void invoke_also(const intake::RuleBook& rules, OpenDossier& open, const std::string& kind) {
  Rights rights = rights_of(rules, open.dossier, open.profile);
  if (rights.empty() || has(kinds_of(rights), kind)) return;
  rights.push_back({.kind = kind});
  open.profile.rights = std::move(rights);
}

Kinds that_fit(const templates::LetterInfo& info, const Rights& rights) {
  if (!templates::answers(info.term)) return {};
  Kinds kinds = kinds_of(rights);
  if (!info.for_kinds.empty()) std::erase_if(kinds, [&](const std::string& one) { return !has(info.for_kinds, one); });
  return kinds;
}

Result<Kinds> decided_by(const templates::LetterInfo& info, const Rights& rights) {
  const Kinds fit = that_fit(info, rights);
  if (fit.empty() && !rights.empty() && templates::answers(info.term))
    return fail(
        Code::kRefused, "decide on right",
        "Deze brief beslist over iets wat in dit verzoek niet is gevraagd. Vroeg de verzoeker het wel? Voeg het "
        "dan eerst toe bij Ingeroepen rechten.");
  Kinds open = unsettled(rights);
  std::erase_if(open, [&](const std::string& one) { return !has(fit, one); });
  return open.empty() ? fit : open;
}

nlohmann::json rights_fields(const Office& office, const OpenDossier& open, const Kinds& decides) {
  if (decides.empty()) return nlohmann::json::object();
  Kinds later = unsettled(rights_of(office.rules, open.dossier, open.profile));
  std::erase_if(later, [&](const std::string& one) { return has(decides, one); });
  nlohmann::json fields = {{"request_title", titles_of(office.rules, decides)}, {"other_rights", ""}};
  const auto term = std::ranges::find_if(open.profile.terms, [](const TermRecord& one) {
    return one.running && (one.kind == "avg" || one.kind == "avg-verlengd");
  });
  const auto day = term == open.profile.terms.end() ? std::nullopt : std::optional(intake::parse_date(term->last_day));
  if (!later.empty())
    fields["other_rights"] = fmt::format("{}. Dat besluit krijgt u apart{}.", titles_of(office.rules, later),
                                         day && *day ? ", uiterlijk op " + intake::dutch_date(**day) : "");
  return fields;
}

void settle(const Office& office, OpenDossier& open, const Kinds& decides, const Id& letter) {
  if (decides.empty()) return;
  open.profile.rights = rights_of(office.rules, open.dossier, open.profile);
  for (InvokedRight& right : open.profile.rights) {
    if (!has(decides, right.kind)) continue;
    right.settled = true;
    right.day = local_date(office.now());
    right.letter = letter;
    right.why.clear();
  }
}

}  // namespace zp::gateway
