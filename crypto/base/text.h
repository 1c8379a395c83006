// crypto/base/text.h - checks and small changes on text that several parts need.
//
// Threads: free functions. No locale is used anywhere.
#ifndef CRYPTO_BASE_TEXT_H_
#define CRYPTO_BASE_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

namespace zp {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text) noexcept;
/// `text` with each malformed byte replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);
/// The code points of well-formed UTF-8; malformed bytes come out as U+FFFD.
std::vector<char32_t> code_points(std::string_view text);
void append_utf8(std::string& text, char32_t code_point);
/// Whether `text` holds a control character (C0, DEL, C1) or one that changes the reading direction: names with
/// these are shown wrongly and are refused or cleaned before anybody sees them.
bool has_control_characters(std::string_view text);
/// A to Z become a to z; everything else stays.
std::string ascii_lower(std::string_view text);
/// Without ASCII white space at both ends.
std::string_view trim(std::string_view text) noexcept;

}  // namespace zp

#endif  // CRYPTO_BASE_TEXT_H_
