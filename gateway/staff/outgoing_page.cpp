// What is on its way out and why it is not there yet, and the record of one message, to be printed.
#include <algorithm>
#include <array>

#include "gateway/casework/ways.h"
#include "gateway/process/process.h"
#include "gateway/staff/sentences.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

constexpr std::size_t kShown = 200;

struct Errand {
  std::string_view job, words;
};
constexpr std::array<Errand, 8> kErrands = {{{"publish", "Klaarzetten in de beveiligde mailbox"},
                                             {"notify", "Melding mailen"},
                                             {"remind", "Herinnering mailen"},
                                             {"mail", "Versleutelde mail versturen"},
                                             {"print", "Klaarzetten voor de post"},
                                             {"receipt-mail", "Ontvangstbevestiging mailen"},
                                             {"undeliverable", "Een andere weg zoeken: niet bezorgd"},
                                             {"unopened", "Een andere weg zoeken: niet geopend"}}};

const Errand* errand_of(const Job& job) {
  const auto found = std::ranges::find(kErrands, job.kind, &Errand::job);
  return found == kErrands.end() ? nullptr : &*found;
}

/// The words of an error of ours, in Dutch and without its details.
std::string reason_of(const Job& job, bool restricted, TimeMs now) {
  const auto says = [&](std::string_view word) { return job.last_error.find(word) != std::string::npos; };
  if (restricted) return "Wacht: de verwerking is beperkt (AVG artikel 18).";
  if (job.last_error.empty()) return job.run_at > now ? "Wacht op zijn beurt." : "Aan de beurt.";
  if (says("TLS with"))
    return "De verbinding met onze mailserver is niet veilig. Zonder veilige verbinding gaat er niets weg.";
  if (says("connection to")) return "Onze mailserver is niet bereikbaar.";
  if (says("AUTH")) return "Onze mailserver weigert het wachtwoord. Vraag de beheerder ernaar te kijken.";
  if (says("RCPT 4")) return "De mailserver neemt post voor dit adres nu niet aan.";
  if (says("MAIL 4") || says("DATA 4") || says("reply 4"))
    return "De mailserver vraagt het later nog eens te proberen.";
  if (says("no-space")) return "De schijf is vol. Vraag de beheerder ernaar te kijken.";
  return "Er ging iets mis in het programma. Zegelpost probeert het opnieuw.";
}

/// About a message, or a delivery whose receipt it is.
Result<Dossier> dossier_of(StoreReader& store, const Job& job) {
  if (const auto message = store.message(job.subject)) return store.dossier(message->dossier);
  TRY_ASSIGN(const auto submission, store.submission(job.subject));
  return store.dossier(submission.dossier);
}

/// Rows name dossiers, never people: nothing is opened for this page.
json errand_json(StoreReader& store, const Job& job, const Errand& errand, TimeMs now) {
  const auto dossier = dossier_of(store, job);
  return {{"what", errand.words},
          {"reference", dossier ? dossier->reference : ""},
          {"dossier", dossier ? dossier->id.hex() : ""},
          {"attempts", job.attempts},
          {"next", job.dead            ? "niet vanzelf"
                   : job.run_at <= now ? "nu"
                                       : local_time_dutch(job.run_at)},
          {"dead", job.dead},
          {"id", job.id.hex()},
          {"reason", reason_of(job, dossier && dossier->restricted, now)}};
}

json steps_json(const std::vector<crypto::LedgerEntry>& entries, const Id& message) {
  json rows = json::array();
  for (const crypto::LedgerEntry& entry : entries)
    if (entry.object == message.hex())
      rows.push_back({{"time", entry.time}, {"what", action_sentence(entry.action)}, {"detail", entry.detail}});
  return rows;
}

std::string moment(TimeMs time) { return time == 0 ? std::string() : local_time_dutch(time); }

}  // namespace

Result<Response> Workbench::outgoing(Visit& visit) {
  if (!role_for(visit.actor, Act::kReviveJob)) return fail(Code::kDenied, "list outgoing messages");
  const TimeMs now = casework_.office().now();
  json rows = json::array(), returned = json::array();
  std::size_t more = 0;
  TRY_DO(casework_.office().store.read([&](StoreReader& store) -> Result<void> {
    for (const bool dead : {true, false}) {
      TRY_ASSIGN(const auto jobs, store.jobs(dead));
      for (const Job& job : jobs) {
        const Errand* const errand = errand_of(job);
        if (errand && rows.size() == kShown) ++more;
        if (errand && rows.size() < kShown) rows.push_back(errand_json(store, job, *errand, now));
      }
    }
    TRY_ASSIGN(const auto messages, store.messages_in_state("undeliverable"));
    for (const Message& message : messages) {
      const auto dossier = store.dossier(message.dossier);
      if (dossier && returned.size() < kShown)
        returned.push_back({{"reference", dossier->reference},
                            {"dossier", dossier->id.hex()},
                            {"route", route_words(message.route)},
                            {"sent", local_time_dutch(message.created)}});
    }
    return {};
  }));
  return show("verzending",
              {{"none", rows.empty()},
               {"rows", rows},
               {"more", more},
               {"has_more", more > 0},
               {"has_returned", !returned.empty()},
               {"returned", returned}},
              visit);
}

Result<Response> Workbench::message_record(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const Id id, visit.id("message"));
  TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, dossier));
  const auto found = std::ranges::find(view.messages, id, [](const MessageView& one) { return one.row.id; });
  if (found == view.messages.end()) return fail(Code::kNotFound, "find message", id.hex());
  const auto letter =
      std::ranges::find(view.letters, found->row.letter, [](const LetterView& one) { return one.row.id; });
  TRY_ASSIGN(const auto entries, casework_.office().ledger.about(dossier.hex()));
  const bool post = found->row.route == kByPost;
  json mails = found->data.mail_ids;
  return show("verzendbewijs",
              {{"dossier", dossier.hex()},
               {"reference", view.dossier.reference},
               {"id", id.hex()},
               {"made", local_time_dutch(casework_.office().now())},
               {"subject", found->data.subject},
               {"legal_effect", found->data.legal_effect},
               {"term", found->data.term},
               {"letter", letter == view.letters.end() ? "" : letter->title},
               {"sha256", letter == view.letters.end() ? "" : letter->data.sha256},
               {"recipient", found->data.recipient},
               {"email", found->data.email},
               {"address", post ? json(found->data.address) : json::array()},
               {"route", route_words(found->row.route)},
               {"state", message_state(found->row.state)},
               {"created", moment(found->row.created)},
               {"notified", moment(found->row.notified)},
               {"read", moment(found->row.read)},
               {"expires", moment(found->row.expires)},
               {"mails", mails},
               {"failure", found->data.failure},
               {"steps", steps_json(entries, id)}},
              visit);
}

}  // namespace zp::gateway
