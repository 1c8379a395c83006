#include <algorithm>

#include "gateway/casework/restriction.h"
#include "gateway/casework/terms.h"
#include "gateway/process/process.h"
#include "gateway/staff/dossier_view.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {

namespace {

/// What a dossier of this kind and state is opened for most of the time.
std::string_view likely_purpose(const Dossier& dossier, const Actor& actor) {
  if (dossier.state == DossierState::kApproval && actor.has("goedkeurder")) return "goedkeuren-brief";
  if (dossier.state == DossierState::kErasureProposed) return "bewaartermijn";
  if (dossier.kind.starts_with("avg-")) return "avg-verzoek";
  if (dossier.kind == "bezwaar" || dossier.kind == "ingebrekestelling") return "rechtsvordering";
  return dossier.kind == "portero" ? "portero" : "behandelen-verzoek";
}

bool may_choose(const Purpose& purpose, const Actor& actor, const Dossier& dossier) {
  return std::ranges::any_of(purpose.roles, [&](const auto role) { return actor.has(role); }) &&
         (!dossier.restricted || purpose.while_restricted);
}

}  // namespace

Result<Response> Workbench::choose_purpose(Visit& visit) {
  Dossier dossier;
  dossier.kind = visit.request.parameter("kind");
  if (visit.request.parameters.contains("dossier")) {
    TRY_ASSIGN(const Id id, visit.id("dossier"));
    TRY_DO(casework_.office().store.read([&](StoreReader& store) -> Result<void> {
      TRY_ASSIGN(dossier, store.dossier(id));
      return {};
    }));
  }
  const std::string_view likely = likely_purpose(dossier, visit.actor);
  nlohmann::json list = nlohmann::json::array();
  bool chosen = false;
  for (const Purpose& purpose : purposes()) {
    if (!may_choose(purpose, visit.actor, dossier)) continue;
    list.push_back({{"key", purpose.key}, {"label", purpose.label}, {"ground", purpose.ground}});
    list.back()["chosen"] = purpose.key == likely;
    chosen = chosen || purpose.key == likely;
  }
  if (!chosen && !list.empty()) list.front()["chosen"] = true;
  const bool none = list.empty();
  return show("doel",
              {{"action", visit.request.path},
               {"restricted", dossier.restricted},
               {"purposes", std::move(list)},
               {"none", none}},
              visit);
}

Result<Response> Workbench::dossier(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  TRY_ASSIGN(const Id id, visit.id("dossier"));
  TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, id));
  const Office& office = casework_.office();
  auto data = dossier_json(view, visit.actor, office);
  const auto& terms = view.profile.terms;
  for (std::size_t i = 0; i < terms.size(); ++i) data["terms"][i]["label"] = term_label(office, view.dossier, terms[i]);
  data["may_extend"] = may(view, Act::kExtendTerm) && std::ranges::any_of(terms, [](const TermRecord& term) {
                         return term.running && term.kind == "avg";
                       });
  data["asks_with"] = view.rule ? view.rule->asks_with : intake::RequestRule().asks_with;
  data["other_emails"] = other_emails(view.profile);
  data["grounds"] = nlohmann::json::array();
  for (const RestrictionGround& one : restriction_grounds())
    data["grounds"].push_back({{"key", one.letter}, {"label", one.label}});
  data["is_organisation"] = view.profile.requester.role == "organisatie";
  if (view.known) {
    data.update(register_json(*view.known, office.rules.find(kRegister), local_date(office.now())));
    data["has_register"] = true;
  }
  return show("dossier", std::move(data), visit);
}

}  // namespace zp::gateway
