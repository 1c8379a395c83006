#include "gateway/staff/record_view.h"

#include <algorithm>
#include <ranges>

#include "crypto/reference.h"
#include "gateway/casework/measures.h"
#include "gateway/process/process.h"
#include "gateway/staff/dossier_view.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

using intake::value_of;

std::string dutch_day(const std::string& day) {
  const auto date = intake::parse_date(day);
  return date ? intake::dutch_date(*date) : day;
}

bool chosen(const intake::FieldRule& field, const std::string& value, const std::string& key) {
  if (field.type == "choice") return value == key;
  return std::ranges::any_of(std::views::split(value, ' '),
                             [&](const auto part) { return std::string_view(part.begin(), part.end()) == key; });
}

/// "Weer openen van 22 november 2026", when that letter settled the entry; else empty.
std::string settled_words(const intake::RecordBook& book, const intake::Records& records,
                          const intake::RecordRule& rule, const RecordEntry& entry) {
  const intake::Entry* const by = intake::settled_by(book, records, rule, {entry.fields, entry.entered});
  return by ? value_of(by->fields, "titel") + " van " + dutch_day(value_of(by->fields, "dag")) : std::string();
}

json entry_json(const intake::RecordRule& rule, const RecordEntry& entry, const std::string& settled) {
  json rows = json::array();
  for (const intake::FieldRule& field : rule.fields)
    if (const std::string value = value_of(entry.fields, field.name); !value.empty())
      rows.push_back({{"label", field.label},
                      {"value", shown_value(field, value)},
                      {"dossier", field.name == rule.refers ? crypto::parse_reference(value).value_or("") : ""},
                      {"is_block", value.starts_with("-----BEGIN ")}});
  return {{"id", entry.id.hex()},
          {"rows", std::move(rows)},
          {"entered", local_time_dutch(entry.entered)},
          {"by", entry.by},
          {"struck", entry.struck},
          {"ended", dutch_day(entry.ended)},
          {"ended_by", entry.ended_by},
          {"may_end", entry.struck.empty() && entry.ended.empty() && !rule.ends.empty()},
          {"settled", rule.by_program || !entry.struck.empty() ? "" : settled},
          {"counts", entry.struck.empty()}};
}

json record_json(const intake::RecordRule& rule, const DossierView& view, const intake::Records& records,
                 const Attempt& attempt) {
  json entries = json::array();
  std::size_t count = 0;
  if (const auto found = view.profile.records.find(rule.name); found != view.profile.records.end())
    for (const RecordEntry& entry : found->second | std::views::reverse) {
      entries.push_back(entry_json(rule, entry, settled_words(view.rule->book, records, rule, entry)));
      count += entry.struck.empty() ? 1 : 0;
    }
  const bool here = attempt.record == rule.name;
  const bool open = may(view, Act::kRecord) && !rule.by_program;
  return {{"record", rule.name},
          {"title", rule.title},
          {"about", rule.about},
          {"ends", rule.ends},
          {"entries", std::move(entries)},
          {"count", count},
          {"none", count == 0},
          {"may_add", open},
          {"open", here},
          {"complaint", here ? attempt.complaint : ""},
          {"fields",
           open ? form_fields(rule.fields, here ? attempt.typed : intake::FieldValues{}, rule.name) : json::array()}};
}

json measure_json(const intake::RecordBook& book, const intake::MeasureRule& measure, const intake::Records& records) {
  const intake::Hindrance hindrance = intake::hindrance(book, measure, records);
  json demands = json::array();
  for (const std::string& name : measure.demands) {
    const intake::Demand& demand = *book.demand(name);
    const bool is_met = intake::met(book, demand, records);
    demands.push_back({{"label", demand.label},
                       {"record", demand.record},
                       {"met", is_met},
                       {"lacking", is_met ? "" : demand.lacking},
                       {"source", demand.source},
                       {"source_text", demand.source_text}});
  }
  return {
      {"title", measure.title},       {"letter", measure.letter},
      {"possible", hindrance.none()}, {"wrong_stand", hindrance.stand.empty() ? "" : book.stand_label(hindrance.stand)},
      {"source", measure.source},     {"source_text", measure.source_text},
      {"demands", std::move(demands)}};
}

}  // namespace

json form_fields(const std::vector<intake::FieldRule>& fields, const intake::FieldValues& values,
                 const std::string& group) {
  json rows = json::array();
  for (const intake::FieldRule& field : fields) {
    const std::string value = value_of(values, field.name);
    json choices = json::array();
    for (const auto& [key, label] : field.choices)
      choices.push_back({{"key", key},
                         {"label", label},
                         {"name", "veld-" + field.name},
                         {"id", group + "-" + field.name + "-" + key},
                         {"here", chosen(field, value, key)}});
    const bool optional = !field.required && field.required_when.empty();
    rows.push_back({{"name", "veld-" + field.name},
                    {"id", group + "-" + field.name},
                    {"label", field.label},
                    {"help", field.help},
                    {"value", value},
                    {"optional", optional},
                    {"is_required", field.required},
                    {"is_choice", field.type == "choice"},
                    {"is_choices", field.type == "choices"},
                    {"is_long", field.type == "textarea"},
                    {"is_date", field.type == "date"},
                    {"is_moment", field.type == "moment"},
                    {"is_line", field.type == "text" || field.type == "email"},
                    {"choices", std::move(choices)}});
  }
  return rows;
}

intake::FieldValues typed_fields(const std::vector<intake::FieldRule>& fields, const Form& form) {
  intake::FieldValues values;
  const auto typed = [&](const std::string& name) {
    const auto found = form.find("veld-" + name);
    return found == form.end() ? std::string() : found->second;
  };
  for (const intake::FieldRule& field : fields) {
    std::string value = field.type == "choices" ? chosen(field, form, "veld-") : typed(field.name);
    if (!value.empty()) values[field.name] = std::move(value);
  }
  return values;
}

json register_json(const ClientRegister& known, const intake::RequestRule* rule, const std::string& today) {
  const auto label = [&](const char* record, const char* field, const std::string& value) {
    const intake::RecordRule* const one = rule ? rule->book.record(record) : nullptr;
    if (!one) return value;
    const auto found = std::ranges::find(one->fields, field, &intake::FieldRule::name);
    return found == one->fields.end() ? value : shown_value(*found, value);
  };
  json data{{"register_id", known.dossier.hex()}, {"representations", json::array()}, {"consents", json::array()}};
  for (const Representation& one : known.representations)
    data["representations"].push_back({{"role", label("vertegenwoordiging", "rol", one.role)},
                                       {"name", one.name},
                                       {"scope", label("vertegenwoordiging", "waarvoor", one.scope)},
                                       {"proof", one.proof},
                                       {"from", dutch_day(one.from)},
                                       {"until", dutch_day(one.until)},
                                       {"holds", one.holds_on(today)}});
  for (const Consent& one : known.consents)
    data["consents"].push_back({{"to", one.to},
                                {"purposes", label("toestemming", "waarvoor", one.purposes)},
                                {"document", one.document},
                                {"given", dutch_day(one.given)},
                                {"withdrawn", dutch_day(one.withdrawn)},
                                {"holds", one.withdrawn.empty() || today < one.withdrawn}});
  return data;
}

json records_json(const DossierView& view, const Attempt& attempt) {
  const intake::RecordBook& book = view.rule->book;
  const intake::Records records = records_of(view.profile);
  json data{{"id", view.dossier.id.hex()},         {"dossier_id", view.dossier.id.hex()},
            {"reference", view.dossier.reference}, {"kind", view.rule->title},
            {"name", view.profile.requester.name}, {"stand", book.stand_label(intake::stand_of(book, records))},
            {"may_draft", may(view, Act::kDraft)}, {"records", json::array()},
            {"measures", json::array()},           {"clocks", json::array()}};
  for (const intake::RecordRule& rule : book.records)
    data["records"].push_back(record_json(rule, view, records, attempt));
  for (const intake::MeasureRule& measure : book.measures)
    data["measures"].push_back(measure_json(book, measure, records));
  for (const TermRecord& term : view.profile.terms)
    if (const intake::RecordRule* const rule = book.record(term.kind); rule && rule->clock_hours > 0 && term.running)
      data["clocks"].push_back(
          {{"title", rule->title}, {"steps", term.steps}, {"late", term.last_day < local_date(now_ms())}});
  data["mistake"] = attempt.complaint;
  data["mistake_at"] = attempt.record;
  data["has_measures"] = !book.measures.empty();
  return data;
}

}  // namespace zp::gateway
