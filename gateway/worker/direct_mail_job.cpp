// A letter as mail straight to the recipient's mail server, over a line on which that server proved who it is; when it can't, later; when it
// can't for hours, another way. Never a mail that others may read.
#include <fmt/format.h>

#include "gateway/casework/mail_queue.h"
#include "gateway/casework/register.h"
#include "gateway/casework/ways.h"
#include "gateway/dispatch/dkim_signer.h"
#include "gateway/dispatch/protected_mail.h"
#include "gateway/dispatch/return_path.h"
#include "gateway/process/process.h"
#include "gateway/worker/jobs.h"
#include "gateway/worker/message_steps.h"

namespace zp::gateway {
namespace {

constexpr TimeMs kPatience = 4 * kHour;

Result<OutgoingMail> text_of(const Tools& tools, const Opened& opened) {
  const Config& config = tools.office.config;
  OutgoingMail mail;
  mail.from = config.smtp.from;
  mail.from_name = config.organisation.name;
  mail.to = opened.data.email;
  mail.subject = fmt::format("{}: {}, kenmerk {}", mail.from_name, opened.data.subject, opened.open->dossier.reference);
  mail.message_id = our_message_id(opened.message.id, mail_number(opened), mail.from);
  mail.return_path =
      signed_return_path(return_path_key(tools.office.vault), mail.from, opened.message.id, mail_number(opened));
  mail.date = opened.message.created;
  TRY_ASSIGN(mail.text, tools.messages.render("rechtstreeks", {{"organisation", config.organisation.name},
                                                               {"telephone", config.organisation.telephone},
                                                               {"subject", opened.data.subject},
                                                               {"legal_effect", opened.data.legal_effect},
                                                               {"term", opened.data.term},
                                                               {"reference", opened.open->dossier.reference}}));
  return mail;
}

Result<std::string> wire_of(const Tools& tools, Opened& opened, const OutgoingMail& mail) {
  TRY_ASSIGN(const auto parts, mail_parts(tools, opened));
  TRY_ASSIGN(const std::string wire, message_with(mail, parts.attached));
  return dkim_signed(tools.office.config.smtp, wire);
}

/// Every try stands in the ledger, also one that failed (NTA 7516, 6.4.2). The server's name is in the dossier alone: it may
/// say who the recipient is.
Result<void> put_on_record(const Tools& tools, const Opened& opened, const Handover& done) {
  return tools.office.ledger.record(
      tools.actor, "worker", act_name(Act::kPublish),
      {opened.message.dossier.hex(), opened.message.id.hex(),
       fmt::format("route={} by={} tls={} reply={}", kByTls, done.good_by, done.tls, done.reply)},
      done.outcome == Handover::Outcome::kDelivered ? "ok" : "failed");
}

/// The mailbox, else the post, else a person.
Result<Next> goes_another_way(const Tools& tools, const Job& job, const std::string& why) {
  TRY_ASSIGN(bool goes, send_by_mailbox_instead(tools, job.subject, why));
  if (!goes) {
    TRY_ASSIGN(goes, send_by_post_instead(tools, job.subject, why));
  }
  TRY_DO(give_up(tools, job.subject, why, goes));
  return Next{};
}

Result<Next> is_delivered(const Tools& tools, const Job& job, const Handover& done, const std::string& mail_id) {
  const std::string proof = done.good_by == kByMtaSts ? "MTA-STS" : done.good_by == kByNta ? "NTA 7516, DANE" : "DANE";
  const std::string line = fmt::format("De mailserver van de ontvanger heeft de brief aangenomen: {} ({}; {}; {}).",
                                       done.server, proof, done.tls, done.reply);
  TRY_DO(advance(tools, job.subject, "sent", line, "", nullptr,
                 [&](Message&, MessageData& data) { data.mail_ids.push_back(mail_id); }));
  return Next{};
}

}  // namespace

Result<Next> mail_directly(const Tools& tools, const Job& job) {
  TRY_ASSIGN(auto opened, open_message(tools, job.subject));
  if (opened.message.state != "queued") return Next{};
  if (is_held(tools, opened)) return kWaitForLift;
  if (!tools.hand_over) return goes_another_way(tools, job, "Rechtstreekse beveiligde mail is niet ingesteld.");
  const intake::WayRule* const rule = class_of(tools.office, opened.letter.name, opened.fields).rule_for(kByTls);
  if (!rule) return goes_another_way(tools, job, "Een brief van deze soort gaat niet meer rechtstreeks.");
  TRY_ASSIGN(const auto mail, text_of(tools, opened));
  TRY_ASSIGN(const auto wire, wire_of(tools, opened, mail));
  TRY_DO(tools.office.store.write(
      [&](StoreWriter& store) { return store.add_sent_mail(mail.message_id, opened.message.dossier); }));
  TRY_ASSIGN(const Handover done, tools.hand_over({mail.return_path, wire_address(mail.to), wire, rule->proofs}));
  TRY_DO(put_on_record(tools, opened, done));
  using Outcome = Handover::Outcome;
  if (done.outcome == Outcome::kDelivered) return is_delivered(tools, job, done, mail.message_id);
  if (done.outcome == Outcome::kRefused)
    return goes_another_way(tools, job, "De mailserver van de ontvanger weigert de mail.");
  const bool unsafe = done.outcome == Outcome::kUnsafe;
  TimeMs since = 0;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(since, leaves_since(store, job.lane, opened.message.created));
    return {};
  }));
  if (tools.office.now() - since >= kPatience)
    return goes_another_way(tools, job,
                            unsafe ? "De mailserver van de ontvanger bewijst niet wie hij is."
                                   : "De mailserver van de ontvanger neemt de mail niet aan.");
  return fail(Code::kUnavailable, unsafe ? "hand over mail: not proven" : "hand over mail: later", done.reply);
}

}  // namespace zp::gateway
