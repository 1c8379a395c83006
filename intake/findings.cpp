#include "intake/findings.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <nlohmann/json.hpp>

#include "intake/json_reader.h"
#include "intake/submission.h"

namespace zp::intake {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxPages = 200;
constexpr std::size_t kMaxSignatures = 200;
constexpr std::size_t kMaxAttachments = 200;
constexpr std::size_t kMaxMessages = 1000;
constexpr std::size_t kMaxIdentityDocuments = 20;  // besides the first
constexpr std::size_t kMaxHazards = 100;
constexpr int kMaxDepth = 4;
constexpr std::size_t kMaxKindWords = 10;
constexpr std::size_t kMaxWord = 64;
constexpr std::size_t kMaxType = 128;
constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxSentence = 1000;
constexpr std::size_t kMaxOpenPgp = 128 * 1024;  // base64 of a signature
constexpr std::size_t kMaxPageText = 64 * 1024;

constexpr std::array<std::string_view, 4> kVerdicts = {"usable", "doubtful", "unusable", "rejected"};
constexpr std::array<std::string_view, 8> kKinds = {"form",   "court-order", "mandate",           "consent",
                                                    "letter", "decision",    "identity-document", "unknown"};
constexpr std::array<std::string_view, 11> kSubjects = {
    "aanvraag",    "avg-verzoek", "machtiging",       "volmacht", "mentorschap", "curatele", "bewind",
    "toestemming", "medisch",     "indicatiebesluit", ""};
constexpr std::array<std::string_view, 3> kMeasures = {"mentorschap", "curatele", "bewind"};
constexpr std::array<std::string_view, 3> kIntegrities = {"ok", "broken", "unknown"};
constexpr std::array<std::string_view, 4> kCoverages = {"whole", "extended-allowed", "extended-disallowed", "partial"};
constexpr std::array<std::string_view, 5> kChains = {"trusted", "untrusted", "expired", "revoked", "unknown"};
constexpr std::array<std::string_view, 3> kFieldStates = {"empty", "doubtful", "signed"};
constexpr std::array<std::string_view, 2> kOrigins = {"paper", "image"};
constexpr std::array<std::string_view, 4> kSigners = {"client", "parent", "representative", ""};
constexpr std::array<std::string_view, 3> kRevocations = {"good", "revoked", "unknown"};
constexpr std::array<std::string_view, 3> kIndications = {"TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED"};
constexpr std::array<std::string_view, 5> kDocumentTypes = {"passport", "identity-card", "residence-permit",
                                                            "driving-licence", "other"};

// ---- to JSON

Json box_json(const Box& box) { return Json::array({box.x, box.y, box.w, box.h}); }

Json optional_box(const std::optional<Box>& box) { return box ? box_json(*box) : Json(); }

Json page_json(const PageFindings& page, bool with_text) {
  Json signatures = Json::array(), fields = Json::array();
  for (const HandwrittenSignature& signature : page.handwritten_signatures) {
    signatures.push_back(
        {{"box", box_json(signature.box)}, {"confidence", signature.confidence}, {"origin", signature.origin}});
  }
  for (const Box& field : page.empty_signature_fields) fields.push_back({{"box", box_json(field)}});
  Json labelled = Json::array();
  for (const SignatureField& field : page.signature_fields)
    labelled.push_back({{"box", box_json(field.box)}, {"state", field.state}, {"whose", field.whose}});
  Json json = {{"number", page.number},
               {"looked_at", page.looked_at},
               {"blank", page.blank},
               {"upside_down", page.upside_down},
               {"skew_degrees", page.skew_degrees},
               {"sharp", page.sharp},
               {"handwritten_signatures", std::move(signatures)},
               {"empty_signature_fields", std::move(fields)},
               {"signature_fields", std::move(labelled)},
               {"form", page.form.empty() ? Json() : Json{{"name", page.form}, {"page", page.form_page}}}};
  if (with_text) json["text"] = page.text;
  return json;
}

Json signature_json(const DigitalSignature& signature, bool with_unchecked) {
  Json json = {{"format", signature.format},
               {"integrity", signature.integrity},
               {"coverage", signature.coverage},
               {"chain", signature.chain},
               {"signer", signature.signer},
               {"claimed_time", signature.claimed_time},
               {"weaknesses", signature.weaknesses},
               {"revocation", signature.revocation},
               {"proven_time", signature.proven_time},
               {"indication", signature.indication},
               {"sub_indication", signature.sub_indication}};
  if (with_unchecked && signature.unchecked)
    json["unchecked"] = {{"signature", signature.unchecked->signature},
                         {"begin", signature.unchecked->begin},
                         {"end", signature.unchecked->end}};
  return json;
}

Json mrz_json(const Mrz& mrz) {
  return {{"lines", mrz.lines},
          {"checks_ok", mrz.checks_ok},
          {"corrected", mrz.corrected},
          {"issuing_state", mrz.issuing_state},
          {"document_number", mrz.document_number},
          {"birth_date", mrz.birth_date},
          {"expiry_date", mrz.expiry_date},
          {"surname", mrz.surname},
          {"given_names", mrz.given_names},
          {"personal_number", mrz.personal_number}};
}

Json identity_json(const IdentityDocument& document) {
  Json bsn_boxes = Json::array();
  for (const Box& box : document.bsn_boxes) bsn_boxes.push_back(box_json(box));
  Json ghost_boxes = Json::array();
  for (const Box& box : document.ghost_boxes) ghost_boxes.push_back(box_json(box));
  return {{"page", document.page},
          {"document_type", document.document_type},
          {"mrz", document.mrz ? mrz_json(*document.mrz) : Json()},
          {"area", box_json(document.area)},
          {"photo_box", optional_box(document.photo_box)},
          {"bsn_boxes", std::move(bsn_boxes)},
          {"mrz_box", optional_box(document.mrz_box)},
          {"shortcomings", document.shortcomings},
          {"ghost_boxes", std::move(ghost_boxes)},
          {"printed_expiry_date", document.printed_expiry}};
}

Json order_json(const CourtOrder& order) {
  return {{"court", order.court},
          {"date", order.date},
          {"measures", order.measures},
          {"represented", order.represented},
          {"representative", order.representative},
          {"end_date", order.end_date}};
}

// ---- from JSON

/// Takes a stranger's findings apart; every value is bounded by the reader.
class FindingsParser {
 public:
  Result<Findings> parse(const Json& json) {
    Findings findings = document(json, 0);
    if (reader_.failed()) return std::unexpected(reader_.error());
    return findings;
  }

 private:
  template <std::size_t N>
  std::string word(const Json& json, const char* key, const std::array<std::string_view, N>& known,
                   std::string_view otherwise) {
    const std::string value = reader_.text(json, key, kMaxWord);
    for (const std::string_view candidate : known) {
      if (value == candidate) return value;
    }
    if (!value.empty()) reader_.fail(Code::kMalformed, key);
    return std::string(otherwise);
  }

  Box box(const Json& json, const char* field) {
    std::array<double, 4> values{};
    bool right = json.is_array() && json.size() == 4;
    for (std::size_t i = 0; right && i < 4; ++i) {
      right = json[i].is_number();
      if (right) values[i] = json[i].get<double>();
      right = right && values[i] >= -0.001 && values[i] <= 1.001;
    }
    if (!right) reader_.fail(Code::kMalformed, field);
    return right ? Box{values[0], values[1], values[2], values[3]} : Box{};
  }

  std::optional<Box> maybe_box(const Json& json, const char* key) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    if (!json.is_object() || found == json.end() || found->is_null()) return std::nullopt;
    return box(*found, key);
  }

  PageFindings page(const Json& json) {
    PageFindings page;
    page.number = static_cast<int>(reader_.integer(json, "number", 1, 100'000, 1));
    page.looked_at = reader_.flag(json, "looked_at", true);
    page.blank = reader_.flag(json, "blank");
    page.upside_down = reader_.flag(json, "upside_down");
    page.skew_degrees = reader_.number(json, "skew_degrees", -180, 180);
    page.sharp = reader_.flag(json, "sharp", true);
    for (const Json& one : reader_.array(json, "handwritten_signatures", kMaxSignatures)) {
      const std::optional<Box> where = maybe_box(one, "box");
      if (!where) reader_.fail(Code::kMalformed, "handwritten_signatures");
      page.handwritten_signatures.push_back(
          {where.value_or(Box{}), reader_.number(one, "confidence", 0, 1), word(one, "origin", kOrigins, "paper")});
    }
    for (const Json& one : reader_.array(json, "empty_signature_fields", kMaxSignatures)) {
      page.empty_signature_fields.push_back(maybe_box(one, "box").value_or(Box{}));
    }
    for (const Json& one : reader_.array(json, "signature_fields", kMaxSignatures))
      page.signature_fields.push_back({maybe_box(one, "box").value_or(Box{}),
                                       word(one, "state", kFieldStates, "doubtful"), word(one, "whose", kSigners, "")});
    if (const Json& form = reader_.object(json, "form"); form.is_object()) {
      page.form = reader_.text(form, "name", kMaxWord);
      page.form_page = static_cast<int>(reader_.integer(form, "page", 1, 1000, 1));
    }
    page.text = reader_.text(json, "text", kMaxPageText, Lines::kKeep);
    return page;
  }

  DigitalSignature signature(const Json& json) {
    DigitalSignature signature;
    signature.format = reader_.text(json, "format", kMaxWord);
    signature.integrity = word(json, "integrity", kIntegrities, "unknown");
    signature.coverage = word(json, "coverage", kCoverages, "partial");
    signature.chain = word(json, "chain", kChains, "unknown");
    signature.signer = reader_.text(json, "signer", kMaxName);
    signature.claimed_time = reader_.text(json, "claimed_time", kMaxWord);
    signature.weaknesses = reader_.texts(json, "weaknesses", 20, kMaxWord);
    signature.revocation = word(json, "revocation", kRevocations, "unknown");
    signature.proven_time = reader_.text(json, "proven_time", kMaxWord);
    signature.indication = word(json, "indication", kIndications, "INDETERMINATE");
    signature.sub_indication = reader_.text(json, "sub_indication", kMaxWord);
    if (const Json& unchecked = reader_.object(json, "unchecked"); unchecked.is_object())
      signature.unchecked = {reader_.text(unchecked, "signature", kMaxOpenPgp),
                             static_cast<std::uint64_t>(reader_.integer(unchecked, "begin", 0, INT64_MAX)),
                             static_cast<std::uint64_t>(reader_.integer(unchecked, "end", 0, INT64_MAX))};
    return signature;
  }

  Mrz mrz(const Json& json) {
    Mrz mrz;
    mrz.lines = reader_.texts(json, "lines", 3, kMaxWord);
    mrz.checks_ok = reader_.flag(json, "checks_ok");
    mrz.corrected = reader_.flag(json, "corrected");
    mrz.issuing_state = reader_.text(json, "issuing_state", kMaxWord);
    mrz.document_number = reader_.text(json, "document_number", kMaxWord);
    mrz.birth_date = reader_.text(json, "birth_date", kMaxWord);
    mrz.expiry_date = reader_.text(json, "expiry_date", kMaxWord);
    mrz.surname = reader_.text(json, "surname", kMaxWord);
    mrz.given_names = reader_.text(json, "given_names", kMaxWord);
    mrz.personal_number = reader_.text(json, "personal_number", kMaxWord);
    return mrz;
  }

  IdentityDocument identity(const Json& json) {
    IdentityDocument document;
    document.page = static_cast<int>(reader_.integer(json, "page", 1, 100'000, 1));
    document.document_type = word(json, "document_type", kDocumentTypes, "other");
    if (const Json& found = reader_.object(json, "mrz"); found.is_object()) document.mrz = mrz(found);
    document.area = maybe_box(json, "area").value_or(Box{});
    document.photo_box = maybe_box(json, "photo_box");
    for (const Json& one : reader_.array(json, "bsn_boxes", 20)) document.bsn_boxes.push_back(box(one, "bsn_boxes"));
    document.mrz_box = maybe_box(json, "mrz_box");
    document.shortcomings = reader_.texts(json, "shortcomings", 10, kMaxWord);
    for (const Json& one : reader_.array(json, "ghost_boxes", 20))
      document.ghost_boxes.push_back(box(one, "ghost_boxes"));
    document.printed_expiry = reader_.text(json, "printed_expiry_date", kMaxWord);
    return document;
  }

  CourtOrder court_order(const Json& json) {
    CourtOrder order;
    order.court = reader_.text(json, "court", kMaxName);
    order.date = reader_.text(json, "date", kMaxWord);
    order.measures = reader_.texts(json, "measures", kMeasures.size(), kMaxWord);
    for (const std::string& measure : order.measures) {
      if (std::ranges::find(kMeasures, measure) == kMeasures.end()) reader_.fail(Code::kMalformed, "measures");
    }
    order.represented = reader_.text(json, "represented", kMaxName);
    order.representative = reader_.text(json, "representative", kMaxName);
    order.end_date = reader_.text(json, "end_date", kMaxWord);
    return order;
  }

  std::string digest(const Json& json) {
    const std::string hex = reader_.text(json, "sha256", kMaxWord);
    const bool right =
        hex.empty() || (hex.size() == 64 && hex.find_first_not_of("0123456789abcdef") == std::string::npos);
    if (!right) reader_.fail(Code::kMalformed, "sha256");
    return right ? hex : std::string();
  }

  Findings document(const Json& json, int depth) {
    Findings findings;
    findings.sha256 = digest(json);
    findings.size = static_cast<std::uint64_t>(reader_.integer(json, "size", 0, INT64_MAX));
    const std::string name = reader_.text(json, "name", 4 * kMaxName);
    if (!name.empty()) findings.name = clean_file_name(name);
    findings.type = reader_.text(json, "type", kMaxType);
    const std::string verdict = word(json, "verdict", kVerdicts, "doubtful");
    for (std::size_t i = 0; i < kVerdicts.size(); ++i) {
      if (verdict == kVerdicts[i]) findings.verdict = static_cast<Verdict>(i);
    }
    if (const Json& kind = reader_.object(json, "kind"); kind.is_object()) {
      findings.kind = word(kind, "name", kKinds, "unknown");
      findings.kind_confidence = reader_.number(kind, "confidence", 0, 1);
      findings.subject = word(kind, "subject", kSubjects, "");
      findings.kind_words = reader_.texts(kind, "words", kMaxKindWords, kMaxWord);
    }
    if (const Json& order = reader_.object(json, "court_order"); order.is_object())
      findings.court_order = court_order(order);
    for (const Json& one : reader_.array(json, "pages", kMaxPages)) findings.pages.push_back(page(one));
    for (const Json& one : reader_.array(json, "digital_signatures", kMaxSignatures)) {
      findings.digital_signatures.push_back(signature(one));
    }
    if (const Json& found = reader_.object(json, "identity_document"); found.is_object()) {
      findings.identity_document = identity(found);
    }
    for (const Json& one : reader_.array(json, "other_identity_documents", kMaxIdentityDocuments))
      findings.other_identity_documents.push_back(identity(one));
    findings.hazards = reader_.texts(json, "hazards", kMaxHazards, kMaxWord);
    for (const Json& one : reader_.array(json, "messages", kMaxMessages)) {
      findings.messages.push_back({reader_.text(one, "code", kMaxWord), reader_.text(one, "nl", kMaxSentence),
                                   reader_.text(one, "en", kMaxSentence)});
    }
    for (const Json& one : reader_.array(json, "attachments", kMaxAttachments)) {
      if (depth + 1 > kMaxDepth) reader_.fail(Code::kTooLarge, "attachments");
      if (reader_.failed()) break;
      findings.attachments.push_back(document(one, depth + 1));
    }
    return findings;
  }

  JsonReader reader_{"parse findings"};
};

}  // namespace

std::string_view dutch_signer(std::string_view whose) noexcept {
  if (whose == "client") return "de cliënt";
  if (whose == "parent") return "de ouder";
  if (whose == "representative") return "de vertegenwoordiger";
  return "";
}

std::string_view dutch_field_state(std::string_view state) noexcept {
  return state == "signed" ? "getekend" : state == "empty" ? "leeg" : "niet zeker";
}

std::string_view verdict_name(Verdict verdict) noexcept { return kVerdicts[static_cast<std::size_t>(verdict)]; }

const std::string& IdentityDocument::expires_on() const noexcept {
  return mrz && mrz->checks_ok && !mrz->expiry_date.empty() ? mrz->expiry_date : printed_expiry;
}

bool DigitalSignature::uses_old_technique() const {
  return std::ranges::any_of(
      weaknesses, [](const std::string& one) { return !one.empty() && one.front() >= 'A' && one.front() <= 'Z'; });
}

std::string rfc3339(std::int64_t unix_seconds) {
  const auto time = static_cast<std::time_t>(unix_seconds);
  std::tm utc{};
  char text[32] = "";
  if (::gmtime_r(&time, &utc)) std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

Json to_json(const Findings& findings, bool with_text) {
  Json json = {{"sha256", findings.sha256},
               {"size", findings.size},
               {"type", findings.type},
               {"verdict", verdict_name(findings.verdict)},
               {"kind",
                {{"name", findings.kind},
                 {"confidence", findings.kind_confidence},
                 {"subject", findings.subject},
                 {"words", findings.kind_words}}},
               {"pages", Json::array()},
               {"digital_signatures", Json::array()},
               {"identity_document", findings.identity_document ? identity_json(*findings.identity_document) : Json()},
               {"hazards", findings.hazards},
               {"attachments", Json::array()},
               {"messages", Json::array()}};
  if (!findings.name.empty()) json["name"] = findings.name;
  if (findings.court_order) json["court_order"] = order_json(*findings.court_order);
  for (const IdentityDocument& one : findings.other_identity_documents)
    json["other_identity_documents"].push_back(identity_json(one));
  for (const PageFindings& page : findings.pages) json["pages"].push_back(page_json(page, with_text));
  for (const DigitalSignature& one : findings.digital_signatures)
    json["digital_signatures"].push_back(signature_json(one, with_text));
  for (const Findings& one : findings.attachments) json["attachments"].push_back(to_json(one, with_text));
  for (const Message& one : findings.messages) {
    json["messages"].push_back({{"code", one.code}, {"nl", one.nl}, {"en", one.en}});
  }
  return json;
}

Result<Findings> parse_findings(const Json& untrusted_json) { return FindingsParser().parse(untrusted_json); }

}  // namespace zp::intake
