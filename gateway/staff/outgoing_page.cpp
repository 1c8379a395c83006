// What is on its way out and why it is not there yet: domains that take no mail or are held back, and what waits.
#include <algorithm>
#include <array>

#include "gateway/casework/mail_queue.h"
#include "gateway/casework/ways.h"
#include "gateway/process/process.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

constexpr std::uint32_t kShown = 200;

struct Errand {
  std::string_view job, words;
};
constexpr std::array<Errand, 12> kErrands = {{{"code-sms", "Toegangscode per sms sturen"},
                                              {"publish", "Klaarzetten in de beveiligde mailbox"},
                                              {"notify", "Melding mailen"},
                                              {"remind", "Herinnering mailen"},
                                              {"mail", "Versleutelde mail versturen"},
                                              {"direct-mail", "Rechtstreekse beveiligde mail versturen"},
                                              {"print", "Klaarzetten voor de post"},
                                              {"receipt-mail", "Ontvangstbevestiging mailen"},
                                              {"returned", "Opnieuw versturen: kwam terug"},
                                              {"receipt-returned", "Melden: ontvangstbevestiging kwam terug"},
                                              {"undeliverable", "Een andere weg zoeken: niet bezorgd"},
                                              {"unopened", "Een andere weg zoeken: niet geopend"}}};

std::vector<std::string> errand_kinds() {
  std::vector<std::string> kinds;
  for (const Errand& errand : kErrands) kinds.emplace_back(errand.job);
  return kinds;
}

/// The words of an error of ours, in Dutch and without its details.
std::string reason_of_error(std::string_view error) {
  const auto says = [&](std::string_view word) { return error.find(word) != std::string_view::npos; };
  if (says("hand over mail: not proven"))
    return "De mailserver van de ontvanger bewijst nu niet wie hij is. Er is niets verstuurd. Zegelpost probeert het "
           "opnieuw en kiest later een andere weg.";
  if (says("hand over mail: later")) return "De mailserver van de ontvanger vraagt het later nog eens te proberen.";
  if (says("TLS with"))
    return "De verbinding met onze mailserver is niet veilig. Zonder veilige verbinding gaat er niets weg.";
  if (says("connection to")) return "Onze mailserver is niet bereikbaar.";
  if (says("AUTH")) return "Onze mailserver weigert het wachtwoord. Vraag de beheerder ernaar te kijken.";
  if (says("RCPT 4") && says(" 4.1.2")) return "Dit domein is nu niet te vinden.";
  if (says("RCPT 4") && says(" 4.2.2")) return "De mailbox van de ontvanger is vol.";
  if (says("RCPT 4") && (says(" 4.3.") || says(" 4.4.")))
    return "De mailserver van de ontvanger is nu niet bereikbaar.";
  if (says("RCPT 4") && says(" 4.7.")) return "De mailserver van de ontvanger laat ons nog even wachten.";
  if (says("RCPT 4")) return "De mailserver neemt post voor dit adres nu niet aan.";
  if (says("MAIL 4") || says("DATA 4") || says("reply 4"))
    return "De mailserver vraagt het later nog eens te proberen.";
  if (says("send SMS")) return "De sms-dienst is nu niet bereikbaar.";
  if (says("no-space")) return "De schijf is vol. Vraag de beheerder ernaar te kijken.";
  return "Er ging iets mis in het programma. Zegelpost probeert het opnieuw.";
}

std::string until_words(TimeMs until) {
  return until == kUntilLifted ? "tot een medewerker het hervat" : "tot " + local_time_dutch(until);
}

/// Why a lane gives nothing out; empty: it does.
std::string reason_of(const Lane& lane, TimeMs now) {
  if (lane.paused_until > now) return "Opgehouden door een medewerker, " + until_words(lane.paused_until) + ".";
  return lane.failures == 0 ? std::string() : reason_of_error(lane.last_error);
}

std::string reason_of(StoreReader& store, const Job& job, bool restricted, TimeMs now) {
  if (restricted) return "Wacht: de verwerking is beperkt (AVG artikel 18).";
  if (job.lease_until > now) return "Wordt nu verstuurd.";
  if (const auto lane = job.lane == Id{} ? fail(Code::kNotFound, "find lane") : store.lane(job.lane))
    if (std::string reason = reason_of(*lane, now); !reason.empty()) return reason;
  if (job.last_error.empty()) return job.run_at > now ? "Wacht op zijn beurt." : "Aan de beurt.";
  return reason_of_error(job.last_error);
}

TimeMs next_try(StoreReader& store, const Job& job) {
  const auto lane = job.lane == Id{} ? fail(Code::kNotFound, "find lane") : store.lane(job.lane);
  return lane ? std::max({job.run_at, lane->next, lane->paused_until}) : job.run_at;
}

std::string next_words(const Job& job, TimeMs next, TimeMs now) {
  if (job.dead) return "niet vanzelf";
  if (next == kUntilLifted) return "na hervatten";
  return next <= now ? "nu" : local_time_dutch(next);
}

/// About a message, or a delivery whose receipt it is.
Result<Dossier> dossier_of(StoreReader& store, const Job& job) {
  if (const auto message = store.message(job.subject)) return store.dossier(message->dossier);
  TRY_ASSIGN(const auto submission, store.submission(job.subject));
  return store.dossier(submission.dossier);
}

/// Rows name dossiers, never people: nothing is opened for this page.
json errand_json(StoreReader& store, const Job& job, TimeMs now) {
  const auto errand = std::ranges::find(kErrands, job.kind, &Errand::job);
  const auto dossier = dossier_of(store, job);
  return {{"what", errand == kErrands.end() ? std::string_view(job.kind) : errand->words},
          {"reference", dossier ? dossier->reference : ""},
          {"dossier", dossier ? dossier->id.hex() : ""},
          {"attempts", job.attempts},
          {"next", next_words(job, next_try(store, job), now)},
          {"dead", job.dead},
          {"id", job.id.hex()},
          {"reason", reason_of(store, job, dossier && dossier->restricted, now)}};
}

/// Domains that fail or are held back; the others need nobody's attention.
Result<json> lanes_json(const Office& office, StoreReader& store, TimeMs now) {
  json rows = json::array();
  TRY_ASSIGN(const auto lanes, store.lanes(now));
  for (const LaneLoad& load : lanes) {
    const Lane& lane = load.lane;
    const bool paused = lane.paused_until > now;
    if ((!paused && lane.failures == 0) || rows.size() == kShown) continue;
    TRY_ASSIGN(const std::string domain, domain_of(office.vault, lane));
    TRY_ASSIGN(const LanePause pause, pause_of(office.vault, lane));
    rows.push_back({{"id", lane.id.hex()},
                    {"domain", domain},
                    {"waiting", load.waiting},
                    {"reason", reason_of(lane, now)},
                    {"paused", paused},
                    {"why", paused ? pause.why : ""},
                    {"by", paused ? pause.by : ""},
                    {"since", !paused && lane.failing_since ? local_time_dutch(lane.failing_since) : ""},
                    {"next", paused            ? until_words(lane.paused_until)
                             : lane.next > now ? local_time_dutch(lane.next)
                                               : "nu"}});
  }
  return rows;
}

Result<json> waiting_json(StoreReader& store, TimeMs now) {
  json rows = json::array();
  for (const bool dead : {true, false}) {
    TRY_ASSIGN(const auto jobs, store.jobs(dead, errand_kinds(), kShown));
    for (const Job& job : jobs)
      if (rows.size() < kShown) rows.push_back(errand_json(store, job, now));
  }
  return rows;
}

Result<json> returned_json(StoreReader& store) {
  json rows = json::array();
  TRY_ASSIGN(const auto messages, store.messages_in_state("undeliverable"));
  for (auto message = messages.rbegin(); message != messages.rend() && rows.size() < kShown; ++message)
    if (const auto dossier = store.dossier(message->dossier))
      rows.push_back({{"reference", dossier->reference},
                      {"dossier", dossier->id.hex()},
                      {"route", route_words(message->route)},
                      {"sent", local_time_dutch(message->created)}});
  return rows;
}

}  // namespace

Result<Response> Workbench::outgoing(Visit& visit) {
  if (!role_for(visit.actor, Act::kReviveJob)) return fail(Code::kDenied, "list outgoing messages");
  const Office& office = casework_.office();
  const TimeMs now = office.now();
  json rows, lanes, returned;
  std::uint64_t all = 0;
  TRY_DO(office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(lanes, lanes_json(office, store, now));
    TRY_ASSIGN(rows, waiting_json(store, now));
    TRY_ASSIGN(returned, returned_json(store));
    for (const bool dead : {true, false}) {
      TRY_ASSIGN(const auto some, store.count_jobs(dead, errand_kinds()));
      all += some;
    }
    return {};
  }));
  const bool none = rows.empty(), waits = !lanes.empty(), came_back = !returned.empty();
  const std::uint64_t more = all - rows.size();
  return show("verzending",
              {{"none", none},
               {"rows", std::move(rows)},
               {"all", all},
               {"more", more},
               {"has_more", more > 0},
               {"lanes", std::move(lanes)},
               {"has_lanes", waits},
               {"may_pause", role_for(visit.actor, Act::kPauseMail).has_value()},
               {"has_returned", came_back},
               {"returned", std::move(returned)}},
              visit);
}

Result<Response> Workbench::outgoing_act(Visit& visit) {
  const std::string act = visit.value("actie");
  if (act == "ophouden") {
    const auto hours = visit.value("uren") == "0" ? 0 : std::atoi(visit.value("uren").c_str());
    if (hours < 0 || hours > 24 * 30)
      return fail(Code::kRefused, "hold mail back", "Kies hoelang de mail moet wachten.");
    const TimeMs until = hours == 0 ? kUntilLifted : casework_.office().now() + hours * kHour;
    TRY_DO(casework_.pause_mail(visit.actor, visit.value("domein"), visit.value("reden"), until));
  } else {
    TRY_ASSIGN(const Id lane, Id::parse(visit.value("wat")));
    TRY_DO(act == "hervatten" ? casework_.resume_mail(visit.actor, lane) : casework_.try_mail_now(visit.actor, lane));
  }
  return Response::redirect("/verzending");
}

}  // namespace zp::gateway
