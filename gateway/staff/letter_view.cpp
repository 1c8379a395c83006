#include "gateway/staff/letter_view.h"

#include <algorithm>

#include "gateway/process/process.h"
#include "gateway/staff/difference.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

json pieces_json(const std::string& before, const std::string& after) {
  json pieces = json::array();
  for (const Piece& piece : difference(before, after))
    pieces.push_back({{"text", piece.text},
                      {"kept", piece.kind == Piece::kKept},
                      {"added", piece.kind == Piece::kAdded},
                      {"removed", piece.kind == Piece::kRemoved}});
  return pieces;
}

std::string whole(const std::vector<templates::Passage>& passages, const templates::Wording& wording) {
  std::string text;
  std::size_t next = 0;
  for (const templates::Passage& passage : passages) {
    if (passage.fixed) continue;
    text += next < wording.size() ? wording[next] : passage.text;
    ++next;
  }
  return text;
}

/// What each field became by one change: the value before the next change of it, or the value now.
json after_change(const LetterData& data, std::size_t change, const std::string& field) {
  for (std::size_t later = change + 1; later < data.changes.size(); ++later)
    if (data.changes[later].before.contains(field)) return data.changes[later].before[field];
  return data.fields.value(field, json());
}

std::string lines(const json& names) {
  std::string text;
  for (const json& name : names) text += name.get<std::string>() + "\n";
  return text;
}

json enclosures_after(const LetterData& data, std::size_t change) {
  const std::string key(kEnclosuresChanged);
  for (std::size_t later = change + 1; later < data.changes.size(); ++later)
    if (data.changes[later].before.contains(key)) return data.changes[later].before[key];
  json names = json::array();
  for (const Enclosure& one : data.enclosures) names.push_back(one.name);
  return names;
}

const templates::Wording& wording_after(const LetterData& data, std::size_t change) {
  for (std::size_t later = change + 1; later < data.changes.size(); ++later)
    if (data.changes[later].wording_before) return *data.changes[later].wording_before;
  return data.wording;
}

}  // namespace

std::string table_text(const templates::LetterField& table, const json& rows) {
  std::string text;
  for (const json& row : rows) {
    std::string line;
    for (const auto& column : table.columns) {
      const json cell = row.value(column.name, json());
      line += line.empty() ? "" : " | ";
      line += cell.is_string() ? cell.get<std::string>() : "";
    }
    std::ranges::replace(line, '\n', ' ');
    text += line + "\n";
  }
  return text;
}

std::string field_text(const templates::LetterField& field, const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value == true ? "ja" : "nee";
  if (value.is_number()) return value.dump();
  if (field.type == "table") return table_text(field, value);
  std::string text;
  if (value.is_array())
    for (const json& item : value)
      if (item.is_string()) text += item.get<std::string>() + "\n";
  return text;
}

json changes_json(const templates::LetterInfo& info, const std::vector<templates::Passage>& passages,
                  const LetterData& data) {
  json rows = json::array();
  for (std::size_t i = data.changes.size(); i-- > 0;) {
    const LetterChange& change = data.changes[i];
    json what = json::array();
    for (const auto& [name, before] : change.before.items()) {
      if (name == kEnclosuresChanged) {
        what.push_back(
            {{"label", "Bijlagen"}, {"pieces", pieces_json(lines(before), lines(enclosures_after(data, i)))}});
        continue;
      }
      const auto field = std::ranges::find(info.fields, name, &templates::LetterField::name);
      if (field == info.fields.end()) continue;
      what.push_back(
          {{"label", field->about},
           {"pieces", pieces_json(field_text(*field, before), field_text(*field, after_change(data, i, name)))}});
    }
    if (change.wording_before)
      what.push_back(
          {{"label", "De tekst van de brief"},
           {"pieces", pieces_json(whole(passages, *change.wording_before), whole(passages, wording_after(data, i)))}});
    rows.push_back({{"time", local_time_dutch(change.time)}, {"who", change.who}, {"first", i == 0}, {"what", what}});
  }
  return rows;
}

json passages_json(const std::vector<templates::Passage>& passages, const templates::Wording& wording) {
  json parts = json::array();
  std::size_t next = 0;
  for (const templates::Passage& passage : passages) {
    if (passage.fixed) {
      parts.push_back({{"fixed", true}, {"text", passage.text}});
      continue;
    }
    const std::string& now = next < wording.size() ? wording[next] : passage.text;
    ++next;
    parts.push_back({{"fixed", false},
                     {"number", next},
                     {"text", now},
                     {"lines", std::ranges::count(now, '\n') + 3},
                     {"changed", now != passage.text},
                     {"pieces", now == passage.text ? json::array() : pieces_json(passage.text, now)}});
  }
  return parts;
}

json enclosures_json(const DossierView& view, const LetterData& data) {
  json out{{"enclosures", json::array()}, {"may_be_enclosed", json::array()}};
  for (const Enclosure& one : data.enclosures)
    out["enclosures"].push_back({{"object", one.object.hex()},
                                 {"name", one.name},
                                 {"kilobytes", (one.size + 1023) / 1024},
                                 {"from_us", one.document == Id{}}});
  for (const DocumentView& document : view.documents) {
    const bool there =
        std::ranges::find(data.enclosures, document.row.id, &Enclosure::document) != data.enclosures.end();
    if (!there && document.details.may_be_used())
      out["may_be_enclosed"].push_back({{"document", document.row.id.hex()}, {"name", document.details.name}});
  }
  out["has_enclosures"] = !out["enclosures"].empty();
  out["has_more_to_enclose"] = !out["may_be_enclosed"].empty();
  return out;
}

}  // namespace zp::gateway
