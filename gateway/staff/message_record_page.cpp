// The record of one message, to be printed: what was sent, by which way, and what happened to it (Awb art. 2:10).
#include <algorithm>

#include "crypto/base/text.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/ways.h"
#include "gateway/process/process.h"
#include "gateway/staff/dossier_view.h"
#include "gateway/staff/message_steps.h"
#include "gateway/staff/sentences.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

json steps_json(const std::vector<crypto::LedgerEntry>& entries, const Message& message) {
  json rows = json::array();
  for (const MessageStep& step : message_steps(entries, message))
    rows.push_back(
        {{"moment", step.moment()}, {"what", step.what}, {"detail", step.detail}, {"outcome", step.outcome}});
  return rows;
}

/// The same for the letter, which has one column for how a step ended.
json steps_of_letter(json steps) {
  for (json& step : steps) {
    const std::string outcome = step["outcome"];
    if (!outcome.empty()) step["what"] = step["what"].get<std::string>() + ": " + outcome;
    step.erase("outcome");
  }
  return steps;
}

/// A message of a dossier, and the letter in it if there is one.
struct Sent {
  const MessageView* message;
  const LetterView* letter;
};
Result<Sent> find_sent(const DossierView& view, const Id& id) {
  const auto message = std::ranges::find(view.messages, id, [](const MessageView& one) { return one.row.id; });
  if (message == view.messages.end()) return fail(Code::kNotFound, "find message", id.hex());
  const auto letter =
      std::ranges::find(view.letters, message->row.letter, [](const LetterView& one) { return one.row.id; });
  return Sent{&*message, letter == view.letters.end() ? nullptr : &*letter};
}

std::string moment(TimeMs time) { return time == 0 ? std::string() : local_time_dutch(time); }

}  // namespace

Result<Response> Workbench::message_record(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const Id id, visit.id("message"));
  TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, dossier));
  TRY_ASSIGN(const Sent sent, find_sent(view, id));
  const auto& [found, letter] = sent;
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
               {"may_send", may(view, Act::kDraft)},
               {"letter", letter ? letter->title : ""},
               {"sha256", letter ? letter->data.sha256 : ""},
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
               {"sent_by", found->data.sent_by},
               {"locked", moment(found->data.locked)},
               {"resent", found->data.resent},
               {"steps", steps_json(entries, found->row)}},
              visit);
}

/// As a letter to its recipient, who may have it too.
Result<Response> Workbench::send_message_record(Visit& visit) {
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const Id id, visit.id("message"));
  TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, dossier));
  TRY_ASSIGN(const Sent sent, find_sent(view, id));
  const auto& [found, letter] = sent;
  TRY_ASSIGN(const auto entries, casework_.office().ledger.about(dossier.hex()));
  json fields = {{"message", found->data.subject},
                 {"sent_at", local_minute(found->row.created)},
                 {"way", route_words(found->row.route)},
                 {"message_number", id.hex()},
                 {"steps", steps_of_letter(steps_json(entries, found->row))}};
  if (found->row.read != 0) fields["read_at"] = local_minute(found->row.read);
  if (letter && !letter->data.sha256.empty()) fields["checksum"] = letter->data.sha256;
  TRY_ASSIGN(const Id draft, casework_.draft(visit.actor, dossier, "verzendbewijs", fields));
  return Response::redirect("/dossier/" + dossier.hex() + "/brief/" + draft.hex() +
                            "?doel=" + percent_encode(visit.actor.purpose));
}

}  // namespace zp::gateway
