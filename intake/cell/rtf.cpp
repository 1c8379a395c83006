#include "intake/cell/rtf.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/base/text.h"
#include "intake/cell/charset.h"
#include "intake/cell/mail.h"

namespace zp::intake::cell {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxDepth = 500;  // groups in groups

/// MS-OXRTFCP 2.2: what the window holds before the first byte.
constexpr std::string_view kWindow =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    "MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
constexpr std::size_t kWindowSize = 4096, kHead = 16;
constexpr std::uint32_t kPacked = 0x75465A4C, kPlain = 0x414C454D;

std::uint32_t number_at(ByteView bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16) |
         static_cast<std::uint32_t>(bytes[at + 3]) << 24;
}

Bytes unpacked(ByteView packed, std::size_t most) {
  std::array<std::uint8_t, kWindowSize> window{};
  std::ranges::copy(kWindow, window.begin());
  std::size_t at = 0, write = kWindow.size();
  Bytes out;
  const auto add = [&](std::uint8_t byte) {
    out.push_back(byte);
    window[write] = byte;
    write = (write + 1) % kWindowSize;
  };
  while (at < packed.size()) {
    const std::uint8_t control = packed[at++];
    for (int bit = 0; bit < 8 && at < packed.size() && out.size() < most; ++bit) {
      if ((control >> bit & 1) == 0) {
        add(packed[at++]);
        continue;
      }
      if (at + 1 >= packed.size()) return out;
      const std::size_t from = static_cast<std::size_t>(packed[at] << 4 | packed[at + 1] >> 4);
      const std::size_t length = (packed[at + 1] & 0x0FU) + 2U;
      at += 2;
      if (from == write) return out;
      for (std::size_t i = 0; i < length; ++i) add(window[(from + i) % kWindowSize]);
    }
  }
  return out;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The code page that a font's \fcharset stands for; 0 is that of the document.
std::uint32_t code_page_of_font(int charset) {
  static const std::map<int, std::uint32_t> kPages = {
      {77, 10000}, {128, 932},  {129, 949},  {134, 936},  {136, 950}, {161, 1253}, {162, 1254}, {163, 1258},
      {177, 1255}, {178, 1256}, {186, 1257}, {204, 1251}, {222, 874}, {238, 1250}, {254, 437},  {255, 850}};
  const auto found = kPages.find(charset);
  return found == kPages.end() ? 0 : found->second;
}

constexpr std::array kSilent = {"fonttbl"sv,   "colortbl"sv,  "stylesheet"sv, "info"sv,      "pict"sv,      "object"sv,
                                "header"sv,    "headerl"sv,   "headerr"sv,    "headerf"sv,   "footer"sv,    "footerl"sv,
                                "footerr"sv,   "footerf"sv,   "fldinst"sv,    "generator"sv, "listtable"sv, "revtbl"sv,
                                "themedata"sv, "datastore"sv, "xmlnstbl"sv,   "nonshppict"sv};

struct Symbol {
  std::string_view word, text;
};
constexpr std::array kSymbols = {
    Symbol{"par", "\r\n"},         Symbol{"line", "\r\n"},        Symbol{"tab", "\t"},
    Symbol{"row", "\r\n"},         Symbol{"cell", "\t"},          Symbol{"sect", "\r\n"},
    Symbol{"page", "\r\n"},        Symbol{"lquote", "\u2018"},    Symbol{"rquote", "\u2019"},
    Symbol{"ldblquote", "\u201C"}, Symbol{"rdblquote", "\u201D"}, Symbol{"bullet", "\u2022"},
    Symbol{"endash", "\u2013"},    Symbol{"emdash", "\u2014"},
};

class RtfReader {
 public:
  RtfReader(ByteView rtf, std::size_t most) : rtf_(as_text(rtf)), most_(most) {}

  std::string read() {
    while (at_ < rtf_.size() && text_.size() < (is_html_ ? 4 * most_ : most_) && !broken_) {
      const char c = rtf_[at_++];
      if (c == '{')
        open();
      else if (c == '}')
        close();
      else if (c == '\\')
        control();
      else if (c != '\r' && c != '\n')
        byte(c);
    }
    flush();
    if (is_html_) return text_of_html(text_, most_);
    text_.resize(std::min(text_.size(), most_));
    return text_;
  }

 private:
  struct Group {
    bool silent = false;    // says nothing to a reader
    bool html_tag = false;  // HTML as it was
    bool shadow = false;    // RTF that stands beside the HTML (\htmlrtf)
    bool fonts = false;
    int font = -1;
    std::size_t unicode_skip = 1;
  };

  Group& group() { return groups_.back(); }

  void open() {
    groups_.push_back(group());
    broken_ = groups_.size() > kMaxDepth;
    skip_ = 0;
  }

  void close() {
    flush();
    if (groups_.size() > 1) groups_.pop_back();
    skip_ = 0;
  }

  void control() {
    if (at_ >= rtf_.size()) return;
    const char c = rtf_[at_];
    if (is_letter(c)) return word();
    ++at_;
    if (c == '\'')
      hexadecimal();
    else if (c == '*')
      star();
    else if (c == '~')
      say("\u00A0");
    else if (c == '_')
      say("\u2011");
    else if (c == '\r' || c == '\n')
      say("\r\n");
    else if (c == '{' || c == '}' || c == '\\')
      byte(c);
  }

  void hexadecimal() {
    const std::string_view digits = rtf_.substr(at_, 2);
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    at_ += static_cast<std::size_t>(end - digits.data());
    if (error == std::errc()) byte(static_cast<char>(value));
  }

  /// A destination that who does not know it leaves out: all but the tags of the HTML.
  void star() {
    const bool tag = is_html_ && rtf_.substr(at_).starts_with("\\htmltag");
    flush();
    (tag ? group().html_tag : group().silent) = true;
  }

  void word() {
    const std::size_t begin = at_;
    while (at_ < rtf_.size() && is_letter(rtf_[at_])) ++at_;
    const std::string_view name = rtf_.substr(begin, at_ - begin);
    const char* first = rtf_.data() + at_;
    int value = 0;
    const auto [end, error] = std::from_chars(first, rtf_.data() + rtf_.size(), value);
    const bool has_value = error == std::errc();
    at_ += static_cast<std::size_t>(end - first);
    if (at_ < rtf_.size() && rtf_[at_] == ' ') ++at_;
    apply(name, has_value ? std::optional(value) : std::nullopt);
  }

  void apply(std::string_view name, std::optional<int> value) {
    const auto symbol = std::ranges::find(kSymbols, name, &Symbol::word);
    if (symbol != kSymbols.end()) return say(symbol->text);
    if (name == "u" && value) return unicode(*value);
    if (name == "bin" && value && *value > 0) {
      at_ = std::min(rtf_.size(), at_ + static_cast<std::size_t>(*value));
      return;
    }
    flush();
    if (name == "fromhtml") is_html_ = value.value_or(1) != 0;
    if (name == "ansicpg" && value) page_ = static_cast<std::uint32_t>(*value);
    if (name == "mac") page_ = 10000;
    if (name == "pc") page_ = 437;
    if (name == "pca") page_ = 850;
    if (name == "deff" && value) default_font_ = *value;
    if (name == "uc" && value) group().unicode_skip = static_cast<std::size_t>(std::clamp(*value, 0, 100));
    if (name == "htmlrtf") group().shadow = value.value_or(1) != 0;
    if (name == "plain") group().font = -1;
    if (name == "f" && value) group().font = *value;
    if (name == "fcharset" && value && group().fonts) fonts_[group().font] = code_page_of_font(*value);
    if (name == "fonttbl") group().fonts = true;
    if (std::ranges::find(kSilent, name) != kSilent.end()) group().silent = true;
  }

  bool heard() const {
    const Group& now = groups_.back();
    if (now.silent) return false;
    return !is_html_ || now.html_tag || !now.shadow;
  }

  /// A byte of the document's code page, or that of the font; letters of two bytes come here one by one.
  void byte(char c) {
    if (skip_ > 0) {
      --skip_;
      return;
    }
    if (heard()) pending_ += c;
  }

  /// What stands behind \u for who does not know it counts as one, whatever it is.
  void say(std::string_view text) {
    if (skip_ > 0) {
      --skip_;
      return;
    }
    if (!heard()) return;
    flush();
    text_ += text;
  }

  void unicode(int value) {
    flush();
    const auto unit = static_cast<char32_t>(static_cast<std::uint16_t>(value));
    if (heard()) {
      const char32_t high = high_half_;
      high_half_ = (unit & 0xFC00) == 0xD800 ? unit : 0;
      if ((unit & 0xFC00) == 0xDC00 && high != 0)
        append_utf8(text_, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
      else if ((unit & 0xF800) != 0xD800 && unit != 0)
        append_utf8(text_, unit);
    }
    skip_ = group().unicode_skip;
  }

  void flush() {
    if (pending_.empty()) return;
    const bool ascii = std::ranges::all_of(pending_, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    text_ += ascii ? pending_ : from_code_page(as_bytes(pending_), code_page());
    pending_.clear();
  }

  std::uint32_t code_page() const {
    const Group& now = groups_.back();
    const auto font = fonts_.find(now.font < 0 ? default_font_ : now.font);
    return now.html_tag || font == fonts_.end() || font->second == 0 ? page_ : font->second;
  }

  std::string_view rtf_;
  std::size_t most_;
  std::size_t at_ = 0;
  std::vector<Group> groups_{Group{}};
  std::map<int, std::uint32_t> fonts_;
  std::uint32_t page_ = 1252;
  int default_font_ = 0;
  std::size_t skip_ = 0;  // of what follows a \u
  char32_t high_half_ = 0;
  bool is_html_ = false, broken_ = false;
  std::string pending_, text_;
};

}  // namespace

Bytes unpacked_rtf(ByteView untrusted_packed, std::size_t max_bytes) {
  if (untrusted_packed.size() < kHead) return {};
  const std::size_t most = std::min<std::size_t>(max_bytes, number_at(untrusted_packed, 4));
  const std::uint32_t kind = number_at(untrusted_packed, 8);
  const ByteView content = untrusted_packed.subspan(kHead);
  Bytes rtf;
  if (kind == kPacked) rtf = unpacked(content, most);
  if (kind == kPlain) rtf.assign(content.begin(), content.end());
  rtf.resize(std::min(rtf.size(), most));
  return rtf;
}

std::string text_of_rtf(ByteView untrusted_rtf, std::size_t max_bytes) {
  if (!as_text(untrusted_rtf).starts_with("{\\rtf")) return {};
  return RtfReader(untrusted_rtf, max_bytes).read();
}

}  // namespace zp::intake::cell
