#include "intake/cell/uuencode.h"

#include <algorithm>
#include <optional>

namespace zp::intake::cell {
namespace {

constexpr std::size_t kMaxFiles = 100;

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), end + 1));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// "begin 644 name"
std::optional<std::string> name_in_begin(std::string_view line) {
  constexpr std::string_view kBegin = "begin ";
  if (!line.starts_with(kBegin)) return std::nullopt;
  line.remove_prefix(kBegin.size());
  const std::size_t digits = std::min(line.find_first_not_of("01234567"), line.size());
  if (digits < 3 || digits > 4 || digits + 1 >= line.size() || line[digits] != ' ') return std::nullopt;
  return std::string(line.substr(digits + 1));
}

int value(char c) { return c >= ' ' && c <= '`' ? (c - ' ') & 0x3F : -1; }

/// Adds the bytes of one line; false if it is none. Trailing spaces may have been lost on the way.
bool add_line(std::string_view line, Bytes& into) {
  const int length = line.empty() ? -1 : value(line[0]);
  if (length < 0) return false;
  std::string groups(line.substr(1));
  const std::size_t needed = static_cast<std::size_t>(length + 2) / 3 * 4;
  if (groups.size() > needed + 2) return false;
  groups.resize(needed, ' ');
  Bytes bytes;
  for (std::size_t at = 0; at < groups.size(); at += 4) {
    int bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const int six = value(groups[at + i]);
      if (six < 0) return false;
      bits = bits << 6 | six;
    }
    for (const int shift : {16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
  into.insert(into.end(), bytes.begin(), bytes.begin() + length);
  return true;
}

/// The lines up to "end".
std::optional<Bytes> read_body(std::string_view& text) {
  Bytes content;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line == "end") return content.empty() ? std::nullopt : std::optional(content);
    if (!add_line(line, content)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::vector<UuFile> uuencoded_files(std::string_view untrusted_text) {
  std::vector<UuFile> files;
  while (!untrusted_text.empty() && files.size() < kMaxFiles) {
    const auto name = name_in_begin(take_line(untrusted_text));
    if (!name) continue;
    std::string_view rest = untrusted_text;
    if (auto content = read_body(rest)) {
      files.push_back({*name, std::move(*content)});
      untrusted_text = rest;
    }
  }
  return files;
}

}  // namespace zp::intake::cell
