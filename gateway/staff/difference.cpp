#include "gateway/staff/difference.h"

#include <algorithm>
#include <cstdint>

namespace zp::gateway {
namespace {

using Words = std::vector<std::string_view>;

constexpr std::size_t kMostCells = 8'000'000;

bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Each word with the space after it.
Words words_of(std::string_view text) {
  Words words;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && !is_space(text[end])) ++end;
    while (end < text.size() && is_space(text[end])) ++end;
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

void add(std::vector<Piece>& pieces, Piece::Kind kind, std::string_view word) {
  if (pieces.empty() || pieces.back().kind != kind) pieces.push_back({kind, {}});
  pieces.back().text += word;
}

/// Length of the longest common subsequence of what lies behind each pair of words.
class Table {
 public:
  Table(const Words& before, const Words& after) : width_(after.size() + 1), cells_((before.size() + 1) * width_) {
    for (std::size_t i = before.size(); i-- > 0;)
      for (std::size_t j = after.size(); j-- > 0;)
        cells_[i * width_ + j] = before[i] == after[j] ? static_cast<std::uint16_t>(at(i + 1, j + 1) + 1)
                                                       : std::max(at(i + 1, j), at(i, j + 1));
  }
  std::uint16_t at(std::size_t i, std::size_t j) const { return cells_[i * width_ + j]; }

 private:
  std::size_t width_;
  std::vector<std::uint16_t> cells_;
};

}  // namespace

std::vector<Piece> difference(std::string_view before_text, std::string_view after_text) {
  std::vector<Piece> pieces;
  const Words before = words_of(before_text), after = words_of(after_text);
  if (before.size() > UINT16_MAX || after.size() > UINT16_MAX ||
      (before.size() + 1) * (after.size() + 1) > kMostCells) {
    add(pieces, Piece::kRemoved, before_text);
    add(pieces, Piece::kAdded, after_text);
    return pieces;
  }
  const Table common(before, after);
  std::size_t i = 0, j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      add(pieces, Piece::kKept, before[i]);
      ++i, ++j;
    } else if (j == after.size() || (i < before.size() && common.at(i + 1, j) >= common.at(i, j + 1))) {
      add(pieces, Piece::kRemoved, before[i++]);
    } else {
      add(pieces, Piece::kAdded, after[j++]);
    }
  }
  return pieces;
}

}  // namespace zp::gateway
