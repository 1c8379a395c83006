#include "templates/letter/text.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

#include "crypto/base/text.h"

namespace zp::templates {
namespace {

constexpr const char* kOperation = "read text for a letter";
constexpr char32_t kSoftHyphen = 0x00AD;

/// Lines are set from left to right alone: such letters would stand in the wrong order.
bool runs_right_to_left(char32_t c) {
  const auto direction = utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->bidi_class;
  return direction == UTF8PROC_BIDI_CLASS_R || direction == UTF8PROC_BIDI_CLASS_AL;
}

bool is_unfit(char32_t c) {
  if (c == '\n') return false;
  if (runs_right_to_left(c)) return true;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CC:  // controls
    case UTF8PROC_CATEGORY_CF:  // direction marks, zero-width joiners
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

/// Normal form C of well-formed UTF-8.
std::string composed(std::string_view text) {
  utf8proc_uint8_t* out = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &out, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  ZP_CHECK(size >= 0);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, &std::free);
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
}

template <typename Int>
bool read_digits(std::string_view text, Int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Result<std::string> clean_text(std::string_view utf8) {
  if (!is_utf8(utf8)) return fail(Code::kMalformed, kOperation, "not UTF-8");
  std::u32string out;
  for (const char32_t c : to_u32(composed(utf8))) {
    if (c == '\r' || c == kSoftHyphen) continue;
    if (c == '\t') {
      out += U' ';
      continue;
    }
    if (is_unfit(c)) return fail(Code::kRefused, kOperation, code_point_name(c) + " cannot be printed");
    out += c;
  }
  return to_utf8(out);
}

std::string spelled_out(std::string_view untrusted_text, const std::function<bool(char32_t)>& can_print) {
  std::u32string out;
  for (const char32_t c : to_u32(composed(to_valid_utf8(untrusted_text)))) {
    const bool kept = c == U'\n' || c == U'\r' || c == U'\t' || c == kSoftHyphen;
    out += kept || (!is_unfit(c) && can_print(c)) ? std::u32string(1, c) : to_u32("[" + code_point_name(c) + "]");
  }
  return to_utf8(out);
}

std::u32string to_u32(std::string_view utf8) {
  const std::vector<char32_t> points = code_points(utf8);
  return {points.begin(), points.end()};
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) append_utf8(out, c);
  return out;
}

bool is_small_letter(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_LL; }

bool is_punctuation(char32_t c) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

std::string code_point_name(char32_t c) { return fmt::format("U+{:04X}", static_cast<std::uint32_t>(c)); }

std::string escape_markdown(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (c == '\n') {
      while (out.ends_with(' ')) out.pop_back();
      out += "\\\n";
      line_start = true;
      continue;
    }
    if (line_start && c == ' ') continue;  // four of them would make a code block
    line_start = false;
    if (std::ispunct(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 0x80) out += '\\';
    out += c;
  }
  while (out.ends_with(' ') || out.ends_with("\\\n")) out.resize(out.size() - (out.ends_with(' ') ? 1 : 2));
  return out;
}

std::optional<std::string> dutch_date(std::string_view iso) {
  static constexpr std::array<const char*, 12> kMonths = {"januari",   "februari", "maart",    "april",
                                                          "mei",       "juni",     "juli",     "augustus",
                                                          "september", "oktober",  "november", "december"};
  int year = 0;
  unsigned month = 0, day = 0;
  if (iso.size() != 10 || iso[4] != '-' || iso[7] != '-' || !read_digits(iso.substr(0, 4), year) ||
      !read_digits(iso.substr(5, 2), month) || !read_digits(iso.substr(8, 2), day))
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  return fmt::format("{} {} {}", day, kMonths.at(month - 1), year);
}

std::optional<std::string> dutch_time(std::string_view iso) {
  unsigned hour = 0, minute = 0;
  if (iso.size() != 16 || iso[10] != 'T' || iso[13] != ':' || !read_digits(iso.substr(11, 2), hour) ||
      !read_digits(iso.substr(14, 2), minute) || hour > 23 || minute > 59)
    return std::nullopt;
  const auto date = dutch_date(iso.substr(0, 10));
  if (!date) return std::nullopt;
  return fmt::format("{} om {}.{:02} uur", *date, hour, minute);
}

std::string dutch_size(std::uint64_t bytes) {
  static constexpr std::array<const char*, 4> kUnits = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  std::string text = value < 9.95 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
  if (const auto point = text.find('.'); point != std::string::npos) text[point] = ',';
  return text + " " + kUnits.at(unit);
}

}  // namespace zp::templates
