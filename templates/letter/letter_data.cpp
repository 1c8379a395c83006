#include "templates/letter/letter_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "templates/letter/text.h"

namespace zp::templates {
namespace {

using nlohmann::json;

// Enough for every letter, few enough that no value fills the machine.
constexpr std::size_t kMostTextBytes = 2'000, kMostMultilineBytes = 100'000, kMostListItems = 500,
                      kMostTableRows = 2'000;

struct Type {
  std::string_view name, hint;
};
constexpr std::array<Type, 10> kTypes = {{{"text", "text on one line, at most 2000 bytes"},
                                          {"multiline", "text, at most 100000 bytes"},
                                          {"date", "date, YYYY-MM-DD"},
                                          {"time", "date and time, YYYY-MM-DDTHH:MM"},
                                          {"url", "https address"},
                                          {"number", "number"},
                                          {"size", "whole number of bytes"},
                                          {"flag", "true or false"},
                                          {"list", "list of texts, at most 500"},
                                          {"table", "list of rows, at most 2000"}}};

std::string hint(const std::string& type) {
  const auto found = std::ranges::find(kTypes, std::string_view(type), &Type::name);
  return std::string(found->hint);
}

bool is_empty(const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().find_first_not_of(" \t\r\n") == std::string::npos;
  return value.is_null() || (value.is_structured() && value.empty());
}

bool is_https(const std::string& text) {
  return text.starts_with("https://") && text.size() <= kMostTextBytes &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string path_of(const FieldMistake& one) {
  return one.column.empty() ? one.name : fmt::format("{}[{}].{}", one.name, one.row, one.column);
}

struct Complaints {
  std::vector<FieldMistake> of_fields;
  std::vector<std::string> unknown;

  std::string text() const {
    std::vector<std::string> missing, wrong;
    for (const FieldMistake& one : of_fields) {
      if (one.wrong.empty())
        missing.push_back(path_of(one));
      else
        wrong.push_back(fmt::format("{} ({})", path_of(one), one.wrong));
    }
    std::string out;
    const auto add = [&](const char* label, const std::vector<std::string>& names) {
      if (names.empty()) return;
      out += (out.empty() ? "" : "; ") + fmt::format("{}: {}", label, fmt::join(names, ", "));
    };
    add("missing", missing);
    add("wrong", wrong);
    add("unknown", unknown);
    return out;
  }
};

class Speller {
 public:
  Complaints complaints;

  json object(const std::vector<LetterField>& fields, const json& data, const FieldMistake& place = {}) {
    json out = json::object();
    for (const LetterField& field : fields) {
      const auto found = data.find(field.name);
      if (found == data.end() || is_empty(*found)) {
        if (is_needed(field, data)) complaints.of_fields.push_back(at(place, field));
        out[field.name] = nothing(field);
      } else {
        out[field.name] = value(field, *found, at(place, field));
      }
      if (is_many(field)) out["any_" + field.name] = !out[field.name].empty();
    }
    for (const auto& [name, unused] : data.items())
      if (std::ranges::none_of(fields, [&](const LetterField& field) { return field.name == name; }))
        complaints.unknown.push_back(path_of(at(place, {.name = printable_name(name), .type = {}, .about = {}})));
    return out;
  }

 private:
  static bool is_needed(const LetterField& field, const json& data) {
    const auto instead = field.unless.empty() ? data.end() : data.find(field.unless);
    const bool has_other = instead != data.end() && !is_empty(*instead) && *instead != json(false);
    return field.required || (!field.unless.empty() && !has_other);
  }

  /// A field of the letter, or a column in the row of a table.
  static FieldMistake at(const FieldMistake& place, const LetterField& field) {
    FieldMistake here = place;
    (place.row == 0 ? here.name : here.column) = field.name;
    return here;
  }

  static bool is_many(const LetterField& field) { return field.type == "list" || field.type == "table"; }

  static json nothing(const LetterField& field) {
    if (is_many(field)) return json::array();
    return field.type == "flag" ? json(false) : json("");
  }

  json value(const LetterField& field, const json& given, const FieldMistake& place) {
    if (field.type == "flag" && given.is_boolean()) return given;
    if (field.type == "number" && given.is_number()) return number(given);
    if (field.type == "size" && given.is_number_integer() && given >= 0) return dutch_size(given.get<std::uint64_t>());
    if (field.type == "list" && given.is_array() && given.size() <= kMostListItems) return list(given, place);
    if (field.type == "table" && given.is_array() && given.size() <= kMostTableRows) return table(field, given, place);
    if (given.is_string()) return text(field.type, given.get_ref<const std::string&>(), place);
    return wrong(place, hint(field.type));
  }

  json text(const std::string& type, const std::string& given, const FieldMistake& place) {
    std::optional<std::string> spelling;
    if (type == "date") spelling = dutch_date(given);
    if (type == "time") spelling = dutch_time(given);
    if (type == "url" && is_https(given)) spelling = given;
    if (type == "text" && given.size() <= kMostTextBytes) spelling = given;
    if (type == "multiline" && given.size() <= kMostMultilineBytes) spelling = given;
    if (!spelling) return wrong(place, hint(type));
    auto clean = clean_text(*spelling);
    if (!clean) return wrong(place, clean.error().subject);
    const auto first = clean->find_first_not_of(" \n");
    *clean = clean->substr(first, clean->find_last_not_of(" \n") - first + 1);
    if (type == "text" && clean->find('\n') != std::string::npos) return wrong(place, hint(type));
    return *clean;
  }

  static std::string number(const json& given) {
    if (given.is_number_integer()) return given.dump();
    std::string out = fmt::format("{:.2f}", given.get<double>());
    out[out.size() - 3] = ',';
    return out;
  }

  json list(const json& given, const FieldMistake& place) {
    json out = json::array();
    for (const json& item : given)
      out.push_back(item.is_string() ? text("text", item.get_ref<const std::string&>(), place)
                                     : wrong(place, hint("list")));
    return out;
  }

  json table(const LetterField& field, const json& given, const FieldMistake& place) {
    json out = json::array();
    for (std::size_t i = 0; i < given.size(); ++i)
      out.push_back(given[i].is_object()
                        ? object(field.columns, given[i], {.name = place.name, .column = {}, .row = i + 1, .wrong = {}})
                        : wrong(place, hint("table")));
    return out;
  }

  json wrong(const FieldMistake& place, const std::string& why) {
    complaints.of_fields.push_back(place);
    complaints.of_fields.back().wrong = why;
    return "";
  }

  /// A name that nobody declared may be anything, a person's name too.
  static std::string printable_name(const std::string& name) {
    const bool plain = name.size() <= 40 && std::ranges::all_of(name, [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                       });
    return plain ? name : "a name that no field has";
  }
};

}  // namespace

bool is_field_type(const std::string& type, bool column) {
  if (column && (type == "list" || type == "table")) return false;
  return std::ranges::any_of(kTypes, [&](const Type& known) { return known.name == type; });
}

Result<json> spelled(const LetterInfo& letter, const json& data) {
  if (!data.is_object())
    return fail(Code::kRefused, "check letter data", letter.name + ": data must be fields with values");
  Speller speller;
  json out = speller.object(letter.fields, data);
  const std::string complaints = speller.complaints.text();
  if (!complaints.empty()) return fail(Code::kRefused, "check letter data", letter.name + ": " + complaints);
  return out;
}

std::vector<FieldMistake> field_mistakes(const LetterInfo& letter, const json& data) {
  Speller speller;
  speller.object(letter.fields, data.is_object() ? data : json::object());
  return std::move(speller.complaints.of_fields);
}

json surroundings(const Organisation& organisation, const std::string& date) {
  return {{"date", dutch_date(date).value_or(date)},
          {"organisation",
           {{"name", organisation.name},
            {"return_address", organisation.return_address},
            {"place", organisation.place},
            {"telephone", organisation.telephone},
            {"fg_email", organisation.fg_email},
            {"digital_channel", organisation.digital_channel}}}};
}

}  // namespace zp::templates
