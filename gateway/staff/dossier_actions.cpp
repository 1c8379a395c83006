#include <functional>
#include <map>

#include "gateway/process/process.h"
#include "gateway/staff/letter_menu.h"
#include "gateway/staff/people_form.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

using Action = std::function<Result<void>(Casework&, Visit&, const Id&)>;

Result<void> finish_task(Casework& casework, Visit& visit, const Id& dossier) {
  const std::string number = visit.value("nummer");
  if (number.empty() || number.size() > 4 || number.find_first_not_of("0123456789") != std::string::npos)
    return fail(Code::kMalformed, "finish task");
  return casework.finish_task(visit.actor, dossier, std::stoul(number));
}

/// The buttons of the dossier page, by the value that they send.
const std::map<std::string, Action>& actions() {
  static const std::map<std::string, Action> kActions = {
      {"nemen", [](Casework& c, Visit& v, const Id& d) { return c.take(v.actor, d, true); }},
      {"terugleggen", [](Casework& c, Visit& v, const Id& d) { return c.take(v.actor, d, false); }},
      {"indelen", [](Casework& c, Visit& v, const Id& d) { return c.classify(v.actor, d, v.value("soort")); }},
      {"rechten", [](Casework& c, Visit& v,
                     const Id& d) { return c.invoke_rights(v.actor, d, typed_rights(c.office().rules, v.form)); }},
      {"recht-afdoen", [](Casework& c, Visit& v,
                          const Id& d) { return c.settle_right(v.actor, d, v.value("recht"), v.value("reden")); }},
      {"gegevens", edit_people},
      {"adres-bevestigen",
       [](Casework& c, Visit& v, const Id& d) {
         return c.confirm_email(v.actor, d, v.value("mailadres"), v.value("hoe"));
       }},
      {"aantekening", [](Casework& c, Visit& v, const Id& d) { return c.note(v.actor, d, v.value("tekst")); }},
      {"taak-klaar", finish_task},
      {"beperken", [](Casework& c, Visit& v, const Id& d) { return c.restrict(v.actor, d, v.value("grond")); }},
      {"beperking-opheffen", [](Casework& c, Visit& v, const Id& d) { return c.lift_restriction(v.actor, d); }},
      {"verlengen", [](Casework& c, Visit& v, const Id& d) { return c.extend_term(v.actor, d); }},
      {"compleet", [](Casework& c, Visit& v, const Id& d) { return c.confirm_complete(v.actor, d); }},
      {"overdragen", [](Casework& c, Visit& v, const Id& d) { return c.hand_over(v.actor, d); }},
      {"overdracht-opnieuw", [](Casework& c, Visit& v, const Id& d) { return c.retry_hand_over(v.actor, d); }},
      {"overdracht-terugnemen", [](Casework& c, Visit& v, const Id& d) { return c.take_back_hand_over(v.actor, d); }},
      {"terug-naar-controle", [](Casework& c, Visit& v, const Id& d) { return c.reopen_review(v.actor, d); }},
      {"toetsen",
       [](Casework& c, Visit& v, const Id& d) -> Result<void> {
         TRY_DO(c.evaluate(v.actor, d));
         return {};
       }},
      {"sluiten", [](Casework& c, Visit& v, const Id& d) { return c.close(v.actor, d); }},
      {"langer-bewaren",
       [](Casework& c, Visit& v, const Id& d) { return c.keep(v.actor, d, v.value("tot"), v.value("reden")); }},
  };
  return kActions;
}

}  // namespace

Result<Response> Workbench::act(Visit& visit) {
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  const std::string name = visit.value("actie");
  if (name == "vernietigen") {
    if (visit.value("bevestiging") != "vernietigen")
      return fail(Code::kRefused, "erase dossier", "Typ het woord vernietigen om te bevestigen.");
    TRY_DO(casework_.erase(visit.actor, dossier));
    return Response::redirect("/?lijst=vernietigen");
  }
  if (name == "toegangscode") {
    TRY_ASSIGN(const AccessCode code, casework_.reveal_code(visit.actor, dossier));
    return show("toegangscode",
                {{"code", code.code}, {"until", code.until ? local_time_dutch(code.until) : ""}, {"id", dossier.hex()}},
                visit);
  }
  if (name == "nieuwe-toegangscode") {
    Delivering how;
    how.code_way = visit.value("code");
    how.address = lines_of(visit.value("adres"));
    TRY_DO(casework_.renew_code(visit.actor, dossier, how));
    return back_to_dossier(visit, dossier);
  }
  if (name == "uitnodigen-per-brief") {
    const std::vector<std::string> address = lines_of(visit.value("adres"));
    if (address.empty()) return fail(Code::kRefused, "invite", "Vul het adres in waar de code naartoe gaat.");
    TRY_DO(casework_.invite(visit.actor, dossier, address));
    return back_to_dossier(visit, dossier);
  }
  if (name == "uitnodigen") {
    TRY_ASSIGN(const Invitation invitation, casework_.invite(visit.actor, dossier));
    return show("uitnodiging",
                {{"code", invitation.code},
                 {"expires", local_time_dutch(invitation.expires)},
                 {"asked", invitation.asked},
                 {"address", casework_.office().config.public_door.base_url + "/uitnodiging"},
                 {"id", dossier.hex()}},
                visit);
  }
  const auto found = actions().find(name);
  if (found == actions().end()) return fail(Code::kMalformed, "act on dossier");
  TRY_DO(found->second(casework_, visit, dossier));
  return back_to_dossier(visit, dossier);
}

}  // namespace zp::gateway
