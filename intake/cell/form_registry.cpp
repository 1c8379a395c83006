#include "intake/cell/form_registry.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "intake/cell/pdf_pages.h"
#include "intake/rules/yaml_map.h"

namespace zp::intake::cell {
namespace {

constexpr int kBlankDpi = 150;
constexpr std::uintmax_t kMaxBlankBytes = 20 << 20;

using FieldsByPage = std::map<int, std::vector<vision::FormField>>;

// Whether findings may say it: what they may not would fail every document made from the form.
bool may_be_said(const std::string& kind, const std::string& subject, const std::string& whose) {
  Findings findings;
  findings.kind = kind;
  findings.subject = subject;
  findings.pages.emplace_back().signature_fields.push_back({{}, "empty", whose});
  return parse_findings(to_json(findings)).has_value();
}

FieldsByPage fields_in(const YAML::Node& list, const std::string& file) {
  FieldsByPage fields;
  if (!list.IsSequence()) refuse(file, list, "fields must be a list");
  for (const YAML::Node& item : list) {
    YamlMap map(item, file);
    const int page = map.number("page", 1, 100);
    vision::FormField field;
    field.whose = map.text("whose");
    const YAML::Node box = map.node("box");
    if (!box.IsSequence() || box.size() != 4) map.refuse("box", "must be [x, y, width, height] in parts of the page");
    field.box = {box[0].as<double>(), box[1].as<double>(), box[2].as<double>(), box[3].as<double>()};
    const Box& b = field.box;
    if (b.x < 0 || b.y < 0 || b.w <= 0 || b.h <= 0 || b.x + b.w > 1 || b.y + b.h > 1)
      map.refuse("box", "lies outside the page");
    if (!may_be_said("form", "", field.whose)) map.refuse("whose", "must be client, parent or representative");
    map.refuse_unknown_keys();
    fields[page].push_back(std::move(field));
  }
  return fields;
}

Bytes content_of(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) > kMaxBlankBytes || error) return {};
  std::ifstream file(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  const ByteView bytes = as_bytes(content);
  return {bytes.begin(), bytes.end()};
}

std::vector<vision::FormPage> form_in(const std::string& file) {
  YamlMap map(read_yaml(file), file);
  const std::string name = map.text("name"), kind = map.text("kind"), subject = map.text_or("subject", "");
  if (!may_be_said(kind, subject, "")) map.refuse("kind", "or subject is none that a document can have");
  FieldsByPage fields = fields_in(map.node("fields"), file);
  const Bytes blank = content_of(std::filesystem::path(file).parent_path() / map.text("blank"));
  map.refuse_unknown_keys();
  const std::optional<PdfPages> pages = PdfPages::open(blank);
  if (!pages) map.refuse("blank", "is no PDF that can be read");
  if (!fields.empty() && fields.rbegin()->first > static_cast<int>(pages->count()))
    map.refuse("fields", "name a page that the blank form does not have");
  std::vector<vision::FormPage> form;
  for (std::size_t i = 0; i < pages->count(); ++i) {
    const int number = static_cast<int>(i) + 1;
    const cv::Mat picture = pages->draw(i, kBlankDpi);
    if (picture.empty()) map.refuse("blank", "has a page that cannot be drawn");
    vision::FormPage page = vision::form_page(picture, pages->words(i), std::move(fields[number]));
    page.form = name;
    page.kind = kind;
    page.subject = subject;
    page.number = number;
    form.push_back(std::move(page));
  }
  return form;
}

}  // namespace

Result<std::vector<vision::FormPage>> load_forms(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  if (error) return fail(Code::kConfig, "read forms", folder + ": " + error.message());
  std::ranges::sort(files);
  std::vector<vision::FormPage> all;
  for (const std::string& file : files) {
    TRY_ASSIGN(std::vector<vision::FormPage> form,
               reading<std::vector<vision::FormPage>>("read form", file, [&] { return form_in(file); }));
    all.insert(all.end(), std::make_move_iterator(form.begin()), std::make_move_iterator(form.end()));
  }
  return all;
}

}  // namespace zp::intake::cell
