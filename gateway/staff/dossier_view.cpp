#include "gateway/staff/dossier_view.h"

#include <algorithm>
#include <array>
#include <map>

#include "gateway/casework/access_code.h"
#include "gateway/casework/hand_over.h"
#include "gateway/casework/mobile_number.h"
#include "gateway/casework/restriction.h"
#include "gateway/casework/rights.h"
#include "gateway/casework/ways.h"
#include "gateway/process/process.h"
#include "gateway/staff/letter_menu.h"
#include "gateway/staff/page_view.h"
#include "gateway/staff/sentences.h"
#include "gateway/staff/signature_words.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

std::string dutch(const std::string& date) {
  const auto parsed = intake::parse_date(date);
  return parsed ? intake::dutch_date(*parsed, true) : date;
}

json person_json(const Person& person) {
  json lines = json::array();
  for (const auto& line : person.address) lines.push_back(line);
  return {{"name", person.name},           {"role", person.role},           {"birth_date", dutch(person.birth_date)},
          {"email", person.email},         {"telephone", person.telephone}, {"address", lines},
          {"known", !person.name.empty()}, {"born", person.birth_date}};
}

/// Who the requester may be in a request of this kind; what holds now is chosen.
json roles_json(const DossierView& view) {
  json roles = json::array();
  const intake::FieldRule* const role = view.rule ? intake::field_named(view.rule->fields, "requester_role") : nullptr;
  if (!role) return roles;
  const auto now = view.profile.fields.find("requester_role");
  for (const auto& [value, label] : role->choices)
    roles.push_back(
        {{"role", value}, {"label", label}, {"here", now != view.profile.fields.end() && now->second == value}});
  return roles;
}

json evaluation_json(const Profile& profile, const std::map<std::string, std::string>& names) {
  json rows = json::array();
  if (!profile.evaluation) return rows;
  static const std::map<intake::RequirementState, std::pair<const char*, const char*>> kStates = {
      {intake::RequirementState::kMet, {"met", "in orde"}},
      {intake::RequirementState::kMissing, {"missing", "ontbreekt"}},
      {intake::RequirementState::kDoubtful, {"doubtful", "twijfel"}}};
  for (const auto& requirement : profile.evaluation->requirements) {
    const auto& [key, label] = kStates.at(requirement.state);
    const auto name = names.find(requirement.document);
    rows.push_back({{"label", requirement.label},
                    {"state_key", key},
                    {"state", label},
                    {"why", requirement.why},
                    {"source", requirement.source},
                    {"source_text", requirement.source_text},
                    {"seen", requirement.seen},
                    {"lacking", requirement.lacking},
                    {"document", requirement.document},
                    {"document_name", name == names.end() ? "" : name->second},
                    {"has_document", name != names.end()}});
  }
  return rows;
}

/// What was read in a beschikking, for a person to confirm; what was confirmed comes first.
json court_order_json(const DocumentDetails& details) {
  const intake::CourtOrder read = details.findings->court_order.value_or(intake::CourtOrder{});
  std::string measures;
  for (const std::string& one : read.measures) measures += (measures.empty() ? "" : ", ") + one;
  const std::array<std::array<std::string, 3>, 6> fields = {
      {{"order.court", "Rechtbank", read.court},
       {"order.date", "Datum (jjjj-mm-dd)", read.date},
       {"order.measure", "Maatregel", measures},
       {"order.represented", "Betrokkene", read.represented},
       {"order.representative", "Vertegenwoordiger", read.representative},
       {"order.end_date", "Geldt tot (jjjj-mm-dd)", read.end_date}}};
  json rows = json::array();
  for (const auto& [key, label, proposed] : fields) {
    const auto confirmed = details.corrections.find(key);
    const bool sure = confirmed != details.corrections.end();
    rows.push_back({{"key", key},
                    {"label", label},
                    {"value", sure ? confirmed->second : proposed},
                    {"confirmed", sure},
                    {"proposed", !sure && !proposed.empty()}});
  }
  return rows;
}

json identity_json(const intake::IdentityDocument& identity) {
  static const std::map<std::string, std::string> kKinds = {{"passport", "paspoort"},
                                                            {"identity-card", "identiteitskaart"},
                                                            {"residence-permit", "verblijfsdocument"},
                                                            {"driving-licence", "rijbewijs"},
                                                            {"other", "identiteitsbewijs"}};
  const auto kind = kKinds.find(identity.document_type);
  json out{{"kind", kind == kKinds.end() ? identity.document_type : kind->second},
           {"has_mrz", identity.mrz.has_value()},
           {"printed_expiry", dutch(identity.printed_expiry)}};
  if (!identity.mrz) return out;
  const intake::Mrz& mrz = *identity.mrz;
  // The number itself is not shown: who needs it opens the page.
  out["checks"] = mrz.checks_ok ? "controlecijfers kloppen" : "controlecijfers kloppen niet";
  out["corrected"] = mrz.corrected;
  out["name"] = mrz.given_names + " " + mrz.surname;
  out["birth_date"] = dutch(mrz.birth_date);
  out["expiry_date"] = dutch(mrz.expiry_date);
  return out;
}

json fields_json(const DossierView& view) {
  json rows = json::array();
  for (const auto& [name, value] : view.profile.fields) {
    if (value.empty()) continue;
    const auto* const field = view.rule ? intake::field_named(view.rule->fields, name) : nullptr;
    rows.push_back({{"label", field ? field->label : name}, {"value", field ? shown_value(*field, value) : value}});
  }
  return rows;
}

json history_json(const Profile& profile) {
  json rows = json::array();
  for (auto line = profile.history.rbegin(); line != profile.history.rend(); ++line)
    rows.push_back({{"time", local_time_dutch(line->time)},
                    {"who", line->who},
                    {"what", line->what},
                    {"mail", line->submission == Id{} ? "" : line->submission.hex()}});
  return rows;
}

json mails_json(const DossierView& view) {
  json rows = json::array();
  for (const Delivery& delivery : view.profile.deliveries)
    if (std::ranges::find(view.mails, delivery.submission) != view.mails.end())
      rows.push_back({{"id", delivery.submission.hex()},
                      {"subject", delivery.subject.empty() ? "(geen onderwerp)" : delivery.subject},
                      {"received", local_time_dutch(delivery.received)}});
  return rows;
}

json letters_json(const DossierView& view) {
  json rows = json::array();
  for (const LetterView& letter : view.letters)
    rows.push_back({{"id", letter.row.id.hex()},
                    {"title", letter.title},
                    {"state", letter_state(letter.row.state)},
                    {"changed", local_time_dutch(letter.row.changed)},
                    {"returned", letter.data.return_reason},
                    {"is_returned", !letter.data.return_reason.empty()}});
  return rows;
}

json messages_json(const DossierView& view) {
  json rows = json::array();
  for (const MessageView& message : view.messages)
    rows.push_back({{"id", message.row.id.hex()},
                    {"subject", message.data.subject},
                    {"route", route_words(message.row.route)},
                    {"state", message_state(message.row.state)},
                    {"recipient", message.data.recipient},
                    {"notified", message.row.notified ? local_time_dutch(message.row.notified) : ""},
                    {"read", message.row.read ? local_time_dutch(message.row.read) : ""},
                    {"may_recall", may(view, Act::kRecall) && lies_in_mailbox(message.row)},
                    {"sent_by", message.data.sent_by},
                    {"locked", message.data.locked ? local_time_dutch(message.data.locked) : ""},
                    {"failure", message.data.failure}});
  return rows;
}

/// One flag per act for the template: {"may_ask_missing": true, ...} from the act's name.
json acts_json(const DossierView& view) {
  json flags = json::object();
  for (const Act act : view.acts) {
    std::string key = "may_" + std::string(act_name(act));
    std::ranges::replace(key, '.', '_');
    std::ranges::replace(key, '-', '_');
    flags[key] = true;
  }
  return flags;
}

/// What may be handed over, why not, and the proof of what was.
json hand_over_json(const DossierView& view, const Config& config) {
  const bool offered = may(view, Act::kHandOver) && view.rule && view.rule->hand_over;
  const std::string why_not = offered ? why_no_hand_over(config, view.rule, view.dossier) : "";
  json made = json::array();
  for (const HandOver& one : view.profile.hand_overs)
    made.push_back({{"asked", local_time_dutch(one.asked)},
                    {"by", one.by},
                    {"is_written", one.written != 0},
                    {"written", one.written ? local_time_dutch(one.written) : ""},
                    {"file", one.file},
                    {"sha256", one.sha256},
                    {"documents", std::to_string(one.documents) + (one.documents == 1 ? " document" : " documenten")}});
  return {{"shows_hand_over", offered || !made.empty()},
          {"offers_hand_over", offered && why_not.empty()},
          {"no_hand_over", why_not},
          {"hand_over_failure", view.hand_over_failure},
          {"may_take_back", may(view, Act::kTakeBack)},
          {"hand_overs", made}};
}

}  // namespace

bool may(const DossierView& view, Act act) { return std::ranges::find(view.acts, act) != view.acts.end(); }

json document_json(const DocumentView& document) {
  const DocumentDetails& details = document.details;
  json out{{"id", document.row.id.hex()},
           {"name", details.name},
           {"slot", details.slot},
           {"sha256", details.sha256},
           {"size", details.size},
           {"malware", malware_sentence(malware_name(details.malware))},
           {"malware_bad", !details.may_be_used() && details.malware != Malware::kPending},
           {"inspected", details.findings.has_value()},
           {"masked", document.masked},
           {"pages", pages_json(document)},
           {"has_pages", !document.pages.empty()},
           {"not_drawn", pages_not_drawn(document)},
           {"received", local_time_dutch(document.row.received)}};
  out["corrections"] = json::array();
  for (const auto& [key, value] : details.corrections)
    if (!key.starts_with("order.")) out["corrections"].push_back({{"key", key}, {"value", value}});
  out["has_corrections"] = !out["corrections"].empty();
  if (!details.findings) return out;
  const intake::Findings& findings = *details.findings;
  out["type"] = findings.type;
  out["hazards"] = findings.hazards;
  out["has_hazards"] = !findings.hazards.empty();
  out["digital"] = digital_json(findings);
  out["has_digital"] = !findings.digital_signatures.empty();
  std::size_t handwritten = 0;
  for (const auto& page : findings.pages)
    for (const auto& signature : page.handwritten_signatures)
      handwritten += signature.confidence >= intake::kSureSignature;
  out["handwritten"] = handwritten;
  out["identities"] = json::array();
  if (findings.identity_document) out["identities"].push_back(identity_json(*findings.identity_document));
  for (const auto& other : findings.other_identity_documents) out["identities"].push_back(identity_json(other));
  const auto corrected = details.corrections.find("kind");
  out["is_court_order"] = (corrected == details.corrections.end() ? findings.kind : corrected->second) == "court-order";
  if (out["is_court_order"]) out["court_order"] = court_order_json(details);
  out["kind_unsure"] = findings.kind != "unknown" && findings.kind_confidence < intake::kSureKind;
  out["kind_words"] = findings.kind_words;
  out["has_kind_words"] = !findings.kind_words.empty();
  out["subject"] = findings.subject;
  out["messages"] = json::array();
  for (const auto& message : findings.messages) out["messages"].push_back(message.nl);
  return out;
}

json dossier_json(const DossierView& view, const Actor& actor, const Office& office) {
  const Profile& profile = view.profile;
  json data = acts_json(view);
  data["id"] = view.dossier.id.hex();
  data["dossier_id"] = view.dossier.id.hex();
  data["reference"] = view.dossier.reference;
  data["kind"] = view.rule ? view.rule->title : "Nog niet ingedeeld";
  if (view.rights.size() > 1) data["kind"] = titles_of(office.rules, kinds_of(view.rights));
  data["ground"] = view.rule && view.rights.size() < 2 ? view.rule->legal_ground : "";  // each right has its own
  data["state"] = state_label(view.dossier.state);
  data["state_key"] = state_name(view.dossier.state);
  data["received"] = local_time_dutch(view.dossier.received);
  data["restricted"] = view.dossier.restricted;
  if (profile.restricted_since) data["restricted_since"] = dutch(local_date(profile.restricted_since));
  if (const RestrictionGround* const why = find_restriction_ground(profile.restriction_ground))
    data["restriction_ground"] = why->label;
  data["retain_until"] = dutch(view.dossier.retain_until);
  data["mine"] = view.dossier.owner && *view.dossier.owner == actor.user;
  data["taken"] = view.dossier.owner.has_value();
  data["has_records"] = view.rule && !view.rule->book.records.empty();
  data["has_documents_to_ask"] = !view.rule || !view.rule->documents.empty() || view.rule->book.records.empty();
  data["requester"] = person_json(profile.requester);
  if (const intake::FieldRule* const role =
          view.rule ? intake::field_named(view.rule->fields, "requester_role") : nullptr)
    data["requester"]["role"] = intake::shown_value(*role, profile.requester.role);
  data["client"] = person_json(profile.client);
  data["has_client"] = !profile.client.name.empty();
  data["roles"] = roles_json(view);
  data["has_roles"] = !data["roles"].empty();
  data["fields"] = fields_json(view);
  data["mails"] = mails_json(view);
  data["has_mails"] = !data["mails"].empty();
  data["code_way"] = code_words(office, profile);
  data["has_code"] = !profile.access_code.empty();
  data["code_from_us"] = profile.access_code_way != kOwnCode && code_holds(office, profile);
  data["may_renew_code"] =
      may(view, Act::kRenewCode) && std::ranges::any_of(view.messages, opens_with_code, &MessageView::row);
  const std::string mobile = mobile_number(profile.requester.telephone);
  data["may_sms"] = office.config.sms.configured() && !mobile.empty();
  data["sms_digits"] = last_digits(mobile);
  std::map<std::string, std::string> names;
  data["documents"] = json::array();
  for (const DocumentView& document : view.documents) {
    names[document.row.id.hex()] = document.details.name;
    data["documents"].push_back(document_json(document));
  }
  data["requirements"] = evaluation_json(profile, names);
  data["evaluated"] = profile.evaluation.has_value();
  data["complete"] = profile.evaluation && profile.evaluation->complete;
  data["terms"] = json::array();
  for (const TermRecord& term : profile.terms)
    data["terms"].push_back({{"last_day", dutch(term.last_day)},
                             {"from", dutch(term.from)},
                             {"steps", term.steps},
                             {"running", term.running},
                             {"kind", term.kind}});
  data["tasks"] = json::array();
  for (std::size_t i = 0; i < profile.tasks.size(); ++i)
    data["tasks"].push_back({{"number", i}, {"text", profile.tasks[i]}});
  data["has_tasks"] = !profile.tasks.empty();
  data["history"] = history_json(profile);
  data["letters"] = letters_json(view);
  data["has_letters"] = !view.letters.empty();
  data["messages_sent"] = messages_json(view);
  data["has_messages"] = !view.messages.empty();
  data["kinds"] = json::array();
  for (const auto& kind : office.rules.requests())
    if (!kind.is_register)
      data["kinds"].push_back({{"name", kind.name}, {"title", kind.title}, {"here", kind.name == view.dossier.kind}});
  data["letter_groups"] = letter_menu(view, office);
  data.update(rights_json(view, office));
  data.update(hand_over_json(view, office.config));
  return data;
}

}  // namespace zp::gateway
