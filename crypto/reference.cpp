#include "crypto/reference.h"

#include <cstdint>

#include "crypto/base/text.h"
#include "crypto/crockford.h"

namespace zp::crypto {
namespace {

constexpr std::string_view kPrefix = "ZP";
constexpr std::size_t kRandomSymbols = 8;
constexpr std::size_t kSymbols = kRandomSymbols + 1;
constexpr std::size_t kLongestSpelling = 40;  // bytes of one reference in running text, odd dashes included

// Times x in GF(32) with x^5 + x^2 + 1, in which x has order 31: no two positions share a weight.
std::uint32_t times_x(std::uint32_t value) noexcept {
  value <<= 1;
  return value & 32 ? value ^ 0x25 : value;
}

std::optional<char> check_symbol(std::string_view symbols) {
  std::uint32_t sum = 0;
  for (const char symbol : symbols) {
    const std::size_t value = kCrockford.find(symbol);
    if (value == std::string_view::npos) return std::nullopt;
    sum = times_x(sum ^ static_cast<std::uint32_t>(value));
  }
  return kCrockford[sum];
}

std::string spelled(std::string_view symbols) {
  return "ZP-" + std::string(symbols.substr(0, 4)) + "-" + std::string(symbols.substr(4, 4)) + "-" +
         std::string(symbols.substr(8));
}

bool is_word_character(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// The reference that `text` starts with.
std::optional<std::string> leading_reference(std::string_view text) {
  for (std::size_t size = kPrefix.size() + kSymbols; size <= std::min(text.size(), kLongestSpelling); ++size) {
    if (size < text.size() && is_word_character(text[size])) continue;
    if (!is_word_character(text[size - 1])) continue;
    const std::string_view candidate = text.substr(0, size);
    if (fold_symbols(candidate).size() > kPrefix.size() + kSymbols) break;
    if (auto reference = parse_reference(candidate)) return reference;
  }
  return std::nullopt;
}

}  // namespace

std::string random_reference() {
  std::string symbols = random_symbols(kRandomSymbols);
  symbols += *check_symbol(symbols);
  return spelled(symbols);
}

std::optional<std::string> parse_reference(std::string_view typed) {
  if (typed.size() > kLongestSpelling) return std::nullopt;
  const std::string folded = fold_symbols(trim(typed));
  std::string_view symbols = folded;
  if (symbols.size() == kPrefix.size() + kSymbols && symbols.starts_with(kPrefix))
    symbols.remove_prefix(kPrefix.size());
  if (symbols.size() != kSymbols || kCrockford.find(symbols.back()) == std::string_view::npos) return std::nullopt;
  if (check_symbol(symbols.substr(0, kRandomSymbols)) != symbols.back()) return std::nullopt;
  return spelled(symbols);
}

std::optional<std::string> find_reference(std::string_view text) {
  for (std::size_t at = 0; at + kPrefix.size() + kSymbols <= text.size(); ++at) {
    const bool starts_word = at == 0 || !is_word_character(text[at - 1]);
    if (!starts_word || (text[at] | 0x20) != 'z' || (text[at + 1] | 0x20) != 'p') continue;
    if (auto reference = leading_reference(text.substr(at))) return reference;
  }
  return std::nullopt;
}

}  // namespace zp::crypto
