#include "intake/cell/pdf_appended.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <string_view>

#include "intake/cell/pdf_byte_range.h"

namespace zp::intake::cell {
namespace {

bool is_space(char c) { return is_pdf_space(static_cast<std::uint8_t>(c)); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::size_t> number_at(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  std::size_t number = 0;
  const auto result = std::from_chars(text.data() + at, text.data() + text.size(), number);
  return result.ec == std::errc() ? std::optional(number) : std::nullopt;
}

/// Takes what passes `wanted` from the end; whether there was any.
bool take_back(std::string_view& text, bool (*wanted)(char)) {
  const std::size_t size = text.size();
  while (!text.empty() && wanted(text.back())) text.remove_suffix(1);
  return text.size() < size;
}

/// By number, where each object is written last; "12 0 obj" (7.3.10).
std::map<int, std::size_t> last_written(std::string_view pdf, std::size_t from) {
  constexpr std::string_view kWord = "obj";
  std::map<int, std::size_t> places;
  for (std::size_t at = pdf.find(kWord, from); at != std::string_view::npos; at = pdf.find(kWord, at + 1)) {
    std::string_view before = pdf.substr(from, at - from);
    if (!take_back(before, is_space) || !take_back(before, is_digit) || !take_back(before, is_space)) continue;
    std::string_view rest = before;
    if (!take_back(rest, is_digit)) continue;
    const std::optional<std::size_t> number = number_at(pdf, from + rest.size());
    if (number && *number <= std::numeric_limits<int>::max()) places[static_cast<int>(*number)] = from + rest.size();
  }
  return places;
}

/// Where the cross-references say that an object is; of one in an object stream, where that is. Nothing: nowhere.
std::optional<std::size_t> place_of(int number, const std::map<QPDFObjGen, QPDFXRefEntry>& table) {
  constexpr int kPlain = 1, kInStream = 2;
  // A higher generation comes later (7.3.10); few have one.
  auto entry = table.upper_bound(QPDFObjGen(number, std::numeric_limits<int>::max()));
  if (entry == table.begin() || (--entry)->first.getObj() != number) return std::nullopt;
  if (entry->second.getType() == kPlain) return static_cast<std::size_t>(entry->second.getOffset());
  if (entry->second.getType() != kInStream) return std::nullopt;
  const auto stream = table.find(QPDFObjGen(entry->second.getObjStreamNumber(), 0));
  if (stream == table.end() || stream->second.getType() != kPlain) return std::nullopt;
  return static_cast<std::size_t>(stream->second.getOffset());
}

bool is_cross_reference_stream(std::string_view object) {
  constexpr std::size_t kLongest = 1000;
  object = object.substr(0, kLongest);
  const std::string_view dictionary = object.substr(0, object.find("stream"));
  return dictionary.find("/XRef") != std::string_view::npos;
}

}  // namespace

bool ends_as_pdf(ByteView pdf) {
  std::string_view text = as_text(pdf);
  take_back(text, is_space);
  return text.ends_with("%%EOF");
}

bool only_revisions_follow(ByteView pdf, std::size_t end, QPDF& document) {
  const std::string_view text = as_text(pdf);
  constexpr std::string_view kStart = "startxref";
  const std::size_t start = text.rfind(kStart);
  // Offsets count from the header, which may stand behind other bytes (implementation note 13 of PDF 1.7).
  const std::size_t header = std::min(text.find("%PDF-"), end);
  const auto section = start == std::string_view::npos ? std::nullopt : number_at(text, start + kStart.size());
  if (!ends_as_pdf(pdf) || !section || *section + header < end) return false;
  const std::map<QPDFObjGen, QPDFXRefEntry> table = document.getXRefTable();
  return std::ranges::all_of(last_written(text, end), [&](const auto& written) {
    const auto [number, place] = written;
    const auto listed = place_of(number, table);
    if (!listed) return is_cross_reference_stream(text.substr(place));
    return text.find_first_not_of(std::string_view(" \t\r\n\f\0", 6), *listed + header) >= place;
  });
}

}  // namespace zp::intake::cell
