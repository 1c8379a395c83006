#include "crypto/search_token.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "crypto/base/text.h"
#include "crypto/hash.h"

namespace zp::crypto {
namespace {

constexpr std::size_t kTokenBytes = 16;

struct Free {
  void operator()(void* memory) const noexcept { std::free(memory); }
};

// Letters with a stroke and joined letters have no decomposition in Unicode; a searcher types them plain.
std::string_view plain_spelling(char32_t c) noexcept {
  switch (c) {
    case U'ø':
      return "o";
    case U'ł':
      return "l";
    case U'đ':
    case U'ð':
      return "d";
    case U'ħ':
      return "h";
    case U'ŧ':
      return "t";
    case U'ı':
      return "i";
    case U'þ':
      return "th";
    case U'æ':
      return "ae";
    case U'œ':
      return "oe";
    default:
      return {};
  }
}

// Case folded, compatibility forms and marks gone ("IJ" to "ij", "Ž" to "z", "ß" to "ss").
std::string folded(std::string_view text) {
  constexpr auto kOptions = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
                                                           UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
  const std::string valid = to_valid_utf8(text);
  utf8proc_uint8_t* raw = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(valid.data()),
                                             static_cast<utf8proc_ssize_t>(valid.size()), &raw, kOptions);
  const std::unique_ptr<utf8proc_uint8_t, Free> owner(raw);
  ZP_CHECK(size >= 0);
  return std::string(as_text({raw, static_cast<std::size_t>(size)}));
}

bool is_letter_or_digit(char32_t c) noexcept {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

}  // namespace

Bytes search_token(const SecretBytes& index_key, std::string_view normalised_word) {
  const Digest mac = hmac_sha256(index_key, as_bytes(normalised_word));
  return Bytes(mac.begin(), mac.begin() + kTokenBytes);
}

std::vector<std::string> search_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (const char32_t c : code_points(folded(text))) {
    if (!is_letter_or_digit(c)) {
      end_word();
    } else if (const std::string_view plain = plain_spelling(c); !plain.empty()) {
      word += plain;
    } else {
      append_utf8(word, c);
    }
  }
  end_word();
  return words;
}

}  // namespace zp::crypto
