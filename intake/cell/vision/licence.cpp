#include "intake/cell/vision/licence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <optional>
#include <string_view>

namespace zp::intake::vision {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// "09-03-2034", "09.03.2034", "09/03/34", spaces left out.
std::optional<std::string> date_in(std::string_view text) {
  constexpr int kCentury = 2000;
  std::array<int, 3> parts{};
  std::array<std::size_t, 3> digits{};
  std::size_t part = 0;
  for (const char c : text) {
    if (is_digit(c) && digits[part] < 4) {
      parts[part] = parts[part] * 10 + (c - '0');
      ++digits[part];
    } else if (std::string_view("-./").find(c) != std::string_view::npos && digits[part] == 2 && part < 2) {
      ++part;
    } else {
      break;
    }
  }
  if (part != 2 || (digits[2] != 4 && digits[2] != 2)) return std::nullopt;
  const int year = digits[2] == 2 ? kCentury + parts[2] : parts[2];
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(parts[1])),
                                         std::chrono::day(static_cast<unsigned>(parts[0]))};
  if (!date.ok() || year < 1950 || year > 2100) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}", year, parts[1], parts[0]);
}

// The line from the word at `first` on, without spaces.
std::string line_from(std::span<const Word> words, std::size_t first) {
  std::string line;
  for (std::size_t i = first; i < words.size() && words[i].line == words[first].line; ++i) line += words[i].text;
  return line;
}

}  // namespace

std::string printed_expiry(std::span<const Word> words) {
  constexpr std::string_view kLike4 = "4aA", kLikeA = "aAeEoO0", kLikeB = "bBhHnN68";  // as a machine reads small print
  std::string latest;
  int dates = 0;
  bool says_b = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string line = line_from(words, i);
    if (line.size() < 3 || kLike4.find(line[0]) == std::string_view::npos) continue;
    const bool like_b = kLikeB.find(line[1]) != std::string_view::npos;
    if (!like_b && kLikeA.find(line[1]) == std::string_view::npos) continue;
    const std::size_t begin = line[2] == '.' || line[2] == ':' ? 3 : 2;
    const auto date = date_in(std::string_view(line).substr(begin));
    if (!date) continue;
    ++dates;
    says_b |= like_b;
    latest = std::max(latest, *date);
  }
  // A licence expires after it was issued: of two dates it is the later one. A date that stands alone may be the other.
  return dates > 1 || says_b ? latest : "";
}

}  // namespace zp::intake::vision
