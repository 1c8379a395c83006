#include "intake/submission.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "intake/json_reader.h"

namespace zp::intake {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxManifest = 4 * 1024 * 1024;
constexpr std::size_t kMaxFiles = 1000;  // a mail may have that many parts
constexpr std::size_t kMaxParts = 10'000;
constexpr std::size_t kMaxFields = 200;
constexpr std::size_t kMaxFieldName = 64;
constexpr std::size_t kMaxFieldValue = 8 * 1024;
constexpr std::size_t kMaxWord = 64;
constexpr std::size_t kMaxAddress = 320;
constexpr std::size_t kReceiptKeyBytes = 32;
constexpr std::int64_t kLastMs = 253'402'300'799'999;  // the end of the year 9999
constexpr std::array<std::string_view, 4> kChannels = {"web", "mail", "reply", "scan"};

Json file_json(const ReceivedFile& file) {
  return {{"object", file.object.hex()},
          {"name", file.name},
          {"slot", file.slot},
          {"declared_type", file.declared_type},
          {"size", file.size},
          {"sha256", file.sha256},
          {"key_of_part", file.key_of_part},
          {"received_ms", file.received_ms}};
}

class ManifestParser {
 public:
  Result<SubmissionManifest> parse(const Json& json) {
    SubmissionManifest manifest;
    manifest.id = id(json, "id");
    manifest.reference = identifier(json, "reference");
    manifest.channel = reader_.text(json, "channel", kMaxWord);
    if (std::find(kChannels.begin(), kChannels.end(), manifest.channel) == kChannels.end()) {
      reader_.fail(Code::kMalformed, "channel");
    }
    manifest.kind = identifier(json, "kind");
    manifest.received_ms = reader_.integer(json, "received_ms", 0, kLastMs);
    manifest.fields = fields(json);
    for (const Json& one : reader_.array(json, "files", kMaxFiles)) manifest.files.push_back(file(one));
    manifest.receipt_key = receipt_key(json);
    manifest.access_code = reader_.text(json, "access_code", 256);
    manifest.in_reply_to = id(json, "in_reply_to");
    manifest.words = reader_.text(json, "words", kMaxWords, Lines::kKeep);
    manifest.envelope_from = reader_.text(json, "envelope_from", kMaxAddress);
    manifest.envelope_to = reader_.texts(json, "envelope_to", 1000, kMaxAddress);
    manifest.fetched = reader_.flag(json, "fetched");
    if (reader_.failed()) return std::unexpected(reader_.error());
    return manifest;
  }

 private:
  Id id(const Json& json, const char* key) {
    const Result<Id> parsed = Id::parse(reader_.text(json, key, kMaxWord));
    if (!parsed) reader_.fail(Code::kMalformed, key);
    return parsed ? *parsed : Id{};
  }

  /// Names of rules, slots and references are used to look things up: letters, digits and '-' only.
  std::string identifier(const Json& json, const char* key) {
    const std::string text = reader_.text(json, key, kMaxWord);
    for (const char c : text) {
      const bool right = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
      if (!right) reader_.fail(Code::kMalformed, key);
    }
    return text;
  }

  std::map<std::string, std::string> fields(const Json& json) {
    std::map<std::string, std::string> fields;
    const Json& object = reader_.object(json, "fields");
    if (!object.is_object()) return fields;
    if (object.size() > kMaxFields) reader_.fail(Code::kTooLarge, "fields");
    for (const auto& [name, value] : object.items()) {
      if (reader_.failed()) break;
      if (!value.is_string() || name.size() > kMaxFieldName) {
        reader_.fail(Code::kMalformed, "fields");
        break;
      }
      fields[clean_text(name, kMaxFieldName)] =
          clean_text(value.get_ref<const std::string&>(), kMaxFieldValue, Lines::kKeep);
    }
    return fields;
  }

  ReceivedFile file(const Json& json) {
    ReceivedFile file;
    file.object = id(json, "object");
    file.name = clean_file_name(reader_.text(json, "name", 4096));
    file.slot = identifier(json, "slot");
    file.declared_type = reader_.text(json, "declared_type", 255);
    file.size = static_cast<std::uint64_t>(reader_.integer(json, "size", 0, INT64_MAX));
    file.sha256 = reader_.text(json, "sha256", kMaxWord);
    const bool has_size = file.sha256.empty() || file.sha256.size() == 64;
    if (!has_size || file.sha256.find_first_not_of("0123456789abcdef") != std::string::npos) {
      reader_.fail(Code::kMalformed, "sha256");
    }
    for (const Json& part : reader_.array(json, "key_of_part", kMaxParts)) {
      const bool right = part.is_number_unsigned() && part.get<std::uint64_t>() < kMaxParts;
      if (!right) reader_.fail(Code::kMalformed, "key_of_part");
      file.key_of_part.push_back(right ? part.get<std::uint32_t>() : 0);
    }
    file.received_ms = reader_.integer(json, "received_ms", 0, kLastMs);
    return file;
  }

  Bytes receipt_key(const Json& json) {
    const Result<Bytes> key = from_base64(reader_.text(json, "receipt_key", kMaxWord));
    const bool right = key && (key->empty() || key->size() == kReceiptKeyBytes);
    if (!right) reader_.fail(Code::kMalformed, "receipt_key");
    return right ? *key : Bytes{};
  }

  JsonReader reader_{"parse manifest"};
};

}  // namespace

std::string SubmissionManifest::json() const {
  Json json = {{"id", id.hex()},
               {"reference", reference},
               {"channel", channel},
               {"kind", kind},
               {"received_ms", received_ms},
               {"fields", fields},
               {"files", Json::array()},
               {"receipt_key", to_base64(receipt_key)},
               {"access_code", access_code},
               {"in_reply_to", in_reply_to.hex()},
               {"words", words},
               {"envelope_from", envelope_from},
               {"envelope_to", envelope_to},
               {"fetched", fetched}};
  for (const ReceivedFile& file : files) json["files"].push_back(file_json(file));
  // What was filled in may be no UTF-8: the unreadable bytes are replaced, the manifest stays writable.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<SubmissionManifest> SubmissionManifest::parse(std::string_view untrusted_json) {
  if (untrusted_json.size() > kMaxManifest) return fail(Code::kTooLarge, "parse manifest");
  const Json json = parse_json(untrusted_json);
  if (!json.is_object()) return fail(Code::kMalformed, "parse manifest");
  return ManifestParser().parse(json);
}

}  // namespace zp::intake
