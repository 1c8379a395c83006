// The receipt: a signed PDF for the sender's browser, and a mail without personal data (Awb art. 2:13 and following;
// RFC 3834).
#include <fmt/format.h>

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/recipient_key.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/mail_queue.h"
#include "gateway/casework/received_mail.h"
#include "gateway/dispatch/return_path.h"
#include "gateway/process/process.h"
#include "gateway/worker/jobs.h"
#include "gateway/worker/message_steps.h"
#include "gateway/worker/sealing.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

constexpr TimeMs kLookAgain = 1'000;
constexpr TimeMs kChecksMayTake = 5LL * 60 * 1000;  // a receipt waits no longer for what the checks will say
constexpr int kMailsPerSenderAndDay = 5;            // against loops between machines that answer each other

struct Received {
  Submission submission;
  std::optional<OpenDossier> open;
  Delivery delivery;
  std::vector<ListedDocument> documents;
  bool checked = false;       // every document was looked into and the rules were applied
  bool has_words = false;     // the first of `documents` is what the sender wrote
  bool kept_receipt = false;  // the PDF was made before a crash
};

/// Words are proved as a file is: the receipt has their size and SHA-256 (of the UTF-8).
Result<void> list_words(const Tools& tools, StoreReader& store, Received& received) {
  TRY_ASSIGN(const auto mails, mails_of(store, *received.open));
  for (const FiledMail& one : mails) {
    if (one.delivery.submission != received.submission.id) continue;
    TRY_ASSIGN(const auto mail, read_mail(tools.office.objects, *received.open, one));
    DocumentDetails words;
    words.name = "Uw bericht";
    words.size = mail.text.size();
    words.sha256 = mail.sha256;
    received.documents.insert(received.documents.begin(),
                              ListedDocument{std::move(words), received.submission.received});
    received.has_words = true;
  }
  return {};
}

Result<Received> read_delivery(const Tools& tools, const Id& submission) {
  Received received;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(received.submission, store.submission(submission));
    TRY_ASSIGN(received.open, open_dossier(tools.office.vault, store, received.submission.dossier));
    const auto& deliveries = received.open->profile.deliveries;
    const auto found = std::ranges::find(deliveries, submission, &Delivery::submission);
    if (found == deliveries.end()) return fail(Code::kNotFound, "find delivery", submission.hex());
    received.delivery = *found;
    TRY_ASSIGN(received.documents, listed_documents(store, *received.open, submission));
    if (received.delivery.channel == "reply") TRY_DO(list_words(tools, store, received));
    TRY_ASSIGN(const auto all, store.documents(received.submission.dossier));
    received.checked = received.open->dossier.state != DossierState::kChecking &&
                       std::ranges::all_of(all, [](const Document& one) { return one.state == "inspected"; });
    received.kept_receipt = store.object(derived_id("receipt", submission)).has_value();
    return {};
  }));
  return received;
}

bool wait_for_checks(const Tools& tools, const Received& received) {
  return received.open->dossier.state == DossierState::kChecking &&
         tools.office.now() - received.submission.received < kChecksMayTake;
}

/// What the rules say about missing documents holds only when all of them were looked into.
Json receipt_fields(const Tools& tools, const Received& received) {
  Json fields = known_fields(tools.office, *received.open, received.documents);
  const std::string minute = local_time_dutch(received.submission.received);
  fields["received_at"] = local_date(received.submission.received) + "T" + minute.substr(minute.size() - 5);
  fields["reference"] = received.submission.reference;
  if (!received.checked) fields.erase("missing");
  if (!fields.contains("missing") || fields["missing"].empty()) {
    fields.erase("missing");
    fields.erase("complete_before");
  }
  return fields;
}

Result<Bytes> draw_receipt(const Tools& tools, const Received& received) {
  const auto& letters = tools.office.letters.letters();
  const auto info = std::ranges::find(letters, "ontvangstbevestiging", &templates::LetterInfo::name);
  if (info == letters.end()) return fail(Code::kConfig, "find letter", "ontvangstbevestiging");
  templates::RenderOptions options;
  options.date = local_date(received.submission.received);
  options.reference = received.submission.reference;
  options.signature_placeholder = true;
  options.spell_out_unprintable = true;
  options.moment = utc_time(received.submission.received).substr(0, 19) + "Z";
  options.genuine_page = genuine_page(tools.office.config);
  options.genuine_code = received.delivery.genuine_code;
  TRY_ASSIGN(auto pdf,
             tools.office.letters.render(info->name, fill_fields(*info, receipt_fields(tools, received), {}), options));
  return seal_pdf(tools, std::move(pdf), {received.submission.dossier.hex(), received.submission.id.hex(), {}});
}

/// Changes what the profile says of this delivery.
Result<void> note_delivery(const Tools& tools, Received& received, const std::function<void(Delivery&)>& change) {
  change(received.delivery);
  return tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, received.submission.dossier));
    const auto found = std::ranges::find(open.profile.deliveries, received.submission.id, &Delivery::submission);
    if (found == open.profile.deliveries.end()) return fail(Code::kNotFound, "find delivery");
    change(*found);
    return save_dossier(store, open, tools.office.now());
  });
}

/// Before the receipt is out, so that whoever holds it can always ask; what erasing must remove is on record before that.
Result<void> tell_the_door(const Tools& tools, Received& received, ByteView pdf) {
  const auto hash = crypto::sha256(pdf);
  TRY_DO(note_delivery(tools, received, [&](Delivery& delivery) { delivery.receipt_hashes.push_back(to_hex(hash)); }));
  const std::string day = local_date(received.submission.received);
  const std::string code = crypto::normalise_access_code(received.delivery.genuine_code);
  TRY_DO(tools.office.shelf.publish_letter(genuine_id(received.submission.reference, code), day));
  return tools.office.shelf.publish_letter(genuine_id_of_file(hash), day);
}

Result<void> put_on_shelf(const Tools& tools, const Received& received, ByteView pdf) {
  if (received.delivery.receipt_key.empty()) return {};
  TRY_ASSIGN(const auto key, crypto::DataKey::from(SecretBytes::copy_of(received.delivery.receipt_key)));
  const Id& id = received.submission.id;
  return tools.office.shelf.publish_receipt(id, crypto::seal_bytes(key, {id, id, 0}, pdf));
}

Json mail_data(const Tools& tools, const Received& received) {
  const Json fields = receipt_fields(tools, received);
  const auto count = received.documents.size() - (received.has_words ? 1 : 0);
  const std::string documents = fmt::format("{} {}", count, count == 1 ? "document" : "documenten");
  const auto dutch = [&](const char* name) {
    const auto date =
        fields.contains(name) ? intake::parse_date(fields[name].get<std::string>()) : fail(Code::kNotFound, name);
    return date ? intake::dutch_date(*date) : std::string();
  };
  return {
      {"received", local_time_dutch(received.submission.received)},
      {"reference", received.submission.reference},
      {"files", count == 0 ? "een bericht zonder bijlagen" : (received.has_words ? "een bericht en " : "") + documents},
      {"answer_before", dutch("answer_before")},
      {"complete_before", dutch("complete_before")},
      {"missing", fields.value("missing", Json::array())},
      {"any_missing", !fields.value("missing", Json::array()).empty()},
      {"checking", !received.checked},
      {"by_mail", received.delivery.channel == "mail"},
      {"add_url", tools.office.config.public_door.base_url},
      {"telephone", tools.office.config.organisation.telephone},
      {"organisation", tools.office.config.organisation.name}};
}

/// Five a day for one sender: enough for people, the end of a loop between machines.
Result<bool> may_answer_today(const Tools& tools, const std::string& address) {
  const Bytes sender = tools.office.vault.mark(as_bytes(address));
  bool may = false;
  TRY_DO(tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    for (int i = 0; i < kMailsPerSenderAndDay && !may; ++i) {
      TRY_ASSIGN(may, store.note_once(fmt::format("receipt-mail-{}", i), sender, tools.office.now(),
                                      tools.office.now() - kDay));
    }
    return {};
  }));
  return may;
}

std::string without_brackets(std::string id) {
  std::erase_if(id, [](char c) { return c == '<' || c == '>' || c == ' '; });
  return id.size() <= 250 ? id : std::string();
}

}  // namespace

Result<Next> make_receipt(const Tools& tools, const Job& job) {
  TRY_ASSIGN(auto received, read_delivery(tools, job.subject));
  if (wait_for_checks(tools, received)) return Next{kLookAgain};
  const Id dossier = received.submission.dossier;
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kReceipt),
                                    {dossier.hex(), job.subject.hex(), {}}));
  // With no document there is nothing to prove but the mail itself, and that is in the sender's own outbox.
  if (!received.kept_receipt && !received.documents.empty()) {
    if (received.delivery.genuine_code.empty())
      TRY_DO(note_delivery(tools, received, [code = crypto::random_access_code()](Delivery& delivery) {
        delivery.genuine_code = code;
      }));
    TRY_ASSIGN(const auto pdf, draw_receipt(tools, received));
    TRY_ASSIGN(const auto row,
               received.open->keys.put(tools.office.objects, "receipt", pdf, derived_id("receipt", job.subject)));
    TRY_DO(tell_the_door(tools, received, pdf));
    TRY_DO(put_on_shelf(tools, received, pdf));
    TRY_DO(tools.office.store.write([&](StoreWriter& store) { return store.add_object(row); }));
  }
  TRY_DO(tools.office.store.write([&](StoreWriter& store) {
    return add_mail_job(tools.office.vault, store, new_job("receipt-mail", job.subject, tools.office.now()),
                        received.open->profile.requester.email);
  }));
  return Next{};
}

Result<Next> mail_receipt(const Tools& tools, const Job& job) {
  TRY_ASSIGN(const auto received, read_delivery(tools, job.subject));
  const Id dossier = received.submission.dossier;
  const std::string address = received.open->profile.requester.email;
  if (!received.delivery.may_answer || wire_address(address).empty()) return Next{};
  if (!tools.smtp.configured()) {
    TRY_DO(note_in_dossier(tools, dossier, "Er is geen ontvangstbevestiging gemaild: er is geen mailserver ingesteld.",
                           ""));
    return Next{};
  }
  const bool by_mail = received.delivery.channel == "mail";
  if (by_mail && job.attempts == 1) {
    TRY_ASSIGN(const bool may, may_answer_today(tools, address));
    if (!may) {
      TRY_DO(note_in_dossier(tools, dossier,
                             "Geen ontvangstbevestiging gemaild: deze afzender kreeg er vandaag al genoeg.", ""));
      return Next{};
    }
  }
  OutgoingMail mail;
  mail.from = tools.office.config.smtp.from;
  mail.from_name = tools.office.config.organisation.name;
  mail.to = address;
  mail.subject = "Ontvangstbevestiging, kenmerk " + received.open->dossier.reference;
  mail.message_id = our_message_id(job.subject, 0, mail.from);
  mail.return_path = signed_return_path(return_path_key(tools.office.vault), mail.from, job.subject, 0);
  mail.in_reply_to = without_brackets(received.delivery.message_id);
  mail.reply = by_mail;
  mail.date = tools.office.now();
  TRY_ASSIGN(mail.text, tools.messages.render("ontvangst", mail_data(tools, received)));
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kReceipt),
                                    {dossier.hex(), job.subject.hex(), "mail"}));
  TRY_DO(tools.office.store.write([&](StoreWriter& store) { return store.add_sent_mail(mail.message_id, dossier); }));
  const auto sent = tools.smtp.send(mail);
  if (!sent && sent.error().code != Code::kRefused) return std::unexpected(sent.error());
  if (!sent) return receipt_came_back(tools, job);
  TRY_DO(note_in_dossier(tools, dossier, "Ontvangstbevestiging gemaild.", ""));
  return Next{};
}

Result<Next> receipt_came_back(const Tools& tools, const Job& job) {
  TRY_ASSIGN(const auto received, read_delivery(tools, job.subject));
  TRY_DO(note_in_dossier(tools, received.submission.dossier, "De ontvangstbevestiging kwam niet aan.",
                         "De ontvangstbevestiging kwam niet aan. Controleer het e-mailadres of bel de afzender."));
  return Next{};
}

}  // namespace zp::gateway
