#include <charconv>
#include <map>

#include "gateway/casework/terms.h"
#include "gateway/process/process.h"
#include "gateway/staff/sentences.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

using nlohmann::json;
using Names = std::map<Id, std::string>;

constexpr std::uint32_t kMostOffset = 1'000'000;

Result<Names> names_of_staff(Store& store) {
  Names names;
  TRY_DO(store.read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(const auto users, reader.users());
    for (const User& user : users) names[user.id] = user.name;
    return {};
  }));
  return names;
}

std::uint32_t offset_of(const std::string& typed) {
  std::uint32_t offset = 0;
  const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), offset);
  return error == std::errc() && end == typed.data() + typed.size() ? std::min(offset, kMostOffset) : 0;
}

/// "3 dagen te laat", "vandaag", "over 5 dagen".
std::string distance(int days) {
  if (days == 0) return "vandaag";
  if (days == 1) return "morgen";
  if (days > 0) return "over " + std::to_string(days) + " dagen";
  return std::to_string(-days) + (days == -1 ? " dag voorbij" : " dagen voorbij");
}

json term_json(const Office& office, const Dossier& dossier, const TermRecord& term, const intake::Date& today) {
  const auto day = intake::parse_date(term.last_day);
  const int days = day ? static_cast<int>((std::chrono::sys_days(*day) - std::chrono::sys_days(today)).count()) : 0;
  return {{"label", term_label(office, dossier, term)},
          {"last_day", day ? intake::dutch_date(*day, true) : term.last_day},
          {"distance", distance(days)},
          {"late", days < 0}};
}

json row_json(const Office& office, const CalendarRow& row, const Names& names, const intake::Date& today) {
  json later = json::array();
  for (std::size_t i = 1; i < row.terms.size(); ++i)
    later.push_back(term_json(office, row.dossier, row.terms[i], today));
  const auto owner = row.dossier.owner ? names.find(*row.dossier.owner) : names.end();
  return {{"id", row.dossier.id.hex()},
          {"reference", row.dossier.reference},
          {"kind", row.kind_title},
          {"undecided", row.undecided},
          {"subject", row.subject},
          {"state", state_label(row.dossier.state)},
          {"state_key", state_name(row.dossier.state)},
          {"restricted", row.dossier.restricted},
          {"owner", owner == names.end() ? "" : owner->second},
          {"first", term_json(office, row.dossier, row.terms.front(), today)},
          {"later", std::move(later)}};
}

}  // namespace

Result<Response> Workbench::calendar(Visit& visit) {
  const bool mine = visit.request.query_value("van") == "mij";
  const std::uint32_t offset = offset_of(visit.request.query_value("vanaf"));
  TRY_ASSIGN(const TermCalendar calendar, casework_.calendar(visit.actor, mine, offset));
  const Office& office = casework_.office();
  TRY_ASSIGN(const Names names, names_of_staff(office.store));
  const std::string now = local_date(office.now());
  const std::string week = local_date(office.now() + kWarnDays * kDay);
  TRY_ASSIGN(const intake::Date today, intake::parse_date(now));
  json groups = json::array({{{"title", "Te laat"}, {"late", true}, {"rows", json::array()}},
                             {{"title", "Binnen een week"}, {"rows", json::array()}},
                             {{"title", "Daarna"}, {"rows", json::array()}},
                             {{"title", "Bezwaartermijn voorbij"}, {"rows", json::array()}}});
  for (const CalendarRow& row : calendar.rows) {
    const std::string& day = row.terms.front().last_day;
    const bool waits_for_closing = row.dossier.state == DossierState::kAnswered && day < now;
    const std::size_t group = waits_for_closing ? 3 : day < now ? 0 : day <= week ? 1 : 2;
    groups[group]["rows"].push_back(row_json(office, row, names, today));
  }
  std::erase_if(groups.get_ref<json::array_t&>(), [](const json& group) { return group["rows"].empty(); });
  return show("termijnen",
              {{"groups", groups},
               {"none", calendar.rows.empty()},
               {"mine", mine},
               {"may_open", role_for(visit.actor, Act::kOpenDossier).has_value()},
               {"overdue", calendar.counts.overdue},
               {"near", calendar.counts.near},
               {"more", calendar.more},
               {"earlier", offset > 0},
               {"next", offset + calendar.rows.size()},
               {"who_query", mine ? "van=mij&" : ""}},
              visit);
}

}  // namespace zp::gateway
