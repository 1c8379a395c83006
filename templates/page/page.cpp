#include "templates/page/page.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <kainjow/mustache.hpp>
#pragma GCC diagnostic pop

namespace zp::templates {
namespace {

namespace fs = std::filesystem;
using kainjow::mustache::data;
using kainjow::mustache::mustache;
using Sources = std::map<std::string, std::string>;  // path below the folder, with extension -> text

constexpr int kDeepestPartial = 20;
constexpr const char* kReading = "read page templates";

bool is_html(const std::string& path) { return path.ends_with(".html"); }

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

struct Tag {
  std::size_t begin, end;  // of the whole {{...}}
  std::string content;     // trimmed
};

std::optional<Tag> next_tag(const std::string& text, std::size_t from) {
  const auto begin = text.find("{{", from);
  if (begin == std::string::npos) return std::nullopt;
  const auto close = text.find("}}", begin);
  if (close == std::string::npos) return std::nullopt;  // the parser reports it
  return Tag{begin, close + 2, kainjow::mustache::trim(text.substr(begin + 2, close - begin - 2))};
}

/// Puts partials in the place of their tags, so that a page is one text that is parsed once and no value can pose as a partial.
Result<std::string> expand(const Sources& sources, const std::string& path, int depth) {
  if (depth > kDeepestPartial) return fail(Code::kConfig, kReading, path + ": partials contain each other");
  const std::string& text = sources.at(path);
  std::string out;
  std::size_t done = 0;
  while (const auto tag = next_tag(text, done)) {
    const char kind = tag->content.empty() ? ' ' : tag->content.front();
    if (kind == '{' || kind == '&')
      return fail(Code::kConfig, kReading, path + ": unescaped value {{" + tag->content + "}}; write {{name}}");
    if (kind == '=') return fail(Code::kConfig, kReading, path + ": changed delimiters; keep {{ and }}");
    if (kind != '>') {
      out += text.substr(done, tag->end - done);
      done = tag->end;
      continue;
    }
    const std::string name =
        kainjow::mustache::trim(tag->content.substr(1)) + fs::path(path).extension().string();
    if (!sources.contains(name)) return fail(Code::kConfig, kReading, path + ": no partial " + name);
    TRY_ASSIGN(std::string partial, expand(sources, name, depth + 1));
    if (partial.ends_with('\n')) partial.pop_back();  // the line of the tag ends itself
    out += text.substr(done, tag->begin - done) + partial;
    done = tag->end;
  }
  return out + text.substr(done);
}

data to_mustache(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::object: {
      data object{data::type::object};
      for (const auto& [name, member] : value.items()) object.set(name, to_mustache(member));
      return object;
    }
    case nlohmann::json::value_t::array: {
      data list{data::type::list};
      for (const auto& item : value) list.push_back(to_mustache(item));
      return list;
    }
    case nlohmann::json::value_t::string:
      // An empty text prints nothing, as false does, and closes a {{#section}}.
      if (value.get_ref<const std::string&>().empty()) return data{false};
      return data{value.get_ref<const std::string&>()};
    case nlohmann::json::value_t::boolean: return data{value.get<bool>()};
    case nlohmann::json::value_t::null: return data{false};
    default: return data{value.dump()};
  }
}

class Book final : public PageBook {
 public:
  Result<void> add(const Sources& sources, const std::string& path) {
    TRY_ASSIGN(const std::string text, expand(sources, path, 0));
    mustache page{text};
    if (!page.is_valid()) return fail(Code::kConfig, kReading, path + ": " + page.error_message());
    if (!is_html(path)) page.set_custom_escape([](const std::string& value) { return value; });
    pages_.emplace(path, std::move(page));
    return {};
  }

  Result<std::string> render(const std::string& page, const nlohmann::json& values) const override {
    for (const char* extension : {"", ".html", ".txt"}) {
      const auto found = pages_.find(page + extension);
      if (found == pages_.end()) continue;
      mustache copy = found->second;  // rendering keeps notes in the parsed page
      return copy.render(to_mustache(values));
    }
    return fail(Code::kNotFound, "render page", page);
  }

 private:
  std::map<std::string, mustache> pages_;
};

}  // namespace

Result<std::unique_ptr<PageBook>> PageBook::load(const std::string& folder) {
  TRY_ASSIGN(const Sources sources, read_sources(folder));
  auto book = std::make_unique<Book>();
  for (const auto& [path, text] : sources) TRY_DO(book->add(sources, path));
  return book;
}

}  // namespace zp::templates
