#include "gateway/casework/measures.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/casework/terms.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

const intake::RecordBook* book_of(const Office& office, const OpenDossier& open) {
  const intake::RequestRule* const rule = office.rules.find(open.dossier.kind);
  return rule ? &rule->book : nullptr;
}

using intake::value_of;

/// Dates stay as the letter wants them; choices become words.
std::string in_words(const intake::RecordRule& record, const intake::FieldValues& entry, const std::string& name) {
  const std::string value = value_of(entry, name);
  const auto field = std::ranges::find(record.fields, name, &intake::FieldRule::name);
  return field != record.fields.end() && field->type.starts_with("choice") ? shown_value(*field, value) : value;
}

using Entries = std::vector<const intake::Entry*>;

Entries entries_of(const intake::RecordBook& book, const intake::Records& records,
                   const intake::LetterSource::Part& part) {
  return intake::that_count(book, records, part.record, part.where, part.after);
}

Json table_of(const intake::RecordRule& record, const Entries& entries,
              const std::map<std::string, std::string>& columns) {
  Json rows = Json::array();
  for (const intake::Entry* const entry : entries) {
    Json& row = rows.emplace_back(Json::object());
    for (const auto& [column, field] : columns) row[column] = in_words(record, entry->fields, field);
  }
  return rows;
}

/// Parts one below the other; of every entry, or of the newest.
std::string text_of(const intake::RecordBook& book, const intake::LetterSource& source,
                    const intake::Records& records) {
  std::string text;
  for (const intake::LetterSource::Part& part : source.parts) {
    const Entries entries = entries_of(book, records, part);
    const std::size_t first = source.every || entries.empty() ? 0 : entries.size() - 1;
    for (std::size_t i = first; i < entries.size(); ++i) {
      const std::string value = in_words(*book.record(part.record), entries[i]->fields, part.value);
      if (!value.empty()) text += (text.empty() ? "" : source.every ? "\n\n" : "\n") + value;
    }
  }
  return text;
}

Json value_for(const intake::RecordBook& book, const intake::LetterSource& source, const intake::Records& records,
               const templates::LetterField& field) {
  const intake::LetterSource::Part& first = source.parts.front();
  if (!source.columns.empty())
    return table_of(*book.record(first.record), entries_of(book, records, first), source.columns);
  if (first.value.empty()) return !entries_of(book, records, first).empty();
  std::string text = text_of(book, source, records);
  if (field.type == "list") return lines_of(text);
  if (field.type == "text") std::ranges::replace(text, '\n', ' ');
  return text;
}

template <typename Use>
void each_field(const Office& office, const OpenDossier& open, const templates::LetterInfo& info, const Use& use) {
  const intake::RecordBook* const book = book_of(office, open);
  const intake::MeasureRule* const measure = book ? book->measure_of_letter(info.name) : nullptr;
  if (!measure) return;
  const intake::Records records = records_of(open.profile);
  for (const intake::LetterSource& source : measure->fields) {
    const auto field = std::ranges::find(info.fields, source.field, &templates::LetterField::name);
    if (field != info.fields.end()) use(source, value_for(*book, source, records, *field));
  }
}

bool is_empty(const Json& value) {
  return (value.is_string() && value.get_ref<const std::string&>().empty()) || (value.is_array() && value.empty());
}

/// The entry that ends the clock must be made after the one that began it.
bool ended(const Profile& profile, const intake::RecordRule& rule, const RecordEntry& begun) {
  const auto found = profile.records.find(rule.clock_ended_by);
  return found != profile.records.end() && std::ranges::any_of(found->second, [&](const RecordEntry& entry) {
           return entry.struck.empty() && entry.entered >= begun.entered;
         });
}

Result<TermRecord> clock_term(const intake::RecordRule& rule, const RecordEntry& entry, bool running) {
  TRY_ASSIGN(const TimeMs begun, local_moment(value_of(entry.fields, rule.clock_from)));
  const TimeMs last = begun + rule.clock_hours * kHour;
  TermRecord term{rule.name, local_date(begun), local_date(last), {}, running};
  term.steps = {
      "Ontdekt: " + local_time_dutch(begun) + ".",
      fmt::format("{} uur later: uiterlijk {} ({}).", rule.clock_hours, local_time_dutch(last), rule.clock_source),
      "Uren lopen door in het weekend en op feestdagen: wij rekenen met de strengste lezing."};
  return term;
}

}  // namespace

const RecordEntry* newest_entry(const Profile& profile, std::string_view record) {
  const auto entries = profile.records.find(std::string(record));
  if (entries == profile.records.end()) return nullptr;
  const auto found = std::ranges::find_if(entries->second.rbegin(), entries->second.rend(),
                                          [](const RecordEntry& entry) { return entry.struck.empty(); });
  return found == entries->second.rend() ? nullptr : &*found;
}

intake::Records records_of(const Profile& profile) {
  intake::Records records;
  for (const auto& [name, entries] : profile.records) {
    auto& list = records[name];
    for (const RecordEntry& entry : entries)
      if (entry.struck.empty()) list.push_back({entry.fields, entry.entered});
    std::ranges::stable_sort(list, {}, [](const intake::Entry& entry) { return value_of(entry.fields, "dag"); });
  }
  return records;
}

Result<void> check_measure(const Office& office, const OpenDossier& open, const std::string& letter) {
  const intake::RecordBook* const book = book_of(office, open);
  if (const intake::MeasureRule* const measure = book ? book->measure_of_letter(letter) : nullptr) {
    const intake::Hindrance hindrance = intake::hindrance(*book, *measure, records_of(open.profile));
    if (hindrance.none()) return {};
    return fail(Code::kRefused, "take measure", hindrance.sentence(*book));
  }
  for (const intake::RequestRule& rule : office.rules.requests())
    if (rule.book.measure_of_letter(letter))
      return fail(Code::kRefused, "take measure",
                  "Deze brief hoort in een dossier van de soort: " + rule.title + ". Begin of kies dat dossier.");
  return {};
}

Json recorded_fields(const Office& office, const OpenDossier& open, const templates::LetterInfo& info) {
  Json fields = Json::object();
  each_field(office, open, info, [&](const intake::LetterSource& source, Json value) {
    if (!is_empty(value)) fields[source.field] = std::move(value);
  });
  return fields;
}

void hold_to_record(const Office& office, const OpenDossier& open, const templates::LetterInfo& info, Json& fields) {
  each_field(office, open, info, [&](const intake::LetterSource& source, Json value) {
    if (!source.fixed) return;
    if (is_empty(value)) {
      fields.erase(source.field);
    } else {
      fields[source.field] = std::move(value);
    }
  });
}

void note_measure(const Office& office, const Actor& actor, OpenDossier& open, const Letter& letter,
                  const Json& fields) {
  const intake::RecordBook* const book = book_of(office, open);
  const intake::MeasureRule* const measure = book ? book->measure_of_letter(letter.name) : nullptr;
  if (!measure) return;
  RecordEntry entry{letter.id, office.now(), actor.name, {}};
  entry.fields = {{"maatregel", measure->name}, {"titel", measure->title}, {"dag", local_date(office.now())}};
  for (const char* const from : {"closed_from", "reopened_from"})
    if (const std::string day = fields.value(from, ""); !day.empty()) entry.fields["ingang"] = day;
  // The opening letter also names the day of the closing: the later of the two is its own.
  open.profile.records[std::string(intake::kTakenMeasures)].push_back(std::move(entry));
}

Result<void> set_clocks(const Office& office, OpenDossier& open) {
  const intake::RecordBook* const book = book_of(office, open);
  if (!book) return {};
  for (const intake::RecordRule& rule : book->records) {
    if (rule.clock_hours == 0) continue;
    std::vector<TermRecord> before;
    for (const TermRecord& term : open.profile.terms)
      if (term.kind == rule.name) before.push_back(term);
    std::erase_if(open.profile.terms, [&](const TermRecord& term) { return term.kind == rule.name; });
    for (const RecordEntry& entry : open.profile.records[rule.name]) {
      if (!entry.struck.empty()) continue;
      TRY_ASSIGN(auto term, clock_term(rule, entry, !ended(open.profile, rule, entry)));
      const auto same = std::ranges::find(before, term.last_day, &TermRecord::last_day);
      if (same != before.end()) term.told = same->told;
      open.profile.terms.push_back(std::move(term));
    }
  }
  set_due(open);
  return {};
}

}  // namespace zp::gateway
