#include "gateway/public/draft.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "crypto/hash.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kSecretBytes = 32;
using Json = nlohmann::json;

crypto::DataKey derived_key(const SecretBytes& secret, std::string_view label) {
  auto key = crypto::DataKey::from(crypto::hkdf_sha256(secret, {}, label, crypto::kDataKeyBytes));
  ZP_CHECK(key.has_value());
  return std::move(*key);
}

Json file_json(const DraftFile& file) {
  Json json = {{"object", file.object.hex()}, {"name", file.name},
               {"slot", file.slot},           {"type", file.declared_type},
               {"length", file.length},       {"parts", file.parts},
               {"sha256", file.sha256},       {"received", file.received_ms},
               {"inspected", file.inspected}, {"hashed", to_base64(file.hashed)}};
  if (file.findings) json["findings"] = intake::to_json(*file.findings);
  return json;
}

Result<DraftFile> parse_file(const Json& json) {
  DraftFile file;
  TRY_ASSIGN(file.object, Id::parse(json.at("object").get<std::string>()));
  file.name = json.at("name");
  file.slot = json.at("slot");
  file.declared_type = json.at("type");
  file.length = json.at("length");
  file.parts = json.at("parts").get<std::vector<std::uint64_t>>();
  file.sha256 = json.at("sha256");
  file.received_ms = json.at("received");
  file.inspected = json.at("inspected");
  TRY_ASSIGN(file.hashed, from_base64(json.at("hashed").get_ref<const std::string&>()));
  if (json.contains("findings")) {
    TRY_ASSIGN(file.findings, intake::parse_findings(json.at("findings")));
  }
  return file;
}

Json slot_json(const ReplySlot& slot) {
  return {{"slot", slot.slot}, {"label", slot.label},   {"explanation", slot.explanation},
          {"why", slot.why},   {"source", slot.source}, {"source_text", slot.source_text}};
}

Json missing_json(const MissingLine& line) {
  return {{"label", line.label},   {"explanation", line.explanation}, {"why", line.why},
          {"source", line.source}, {"source_text", line.source_text}, {"lacking", line.lacking}};
}

Result<Draft> parse_draft(const Json& json, crypto::DataKey key) {
  Draft draft{.data_key = std::move(key)};
  TRY_ASSIGN(draft.id, Id::parse(json.at("id").get<std::string>()));
  draft.phase = static_cast<DraftPhase>(json.at("phase").get<int>());
  draft.reference = json.at("reference");
  draft.kind = json.at("kind");
  draft.access_code = json.at("access_code");
  draft.created_ms = json.at("created");
  draft.fields = json.at("fields").get<std::map<std::string, std::string>>();
  for (const auto& one : json.at("files")) {
    TRY_ASSIGN(auto file, parse_file(one));
    draft.files.push_back(std::move(file));
  }
  TRY_ASSIGN(draft.sealed_data_key, from_base64(json.at("sealed_data_key").get_ref<const std::string&>()));
  TRY_ASSIGN(draft.in_reply_to, Id::parse(json.at("in_reply_to").get<std::string>()));
  draft.answers_reference = json.at("answers_reference");
  for (const auto& one : json.at("reply_slots"))
    draft.reply_slots.push_back({one.at("slot"), one.at("label"), one.at("explanation"), one.at("why"),
                                 one.at("source"), one.at("source_text")});
  draft.words = json.value("words", "");  // older drafts have none
  draft.received_ms = json.at("received");
  for (const auto& one : json.at("missing"))
    draft.missing.push_back({one.at("label"), one.at("explanation"), one.at("why"), one.at("source"),
                             one.at("source_text"), one.at("lacking").get<std::vector<std::string>>()});
  draft.all_inspected = json.at("all_inspected");
  draft.complete_before = json.at("complete_before");
  draft.answer_before = json.at("answer_before");
  return draft;
}

}  // namespace

DraftSecret::DraftSecret(SecretBytes bytes) : bytes_(std::move(bytes)) {
  const auto name = crypto::hkdf_sha256(bytes_, {}, "zegelpost draft id", id_.bytes.size());
  std::ranges::copy(name.view(), id_.bytes.begin());
}

DraftSecret DraftSecret::generate() { return DraftSecret(SecretBytes::random(kSecretBytes)); }

Result<DraftSecret> DraftSecret::from(SecretBytes bytes) {
  if (bytes.size() != kSecretBytes) return fail(Code::kMalformed, "read draft secret");
  return DraftSecret(std::move(bytes));
}

Result<DraftSecret> DraftSecret::parse(std::string_view untrusted_cookie) {
  if (untrusted_cookie.size() > 64) return fail(Code::kMalformed, "read draft secret");
  TRY_ASSIGN(const auto bytes, from_base64url(untrusted_cookie));
  return from(SecretBytes::copy_of(bytes));
}

crypto::DataKey DraftSecret::state_key() const { return derived_key(bytes_, "zegelpost draft state"); }
crypto::DataKey DraftSecret::receipt_key() const { return derived_key(bytes_, "zegelpost receipt"); }

std::uint64_t DraftFile::offset() const noexcept {
  return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0});
}

DraftFile* Draft::find(const Id& object) noexcept {
  const auto found = std::ranges::find(files, object, &DraftFile::object);
  return found == files.end() ? nullptr : &*found;
}

std::uint64_t Draft::total_bytes() const noexcept {
  std::uint64_t total = 0;
  for (const auto& file : files) total += file.length == kUnknownLength ? file.offset() : file.length;
  return total;
}

SecretBytes Draft::encode() const {
  Json json = {{"id", id.hex()},
               {"phase", static_cast<int>(phase)},
               {"reference", reference},
               {"kind", kind},
               {"access_code", access_code},
               {"created", created_ms},
               {"fields", fields},
               {"files", Json::array()},
               {"sealed_data_key", to_base64(sealed_data_key)},
               {"in_reply_to", in_reply_to.hex()},
               {"answers_reference", answers_reference},
               {"reply_slots", Json::array()},
               {"words", words},
               {"received", received_ms},
               {"missing", Json::array()},
               {"all_inspected", all_inspected},
               {"complete_before", complete_before},
               {"answer_before", answer_before}};
  for (const auto& file : files) json["files"].push_back(file_json(file));
  for (const auto& slot : reply_slots) json["reply_slots"].push_back(slot_json(slot));
  for (const auto& line : missing) json["missing"].push_back(missing_json(line));
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  SecretBytes state(crypto::kDataKeyBytes + text.size());
  std::ranges::copy(data_key.bytes().view(), state.mutable_view().begin());
  std::ranges::copy(as_bytes(text), state.mutable_view().begin() + crypto::kDataKeyBytes);
  return state;
}

Result<Draft> Draft::decode(ByteView state) {
  if (state.size() < crypto::kDataKeyBytes) return fail(Code::kMalformed, "read draft");
  TRY_ASSIGN(auto key, crypto::DataKey::from(SecretBytes::copy_of(state.first(crypto::kDataKeyBytes))));
  try {
    return parse_draft(Json::parse(as_text(state.subspan(crypto::kDataKeyBytes))), std::move(key));
  } catch (const Json::exception&) {
    return fail(Code::kMalformed, "read draft");
  }
}

}  // namespace zp::gateway
