#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "crypto/base/text.h"
#include "intake/cell/charset.h"
#include "intake/cell/mail.h"
#include "intake/text.h"

namespace zp::intake::cell {
namespace {

using namespace std::string_view_literals;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == lower(b); });
}

constexpr std::array kBlocks = {"p"sv,  "br"sv, "div"sv, "tr"sv, "li"sv,    "h1"sv,         "h2"sv, "h3"sv,
                                "h4"sv, "td"sv, "th"sv,  "hr"sv, "table"sv, "blockquote"sv, "ul"sv, "ol"sv};
constexpr std::array kSilent = {"script"sv, "style"sv, "head"sv, "title"sv, "template"sv, "svg"sv};

/// Of a character reference. Numbers of the C1 controls were meant as Windows-1252, and are read so everywhere.
std::string text_of_number(unsigned code) {
  std::string text;
  const auto byte = static_cast<std::uint8_t>(code);
  if (code >= 0x80 && code < 0xA0) return from_code_page({&byte, 1}, 1252);
  if (code < 0x110000 && (code & 0xFFFFF800) != 0xD800) append_utf8(text, code == 0xA0 ? U' ' : char32_t{code});
  return text;
}

/// Turns HTML into lines of words in one pass; knows no nesting, so nothing can exhaust it.
class HtmlReader {
 public:
  HtmlReader(std::string_view html, std::size_t most) : html_(html), most_(most) {}

  std::string read() {
    while (at_ < html_.size() && text_.size() < most_) {
      const char c = html_[at_];
      if (c == '<')
        tag();
      else if (c == '&')
        entity();
      else
        character(c), ++at_;
    }
    return clean_text(text_, most_, Lines::kKeep);
  }

 private:
  void character(char c) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!space)
      text_ += c;
    else if (!text_.empty() && text_.back() != ' ' && text_.back() != '\n')
      text_ += ' ';
  }

  void new_line() {
    while (!text_.empty() && text_.back() == ' ') text_.pop_back();
    if (!text_.empty() && !text_.ends_with("\n\n")) text_ += '\n';
  }

  void tag() {
    const std::string_view rest = html_.substr(at_);
    if (rest.starts_with("<!--")) return skip_past("-->", 4);
    const bool closing = rest.size() > 1 && rest[1] == '/';
    std::size_t end = closing ? 2 : 1;
    const std::size_t begin = end;
    while (end < rest.size() && std::isalnum(static_cast<unsigned char>(rest[end]))) ++end;
    std::string name(rest.substr(begin, std::min<std::size_t>(end - begin, 20)));
    std::ranges::transform(name, name.begin(), lower);
    if (name.empty() && !closing && !rest.starts_with("<!") && !rest.starts_with("<?")) {
      character('<');
      ++at_;
      return;
    }
    skip_past(">", end);
    if (std::ranges::find(kBlocks, name) != kBlocks.end()) new_line();
    if (!closing && std::ranges::find(kSilent, name) != kSilent.end()) skip_element(name);
  }

  void skip_past(std::string_view mark, std::size_t from) {
    const std::size_t found = html_.find(mark, std::min(html_.size(), at_ + from));
    at_ = found == std::string_view::npos ? html_.size() : found + mark.size();
  }

  void skip_element(const std::string& name) {
    while (at_ < html_.size()) {
      at_ = std::min(html_.find("</", at_), html_.size());
      if (starts_with_word(html_.substr(std::min(html_.size(), at_ + 2)), name)) return skip_past(">", 2);
      at_ = std::min(html_.size(), at_ + 2);
    }
  }

  void entity() {
    const std::string_view rest = html_.substr(at_ + 1, 10);
    const std::size_t end = rest.find(';');
    const std::string_view name = rest.substr(0, end);
    if (end != std::string_view::npos && replace(name)) {
      at_ += end + 2;
      return;
    }
    character('&');
    ++at_;
  }

  bool replace(std::string_view name) {
    if (name.starts_with('#')) {
      const bool hex = name.size() > 1 && lower(name[1]) == 'x';
      const std::string_view digits = name.substr(hex ? 2 : 1);
      unsigned code = 0;
      const auto [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
      if (error != std::errc() || last != digits.data() + digits.size()) return false;
      text_ += text_of_number(code);
      return true;
    }
    const htmlEntityDesc* found = htmlEntityLookup(reinterpret_cast<const xmlChar*>(std::string(name).c_str()));
    if (found) text_ += text_of_number(found->value);
    return found != nullptr;
  }

  std::string_view html_;
  std::size_t most_;
  std::size_t at_ = 0;
  std::string text_;
};

}  // namespace

std::string text_of_html(std::string_view untrusted_html, std::size_t max_bytes) {
  return HtmlReader(untrusted_html, max_bytes).read();
}

}  // namespace zp::intake::cell
