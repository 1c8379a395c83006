// The record book of a request file: records, demands, measures, stands.
#include <fmt/format.h>

#include <algorithm>

#include "intake/rules/read_rules.h"

namespace zp::intake {
namespace {

constexpr int kMostHours = 24 * 90;

void refuse_twice(const YamlMap& map, const std::string& key, Names names) {
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice != names.end()) map.refuse(key, fmt::format("has '{}' twice", *twice));
}

bool has_field(const RecordRule& record, const std::string& name) {
  return std::ranges::find(record.fields, name, &FieldRule::name) != record.fields.end();
}

RecordRule read_record(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  RecordRule record;
  record.name = name_of(map, "name", '-');
  record.title = map.text("title");
  record.about = map.text("about");
  record.fields = read_list(map, "fields", file, read_field);
  record.single = map.flag_or("single", false);
  record.by_program = map.flag_or("by_program", false);
  record.person = map.text_or("person", "");
  record.ends = map.text_or("ends", "");
  record.until = map.text_or("until", "");
  if (!record.until.empty() && !has_field(record, record.until)) map.refuse("until", "names no field");
  record.day = map.text_or("day", "");
  const auto day = std::ranges::find(record.fields, record.day, &FieldRule::name);
  if (!record.day.empty() && (day == record.fields.end() || (day->type != "date" && day->type != "moment")))
    map.refuse("day", "names no field of type date or moment");
  record.refers = map.text_or("refers", "");
  if (!record.refers.empty() && !has_field(record, record.refers)) map.refuse("refers", "names no field");
  if (record.fields.empty()) map.refuse("fields", "is missing");
  if (!record.person.empty() && record.person != "requester" && record.person != "client")
    map.refuse("person", "must be requester or client");
  if (const YAML::Node clock = map.node("clock")) {
    YamlMap hours(clock, file);
    record.clock_hours = hours.number("hours", 1, kMostHours);
    record.clock_from = hours.text("from");
    record.clock_ended_by = hours.text("ended_by");
    record.clock_source = hours.text("source");
    hours.refuse_unknown_keys();
    const auto from = std::ranges::find(record.fields, record.clock_from, &FieldRule::name);
    if (from == record.fields.end() || from->type != "moment") map.refuse("clock", "begins at a field of type moment");
  }
  for (const FieldRule& field : record.fields) check_condition(record.fields, field.required_when, "fields", map);
  map.refuse_unknown_keys();
  return record;
}

After read_after(YamlMap& map, const std::string& file) {
  After after;
  const YAML::Node node = map.node("after");
  if (!node) return after;
  YamlMap keys(node, file);
  after.record = keys.text("record");
  after.where = read_condition(keys, "where", file);
  const std::string which = keys.text("which");
  if (which != "oldest" && which != "newest") keys.refuse("which", "must be oldest or newest");
  after.newest = which == "newest";
  keys.refuse_unknown_keys();
  return after;
}

Demand read_demand(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  Demand demand;
  demand.name = name_of(map, "name", '-');
  demand.label = map.text("label");
  demand.lacking = map.text("lacking");
  demand.record = map.text("record");
  demand.where = read_condition(map, "where", file);
  demand.at_least = map.number_or("at_least", 1, 100, 1);
  demand.different = map.text_or("different", "");
  demand.after = read_after(map, file);
  demand.source = map.text("source");
  demand.source_text = map.text("source_text");
  map.refuse_unknown_keys();
  return demand;
}

LetterSource::Part read_part(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  LetterSource::Part part{map.text("record"), read_condition(map, "where", file), map.text_or("value", ""),
                          read_after(map, file)};
  map.refuse_unknown_keys();
  return part;
}

LetterSource read_letter_source(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  LetterSource source;
  source.field = name_of(map, "field", '_');
  source.parts = read_list(map, "from", file, read_part);
  if (const YAML::Node columns = map.node("columns")) {
    YamlMap names(columns, file);
    for (const auto& pair : columns) source.columns[pair.first.Scalar()] = names.text(pair.first.Scalar());
  }
  source.every = map.flag_or("every", !source.columns.empty());
  source.fixed = map.flag_or("fixed", false);
  if (source.parts.empty() || (source.parts.size() > 1 && !source.columns.empty()))
    map.refuse("from", "names one record, or several when there are no columns");
  map.refuse_unknown_keys();
  return source;
}

MeasureRule read_measure(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  MeasureRule measure;
  measure.name = name_of(map, "name", '-');
  measure.title = map.text("title");
  measure.letter = map.text("letter");
  measure.from = map.texts("stands");
  measure.to = map.text_or("to", "");
  measure.demands = map.texts("demands");
  measure.settles = map.texts("settles");
  measure.fields = read_list(map, "fields", file, read_letter_source);
  measure.source = map.text("source");
  measure.source_text = map.text("source_text");
  map.refuse_unknown_keys();
  return measure;
}

ReleaseRule read_release(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  ReleaseRule release;
  release.letter = name_of(map, "letter", '-');
  release.purpose = name_of(map, "purpose", '-');
  release.to = map.text("to");
  release.own_roles = map.texts("own_roles");
  release.by_representative = map.text_or("by_representative", "");
  release.lacking = map.text("lacking");
  release.proposed_after = map.texts("proposed_after");
  release.source = map.text("source");
  release.source_text = map.text("source_text");
  map.refuse_unknown_keys();
  return release;
}

void check_after(const RecordBook& book, const RecordRule& record, const After& after, const char* key,
                 const YamlMap& map) {
  if (after.record.empty()) return;
  const RecordRule* const other = book.record(after.record);
  if (!other) map.refuse(key, fmt::format("come after the record '{}', which is not there", after.record));
  if (record.day.empty() || other->day.empty())
    map.refuse(key, fmt::format("compare days of '{}' and '{}': both need `day`", record.name, other->name));
  check_condition(other->fields, after.where, key, map);
}

void check_part(const RecordBook& book, const LetterSource& source, const LetterSource::Part& part,
                const YamlMap& map) {
  const RecordRule* const record = book.record(part.record);
  if (!record) map.refuse("measures", fmt::format("ask for the record '{}', which is not there", part.record));
  check_condition(record->fields, part.where, "measures", map);
  check_after(book, *record, part.after, "measures", map);
  Names wanted;
  if (!part.value.empty()) wanted.push_back(part.value);
  for (const auto& [column, field] : source.columns) wanted.push_back(field);
  for (const std::string& field : wanted)
    if (!has_field(*record, field))
      map.refuse("measures", fmt::format("ask '{}' for the field '{}', which is not there", part.record, field));
}

void check_measure(const RecordBook& book, const MeasureRule& measure, const YamlMap& map) {
  const auto is_stand = [&](const std::string& name) {
    return std::ranges::any_of(book.stands, [&](const auto& stand) { return stand.first == name; });
  };
  for (const std::string& stand : measure.from)
    if (!is_stand(stand)) map.refuse("measures", fmt::format("begin at '{}', which is no stand", stand));
  if (!measure.to.empty() && !is_stand(measure.to))
    map.refuse("measures", fmt::format("lead to '{}', which is no stand", measure.to));
  for (const std::string& name : measure.demands)
    if (!book.demand(name)) map.refuse("measures", fmt::format("need '{}', which is no demand", name));
  for (const std::string& name : measure.settles)
    if (const RecordRule* const record = book.record(name); !record || record->day.empty())
      map.refuse("measures", fmt::format("settle '{}', which is no record with a `day`", name));
  for (const LetterSource& source : measure.fields)
    for (const LetterSource::Part& part : source.parts) check_part(book, source, part, map);
}

void check_book(const RecordBook& book, const YamlMap& map) {
  Names records, demands, measures;
  for (const RecordRule& record : book.records) {
    records.push_back(record.name);
    if (record.clock_hours > 0 && !book.record(record.clock_ended_by))
      map.refuse("records", fmt::format("end a clock by '{}', which is not there", record.clock_ended_by));
  }
  for (const Demand& demand : book.demands) {
    demands.push_back(demand.name);
    const RecordRule* const record = book.record(demand.record);
    if (!record) map.refuse("demands", fmt::format("ask for the record '{}', which is not there", demand.record));
    check_condition(record->fields, demand.where, "demands", map);
    check_after(book, *record, demand.after, "demands", map);
    if (!demand.different.empty() && !has_field(*record, demand.different))
      map.refuse("demands", fmt::format("compare the field '{}', which is not there", demand.different));
  }
  for (const MeasureRule& measure : book.measures) {
    measures.push_back(measure.name);
    check_measure(book, measure, map);
  }
  refuse_twice(map, "records", records);
  refuse_twice(map, "demands", demands);
  refuse_twice(map, "measures", measures);
  const RecordRule* const taken = book.record(kTakenMeasures);
  if (!book.measures.empty() && (!taken || !taken->by_program))
    map.refuse("measures", fmt::format("need the record '{}', kept by the program", kTakenMeasures));
}

}  // namespace

RecordBook read_record_book(YamlMap& map, const std::string& file) {
  RecordBook book;
  book.records = read_list(map, "records", file, read_record);
  book.demands = read_list(map, "demands", file, read_demand);
  book.measures = read_list(map, "measures", file, read_measure);
  book.releases = read_list(map, "releases", file, read_release);
  if (const YAML::Node stands = map.node("stands")) {
    YamlMap labels(stands, file);
    for (const auto& pair : stands) book.stands.emplace_back(pair.first.Scalar(), labels.text(pair.first.Scalar()));
  }
  check_book(book, map);
  return book;
}

}  // namespace zp::intake
