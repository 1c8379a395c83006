#include "gateway/staff/people_form.h"

#include <algorithm>

#include "intake/rules/fields.h"

namespace zp::gateway {

Result<void> edit_people(Casework& casework, Visit& visit, const Id& dossier) {
  static const std::vector<intake::FieldRule> kFields = {
      {.name = "naam", .label = "Naam", .type = "text"},
      {.name = "geboren", .label = "Geboortedatum", .type = "date"},
      {.name = "email", .label = "E-mailadres", .type = "email"},
      {.name = "telefoon", .label = "Telefoon", .type = "text"},
      {.name = "adres", .label = "Adres", .type = "text"},
      {.name = "client-naam", .label = "Naam van de cliënt", .type = "text"},
      {.name = "client-geboren", .label = "Geboortedatum van de cliënt", .type = "date"}};
  const auto wrong = intake::check_fields(kFields, visit.form);
  if (!wrong.empty()) {
    const auto& [name, sentence] = wrong.front();
    return fail(Code::kRefused, "edit people", intake::field_named(kFields, name)->label + ": " + sentence);
  }
  TRY_ASSIGN(const DossierView view, casework.open(visit.actor, dossier));
  Person requester = view.profile.requester, client = view.profile.client;
  const intake::FieldRule* const role = view.rule ? intake::field_named(view.rule->fields, "requester_role") : nullptr;
  const std::string chosen = visit.value("rol");
  if (role && std::ranges::any_of(role->choices, [&](const auto& one) { return one.first == chosen; }))
    requester.role = chosen;
  requester.name = visit.value("naam");
  requester.birth_date = visit.value("geboren");
  requester.email = visit.value("email");
  requester.telephone = visit.value("telefoon");
  requester.address = lines_of(visit.value("adres"));
  if (!client.name.empty() || !visit.value("client-naam").empty()) {
    client.name = visit.value("client-naam");
    client.birth_date = visit.value("client-geboren");
  }
  return casework.edit_person(visit.actor, dossier, requester, client);
}

}  // namespace zp::gateway
