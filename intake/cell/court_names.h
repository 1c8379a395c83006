// intake/cell/court_names.h - names of people, offices and courts as they stand in a beschikking.
//
// All take text of a stranger and look at no more than some hundred bytes of it. Threads: free functions.
#ifndef INTAKE_CELL_COURT_NAMES_H_
#define INTAKE_CELL_COURT_NAMES_H_

#include <string>
#include <string_view>

namespace zp::intake::cell {

/// ASCII letters small, all else kept: as many bytes as before.
std::string lower(std::string_view text);

/// Drops what of `any_of` `text` begins with.
void skip(std::string_view& text, std::string_view any_of);

/// The name at the beginning of `text`, without "mevrouw" and the like: words with a capital and what stands between them.
/// At most 100 bytes; empty if there is none.
std::string name_at(std::string_view text);

/// The name at the end of `text`, which does not go back beyond its line; empty if it is that of a place ("te Leek").
std::string name_before(std::string_view text);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_COURT_NAMES_H_
