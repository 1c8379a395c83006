#include "templates/letter/preview.h"

#include <algorithm>

#include "templates/letter/letter_data.h"
#include "templates/letter/markdown.h"
#include "templates/letter/text.h"
#include "templates/page/mustache.h"

namespace zp::templates {
namespace {

using nlohmann::json;

std::string gap(const std::string& about) { return "[" + about.substr(0, about.find_first_of(".;:(")) + "]"; }

/// What stands in the place of a value that is not there yet.
json gap_for(const LetterField& field) {
  if (field.type == "flag") return false;
  if (field.type == "list") return json::array({gap(field.about)});
  if (field.type != "table") return gap(field.about);
  json row = json::object();
  for (const LetterField& column : field.columns) row[column.name] = gap(column.label);
  return json::array({row});
}

/// Every value as it is printed, or what is still to come.
Result<json> values_of(const LetterInfo& letter, const json& data) {
  LetterInfo whole = letter;
  json given = json::object();
  const auto mistakes = field_mistakes(letter, data);
  std::erase_if(whole.fields, [&](const LetterField& field) {
    return std::ranges::find(mistakes, field.name, &FieldMistake::name) != mistakes.end();
  });
  for (const LetterField& field : whole.fields)
    if (data.contains(field.name)) given[field.name] = data[field.name];
  TRY_ASSIGN(json values, spelled(whole, given));
  for (const LetterField& field : letter.fields) {
    if (values.contains(field.name)) continue;
    values[field.name] = gap_for(field);
    values["any_" + field.name] = true;
  }
  return values;
}

json runs_json(const Runs& runs) {
  json list = json::array();
  for (const Run& run : runs) list.push_back({{"text", to_utf8(run.text)}, {"bold", run.bold}});
  return list;
}

struct AsJson {
  json operator()(const Heading& heading) const { return {{"heading", {{"runs", runs_json(heading.runs)}}}}; }
  json operator()(const Paragraph& paragraph) const { return {{"paragraph", {{"runs", runs_json(paragraph.runs)}}}}; }
  json operator()(const List& list) const {
    json items = json::array();
    for (const auto& item : list.items) {
      json runs = json::array();
      for (const Runs& one : item) runs.push_back({{"runs", runs_json(one)}});
      items.push_back({{"paragraphs", std::move(runs)}});
    }
    return {{list.ordered ? "numbered" : "bullets", {{"items", std::move(items)}}}};
  }
  json operator()(const Table& table) const {
    json heads = json::array(), rows = json::array();
    for (const Table::Column& column : table.columns) heads.push_back(to_utf8(column.label));
    for (const auto& cells : table.rows) {
      json row = json::array();
      for (const auto& cell : cells) row.push_back(to_utf8(cell));
      rows.push_back({{"cells", std::move(row)}});
    }
    return {{"table", {{"heads", std::move(heads)}, {"rows", std::move(rows)}}}};
  }
  json operator()(const LargeText& large) const { return {{"large", to_utf8(large.text)}}; }
  json operator()(const QrCode& code) const { return {{"large", code.alternative}}; }
};

Result<std::vector<Block>> table_of(const LetterInfo& letter, const std::string& name, const json& rows) {
  const auto field = std::ranges::find(letter.fields, name, &LetterField::name);
  if (field == letter.fields.end()) return fail(Code::kRefused, "preview letter", name + " is no field");
  Table table;
  for (const LetterField& column : field->columns) table.columns.push_back({to_u32(column.label)});
  for (const json& row : rows) {
    auto& cells = table.rows.emplace_back();
    for (const LetterField& column : field->columns) {
      const json& cell = row.at(column.name);
      cells.push_back(to_u32(cell.is_string() ? cell.get<std::string>() : cell == true ? "ja" : "nee"));
    }
  }
  return std::vector<Block>{std::move(table)};
}

}  // namespace

Result<json> preview(const LetterInfo& letter, const Organisation& organisation, const std::string& date,
                     const std::string& passage, const json& data) {
  TRY_ASSIGN(json values, values_of(letter, data));
  values.update(surroundings(organisation, date));
  TRY_ASSIGN(const MustacheText text, MustacheText::parse(passage, escape_markdown));
  const FenceMaker fence = [&](const std::string& kind, const std::string& name) -> Result<std::vector<Block>> {
    if (!values.contains(name)) return fail(Code::kRefused, "preview letter", name + " is no field");
    const json& value = values[name];
    if (kind == "table" && value.is_array()) return table_of(letter, name, value);
    if (!value.is_string()) return fail(Code::kRefused, "preview letter", name + " is no text");
    if (kind == "text") return paragraphs(value.get<std::string>());
    return std::vector<Block>{LargeText{to_u32(value.get<std::string>())}};
  };
  TRY_ASSIGN(const auto blocks, read_markdown(text.render(values), fence));
  json list = json::array();
  for (const Block& block : blocks) list.push_back(std::visit(AsJson(), block));
  return list;
}

}  // namespace zp::templates
