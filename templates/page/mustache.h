// templates/page/mustache.h - one Mustache text, parsed once (kainjow mustache lives behind this).
//
// In a section, false, null, "" and an empty list are "no"; every number, 0 too, is "yes". A value that is
// absent prints nothing.
// Threads: may be shared.
// Errors: kConfig says what is wrong with the text.
#ifndef TEMPLATES_PAGE_MUSTACHE_H_
#define TEMPLATES_PAGE_MUSTACHE_H_

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "crypto/base/result.h"

namespace zp::templates {

struct MustacheTag {
  std::size_t begin, end;  // of the whole {{...}}
  char kind;               // '#', '^', '/', '>', '!', '{', '&', '=' or ' ' for a value
  std::string name;
};

/// The first tag at or after `from`.
std::optional<MustacheTag> next_tag(const std::string& text, std::size_t from);

class MustacheText {
 public:
  using Escape = std::function<std::string(const std::string&)>;
  static std::string escape_html(const std::string& value);
  static std::string no_escape(const std::string& value) { return value; }

  /// Every value goes through `escape`: {{{raw}}}, {{&raw}}, {{=changed delimiters=}} and partials are
  /// refused.
  static Result<MustacheText> parse(const std::string& text, Escape escape);
  MustacheText(MustacheText&&) noexcept;
  MustacheText& operator=(MustacheText&&) noexcept;
  ~MustacheText();
  std::string render(const nlohmann::json& data) const;

 private:
  struct Impl;
  explicit MustacheText(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zp::templates

#endif  // TEMPLATES_PAGE_MUSTACHE_H_
