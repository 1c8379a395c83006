// Messages on their way: announced by mail, or put in the print queue; what came back goes another way.
#include <fmt/format.h>

#include <algorithm>

#include "gateway/casework/access_code.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/mail_queue.h"
#include "gateway/dispatch/return_path.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "gateway/worker/message_steps.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

Result<OutgoingMail> announcement_mail(const Tools& tools, const Opened& opened, const char* page, unsigned number) {
  const Config& config = tools.office.config;
  const std::string& way = opened.open->profile.access_code_way;
  const std::string code_hint = way == kOwnCode               ? "zelf gekozen"
                                : way == kCodeByLetter        ? "per brief gekregen"
                                : way.starts_with(kCodeBySms) ? "per sms gekregen"
                                                              : "van ons gehoord aan de telefoon";
  const TimeMs until = opened.open->profile.access_code_until;
  const std::string code_until = until == 0 ? "" : local_time_dutch(until);
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
                                                     {"code_until", code_until},
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

}  // namespace

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
  TRY_DO(give_up(tools, job.subject, why, by_post));
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
