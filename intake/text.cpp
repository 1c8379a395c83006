#include "intake/text.h"

#include <fmt/format.h>

#include <cstdint>

namespace zp::intake {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Decoded {
  std::uint32_t code;
  std::size_t bytes;  // 0: not UTF-8
};

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {0, 0};
  std::uint32_t code = first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return {0, 0};
  return {code, length};
}

bool is_control(std::uint32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

// What turns text around or hides in it: marks, embeddings, isolates, joiners, tags, byte order marks, non-characters.
bool is_deceptive(std::uint32_t code) {
  return code == 0xAD || code == 0x61C || code == 0x180E || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
         (code >= 0xFFF9 && code <= 0xFFFB) || (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE ||
         (code >= 0xE0000 && code <= 0xE0FFF);
}

}  // namespace

std::string clean_text(std::string_view untrusted_text, std::size_t max_bytes, Lines lines) {
  std::string clean;
  while (!untrusted_text.empty()) {
    const auto [code, bytes] = decode(untrusted_text);
    std::string_view piece = bytes == 0 ? kReplacement : untrusted_text.substr(0, bytes);
    const bool layout = bytes == 1 && (code == '\n' || code == '\t');
    if (layout && lines == Lines::kJoin) piece = " ";
    if (bytes != 0 && !layout && (is_control(code) || is_deceptive(code))) piece = {};
    if (clean.size() + piece.size() > max_bytes) break;
    clean += piece;
    untrusted_text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return clean;
}

std::string listed_numbers(const std::vector<int>& numbers, std::string_view to, std::string_view and_last) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (last < i + 2) last = i;
    parts.push_back(last == i ? fmt::to_string(numbers[i]) : fmt::format("{}{}{}", numbers[i], to, numbers[last]));
    i = last + 1;
  }
  std::string list = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) list.append(i + 1 < parts.size() ? ", " : and_last).append(parts[i]);
  return list;
}

}  // namespace zp::intake
