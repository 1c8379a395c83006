// Absence: who approves letters for a while in the place of somebody who is away.
#include <algorithm>

#include "gateway/casework/casework.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr std::string_view kApprover = "goedkeurder";
constexpr int kLongestDays = 366;

bool has_role(const User& user, std::string_view role) {
  return std::ranges::find(user.roles, role) != user.roles.end();
}

std::unexpected<Error> refused(std::string why) { return fail(Code::kRefused, "record absence", std::move(why)); }

Result<void> check_days(const std::string& from, const std::string& until, const std::string& today) {
  const auto first = intake::parse_date(from), last = intake::parse_date(until);
  if (!first || !last) return refused("Vul de eerste en de laatste dag in.");
  if (until < from) return refused("De laatste dag ligt voor de eerste.");
  if (until < today) return refused("De laatste dag is al voorbij.");
  if (std::chrono::sys_days(*last) - std::chrono::sys_days(*first) > std::chrono::days(kLongestDays))
    return refused("Een vervanging duurt ten hoogste een jaar. Leg daarna een nieuwe vast.");
  return {};
}

Result<void> check_people(const User& away, const User& replacement) {
  if (away.id == replacement.id) return refused("Niemand vervangt zichzelf.");
  if (!has_role(away, kApprover)) return refused("Alleen een goedkeurder heeft een vervanger nodig.");
  if (replacement.disabled || !(has_role(replacement, kApprover) || has_role(replacement, "jurist")))
    return refused("Kies als vervanger een jurist of goedkeurder die kan inloggen.");
  return {};
}

bool holds_on(const Absence& absence, const std::string& day) {
  return absence.ended == 0 && absence.from <= day && day <= absence.until;
}

}  // namespace

Result<Actor> Casework::with_replacements(Actor actor) {
  const std::string today = local_date(office_.now());
  if (actor.has(kApprover) || actor.user == Id{}) return actor;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto absences, store.absences(today));
    for (const Absence& absence : absences) {
      if (absence.replacement != actor.user || !holds_on(absence, today)) continue;
      TRY_ASSIGN(const auto away, store.user(absence.user));
      if (!away.disabled && has_role(away, kApprover)) actor.replaces.push_back(away.id);
    }
    return {};
  }));
  if (!actor.replaces.empty()) actor.roles.emplace_back(kApprover);
  return actor;
}

Result<void> Casework::record_absence(const Actor& actor, const Id& user, const Id& replacement,
                                      const std::string& from, const std::string& until) {
  TRY_DO(enter(actor, Act::kAbsence, {{}, user.hex(), "replacement=" + replacement.hex() + " " + from + "/" + until}));
  // Whoever replaces somebody can't hand that on.
  if (!actor.replaces.empty() || (actor.user != user && !actor.has("beheerder")))
    return refused("U kunt alleen uw eigen afwezigheid vastleggen. Vraag het anders de beheerder.");
  TRY_DO(check_days(from, until, local_date(office_.now())));
  return office_.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(const auto away, store.user(user));
    TRY_ASSIGN(const auto other, store.user(replacement));
    TRY_DO(check_people(away, other));
    return store.put_absence({Id::random(), user, replacement, from, until, actor.user, office_.now(), 0});
  });
}

Result<void> Casework::end_absence(const Actor& actor, const Id& absence) {
  TRY_DO(enter(actor, Act::kAbsence, {{}, absence.hex(), "ended"}));
  return office_.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(const auto absences, store.absences(local_date(office_.now())));
    const auto found = std::ranges::find(absences, absence, &Absence::id);
    if (found == absences.end() || found->ended != 0) return fail(Code::kNotFound, "end absence", absence.hex());
    if (!actor.replaces.empty() || (actor.user != found->user && !actor.has("beheerder")))
      return refused("U kunt alleen uw eigen afwezigheid beëindigen.");
    Absence ended = *found;
    ended.ended = office_.now();
    return store.put_absence(ended);
  });
}

}  // namespace zp::gateway
