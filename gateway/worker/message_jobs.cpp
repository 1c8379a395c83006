// Messages on their way: drawn, sealed for the recipient, put on the shelf or in the print queue, announced by mail.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "crypto/hash.h"
#include "crypto/recipient_key.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/mail_queue.h"
#include "gateway/casework/ways.h"
#include "gateway/dispatch/return_path.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "gateway/worker/message_steps.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

MailboxLetter body_of(const Tools& tools, const Opened& opened) {
  MailboxLetter body;
  body.sender = tools.office.config.organisation.name;
  body.email = opened.data.email;
  body.recipient = opened.data.recipient;
  body.reference = opened.open->dossier.reference;
  body.subject = opened.data.subject;
  body.legal_effect = opened.data.legal_effect;
  body.term = opened.data.term;
  body.kind = opened.open->dossier.kind;
  body.sent_ms = opened.message.created;
  const intake::RequestRule* const rule = tools.office.rules.find(opened.open->dossier.kind);
  for (const auto& [slot, label] : opened.data.asked) {
    std::string explanation;
    if (rule) {
      const auto document = std::ranges::find(rule->documents, slot, &intake::DocumentRule::slot);
      if (document != rule->documents.end()) explanation = document->explanation;
    }
    body.asked.push_back({slot, label, explanation});
  }
  return body;
}

using Steps = std::map<TimeMs, std::string>;

/// What went to the requester before this message; what was recalled is not shown, nor what went to others.
Result<void> add_sent(const Tools& tools, StoreReader& store, const Opened& opened, Steps& steps) {
  TRY_ASSIGN(const auto messages, store.messages(opened.message.dossier));
  std::set<Id> seen = {
      Id{}, opened.message.letter};  // invitations have no letter; one that goes another way is the same letter
  for (const Message& one : messages) {
    if (one.state == "recalled" || one.created > opened.message.created || !seen.insert(one.letter).second) continue;
    TRY_ASSIGN(const auto letter, store.letter(one.letter));
    const auto info = info_of(tools.office, letter.name);
    TRY_ASSIGN(const auto data, opened.open->keys.message(one));
    if (info && (*info)->written_to == kToRequester) steps[one.created] = "wij stuurden u: " + data.subject + ".";
  }
  return {};
}

/// What went to and fro before, the oldest first: who reads this message sees where it stands.
Result<std::vector<std::string>> thread_of(const Tools& tools, const Opened& opened) {
  Steps steps;
  for (const Delivery& one : opened.open->profile.deliveries)
    steps[one.received] = "u stuurde ons documenten of een bericht.";
  TRY_DO(tools.office.store.read([&](StoreReader& store) { return add_sent(tools, store, opened, steps); }));
  std::vector<std::string> lines;
  if (!steps.empty()) lines.emplace_back("Dit ging eraan vooraf:");
  for (const auto& [time, what] : steps) lines.push_back(local_time_dutch(time) + ": " + what);
  return lines;
}

Result<OutgoingMail> announcement_mail(const Tools& tools, const Opened& opened, const char* page, unsigned number) {
  const Config& config = tools.office.config;
  const std::string& way = opened.open->profile.access_code_way;
  const std::string code_hint = way == "zelf gekozen"         ? "zelf gekozen"
                                : way == "per brief"          ? "per brief gekregen"
                                : way.starts_with(kCodeBySms) ? "per sms gekregen"
                                                              : "van ons gehoord aan de telefoon";
  OutgoingMail mail;
  mail.from = config.smtp.from;
  mail.from_name = config.organisation.name;
  mail.to = opened.data.email;
  mail.subject = fmt::format("{}: er staat een bericht voor u klaar, kenmerk {}", config.organisation.name,
                             opened.open->dossier.reference);
  mail.message_id = our_message_id(opened.message.id, number, mail.from);
  mail.return_path = signed_return_path(return_path_key(tools.office.vault), mail.from, opened.message.id, number);
  mail.date = tools.office.now();
  TRY_ASSIGN(mail.text, tools.messages.render(page, {{"organisation", config.organisation.name},
                                                     {"telephone", config.organisation.telephone},
                                                     {"subject", opened.data.subject},
                                                     {"legal_effect", opened.data.legal_effect},
                                                     {"term", opened.data.term},
                                                     {"reference", opened.open->dossier.reference},
                                                     {"sent", local_time_dutch(opened.message.created)},
                                                     {"expires", local_time_dutch(opened.message.expires)},
                                                     {"code_hint", code_hint},
                                                     {"link", config.public_door.base_url + "/bericht/" +
                                                                  to_base64url(opened.data.link_secret.view())}}));
  return mail;
}

Result<Next> announce(const Tools& tools, const Job& job, const char* page, bool reminder, const char* line) {
  TRY_ASSIGN(const auto opened, open_message(tools, job.subject));
  const unsigned number = reminder ? kReminderNumber : mail_number(opened);
  if (opened.message.state != "published" && opened.message.state != "notified") return Next{};
  if (is_held(tools, opened)) return kWaitForLift;
  if (!tools.smtp.configured()) {
    TRY_DO(advance(tools, job.subject, "undeliverable", "Er is geen mailserver ingesteld: de ontvanger weet nog niets.",
                   "Er is geen mailserver ingesteld. Bel de ontvanger.", nullptr));
    return Next{};
  }
  TRY_ASSIGN(const auto mail, announcement_mail(tools, opened, page, number));
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kNotify),
                                    {opened.message.dossier.hex(), job.subject.hex(), fmt::format("mail={}", number)}));
  TRY_DO(tools.office.store.write(
      [&](StoreWriter& store) { return store.add_sent_mail(mail.message_id, opened.message.dossier); }));
  const auto sent = tools.smtp.send(mail);
  if (!sent && sent.error().code != Code::kRefused) return std::unexpected(sent.error());
  if (!sent) {
    TRY_DO(tools.office.store.write(
        [&](StoreWriter& store) { return store.add_job(new_job("undeliverable", job.subject, tools.office.now())); }));
    return Next{};
  }
  TRY_DO(advance(tools, job.subject, "notified", line, "", nullptr, [&](Message& message, MessageData& data) {
    if (message.notified == 0) message.notified = tools.office.now();
    data.mail_ids.push_back(mail.message_id);
  }));
  return Next{};
}

/// Sealed under the link and the code. `attached`: in the order in which `body` names them.
Result<void> put_on_shelf(const Tools& tools, const Opened& opened, const MailboxLetter& body,
                          const std::vector<ByteView>& attached) {
  const bool own_code = opened.is_invitation();
  Envelope envelope;
  envelope.lock = crypto::RecipientLock::fresh();
  envelope.expires_ms = opened.message.expires;
  envelope.code_hint = own_code ? "telefonisch" : opened.open->profile.access_code_way;
  envelope.attachments = static_cast<std::uint32_t>(body.attachments.size());
  const std::string& code = own_code ? opened.data.invitation_code : opened.open->profile.access_code;
  TRY_ASSIGN(const auto key, crypto::recipient_key(envelope.lock, opened.data.link_secret, code));
  const Id& shelf = opened.message.shelf;
  std::vector<Bytes> attachments;
  for (const ByteView one : attached)
    attachments.push_back(
        crypto::seal_bytes(key, {shelf, shelf, static_cast<std::uint32_t>(attachments.size() + 1)}, one));
  TRY_DO(tools.office.shelf.remove_message(shelf));  // of a try that a crash cut short
  return tools.office.shelf.publish_message(
      shelf, envelope, crypto::seal_bytes(key, {shelf, shelf, 0}, as_bytes(body.json())), attachments);
}

}  // namespace

Result<Next> publish_message(const Tools& tools, const Job& job) {
  TRY_ASSIGN(auto opened, open_message(tools, job.subject));
  if (opened.message.state != "queued") return Next{};
  if (is_held(tools, opened)) return kWaitForLift;
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kPublish),
                                    {opened.message.dossier.hex(), job.subject.hex(), {}}));
  MailboxLetter body = body_of(tools, opened);
  Bytes pdf;
  std::vector<SecretBytes> enclosures;
  std::vector<ByteView> attached;
  if (opened.is_invitation()) {
    body.paragraphs = {"Hieronder staat welke documenten wij nog nodig hebben. U kunt ze meteen sturen."};
  } else {
    TRY_ASSIGN(pdf, letter_of(tools, opened));
    TRY_DO(tell_the_door(tools, opened, pdf));
    TRY_ASSIGN(enclosures, enclosures_of(tools, opened));
    attached.emplace_back(pdf);
    body.attachments = {{opened.data.file_name, "application/pdf", to_hex(crypto::sha256(pdf)), pdf.size()}};
    for (std::size_t i = 0; i < enclosures.size(); ++i) {
      const Enclosure& one = opened.fields.enclosures[i];
      attached.push_back(enclosures[i].view());
      body.attachments.push_back({one.name, one.type, one.sha256, one.size});
    }
    body.paragraphs = {
        enclosures.empty()
            ? "In de bijlage staat onze brief. U kunt de brief hier lezen en bewaren."
            : "In de eerste bijlage staat onze brief. Daarna komt wat bij de brief hoort. U kunt alles hier "
              "lezen en bewaren."};
  }
  TRY_ASSIGN(const auto thread, thread_of(tools, opened));
  body.paragraphs.insert(body.paragraphs.end(), thread.begin(), thread.end());
  TRY_DO(put_on_shelf(tools, opened, body, attached));
  const std::string line = opened.is_invitation() ? "De code om documenten te sturen werkt."
                                                  : "Bericht klaargezet in de beveiligde postbus.";
  TRY_DO(advance(tools, job.subject, "published", line, "", opened.is_invitation() ? nullptr : "notify"));
  return Next{};
}

Result<Next> notify_recipient(const Tools& tools, const Job& job) {
  return announce(tools, job, "bericht", false, "De ontvanger heeft een mail over het bericht gekregen.");
}

Result<Next> remind_recipient(const Tools& tools, const Job& job) {
  return announce(tools, job, "herinnering", true, "De ontvanger heeft een herinnering gekregen.");
}

Result<Next> mark_undeliverable(const Tools& tools, const Job& job) {
  TRY_ASSIGN(const auto opened, open_message(tools, job.subject));
  const auto payload = nlohmann::json::parse(job.payload, nullptr, false);
  const std::string status = payload.is_object() ? payload.value("status", "") : "";
  const std::string_view reason = reason_of_status(status);
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kUndeliverable),
                                    {opened.message.dossier.hex(), job.subject.hex(), status}));
  const std::string why =
      reason.empty() ? "De mail over het bericht kwam niet aan." : fmt::format("De mail kwam niet aan: {}.", reason);
  TRY_ASSIGN(const bool by_post, send_by_post_instead(tools, job.subject, why));
  TRY_DO(advance(tools, job.subject, "undeliverable", why,
                 by_post ? "" : why + " Kies een andere weg: bel, of stuur de brief per post.", nullptr,
                 [&](Message&, MessageData& data) { data.failure = why; }));
  return Next{};
}

namespace {

/// Names of senders don't reach the file system.
std::string extension_of(const std::string& type) {
  const std::string kind = type.substr(type.find('/') + 1);
  return kind == "pdf" || kind == "png" || kind == "jpeg" || kind == "tiff" ? kind : "bin";
}

/// Cover page first: the print room puts the two together by name.
Result<void> print_cover(const Tools& tools, const Opened& opened, const std::string& stem) {
  const auto& letters = tools.office.letters.letters();
  const auto info = std::ranges::find(letters, "voorblad", &templates::LetterInfo::name);
  if (info == letters.end()) return {};
  Person recipient = opened.open->profile.requester;
  recipient.name = opened.data.recipient;
  recipient.address = opened.data.address;
  Json known = known_fields(tools.office, *opened.open, {});
  known["addressee"] = addressee(recipient);
  known["enclosed"] = Json::array({opened.data.subject});
  known.erase("complete_before");
  templates::RenderOptions options;
  options.date = opened.fields.date;
  options.reference = opened.open->dossier.reference;
  options.genuine_page = genuine_page(tools.office.config);
  options.genuine_code = opened.fields.genuine_code;  // of the letter beneath it
  TRY_ASSIGN(const auto pdf, tools.office.letters.render(info->name, fill_fields(*info, known, {}), options));
  return replace_file(stem + "-1-voorblad.pdf", pdf);
}

}  // namespace

Result<Next> print_message(const Tools& tools, const Job& job) {
  TRY_ASSIGN(auto opened, open_message(tools, job.subject));
  if (opened.message.state != "queued") return Next{};
  if (is_held(tools, opened)) return kWaitForLift;
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kPrint),
                                    {opened.message.dossier.hex(), job.subject.hex(), {}}));
  TRY_ASSIGN(const auto pdf, letter_of(tools, opened));
  TRY_DO(tell_the_door(tools, opened, pdf));
  TRY_DO(make_folder(tools.office.config.print_queue));
  const std::string stem = fmt::format("{}/{}-{}", tools.office.config.print_queue, opened.open->dossier.reference,
                                       job.subject.hex().substr(0, 8));
  TRY_DO(print_cover(tools, opened, stem));
  TRY_DO(replace_file(stem + "-2-brief.pdf", pdf));
  TRY_ASSIGN(const auto enclosures, enclosures_of(tools, opened));
  for (std::size_t i = 0; i < enclosures.size(); ++i)
    TRY_DO(replace_file(fmt::format("{}-{}-bijlage.{}", stem, i + 3, extension_of(opened.fields.enclosures[i].type)),
                        enclosures[i].view()));
  TRY_DO(advance(tools, job.subject, "printed", "Brief klaargezet voor de post.", "", nullptr));
  return Next{};
}

}  // namespace zp::gateway
