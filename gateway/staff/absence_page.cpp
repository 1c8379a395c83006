#include <algorithm>
#include <map>

#include "gateway/process/process.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

bool has_role(const User& user, std::string_view role) {
  return std::ranges::find(user.roles, role) != user.roles.end();
}

std::string dutch(const std::string& day) {
  const auto date = intake::parse_date(day);
  return date ? intake::dutch_date(*date) : day;
}

}  // namespace

Result<Response> Workbench::absences(Visit& visit) {
  if (!role_for(visit.actor, Act::kAbsence) || !visit.actor.replaces.empty())
    return fail(Code::kDenied, "list absences");
  const std::string today = local_date(casework_.office().now());
  const bool for_others = visit.actor.has("beheerder");
  std::map<Id, std::string> names;
  json away = json::array(), replacements = json::array(), rows = json::array();
  TRY_DO(casework_.office().store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto users, store.users());
    for (const User& user : users) {
      names[user.id] = user.name;
      const json choice{{"id", user.id.hex()}, {"name", user.name}};
      if (has_role(user, "goedkeurder") && (for_others || user.id == visit.actor.user)) away.push_back(choice);
      const bool fits = !user.disabled && (has_role(user, "goedkeurder") || has_role(user, "jurist"));
      if (fits && (for_others || user.id != visit.actor.user)) replacements.push_back(choice);
    }
    TRY_ASSIGN(const auto absences, store.absences(today));
    for (const Absence& one : absences)
      rows.push_back({{"id", one.id.hex()},
                      {"away", names[one.user]},
                      {"replacement", names[one.replacement]},
                      {"from", dutch(one.from)},
                      {"until", dutch(one.until)},
                      {"now", one.ended == 0 && one.from <= today},
                      {"ended", one.ended ? local_time_dutch(one.ended) : ""},
                      {"may_end", one.ended == 0 && (for_others || one.user == visit.actor.user)}});
    return {};
  }));
  const bool none = rows.empty();
  return show("vervanging",
              {{"rows", std::move(rows)},
               {"none", none},
               {"away", std::move(away)},
               {"replacements", std::move(replacements)},
               {"today", today}},
              visit);
}

Result<Response> Workbench::absence_act(Visit& visit) {
  if (visit.value("actie") == "beeindigen") {
    TRY_ASSIGN(const Id absence, Id::parse(visit.value("wat")));
    TRY_DO(casework_.end_absence(visit.actor, absence));
  } else {
    TRY_ASSIGN(const Id user, Id::parse(visit.value("afwezig")));
    TRY_ASSIGN(const Id replacement, Id::parse(visit.value("vervanger")));
    TRY_DO(casework_.record_absence(visit.actor, user, replacement, visit.value("van"), visit.value("tot")));
  }
  return Response::redirect("/vervanging");
}

}  // namespace zp::gateway
