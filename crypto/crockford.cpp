#include "crypto/crockford.h"

#include <sodium.h>

#include "crypto/base/sodium.h"
#include "crypto/base/text.h"

namespace zp::crypto {
namespace {

// Word processors and phones turn a dash or a space into one of these.
bool is_separator(char32_t c) noexcept {
  return c == ' ' || c == '\t' || c == '-' || c == 0x00A0 || c == 0x00AD || c == 0x202F || c == 0x2212 ||
         (c >= 0x2010 && c <= 0x2015);
}

char32_t fold(char32_t c) noexcept {
  if (c >= 'a' && c <= 'z') c = c - 'a' + 'A';
  if (c == 'O') return '0';
  if (c == 'I' || c == 'L') return '1';
  return c;
}

}  // namespace

std::string random_symbols(std::size_t count) {
  start_sodium();
  std::string symbols;
  for (std::size_t i = 0; i < count; ++i)
    symbols += kCrockford[randombytes_uniform(static_cast<std::uint32_t>(kCrockford.size()))];
  return symbols;
}

std::string fold_symbols(std::string_view typed) {
  std::string folded;
  for (const char32_t c : code_points(typed))
    if (!is_separator(c)) append_utf8(folded, fold(c));
  return folded;
}

}  // namespace zp::crypto
