#include "gateway/casework/profile.h"

#include <array>
#include <ranges>
#include <utility>

#include "crypto/base/text.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 6> kMalwareNames = {"pending",       "clean",        "infected",
                                                           "not-scannable", "scanner-down", "released"};

Malware parse_malware(std::string_view name) {
  for (std::size_t i = 0; i < kMalwareNames.size(); ++i)
    if (kMalwareNames[i] == name) return static_cast<Malware>(i);
  return Malware::kPending;
}

Id id_of(const Json& json, const char* key) {
  const auto id = Id::parse(json.value(key, std::string()));
  return id ? *id : Id{};
}

Bytes hex_of(const Json& json, const char* key) {
  auto bytes = from_hex(json.value(key, std::string()));
  return bytes ? std::move(*bytes) : Bytes{};
}

Json json_of(const Person& person) {
  return {{"name", person.name},   {"role", person.role},           {"birth_date", person.birth_date},
          {"email", person.email}, {"telephone", person.telephone}, {"address", person.address}};
}

Person person_of(const Json& json) {
  return {json.value("name", ""),  json.value("role", ""),      json.value("birth_date", ""),
          json.value("email", ""), json.value("telephone", ""), json.value("address", std::vector<std::string>{})};
}

Json json_of(const TermRecord& term) {
  return {{"kind", term.kind},       {"from", term.from},   {"last_day", term.last_day}, {"steps", term.steps},
          {"running", term.running}, {"ended", term.ended}, {"told", term.told},         {"about", term.about}};
}

TermRecord term_of(const Json& json) {
  return {json.value("kind", ""),      json.value("from", ""),
          json.value("last_day", ""),  json.value("steps", std::vector<std::string>{}),
          json.value("running", true), json.value("ended", ""),
          json.value("told", ""),      json.value("about", "")};
}

Json json_of(const InvokedRight& right) {
  return {{"kind", right.kind},
          {"settled", right.settled},
          {"day", right.day},
          {"letter", right.letter.hex()},
          {"why", right.why}};
}

InvokedRight right_of(const Json& json) {
  return {json.value("kind", ""), json.value("settled", false), json.value("day", ""), id_of(json, "letter"),
          json.value("why", "")};
}

Json json_of(const Delivery& delivery) {
  return {{"submission", delivery.submission.hex()},
          {"received", delivery.received},
          {"channel", delivery.channel},
          {"receipt_key", to_hex(delivery.receipt_key)},
          {"message_id", delivery.message_id},
          {"subject", delivery.subject},
          {"may_answer", delivery.may_answer},
          {"genuine_code", delivery.genuine_code},
          {"receipt_hashes", delivery.receipt_hashes},
          {"from", delivery.from}};
}

Delivery delivery_of(const Json& json) {
  return {id_of(json, "submission"),
          json.value("received", TimeMs{0}),
          json.value("channel", ""),
          hex_of(json, "receipt_key"),
          json.value("message_id", ""),
          json.value("subject", ""),
          json.value("may_answer", false),
          json.value("genuine_code", ""),
          json.value("receipt_hashes", std::vector<std::string>{}),
          json.value("from", "")};
}

Json json_of(const HandOver& one) {
  return {{"id", one.id.hex()}, {"asked", one.asked},   {"by", one.by},   {"written", one.written},
          {"file", one.file},   {"sha256", one.sha256}, {"key", one.key}, {"documents", one.documents}};
}

HandOver hand_over_of(const Json& json) {
  return {id_of(json, "id"),      json.value("asked", TimeMs{0}),
          json.value("by", ""),   json.value("written", TimeMs{0}),
          json.value("file", ""), json.value("sha256", ""),
          json.value("key", ""),  json.value("documents", std::size_t{0})};
}

Json json_of(const RecordEntry& entry) {
  return {{"id", entry.id.hex()}, {"entered", entry.entered},   {"by", entry.by},        {"fields", entry.fields},
          {"ended", entry.ended}, {"ended_by", entry.ended_by}, {"struck", entry.struck}};
}

RecordEntry entry_of(const Json& json) {
  return {id_of(json, "id"),       json.value("entered", TimeMs{0}),
          json.value("by", ""),    json.value("fields", intake::FieldValues{}),
          json.value("ended", ""), json.value("ended_by", ""),
          json.value("struck", "")};
}

Json json_of(const LetterChange& change) {
  Json json = {{"time", change.time}, {"who", change.who}, {"before", change.before}};
  if (change.wording_before) json["wording_before"] = *change.wording_before;
  return json;
}

LetterChange change_of(const Json& json) {
  LetterChange change{json.value("time", TimeMs{0}), json.value("who", ""), json.value("before", Json::object()), {}};
  if (json.contains("wording_before")) change.wording_before = json["wording_before"].get<std::vector<std::string>>();
  return change;
}

Json json_of(const Enclosure& one) {
  return {{"object", one.object.hex()}, {"document", one.document.hex()}, {"name", one.name},
          {"type", one.type},           {"sha256", one.sha256},           {"size", one.size}};
}

Enclosure enclosure_of(const Json& json) {
  return {id_of(json, "object"),  id_of(json, "document"),  json.value("name", ""),
          json.value("type", ""), json.value("sha256", ""), json.value("size", std::uint64_t{0})};
}

constexpr std::array<std::string_view, 3> kRequirementStates = {"met", "missing", "doubtful"};

Json json_of(const intake::RequirementResult& result) {
  return {{"slot", result.slot},
          {"label", result.label},
          {"why", result.why},
          {"source", result.source},
          {"source_text", result.source_text},
          {"explanation", result.explanation},
          {"state", kRequirementStates[static_cast<std::size_t>(result.state)]},
          {"document", result.document},
          {"seen", result.seen},
          {"lacking", result.lacking},
          {"mask", result.mask}};
}

template <typename T, typename Make>
std::vector<T> list_of(const Json& json, const char* key, Make make) {
  std::vector<T> list;
  for (const Json& one : json.value(key, Json::array())) list.push_back(make(one));
  return list;
}

template <typename T>
Json array_of(const std::vector<T>& list) {
  Json array = Json::array();
  for (const T& one : list) array.push_back(json_of(one));
  return array;
}

/// Reads what json() wrote; the library's exceptions stop here.
template <typename T, typename Read>
Result<T> read_json(std::string_view text, const char* operation, Read read) {
  try {
    const Json json = Json::parse(text);
    if (!json.is_object()) return fail(Code::kMalformed, operation);
    return read(json);
  } catch (const Json::exception&) {
    return fail(Code::kMalformed, operation);
  }
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

intake::RequirementResult requirement_of(const Json& json) {
  intake::RequirementResult result;
  result.slot = json.value("slot", "");
  result.label = json.value("label", "");
  result.why = json.value("why", "");
  result.source = json.value("source", "");
  result.source_text = json.value("source_text", "");
  result.explanation = json.value("explanation", "");
  const std::string state = json.value("state", "missing");
  for (std::size_t i = 0; i < kRequirementStates.size(); ++i)
    if (kRequirementStates[i] == state) result.state = static_cast<intake::RequirementState>(i);
  result.document = json.value("document", "");
  result.seen = json.value("seen", std::vector<std::string>{});
  result.lacking = json.value("lacking", std::vector<std::string>{});
  result.mask = json.value("mask", false);
  return result;
}

}  // namespace

std::string_view malware_name(Malware verdict) noexcept { return kMalwareNames[static_cast<std::size_t>(verdict)]; }

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto part : std::views::split(text, '\n'))
    if (const auto line = trim(std::string_view(part.begin(), part.end())); !line.empty()) lines.emplace_back(line);
  return lines;
}

Json to_json(const intake::Evaluation& evaluation) {
  return {{"complete", evaluation.complete},
          {"requirements", array_of(evaluation.requirements)},
          {"unused", evaluation.unused}};
}

Result<intake::Evaluation> parse_evaluation(const Json& json) {
  try {
    intake::Evaluation evaluation;
    evaluation.complete = json.value("complete", false);
    evaluation.requirements = list_of<intake::RequirementResult>(json, "requirements", requirement_of);
    evaluation.unused = json.value("unused", std::vector<std::string>{});
    return evaluation;
  } catch (const Json::exception&) {
    return fail(Code::kMalformed, "read evaluation");
  }
}

std::string Profile::json() const {
  Json json = {{"format", 1},
               {"requester", json_of(requester)},
               {"client", json_of(client)},
               {"fields", fields},
               {"access_code", access_code},
               {"access_code_way", access_code_way},
               {"access_code_until", access_code_until},
               {"confirmed_emails", confirmed_emails},
               {"requester_since", requester_since},
               {"terms", array_of(terms)},
               {"rights", array_of(rights)},
               {"hand_overs", array_of(hand_overs)},
               {"deliveries", array_of(deliveries)},
               {"tasks", tasks},
               {"mail_text", mail_text},
               {"restricted_since", restricted_since},
               {"restriction_ground", restriction_ground}};
  Json& lines = json["history"] = Json::array();
  for (const HistoryLine& line : history) {
    lines.push_back({{"time", line.time}, {"who", line.who}, {"what", line.what}});
    if (line.submission != Id{}) lines.back()["submission"] = line.submission.hex();
  }
  for (const auto& [name, entries] : records) json["records"][name] = array_of(entries);
  if (evaluation) json["evaluation"] = to_json(*evaluation);
  return text_of(json);
}

bool Profile::is_of_requester(std::string_view email) const {
  const auto same = [&](const std::string& known) {
    return !known.empty() && ascii_lower(known) == ascii_lower(email);
  };
  return same(requester.email) || std::ranges::any_of(confirmed_emails, same);
}

Result<Profile> Profile::parse(std::string_view text) {
  return read_json<Profile>(text, "read profile", [](const Json& json) -> Result<Profile> {
    Profile profile;
    profile.requester = person_of(json.value("requester", Json::object()));
    profile.client = person_of(json.value("client", Json::object()));
    profile.fields = json.value("fields", std::map<std::string, std::string>{});
    profile.access_code = json.value("access_code", "");
    profile.access_code_way = json.value("access_code_way", "");
    profile.access_code_until = json.value("access_code_until", TimeMs{0});
    profile.confirmed_emails = json.value("confirmed_emails", std::vector<std::string>{});
    profile.requester_since = json.value("requester_since", TimeMs{0});
    profile.terms = list_of<TermRecord>(json, "terms", term_of);
    profile.rights = list_of<InvokedRight>(json, "rights", right_of);
    profile.hand_overs = list_of<HandOver>(json, "hand_overs", hand_over_of);
    profile.deliveries = list_of<Delivery>(json, "deliveries", delivery_of);
    profile.history = list_of<HistoryLine>(json, "history", [](const Json& line) {
      return HistoryLine{line.value("time", TimeMs{0}), line.value("who", ""), line.value("what", ""),
                         id_of(line, "submission")};
    });
    profile.tasks = json.value("tasks", std::vector<std::string>{});
    profile.mail_text = json.value("mail_text", "");
    profile.restricted_since = json.value("restricted_since", TimeMs{0});
    profile.restriction_ground = json.value("restriction_ground", "");
    const Json records = json.value("records", Json::object());
    for (const auto& item : records.items())
      profile.records[item.key()] = list_of<RecordEntry>(records, item.key().c_str(), entry_of);
    if (json.contains("evaluation")) {
      TRY_ASSIGN(profile.evaluation, parse_evaluation(json["evaluation"]));
    }
    return profile;
  });
}

std::string DocumentDetails::json() const {
  Json json = {{"format", 1},
               {"name", name},
               {"slot", slot},
               {"origin", origin},
               {"declared_type", declared_type},
               {"size", size},
               {"sha256", sha256},
               {"malware", malware_name(malware)},
               {"corrections", corrections}};
  if (findings) json["findings"] = intake::to_json(*findings, true);
  return text_of(json);
}

Result<DocumentDetails> DocumentDetails::parse(std::string_view text) {
  return read_json<DocumentDetails>(text, "read document details", [](const Json& json) -> Result<DocumentDetails> {
    DocumentDetails details;
    details.name = json.value("name", "");
    details.slot = json.value("slot", "");
    details.origin = json.value("origin", "");
    details.declared_type = json.value("declared_type", "");
    details.size = json.value("size", std::uint64_t{0});
    details.sha256 = json.value("sha256", "");
    details.malware = parse_malware(json.value("malware", ""));
    details.corrections = json.value("corrections", std::map<std::string, std::string>{});
    if (json.contains("findings")) {
      TRY_ASSIGN(details.findings, intake::parse_findings(json["findings"]));
    }
    return details;
  });
}

std::string LetterData::json() const {
  return text_of({{"format", 1},
                  {"fields", fields},
                  {"wording", wording},
                  {"decides", decides},
                  {"enclosures", array_of(enclosures)},
                  {"changes", array_of(changes)},
                  {"return_reason", return_reason},
                  {"date", date},
                  {"genuine_code", genuine_code},
                  {"sha256", sha256}});
}

Result<LetterData> LetterData::parse(std::string_view text) {
  return read_json<LetterData>(text, "read letter", [](const Json& json) -> Result<LetterData> {
    LetterData data;
    data.fields = json.value("fields", Json::object());
    data.wording = json.value("wording", std::vector<std::string>{});
    data.decides = json.value("decides", std::vector<std::string>{});
    data.enclosures = list_of<Enclosure>(json, "enclosures", enclosure_of);
    data.changes = list_of<LetterChange>(json, "changes", change_of);
    data.return_reason = json.value("return_reason", "");
    data.date = json.value("date", "");
    data.genuine_code = json.value("genuine_code", "");
    data.sha256 = json.value("sha256", "");
    return data;
  });
}

std::string MessageData::json() const {
  const Json json = {{"format", 1},
                     {"recipient", recipient},
                     {"email", email},
                     {"address", address},
                     {"subject", subject},
                     {"legal_effect", legal_effect},
                     {"term", term},
                     {"last_day", last_day},
                     {"link_secret", to_hex(link_secret.view())},
                     {"invitation_code", invitation_code},
                     {"file_name", file_name},
                     {"asked", asked},
                     {"mail_ids", mail_ids},
                     {"failure", failure},
                     {"sent_by", sent_by},
                     {"locked", locked},
                     {"resent", resent}};
  return text_of(json);
}

Result<MessageData> MessageData::parse(std::string_view text) {
  return read_json<MessageData>(text, "read message", [](const Json& json) -> Result<MessageData> {
    MessageData data;
    data.recipient = json.value("recipient", "");
    data.email = json.value("email", "");
    data.address = json.value("address", std::vector<std::string>{});
    data.subject = json.value("subject", "");
    data.legal_effect = json.value("legal_effect", "");
    data.term = json.value("term", "");
    data.last_day = json.value("last_day", "");
    data.link_secret = SecretBytes::copy_of(hex_of(json, "link_secret"));
    data.invitation_code = json.value("invitation_code", "");
    data.file_name = json.value("file_name", "");
    data.asked = json.value("asked", std::vector<std::pair<std::string, std::string>>{});
    data.mail_ids = json.value("mail_ids", std::vector<std::string>{});
    data.failure = json.value("failure", "");
    data.sent_by = json.value("sent_by", "");
    data.locked = json.value("locked", TimeMs{0});
    data.resent = json.value("resent", 0u);
    return data;
  });
}

}  // namespace zp::gateway
