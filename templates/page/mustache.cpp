#include "templates/page/mustache.h"

#include <string_view>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <kainjow/mustache.hpp>
#pragma GCC diagnostic pop

namespace zp::templates {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

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
    case nlohmann::json::value_t::boolean:
      return data{value.get<bool>()};
    case nlohmann::json::value_t::null:
      return data{false};
    default:
      return data{value.dump()};
  }
}

}  // namespace

std::optional<MustacheTag> next_tag(const std::string& text, std::size_t from) {
  const auto begin = text.find("{{", from);
  if (begin == std::string::npos) return std::nullopt;
  const auto close = text.find("}}", begin);
  if (close == std::string::npos) return std::nullopt;  // the parser reports it
  const std::string content = kainjow::mustache::trim(text.substr(begin + 2, close - begin - 2));
  const bool plain = content.empty() || std::string_view("#^/>!{&=").find(content.front()) == std::string_view::npos;
  return MustacheTag{begin, close + 2, plain ? ' ' : content.front(),
                     plain ? content : kainjow::mustache::trim(content.substr(1))};
}

struct MustacheText::Impl {
  mustache text;
};

MustacheText::MustacheText(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
MustacheText::MustacheText(MustacheText&&) noexcept = default;
MustacheText& MustacheText::operator=(MustacheText&&) noexcept = default;
MustacheText::~MustacheText() = default;

std::string MustacheText::escape_html(const std::string& value) { return kainjow::mustache::html_escape(value); }

Result<MustacheText> MustacheText::parse(const std::string& text, Escape escape) {
  constexpr const char* kOperation = "parse Mustache";
  for (auto tag = next_tag(text, 0); tag; tag = next_tag(text, tag->end)) {
    if (tag->kind == '{' || tag->kind == '&')
      return fail(Code::kConfig, kOperation, "unescaped value {{" + tag->name + "}}; write {{name}}");
    if (tag->kind == '=') return fail(Code::kConfig, kOperation, "changed delimiters; keep {{ and }}");
    if (tag->kind == '>') return fail(Code::kConfig, kOperation, "partial {{> " + tag->name + "}} cannot be used here");
  }
  auto impl = std::make_unique<Impl>(Impl{mustache{text}});
  if (!impl->text.is_valid()) return fail(Code::kConfig, kOperation, impl->text.error_message());
  impl->text.set_custom_escape(std::move(escape));
  return MustacheText(std::move(impl));
}

std::string MustacheText::render(const nlohmann::json& values) const {
  mustache copy = impl_->text;  // rendering keeps notes in the parsed text
  return copy.render(to_mustache(values));
}

}  // namespace zp::templates
