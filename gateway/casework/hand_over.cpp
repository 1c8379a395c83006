#include "gateway/casework/hand_over.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/casework/application.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::ordered_json;

/// The sender's own name for a file reaches no file system, ours or the case system's.
std::string extension_of(const std::string& type) {
  static const std::map<std::string, std::string> kExtensions = {
      {"application/pdf", "pdf"}, {"image/jpeg", "jpg"}, {"image/png", "png"},      {"image/tiff", "tif"},
      {"image/heic", "heic"},     {"image/gif", "gif"},  {"message/rfc822", "eml"}, {"text/plain", "txt"}};
  const auto found = kExtensions.find(type);
  return found == kExtensions.end() ? "bin" : found->second;
}

Json json_of(const Person& person) {
  return {{"naam", person.name},   {"rol", person.role},           {"geboortedatum", person.birth_date},
          {"email", person.email}, {"telefoon", person.telephone}, {"adres", person.address}};
}

/// What staff put on record goes before what the sender typed.
std::string application_reference(const OpenDossier& open) {
  std::string reference = newest_application_value(open.profile, "kenmerk");
  if (!reference.empty()) return reference;
  const auto typed = open.profile.fields.find("application_reference");
  return typed == open.profile.fields.end() ? "" : typed->second;
}

Json days_of_receipt(const OpenDossier& open) {
  Json days = Json::array();
  for (const Delivery& delivery : open.profile.deliveries)
    days.push_back({{"dag", local_date(delivery.received)}, {"kanaal", delivery.channel}});
  if (days.empty()) days.push_back({{"dag", local_date(open.dossier.received)}, {"kanaal", open.dossier.channel}});
  return days;
}

Json terms_of(const OpenDossier& open) {
  Json terms = Json::array();
  for (const TermRecord& term : open.profile.terms)
    terms.push_back({{"soort", term.kind},
                     {"van", term.from},
                     {"laatste_dag", term.last_day},
                     {"geeindigd_op", term.ended},
                     {"berekening", term.steps}});
  return terms;
}

Json requirements_met(const OpenDossier& open, const std::string& document) {
  Json met = Json::array();
  if (!open.profile.evaluation) return met;
  for (const intake::RequirementResult& one : open.profile.evaluation->requirements)
    if (one.document == document && one.state == intake::RequirementState::kMet)
      met.push_back({{"eis", one.slot}, {"omschrijving", one.label}});
  return met;
}

Json json_of(const PackedDocument& document, const OpenDossier& open, const Confirmations& confirmed) {
  const DocumentDetails& details = document.details;
  const std::string id = document.row.id.hex();
  const auto corrected = details.corrections.find("kind");
  const std::string kind = corrected != details.corrections.end() ? corrected->second
                           : details.findings                     ? details.findings->kind
                                                                  : "unknown";
  const auto by = confirmed.of.find(id);
  return {{"bestand", document.file},
          {"naam", details.name},
          {"type", details.findings ? details.findings->type : details.declared_type},
          {"bytes", details.size},
          {"sha256", details.sha256},
          {"ontvangen_op", local_date(document.row.received)},
          {"gezien_als", kind},
          {"voldoet_aan", requirements_met(open, id)},
          {"bevestigd_door", by == confirmed.of.end() ? confirmed.complete : by->second}};
}

Json json_of(const PackedMail& packed) {
  const ReceivedMail& mail = packed.mail;
  return {{"bestand", packed.file}, {"bytes", packed.filed.raw ? packed.filed.raw->bytes : mail.text.size()},
          {"sha256", mail.sha256},  {"ontvangen_op", local_date(packed.filed.delivery.received)},
          {"van", mail.from},       {"aan", mail.to},
          {"datum", mail.date},     {"onderwerp", mail.subject},
          {"tekst", mail.text},     {"tekst_is_heel", !mail.is_cut && !mail.is_partial}};
}

}  // namespace

std::string why_no_hand_over(const Config& config, const intake::RequestRule* rule, const Dossier& dossier) {
  if (!rule || !rule->hand_over) return "Dit soort verzoek gaat niet naar een ander systeem.";
  if (!config.handover.configured())
    return "Overdragen is hier niet ingesteld: de beheerder moet handover.folder en handover.key invullen.";
  if (dossier.restricted) return "De verwerking is beperkt (AVG art. 18): dit dossier wordt niet overgedragen.";
  return "";
}

std::string package_name(const HandOver& hand_over) { return fmt::format("overdracht-{}.zip.asc", hand_over.id.hex()); }

Result<std::optional<Job>> failed_hand_over(StoreReader& store, const Id& dossier) {
  TRY_ASSIGN(const auto dead, store.jobs(true, {kHandOverJob}));
  const auto found = std::ranges::find(dead, dossier, &Job::subject);
  return found == dead.end() ? std::nullopt : std::optional(*found);
}

Result<std::vector<PackedDocument>> documents_to_pack(StoreReader& store, const OpenDossier& open,
                                                      const HandOver& hand_over) {
  TRY_ASSIGN(auto rows, store.documents(open.dossier.id));
  std::ranges::stable_sort(rows, {}, &Document::received);
  std::vector<PackedDocument> packed;
  for (Document& row : rows) {
    TRY_ASSIGN(auto details, open.keys.details(row));
    if (row.received > hand_over.asked || !details.may_be_used()) continue;
    const std::string type = details.findings ? details.findings->type : "";
    std::string file = fmt::format("documenten/{:03}.{}", packed.size() + 1, extension_of(type));
    packed.push_back({std::move(row), std::move(details), std::move(file)});
  }
  return packed;
}

Result<std::vector<PackedMail>> mails_to_pack(ObjectStore& objects, StoreReader& store, const OpenDossier& open,
                                              const HandOver& hand_over) {
  TRY_ASSIGN(auto mails, mails_of(store, open));
  std::vector<PackedMail> packed;
  for (FiledMail& filed : mails) {
    if (filed.delivery.received > hand_over.asked) continue;
    TRY_ASSIGN(auto mail, read_mail(objects, open, filed));
    const bool goes = filed.raw && parts_may_be_used(filed.parts);
    packed.push_back(
        {std::move(filed), std::move(mail), goes ? fmt::format("mails/{:03}.eml", packed.size() + 1) : ""});
  }
  return packed;
}

Result<Confirmations> confirmations_of(const Office& office, const Id& dossier) {
  std::map<std::string, std::string> logins;
  TRY_DO(office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto users, store.users());
    for (const User& user : users) logins[user.id.hex()] = user.login;
    return {};
  }));
  TRY_ASSIGN(const auto entries, office.ledger.about(dossier.hex()));
  Confirmations found;
  for (const crypto::LedgerEntry& entry : entries) {
    if (entry.outcome != "ok") continue;
    const auto login = logins.find(entry.actor);
    const std::string& who = login == logins.end() ? entry.actor : login->second;
    if (entry.action == act_name(Act::kConfirmComplete)) found.complete = who;
    if (entry.action == act_name(Act::kReopenReview)) found.complete.clear();
    if (entry.action == act_name(Act::kCorrect) || entry.action == act_name(Act::kReleaseDocument))
      found.of[entry.object] = who;
  }
  return found;
}

std::string package_manifest(const OpenDossier& open, const HandOver& hand_over,
                             const std::vector<PackedDocument>& documents, const std::vector<PackedMail>& mails,
                             const Confirmations& confirmed) {
  Json json = {{"versie", 1},
               {"overdracht", hand_over.id.hex()},
               {"overgedragen_op", local_date(hand_over.asked)},
               {"overgedragen_door", hand_over.by},
               {"kenmerk", open.dossier.reference},
               {"kenmerk_aanvraag", application_reference(open)},
               {"soort", open.dossier.kind},
               {"verzoeker", json_of(open.profile.requester)},
               {"client", json_of(open.profile.subject())},
               {"ontvangen", days_of_receipt(open)},
               {"termijnen", terms_of(open)},
               {"compleet_bevestigd_door", confirmed.complete},
               {"documenten", Json::array()},
               {"mails", Json::array()}};
  for (const PackedDocument& document : documents) json["documenten"].push_back(json_of(document, open, confirmed));
  for (const PackedMail& mail : mails) json["mails"].push_back(json_of(mail));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace zp::gateway
