// intake/text.h - text of strangers, made fit to keep and to show.
//
// Threads: free functions.
#ifndef INTAKE_TEXT_H_
#define INTAKE_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace zp::intake {

enum class Lines { kJoin, kKeep };

/// Valid UTF-8 of at most `max_bytes` bytes, cut between characters. Bytes that are no UTF-8 become U+FFFD; control,
/// bidirectional and invisible formatting characters go. Lines::kKeep leaves \n and \t in; Lines::kJoin makes them
/// spaces.
std::string clean_text(std::string_view untrusted_text, std::size_t max_bytes, Lines lines = Lines::kJoin);

}  // namespace zp::intake

#endif  // INTAKE_TEXT_H_
