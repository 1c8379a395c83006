#include "templates/letter/letter_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "templates/letter/letter_data.h"
#include "templates/letter/text.h"

namespace zp::templates {
namespace {

constexpr const char* kOperation = "read letter";
constexpr const char* kFence = "---\n";

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
                                                  {"verlenging", LetterTerm::kExtension}};
const std::set<std::string> kReaders = {"verzoeker", "huisarts", "ontvanger", "organisatie"};

/// The date field that prints the last day of the term.
std::string last_day_field(LetterTerm term) {
  if (term == LetterTerm::kCompletion) return "complete_before";
  return term == LetterTerm::kExtension ? "new_term" : "";
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
                           : std::set<std::string>{"type", "about", "required", "columns"},
                    path));
  LetterField field{.name = name,
                    .type = node["type"].as<std::string>(""),
                    .about = node["about"].as<std::string>(""),
                    .required = node["required"].as<bool>(true),
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

  Result<void> check(const std::string& text, const std::string& path) {
    open_.clear();
    for (auto tag = next_tag(text, 0); tag; tag = next_tag(text, tag->end)) {
      if (tag->kind == '!') continue;
      if (tag->kind == '/') {
        if (!open_.empty()) open_.pop_back();  // the parser has seen that it matches
        continue;
      }
      const auto field = find(tag->name);
      if (!field) return wrong(path, "{{" + tag->name + "}} is no field of this letter");
      if (tag->kind == '#' || tag->kind == '^') open_.push_back(*field);
    }
    return {};
  }

 private:
  std::optional<const LetterField*> find(const std::string& name) const {
    static const std::set<std::string> kAlways = {"date",
                                                  "organisation.name",
                                                  "organisation.return_address",
                                                  "organisation.place",
                                                  "organisation.telephone",
                                                  "organisation.fg_email"};
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
                       "for", "offered"},
                      path_));
    TRY_ASSIGN(LetterInfo info, read_info(front));
    scope_.emplace(info.fields);
    TRY_ASSIGN(MustacheText subject, plain(front["subject"].as<std::string>("")));
    TRY_ASSIGN(MustacheText text, markdown(whole.substr(end + 5), path_));
    TRY_ASSIGN(MustacheText clause, read_clauses(info.remedy));
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
                      std::move(text),    std::move(clause)};
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
    for (const auto& entry : front["fields"]) {
      TRY_ASSIGN(LetterField field, read_field(entry.first.as<std::string>(), entry.second, false, path_));
      info.fields.push_back(std::move(field));
    }
    const auto has = [&](const std::string& name, const char* type) {
      return std::ranges::any_of(info.fields,
                                 [&](const LetterField& field) { return field.name == name && field.type == type; });
    };
    if (!has("reference", "text")) return wrong(path_, "every letter has a text field `reference`");
    if (!has(front["addressee"].as<std::string>(""), "multiline"))
      return wrong(path_, "addressee names no multiline field");
    if (const std::string day = last_day_field(info.term); !day.empty() && !has(day, "date"))
      return wrong(path_, "a letter with this term has a date field `" + day + "`");
    return info;
  }

  Result<MustacheText> read_clauses(const std::vector<std::string>& remedy) {
    std::string all, paths;
    for (const std::string& clause : remedy) {
      const std::string path = folder_ + "/clauses/" + clause + ".md";
      TRY_ASSIGN(const std::string text, read_text(path));
      all += text + "\n\n";
      paths += (paths.empty() ? "" : " or ") + path;
    }
    return markdown(all, paths);
  }

  Result<MustacheText> plain(const std::string& text) { return parse(text, MustacheText::no_escape, path_); }
  Result<MustacheText> markdown(const std::string& text, const std::string& path) {
    return parse(text, escape_markdown, path);
  }

  Result<MustacheText> parse(const std::string& text, MustacheText::Escape escape, const std::string& path) {
    if (const auto clean = clean_text(text); !clean) return wrong(path, clean.error().subject);
    auto parsed = MustacheText::parse(text, std::move(escape));
    if (!parsed) return wrong(path, parsed.error().subject);
    TRY_DO(scope_->check(text, path));
    return parsed;
  }

  std::string folder_, name_, path_;
  std::optional<Scope> scope_;
};

}  // namespace

Result<LetterFile> read_letter_file(const std::string& folder, const std::string& name) {
  try {
    return Reader(folder, name).read();
  } catch (const YAML::Exception& error) {
    return wrong(folder + "/" + name + ".md", error.what());
  }
}

}  // namespace zp::templates
