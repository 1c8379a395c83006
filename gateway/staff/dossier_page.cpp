#include "gateway/process/process.h"
#include "gateway/staff/dossier_view.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {

Result<Response> Workbench::choose_purpose(Visit& visit) const {
  nlohmann::json data{{"action", visit.request.path}, {"purposes", nlohmann::json::array()}};
  for (const Purpose& purpose : purposes())
    for (const std::string_view role : purpose.roles)
      if (visit.actor.has(role)) {
        data["purposes"].push_back({{"key", purpose.key},
                                    {"label", purpose.label},
                                    {"ground", purpose.ground},
                                    {"first", data["purposes"].empty()}});
        break;
      }
  return show("doel", std::move(data), visit);
}

Result<Response> Workbench::dossier(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  TRY_ASSIGN(const Id id, visit.id("dossier"));
  TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, id));
  const Office& office = casework_.office();
  auto data = dossier_json(view, visit.actor, office.rules.requests(), office.letters.letters());
  if (view.known) {
    data.update(register_json(*view.known, office.rules.find(kRegister), local_date(office.now())));
    data["has_register"] = true;
  }
  return show("dossier", std::move(data), visit);
}

}  // namespace zp::gateway
