#include "templates/page/page.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "templates/page/mustache.h"

namespace zp::templates {
namespace {

namespace fs = std::filesystem;
using Sources = std::map<std::string, std::string>;  // path below the folder, with extension -> text

constexpr int kDeepestPartial = 20;
constexpr const char* kReading = "read page templates";

Result<Sources> read_sources(const std::string& folder) {
  Sources sources;
  try {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const auto extension = entry.path().extension();
      if (!entry.is_regular_file() || (extension != ".html" && extension != ".txt")) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::stringstream text;
      text << in.rdbuf();
      if (!in) return fail(Code::kIo, kReading, entry.path());
      sources[fs::relative(entry.path(), folder)] = text.str();
    }
  } catch (const fs::filesystem_error& error) {
    return fail(Code::kConfig, kReading, folder, error.code().value());
  }
  return sources;
}

/// Puts partials in the place of their tags, so that a page is one text that is parsed once and no value can
/// pose as a partial.
Result<std::string> expand(const Sources& sources, const std::string& path, int depth) {
  if (depth > kDeepestPartial) return fail(Code::kConfig, kReading, path + ": partials contain each other");
  const std::string& text = sources.at(path);
  std::string out;
  std::size_t done = 0;
  for (auto tag = next_tag(text, 0); tag; tag = next_tag(text, tag->end)) {
    if (tag->kind != '>') continue;
    const std::string name = tag->name + fs::path(path).extension().string();
    if (!sources.contains(name)) return fail(Code::kConfig, kReading, path + ": no partial " + name);
    TRY_ASSIGN(std::string partial, expand(sources, name, depth + 1));
    if (partial.ends_with('\n')) partial.pop_back();  // the line of the tag ends itself
    out += text.substr(done, tag->begin - done) + partial;
    done = tag->end;
  }
  return out + text.substr(done);
}

class Book final : public PageBook {
 public:
  Result<void> add(const Sources& sources, const std::string& path) {
    TRY_ASSIGN(const std::string text, expand(sources, path, 0));
    auto page =
        MustacheText::parse(text, path.ends_with(".html") ? MustacheText::escape_html : MustacheText::no_escape);
    if (!page) return fail(Code::kConfig, kReading, path + ": " + page.error().subject);
    pages_.emplace(path, std::move(*page));
    return {};
  }

  Result<std::string> render(const std::string& page, const nlohmann::json& values) const override {
    for (const char* extension : {"", ".html", ".txt"})
      if (const auto found = pages_.find(page + extension); found != pages_.end()) return found->second.render(values);
    return fail(Code::kNotFound, "render page", page);
  }

 private:
  std::map<std::string, MustacheText> pages_;
};

}  // namespace

Result<std::unique_ptr<PageBook>> PageBook::load(const std::string& folder) {
  TRY_ASSIGN(const Sources sources, read_sources(folder));
  auto book = std::make_unique<Book>();
  for (const auto& [path, text] : sources) TRY_DO(book->add(sources, path));
  return book;
}

}  // namespace zp::templates
