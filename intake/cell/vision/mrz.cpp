#include "intake/cell/vision/mrz.h"

#include <algorithm>
#include <cctype>

#include "intake/cell/vision/mrz_layout.h"

namespace zp::intake::vision {
namespace {

std::optional<Lines> cleaned(std::span<const std::string> untrusted_lines) {
  Lines lines;
  for (const std::string& untrusted : untrusted_lines) {
    if (untrusted.size() > 200) return std::nullopt;
    std::string line;
    for (const char c : untrusted) {
      const auto raised = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      if (c == ' ' || c == '\r' || c == '\n' || c == '\t') continue;
      if (!(raised >= 'A' && raised <= 'Z') && !(raised >= '0' && raised <= '9') && raised != '<') return std::nullopt;
      line += raised;
    }
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

// --- mending what OCR confuses ---

constexpr std::string_view kLetterFor = "0O1I2Z4A5S6G7T8B";  // pairs: digit, the letter that looks like it
constexpr std::string_view kDigitFor = "O0Q0D0U0I1L1J1Z2A4S5G6T7B8";

std::optional<char> lookup(std::string_view pairs, char c) {
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
    if (pairs[i] == c) return pairs[i + 1];
  return std::nullopt;
}

// True if a character had to be changed.
bool force(Lines& lines, const Span& span, std::string_view pairs) {
  bool changed = false;
  for (int i = 0; i < span.length; ++i) {
    char& c = lines[span.line][span.begin + i];
    if (const auto other = lookup(pairs, c)) {
      c = *other;
      changed = true;
    }
  }
  return changed;
}

bool force_kinds(Lines& lines, const Layout& layout) {
  bool changed = false;
  for (const Span& letters : {layout.issuer, layout.nationality, layout.names, layout.sex})
    changed |= force(lines, letters, kLetterFor);
  for (const Span& digits : {layout.birth, layout.expiry}) changed |= force(lines, digits, kDigitFor);
  for (const Check& check : layout.checks) changed |= force(lines, check.digit, kDigitFor);
  char& code = lines[layout.code.line][layout.code.begin];
  if (const auto letter = lookup("0D1I8B", code)) {
    code = *letter;
    changed = true;
  }
  return changed;
}

// Which characters a printed one may be taken for, in fields that hold both letters and digits. Only the usual
// confusions: one digit checks little, and the more changes are tried the more wrong readings pass.
std::string_view confusable(char c) {
  static constexpr std::array<std::string_view, 6> pairs = {"0O", "1I", "2Z", "5S", "8B", "6G"};
  for (const std::string_view pair : pairs)
    if (const auto i = pair.find(c); i != std::string_view::npos) return pair.substr(1 - i, 1);
  return {};
}

// One changed character that lets more checks hold; only if no other single change would do as well.
bool mend_one(Lines& lines, const Layout& layout) {
  const int before = failures(lines, layout);
  if (before == 0) return false;
  int best = before, ways = 0;
  Lines mended;
  for (const Check& check : layout.checks) {
    if (holds(lines, check)) continue;
    for (const Span& span : check.over) {
      for (int i = 0; i < span.length; ++i) {
        Lines attempt = lines;
        char& c = attempt[span.line][span.begin + i];
        const char original = c;
        for (const char other : confusable(original)) {
          c = other;
          const int now = failures(attempt, layout);
          if (now < best) {
            best = now;
            ways = 1;
            mended = attempt;
          } else if (now == best && now < before && attempt != mended) {
            ++ways;
          }
        }
      }
    }
  }
  if (ways != 1) return false;
  lines = std::move(mended);
  return true;
}

}  // namespace

char check_digit(std::string_view field) noexcept {
  static constexpr std::array<int, 3> weights = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < field.size(); ++i) sum += check_value(field[i]) * weights[i % 3];
  return static_cast<char>('0' + sum % 10);
}

std::optional<ParsedMrz> parse_mrz(std::span<const std::string> untrusted_lines, int year_now) {
  auto lines = cleaned(untrusted_lines);
  if (!lines) return std::nullopt;
  const auto format = format_of(*lines);
  if (!format) return std::nullopt;
  const Layout layout = layout_for(*format, *lines);
  const bool forced = force_kinds(*lines, layout);
  const bool mended = mend_one(*lines, layout);
  ParsedMrz parsed = read_fields(std::move(*lines), layout, year_now);
  parsed.mrz.corrected = forced || mended;
  return parsed;
}

bool passes_elfproef(std::string_view digits) noexcept {
  std::string plain;
  for (const char c : digits) {
    if (c == ' ' || c == '.' || c == '-') continue;
    if (c < '0' || c > '9' || plain.size() == 9) return false;
    plain += c;
  }
  if (plain.size() == 8) plain.insert(plain.begin(), '0');
  if (plain.size() != 9 || plain.starts_with("00")) return false;
  int sum = -(plain[8] - '0');
  for (int i = 0; i < 8; ++i) sum += (plain[i] - '0') * (9 - i);
  return sum % 11 == 0;
}

}  // namespace zp::intake::vision
