// intake/json_reader.h - taking a stranger's JSON apart with bounds on everything.
//
// The first thing that is wrong sticks; later reads give empty values, so a parser reads straight on and asks failed()
// once.
// Threads: one reader belongs to one thread.
#ifndef INTAKE_JSON_READER_H_
#define INTAKE_JSON_READER_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/result.h"
#include "intake/text.h"

namespace zp::intake {

/// The parsed text, or null (which no reader takes for an object) if it is no JSON or nested deeper than any document
/// of ours: a few megabytes of brackets keep the library busy for minutes.
nlohmann::json parse_json(std::string_view untrusted_text);

class JsonReader {
 public:
  using Json = nlohmann::json;

  explicit JsonReader(const char* operation) : operation_(operation) {}

  bool failed() const { return error_.has_value(); }
  Error error() const { return *error_; }
  void fail(Code code, const char* field);

  /// Each reads `object[key]`; an absent key or null gives the default.
  std::string text(const Json& object, const char* key, std::size_t max_bytes, Lines lines = Lines::kJoin);
  bool flag(const Json& object, const char* key, bool otherwise = false);
  double number(const Json& object, const char* key, double low, double high, double otherwise = 0);
  std::int64_t integer(const Json& object, const char* key, std::int64_t low, std::int64_t high,
                       std::int64_t otherwise = 0);
  /// The elements of an array, at most `max_count` (kTooLarge over it).
  std::vector<Json> array(const Json& object, const char* key, std::size_t max_count);
  std::vector<std::string> texts(const Json& object, const char* key, std::size_t max_count, std::size_t max_bytes);
  /// The object or null; null if it is absent.
  const Json& object(const Json& object, const char* key);

 private:
  const Json* find(const Json& object, const char* key, bool (Json::*is_type)() const noexcept);

  const char* operation_;
  std::optional<Error> error_;
};

}  // namespace zp::intake

#endif  // INTAKE_JSON_READER_H_
