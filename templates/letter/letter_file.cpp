#include "templates/letter/letter_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "crypto/base/text.h"
#include "templates/letter/letter_data.h"
#include "templates/letter/text.h"

namespace zp::templates {
namespace {

constexpr const char* kOperation = "read letter";
constexpr const char* kFence = "---\n";
constexpr const char* kFixed = "{{!vast}}";
constexpr const char* kFixedEnd = "{{!/vast}}";
constexpr std::size_t kMostWording = 20'000;  // bytes of one passage

std::unexpected<Error> wrong(const std::string& path, const std::string& why) {
  return fail(Code::kConfig, kOperation, path + ": " + why);
}

Result<std::string> read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return fail(Code::kConfig, kOperation, path + " cannot be read");
  return text.str();
}

Result<void> check_keys(const YAML::Node& node, const std::set<std::string>& known, const std::string& path) {
  for (const auto& entry : node)
    if (!known.contains(entry.first.as<std::string>()))
      return wrong(path, "line " + std::to_string(entry.first.Mark().line + 2) + ": unknown key " +
                             entry.first.as<std::string>());
  return {};
}

const std::map<std::string, LetterTerm> kTerms = {{"geen", LetterTerm::kNone},
                                                  {"antwoord", LetterTerm::kAnswer},
                                                  {"aanvulling", LetterTerm::kCompletion},
                                                  {"niet-behandeld", LetterTerm::kNotTreated},
                                                  {"verlenging", LetterTerm::kExtension}};
const std::map<std::string, LetterStep> kSteps = {{"ontvangst", LetterStep::kReceipt},
                                                  {"vragen", LetterStep::kAsk},
                                                  {"termijn", LetterStep::kTerm},
                                                  {"besluit", LetterStep::kDecide},
                                                  {"uitvoering", LetterStep::kAfter}};
const std::map<std::string, Encloses> kEncloses = {
    {"niets", Encloses::kNothing}, {"kopie", Encloses::kCopy}, {"gegevens", Encloses::kData}};
const std::set<std::string> kReaders = {"verzoeker", "huisarts", "ontvanger", "organisatie"};

/// The date field that prints the last day of the term.
std::string last_day_field(LetterTerm term) {
  if (term == LetterTerm::kCompletion) return "complete_before";
  return term == LetterTerm::kExtension ? "new_term" : "";
}

const char* step_of(LetterTerm term) {
  if (answers(term)) return "besluit";
  if (term == LetterTerm::kCompletion) return "vragen";
  return term == LetterTerm::kExtension ? "termijn" : "uitvoering";
}

/// One name, or a list of names.
std::vector<std::string> names_in(const YAML::Node& node) {
  if (!node) return {};
  if (node.IsScalar()) return {node.as<std::string>()};
  return node.as<std::vector<std::string>>();
}

bool is_field_name(const std::string& name) {
  return !name.empty() && name != "date" && name != "organisation" &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

Result<LetterField> read_field(const std::string& name, const YAML::Node& node, bool column, const std::string& path) {
  TRY_DO(check_keys(node,
                    column ? std::set<std::string>{"type", "about", "required", "label", "width", "right"}
                           : std::set<std::string>{"type", "about", "required", "unless", "columns"},
                    path));
  LetterField field{.name = name,
                    .type = node["type"].as<std::string>(""),
                    .about = node["about"].as<std::string>(""),
                    .required = node["required"].as<bool>(!node["unless"]),
                    .unless = node["unless"].as<std::string>(""),
                    .columns = {},
                    .label = node["label"].as<std::string>("")};
  if (!is_field_name(name))
    return wrong(path, name + ": names are small letters, digits and _, and not date or organisation");
  if (!is_field_type(field.type, column)) return wrong(path, name + ": no type \"" + field.type + "\"");
  if (!column && field.about.empty()) return wrong(path, name + ": say what it is about");
  for (const auto& entry : node["columns"]) {
    TRY_ASSIGN(auto inner, read_field(entry.first.as<std::string>(), entry.second, true, path));
    field.columns.push_back(std::move(inner));
  }
  if ((field.type == "table") == field.columns.empty())
    return wrong(path, name + ": a table, and only a table, has columns");
  return field;
}

bool is_field(const LetterInfo& info, const std::string& name) {
  return std::ranges::find(info.fields, name, &LetterField::name) != info.fields.end();
}

std::vector<Table::Column> read_look(const YAML::Node& columns) {
  std::vector<Table::Column> look;
  for (const auto& entry : columns)
    look.push_back({to_u32(entry.second["label"].as<std::string>("")), entry.second["width"].as<double>(1),
                    entry.second["right"].as<bool>(false)});
  return look;
}

/// The fields that a tag may use: those of the letter, and inside {{#table}} those of its columns too.
class Scope {
 public:
  explicit Scope(const std::vector<LetterField>& fields) : fields_(fields) {}

  /// A tag of the text that is no field; none: all are.
  std::optional<std::string> unknown_in(const std::string& text) {
    open_.clear();
    for (auto tag = next_tag(text, 0); tag; tag = next_tag(text, tag->end)) {
      if (tag->kind == '!') continue;
      if (tag->kind == '/') {
        if (!open_.empty()) open_.pop_back();  // the parser has seen that it matches
        continue;
      }
      const auto field = find(tag->name);
      if (!field) return "{{" + tag->name + "}}";
      if (tag->kind == '#' || tag->kind == '^') open_.push_back(*field);
    }
    return std::nullopt;
  }

 private:
  std::optional<const LetterField*> find(const std::string& name) const {
    static const std::set<std::string> kAlways = {"date",
                                                  "organisation.name",
                                                  "organisation.return_address",
                                                  "organisation.place",
                                                  "organisation.telephone",
                                                  "organisation.fg_email",
                                                  "organisation.digital_channel"};
    if (kAlways.contains(name)) return nullptr;
    const bool in_list = !open_.empty() && open_.back() != nullptr && open_.back()->type == "list";
    if (name == "." && in_list) return nullptr;
    if (name.starts_with("any_") && std::ranges::any_of(fields_, [&](const LetterField& field) {
          return (field.type == "list" || field.type == "table") && name.substr(4) == field.name;
        }))
      return nullptr;
    for (auto outer = open_.rbegin(); outer != open_.rend(); ++outer)
      if (*outer != nullptr)
        if (const auto* field = in((*outer)->columns, name)) return field;
    if (const auto* field = in(fields_, name)) return field;
    return std::nullopt;
  }
  static const LetterField* in(const std::vector<LetterField>& fields, const std::string& name) {
    const auto found = std::ranges::find(fields, name, &LetterField::name);
    return found == fields.end() ? nullptr : &*found;
  }

  const std::vector<LetterField>& fields_;
  std::vector<const LetterField*> open_;
};

class Reader {
 public:
  Reader(const std::string& folder, const std::string& name)
      : folder_(folder), name_(name), path_(folder + "/" + name + ".md") {}

  Result<LetterFile> read() {
    TRY_ASSIGN(std::string whole, read_text(path_));
    const auto end = whole.find(std::string("\n") + kFence, 3);
    if (!whole.starts_with(kFence) || end == std::string::npos)
      return wrong(path_, "does not open with front matter between --- lines");
    const YAML::Node front = YAML::Load(whole.substr(4, end - 3));
    TRY_DO(check_keys(front,
                      {"title", "subject", "purpose", "legal_ground", "addressee", "references", "closing", "remedy",
                       "needs_approval", "retention", "fields", "announced_as", "legal_effect", "written_to", "term",
                       "for", "offered", "encloses", "step"},
                      path_));
    TRY_ASSIGN(LetterInfo info, read_info(front));
    scope_.emplace(info.fields);
    TRY_ASSIGN(MustacheText subject, plain(front["subject"].as<std::string>("")));
    TRY_ASSIGN(auto parts, read_parts(whole.substr(end + 5)));
    TRY_DO(read_clauses(info.remedy, parts));
    std::vector<std::pair<std::u32string, MustacheText>> references;
    for (const auto& entry : front["references"]) {
      TRY_ASSIGN(MustacheText value, plain(entry.second.as<std::string>()));
      references.emplace_back(to_u32(entry.first.as<std::string>()), std::move(value));
    }
    std::vector<MustacheText> closing;
    for (const auto& line : front["closing"]) {
      TRY_ASSIGN(MustacheText value, plain(line.as<std::string>()));
      closing.push_back(std::move(value));
    }
    std::map<std::string, std::vector<Table::Column>> tables;
    for (const auto& entry : front["fields"])
      if (entry.second["columns"]) tables[entry.first.as<std::string>()] = read_look(entry.second["columns"]);
    return LetterFile{std::move(info),    front["addressee"].as<std::string>(""),
                      std::move(subject), std::move(references),
                      std::move(closing), std::move(tables),
                      std::move(parts)};
  }

 private:
  Result<LetterInfo> read_info(const YAML::Node& front) {
    LetterInfo info{.name = name_,
                    .title = front["title"].as<std::string>(""),
                    .purpose = front["purpose"].as<std::string>(""),
                    .legal_ground = front["legal_ground"].as<std::string>(""),
                    .retention = front["retention"].as<std::string>(""),
                    .remedy = names_in(front["remedy"]),
                    .announced_as = front["announced_as"].as<std::string>(""),
                    .legal_effect = front["legal_effect"].as<std::string>(""),
                    .written_to = front["written_to"].as<std::string>(""),
                    .term = LetterTerm::kNone,
                    .step = LetterStep::kAfter,
                    .encloses = Encloses::kNothing,
                    .for_kinds = names_in(front["for"]),
                    .offered = front["offered"].as<bool>(true),
                    .needs_approval = front["needs_approval"].as<bool>(true),
                    .fields = {}};
    for (const char* key : {"title", "subject", "purpose", "legal_ground", "retention", "announced_as", "legal_effect"})
      if (front[key].as<std::string>("").empty()) return wrong(path_, std::string(key) + " is missing");
    if (!kReaders.contains(info.written_to))
      return wrong(path_, "written_to is verzoeker, huisarts, ontvanger or organisatie");
    const auto term = kTerms.find(front["term"].as<std::string>(""));
    if (term == kTerms.end()) return wrong(path_, "term is antwoord, aanvulling, verlenging or geen");
    info.term = term->second;
    const auto step = kSteps.find(front["step"].as<std::string>(step_of(info.term)));
    if (step == kSteps.end()) return wrong(path_, "step is ontvangst, vragen, termijn, besluit or uitvoering");
    info.step = step->second;
    const auto encloses = kEncloses.find(front["encloses"].as<std::string>("niets"));
    if (encloses == kEncloses.end()) return wrong(path_, "encloses is niets, kopie or gegevens");
    info.encloses = encloses->second;
    for (const auto& entry : front["fields"]) {
      TRY_ASSIGN(LetterField field, read_field(entry.first.as<std::string>(), entry.second, false, path_));
      info.fields.push_back(std::move(field));
    }
    const auto has = [&](const std::string& name, const char* type) {
      return std::ranges::any_of(info.fields,
                                 [&](const LetterField& field) { return field.name == name && field.type == type; });
    };
    for (const LetterField& field : info.fields)
      if (!field.unless.empty() && (field.required || field.unless == field.name || !is_field(info, field.unless)))
        return wrong(path_, field.name + ": unless names another field, and goes without required");
    if (!has("reference", "text")) return wrong(path_, "every letter has a text field `reference`");
    if (!has(front["addressee"].as<std::string>(""), "multiline"))
      return wrong(path_, "addressee names no multiline field");
    if (const std::string day = last_day_field(info.term); !day.empty() && !has(day, "date"))
      return wrong(path_, "a letter with this term has a date field `" + day + "`");
    return info;
  }

  Result<std::vector<LetterFile::Part>> read_parts(const std::string& text) {
    std::vector<LetterFile::Part> parts;
    std::vector<Passage> passages{{}};
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const bool begins = line == kFixed, ends = line == kFixedEnd;
      if (begins == passages.back().fixed && (begins || ends))
        return wrong(path_, std::string(kFixed) + " and " + kFixedEnd + " come in pairs, each on a line of its own");
      if (begins || ends) {
        passages.push_back({{}, begins});
      } else {
        passages.back().text += line + "\n";
      }
    }
    if (passages.back().fixed) return wrong(path_, std::string(kFixed) + " without " + kFixedEnd);
    for (Passage& passage : passages) {
      if (trim(passage.text).empty()) continue;
      passage.text = std::string(trim(passage.text)) + "\n";
      TRY_ASSIGN(MustacheText parsed, markdown(passage.text, path_));
      parts.push_back({std::move(passage), std::move(parsed)});
    }
    return parts;
  }

  Result<void> read_clauses(const std::vector<std::string>& remedy, std::vector<LetterFile::Part>& into) {
    for (const std::string& clause : remedy) {
      const std::string path = folder_ + "/clauses/" + clause + ".md";
      TRY_ASSIGN(std::string text, read_text(path));
      TRY_ASSIGN(MustacheText parsed, markdown(text, path));
      into.push_back({{std::move(text), true}, std::move(parsed)});
    }
    return {};
  }

  Result<MustacheText> plain(const std::string& text) { return parse(text, MustacheText::no_escape, path_); }
  Result<MustacheText> markdown(const std::string& text, const std::string& path) {
    return parse(text, escape_markdown, path);
  }

  Result<MustacheText> parse(const std::string& text, MustacheText::Escape escape, const std::string& path) {
    if (const auto clean = clean_text(text); !clean) return wrong(path, clean.error().subject);
    auto parsed = MustacheText::parse(text, std::move(escape));
    if (!parsed) return wrong(path, parsed.error().subject);
    if (const auto unknown = scope_->unknown_in(text)) return wrong(path, *unknown + " is no field of this letter");
    return parsed;
  }

  std::string folder_, name_, path_;
  std::optional<Scope> scope_;
};

std::unexpected<Error> unfit(std::size_t part, const std::string& why) {
  return fail(Code::kRefused, "reword letter", "Deel " + std::to_string(part) + " van de tekst: " + why);
}

/// Names of the fields that a text prints: {{name}}, or a fence such as ```table name.
std::set<std::string> printed_fields(const std::string& text) {
  std::set<std::string> names;
  for (auto tag = next_tag(text, 0); tag; tag = next_tag(text, tag->end))
    if (tag->kind == ' ') names.insert(tag->name);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    if (line.starts_with("```") && space != std::string::npos) names.insert(std::string(trim(line.substr(space + 1))));
  }
  return names;
}

}  // namespace

Result<LetterFile> read_letter_file(const std::string& folder, const std::string& name) {
  try {
    return Reader(folder, name).read();
  } catch (const YAML::Exception& error) {
    return wrong(folder + "/" + name + ".md", error.what());
  }
}

Result<std::vector<MustacheText>> read_wording(const LetterFile& file, const Wording& wording) {
  std::string before, after;
  for (const LetterFile::Part& part : file.parts)
    if (!part.passage.fixed) before += part.passage.text + "\n";
  std::vector<MustacheText> texts;
  Scope scope(file.info.fields);
  for (const std::string& text : wording) {
    const std::size_t number = texts.size() + 1;
    if (text.size() > kMostWording) return unfit(number, "die is te lang.");
    if (!clean_text(text)) return unfit(number, "er staan tekens in die een brief niet kan drukken.");
    auto parsed = MustacheText::parse(text, escape_markdown);
    if (!parsed)
      return unfit(number, "de accolades kloppen niet. Elke {{#veld}} heeft een {{/veld}} in hetzelfde deel.");
    if (const auto unknown = scope.unknown_in(text)) return unfit(number, *unknown + " is geen veld van deze brief.");
    texts.push_back(std::move(*parsed));
    after += text + "\n";
  }
  if (static_cast<std::ptrdiff_t>(texts.size()) !=
      std::ranges::count_if(file.parts, [](const auto& part) { return !part.passage.fixed; }))
    return fail(Code::kRefused, "reword letter",
                "De brief is intussen anders ingedeeld. Begin opnieuw met de tekst van het sjabloon.");
  const auto printed = printed_fields(before), still = printed_fields(after);
  for (const LetterField& field : file.info.fields)
    if ((field.required || !field.unless.empty()) && printed.contains(field.name) && !still.contains(field.name))
      return fail(Code::kRefused, "reword letter",
                  "Het veld " + field.name + " moet in de tekst blijven staan: " + field.about);
  return texts;
}

}  // namespace zp::templates
