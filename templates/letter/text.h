// templates/letter/text.h - characters of a letter (valid, composed, printable), and Dutch spellings of
// values.
//
// Threads: free functions.
// Errors: kMalformed for bytes that are not UTF-8, kRefused names a character by number (U+202E), never its
// context.
#ifndef TEMPLATES_LETTER_TEXT_H_
#define TEMPLATES_LETTER_TEXT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/base/result.h"

namespace zp::templates {

/// `utf8` in Unicode normal form C without soft hyphens; tabs become spaces. kRefused for control, direction
/// and zero-width characters, and letters of scripts that run from right to left: they would show something else than
/// what is stored. Line ends ("\n") are kept.
Result<std::string> clean_text(std::string_view utf8);

/// `untrusted_text` in a form that clean_text() accepts and `can_print` too: what neither can show is written
/// as its number between brackets, "[U+1F34E]".
std::string spelled_out(std::string_view untrusted_text, const std::function<bool(char32_t)>& can_print);

/// Both sides must be valid (clean_text).
std::u32string to_u32(std::string_view utf8);
std::string to_utf8(std::u32string_view text);

bool is_small_letter(char32_t c);
bool is_punctuation(char32_t c);

/// "U+1F600".
std::string code_point_name(char32_t c);

/// `text` with every ASCII punctuation mark escaped, so that CommonMark prints it as it is; line ends become
/// hard breaks.
std::string escape_markdown(std::string_view text);

/// "2026-11-22" -> "22 november 2026"; nothing if it is not a real date written so.
std::optional<std::string> dutch_date(std::string_view iso);
/// "2026-11-22T14:05" -> "22 november 2026 om 14.05 uur".
std::optional<std::string> dutch_time(std::string_view iso);
/// 1234567 -> "1,2 MB" (powers of ten, as telephones and file managers show).
std::string dutch_size(std::uint64_t bytes);

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_TEXT_H_
