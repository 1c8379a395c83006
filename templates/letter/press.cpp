#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "templates/letter/finish.h"
#include "templates/letter/layout.h"
#include "templates/letter/letter.h"
#include "templates/letter/letter_data.h"
#include "templates/letter/letter_file.h"
#include "templates/letter/markdown.h"
#include "templates/letter/text.h"

namespace zp::templates {
namespace {

using nlohmann::json;

constexpr const char* kColorProfile = "/usr/share/color/icc/sRGB.icc";

Result<std::string> read_color_profile() {
  std::ifstream in(kColorProfile, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  if (!in)
    return fail(Code::kConfig, "load colour profile", std::string(kColorProfile) + ": install icc-profiles-free");
  return bytes.str();
}

GenuineNote genuine_note(const RenderOptions& options) {
  const std::string shown = options.genuine_page.substr(options.genuine_page.find("//") + 2);
  return {{{U"Is deze brief echt?", true, {}},
           {U" Kijk op "},
           {to_u32(shown), false, options.genuine_page},
           {to_u32(". Vul daar het kenmerk van deze brief in en deze code: ")},
           {to_u32(options.genuine_code), true, {}},
           {U". U ziet dan of wij de brief hebben gestuurd, en wanneer."}},
          {options.genuine_page + "?kenmerk=" + options.reference + "&code=" + options.genuine_code,
           "QR-code naar de pagina waar u controleert of deze brief echt is"}};
}

class FenceFiller {
 public:
  FenceFiller(const LetterFile& file, const json& values) : file_(file), values_(values) {}

  Result<std::vector<Block>> operator()(const std::string& kind, const std::string& name) const {
    const auto field = std::ranges::find(file_.info.fields, name, &LetterField::name);
    const std::string type = field == file_.info.fields.end() ? "no field" : field->type;
    if (kind == "table" && type == "table") return table(*field);
    if (kind == "text" && type == "multiline") return paragraphs(values_.at(name).get<std::string>());
    if (kind == "large" && type == "text")
      return std::vector<Block>{LargeText{to_u32(values_.at(name).get<std::string>())}};
    if (kind == "qr" && type == "text") {
      const std::string value = values_.at(name).get<std::string>();
      return std::vector<Block>{QrCode{value, "QR-code met de tekst " + value}};
    }
    return fail(Code::kConfig, "read letter text",
                "```" + kind + " " + name + ": no such kind, or " + name + " is " + type);
  }

 private:
  std::vector<Block> table(const LetterField& field) const {
    Table table{file_.tables.at(field.name), {}};
    for (const json& row : values_.at(field.name)) {
      auto& cells = table.rows.emplace_back();
      for (const LetterField& column : field.columns)
        cells.push_back(column.type == "flag" ? (row.at(column.name) == true ? U"ja" : U"nee")
                                              : to_u32(row.at(column.name).get<std::string>()));
    }
    return {table};
  }

  const LetterFile& file_;
  const json& values_;
};

class Press final : public LetterPress {
 public:
  Press(Organisation organisation, FaceBook faces, Hyphenator hyphenator, std::string profile)
      : organisation_(std::move(organisation)),
        faces_(std::move(faces)),
        hyphenator_(std::move(hyphenator)),
        profile_(std::move(profile)) {}

  Result<void> read_letters(const std::string& folder) {
    std::set<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
      if (entry.path().extension() == ".md") names.insert(entry.path().stem());
    if (error || names.empty())
      return fail(Code::kConfig, "load letters", folder + ": no letters (*.md) here", error.value());
    for (const std::string& name : names) {
      TRY_ASSIGN(LetterFile file, read_letter_file(folder, name));
      if (const auto fits = probe(file, {}); !fits)
        return fail(Code::kConfig, "load letters", folder + "/" + name + ".md: " + fits.error().subject);
      letters_.push_back(file.info);
      files_.push_back(std::move(file));
    }
    return {};
  }

  const std::vector<LetterInfo>& letters() const override { return letters_; }

  Result<std::vector<Passage>> passages(const std::string& name) const override {
    TRY_ASSIGN(const LetterFile* const file, find(name));
    std::vector<Passage> passages;
    for (const LetterFile::Part& part : file->parts) passages.push_back(part.passage);
    return passages;
  }

  Result<void> check_wording(const std::string& name, const Wording& wording) const override {
    TRY_ASSIGN(const LetterFile* const file, find(name));
    return probe(*file, wording);
  }

  Result<Bytes> render(const std::string& name, const json& data, const RenderOptions& options) const override {
    TRY_ASSIGN(const LetterFile* const file, find(name));
    if (!dutch_date(options.date))
      return fail(Code::kRefused, "render letter", "the date of the letter must be YYYY-MM-DD");
    json given = data;
    if (given.is_object() && !given.contains("reference") && !options.reference.empty())
      given["reference"] = options.reference;
    if (options.spell_out_unprintable) spell_out(given);
    TRY_ASSIGN(json values, spelled(file->info, given));
    TRY_ASSIGN(LetterDocument letter,
               write(*file, with_surroundings(std::move(values), options.date), options.wording));
    if (!options.genuine_code.empty()) letter.genuine = genuine_note(options);
    TRY_ASSIGN(const DisplayList list, lay_out(letter, organisation_, faces_, hyphenator_));
    TRY_ASSIGN(const Drawing drawing, draw(list, faces_));
    return finish(drawing, list, faces_, profile_,
                  {.title = to_utf8(letter.subject),
                   .author = organisation_.name,
                   .subject = file->info.title,
                   .moment = options.moment.empty() ? options.date + "T12:00:00Z" : options.moment,
                   .signature_placeholder = options.signature_placeholder});
  }

 private:
  Result<const LetterFile*> find(const std::string& name) const {
    const auto file = std::ranges::find(files_, name, [](const LetterFile& each) { return each.info.name; });
    if (file == files_.end()) return fail(Code::kNotFound, "find letter", "there is no such letter");
    return &*file;
  }

  void spell_out(json& value) const {
    const auto can_print = [this](char32_t c) {
      return faces_.pick(Weight::kRegular, c) >= 0 && faces_.pick(Weight::kBold, c) >= 0;
    };
    if (value.is_string()) value = spelled_out(value.get_ref<const std::string&>(), can_print);
    if (value.is_structured())
      for (json& inner : value) spell_out(inner);
  }

  json with_surroundings(json values, const std::string& date) const {
    values.update(surroundings(organisation_, date));
    return values;
  }

  static Result<LetterDocument> write(const LetterFile& file, const json& values, const Wording& wording) {
    LetterDocument letter;
    std::istringstream lines(values.at(file.addressee).get<std::string>());
    for (std::string line; std::getline(lines, line);) letter.addressee.push_back(to_u32(line));
    letter.references = {{U"Datum", to_u32(values.at("date").get<std::string>())},
                         {U"Ons kenmerk", to_u32(values.at("reference").get<std::string>())}};
    for (const auto& [label, text] : file.references)
      if (const std::string value = text.render(values); !value.empty())
        letter.references.emplace_back(label, to_u32(value));
    letter.subject = to_u32(file.subject.render(values));
    for (const MustacheText& line : file.closing) letter.closing.push_back(to_u32(line.render(values)));
    TRY_DO(write_body(file, values, wording, letter.body));
    return letter;
  }

  /// Passage by passage, so that what one leaves open can't swallow the next.
  static Result<void> write_body(const LetterFile& file, const json& values, const Wording& wording,
                                 std::vector<Block>& body) {
    std::vector<MustacheText> reworded;
    if (!wording.empty()) {
      TRY_ASSIGN(reworded, read_wording(file, wording));
    }
    std::size_t next = 0;
    for (const LetterFile::Part& part : file.parts) {
      const bool own_words = !wording.empty() && !part.passage.fixed;
      const MustacheText& text = own_words ? reworded[next++] : part.text;
      auto blocks = read_markdown(text.render(values), FenceFiller(file, values));
      if (!blocks && own_words) return unfit(next, blocks.error());
      if (!blocks) return std::unexpected(blocks.error());
      std::ranges::move(*blocks, std::back_inserter(body));
    }
    return {};
  }

  /// For whoever wrote the words, who knows no terms of CommonMark.
  static std::unexpected<Error> unfit(std::size_t part, const Error& error) {
    std::string where = "Deel " + std::to_string(part) + " van de tekst";
    if (error.subject.starts_with("line "))
      where += ", regel " + error.subject.substr(5, error.subject.find(' ', 5) - 5);
    return fail(
        Code::kRefused, "reword letter",
        where +
            ": dit kan niet in een brief. Gebruik alinea's, kopjes met ## of ###, lijsten, **vet**, links die met "
            "https:// beginnen, en de tabellen die er al in stonden.");
  }

  /// Writes the letter with every field filled and with every optional one left out, so that a mistake in its
  /// text shows before it is needed.
  Result<void> probe(const LetterFile& file, const Wording& wording) const {
    for (const bool all : {true, false})
      TRY_DO(write(file, with_surroundings(probe_object(file.info.fields, all), "2026-01-01"), wording));
    return {};
  }

  static json probe_object(const std::vector<LetterField>& fields, bool all) {
    json object = json::object();
    for (const LetterField& field : fields) {
      const bool filled = all || field.required;
      if (field.type == "table") {
        object[field.name] = filled ? json::array({probe_object(field.columns, all)}) : json::array();
      } else if (field.type == "list") {
        object[field.name] = filled ? json::array({"https://example.nl/"}) : json::array();
      } else {
        object[field.name] = field.type == "flag" ? json(all) : json(filled ? "https://example.nl/" : "");
      }
      object["any_" + field.name] = filled;
    }
    return object;
  }

  Organisation organisation_;
  FaceBook faces_;
  Hyphenator hyphenator_;
  std::string profile_;
  std::vector<LetterInfo> letters_;
  std::vector<LetterFile> files_;  // in the order of letters_
};

}  // namespace

Result<std::unique_ptr<LetterPress>> LetterPress::load(const std::string& letters_folder, Organisation organisation) {
  TRY_ASSIGN(FaceBook faces, FaceBook::load());
  TRY_ASSIGN(Hyphenator hyphenator, Hyphenator::load());
  TRY_ASSIGN(const std::string profile, read_color_profile());
  auto press = std::make_unique<Press>(std::move(organisation), std::move(faces), std::move(hyphenator),
                                       prepare_profile(profile));
  TRY_DO(press->read_letters(letters_folder));
  return press;
}

}  // namespace zp::templates
