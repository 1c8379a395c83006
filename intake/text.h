// intake/text.h - text of strangers, made fit to keep and to show.
//
// Threads: free functions.
#ifndef INTAKE_TEXT_H_
#define INTAKE_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace zp::intake {

enum class Lines { kJoin, kKeep };

/// Valid UTF-8 of at most `max_bytes` bytes, cut between characters. Bytes that are no UTF-8 become U+FFFD; control,
/// bidirectional and invisible formatting characters go. Lines::kKeep leaves \n and \t in; Lines::kJoin makes them
/// spaces.
std::string clean_text(std::string_view untrusted_text, std::size_t max_bytes, Lines lines = Lines::kJoin);

/// "1, 3 and 5 to 9" out of ascending numbers, at least one, with the caller's words for "to" and "and".
std::string listed_numbers(const std::vector<int>& numbers, std::string_view to, std::string_view and_last);

}  // namespace zp::intake

#endif  // INTAKE_TEXT_H_
