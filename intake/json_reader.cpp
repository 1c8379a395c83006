#include "intake/json_reader.h"

#include <cmath>

namespace zp::intake {
namespace {

const nlohmann::json kNull;
constexpr int kMaxDepth = 40;

bool nested_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\')
      ++i;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '[' || c == '{') && ++depth > kMaxDepth)
      return true;
    else if (!in_string && (c == ']' || c == '}'))
      --depth;
  }
  return false;
}

}  // namespace

nlohmann::json parse_json(std::string_view untrusted_text) {
  if (nested_too_deep(untrusted_text)) return nullptr;
  nlohmann::json json = nlohmann::json::parse(untrusted_text, nullptr, false);
  return json.is_discarded() ? nlohmann::json() : json;
}

void JsonReader::fail(Code code, const char* field) {
  if (!error_) error_ = Error{code, operation_, field};
}

const JsonReader::Json* JsonReader::find(const Json& object, const char* key, bool (Json::*is_type)() const noexcept) {
  if (!object.is_object()) {
    fail(Code::kMalformed, key);
    return nullptr;
  }
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return nullptr;
  if ((*found.*is_type)()) return &*found;
  fail(Code::kMalformed, key);
  return nullptr;
}

std::string JsonReader::text(const Json& object, const char* key, std::size_t max_bytes, Lines lines) {
  const Json* found = find(object, key, &Json::is_string);
  return found ? clean_text(found->get_ref<const std::string&>(), max_bytes, lines) : std::string();
}

bool JsonReader::flag(const Json& object, const char* key, bool otherwise) {
  const Json* found = find(object, key, &Json::is_boolean);
  return found ? found->get<bool>() : otherwise;
}

double JsonReader::number(const Json& object, const char* key, double low, double high, double otherwise) {
  const Json* found = find(object, key, &Json::is_number);
  if (!found) return otherwise;
  const double value = found->get<double>();
  if (!std::isfinite(value) || value < low || value > high) fail(Code::kMalformed, key);
  return failed() ? otherwise : value;
}

std::int64_t JsonReader::integer(const Json& object, const char* key, std::int64_t low, std::int64_t high,
                                 std::int64_t otherwise) {
  const Json* found = find(object, key, &Json::is_number_integer);
  if (!found) return otherwise;
  const bool over = found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX;
  const std::int64_t value = over ? INT64_MAX : found->get<std::int64_t>();
  if (over || value < low || value > high) fail(Code::kMalformed, key);
  return failed() ? otherwise : value;
}

std::vector<JsonReader::Json> JsonReader::array(const Json& object, const char* key, std::size_t max_count) {
  const Json* found = find(object, key, &Json::is_array);
  if (!found) return {};
  if (found->size() > max_count) {
    fail(Code::kTooLarge, key);
    return {};
  }
  return {found->begin(), found->end()};
}

std::vector<std::string> JsonReader::texts(const Json& object, const char* key, std::size_t max_count,
                                           std::size_t max_bytes) {
  std::vector<std::string> all;
  for (const Json& element : array(object, key, max_count)) {
    if (!element.is_string()) {
      fail(Code::kMalformed, key);
      return {};
    }
    all.push_back(clean_text(element.get_ref<const std::string&>(), max_bytes));
  }
  return all;
}

const JsonReader::Json& JsonReader::object(const Json& object, const char* key) {
  const Json* found = find(object, key, &Json::is_object);
  return found ? *found : kNull;
}

}  // namespace zp::intake
