#include "intake/rules/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "intake/rules/terms.h"

namespace zp::intake {
namespace {

constexpr std::size_t kMostTextBytes = 400, kMostTextareaBytes = 16'000, kMostEmailBytes = 254;

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\u00a0") == std::string_view::npos; }

/// Enough to catch slips of the finger; whether the address works shows when mail is sent.
bool looks_like_email(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > kMostEmailBytes) return false;
  const std::string_view domain = text.substr(at + 1);
  const auto plain = [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '<' && c != '>' && c != ',' && c != ';' && c != 0x7f;
  };
  return std::ranges::all_of(text, plain) && domain.find('@') == std::string_view::npos &&
         domain.find('.') != std::string_view::npos && domain.front() != '.' && domain.back() != '.' &&
         domain.find("..") == std::string_view::npos;
}

std::string label_of(const FieldRule& field, const std::string& value) {
  for (const auto& [key, label] : field.choices)
    if (key == value) return label;
  return {};
}

/// "YYYY-MM-DDTHH:MM", as a browser sends it.
bool is_moment(std::string_view text) {
  if (text.size() != 16 || text[10] != 'T' || text[13] != ':' || !parse_date(text.substr(0, 10))) return false;
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (!digit(11) || !digit(12) || !digit(14) || !digit(15)) return false;
  return text.substr(11, 2) < "24" && text.substr(14, 2) < "60";
}

std::string what_is_wrong(const FieldRule& field, const std::string& value) {
  if (field.type == "choice") return label_of(field, value).empty() ? "Kies een van de antwoorden." : "";
  if (field.type == "choices") {
    for (const auto part : std::views::split(value, ' '))
      if (label_of(field, std::string(part.begin(), part.end())).empty()) return "Kies een of meer van de antwoorden.";
    return "";
  }
  if (field.type == "moment")
    return is_moment(value) ? "" : "Dit is geen tijdstip. Vul dag en tijd in, bijvoorbeeld 5 april 2026, 14.05 uur.";
  if (field.type == "date") {
    const auto date = parse_date(value);
    const bool likely = date && date->year() >= std::chrono::year{1900};
    return likely ? "" : "Dit is geen datum die bestaat. Vul dag, maand en jaar in, bijvoorbeeld 5 april 1950.";
  }
  if (field.type == "email")
    return looks_like_email(value) ? "" : "Dit is geen e-mailadres. Een e-mailadres ziet er zo uit: naam@voorbeeld.nl.";
  const std::size_t most = field.type == "textarea" ? kMostTextareaBytes : kMostTextBytes;
  return value.size() <= most ? "" : "Uw tekst is te lang. Maak hem korter, of stuur hem mee als document.";
}

}  // namespace

std::string value_of(const FieldValues& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

const FieldRule* field_named(const std::vector<FieldRule>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &FieldRule::name);
  return found == fields.end() ? nullptr : &*found;
}

std::string chosen(const FieldRule& field, const std::map<std::string, std::string>& form, const std::string& prefix) {
  std::string keys;
  for (const auto& [key, label] : field.choices) {
    const auto box = form.find(prefix + field.name + "-" + key);
    if (box != form.end() && !box->second.empty()) keys += (keys.empty() ? "" : " ") + key;
  }
  return keys;
}

std::string shown_value(const FieldRule& field, const std::string& value) {
  if (field.type == "choice") {
    const std::string label = label_of(field, value);
    return label.empty() ? value : label;
  }
  if (field.type == "choices") {
    std::string labels;
    for (const auto part : std::views::split(value, ' '))
      labels += (labels.empty() ? "" : ", ") + label_of(field, std::string(part.begin(), part.end()));
    return labels;
  }
  if (field.type == "moment" && is_moment(value))
    return fmt::format("{}, {}", dutch_date(*parse_date(value.substr(0, 10))), value.substr(11));
  if (field.type != "date") return value;
  const auto date = parse_date(value);
  return date ? dutch_date(*date) : value;
}

std::vector<std::pair<std::string, std::string>> check_fields(const std::vector<FieldRule>& rules,
                                                              const FieldValues& fields) {
  std::vector<std::pair<std::string, std::string>> mistakes;
  for (const FieldRule& field : rules) {
    const auto found = fields.find(field.name);
    if (found == fields.end() || is_blank(found->second)) {
      const bool needed = field.required || (!field.required_when.empty() && holds(field.required_when, fields));
      if (needed) mistakes.emplace_back(field.name, fmt::format("Vul dit in: {}.", field.label));
    } else if (std::string wrong = what_is_wrong(field, found->second); !wrong.empty()) {
      mistakes.emplace_back(field.name, std::move(wrong));
    }
  }
  return mistakes;
}

}  // namespace zp::intake
