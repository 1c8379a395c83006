#include <algorithm>
#include <ranges>

#include "intake/rules/fields.h"

namespace zp::intake {

bool holds(const Condition& condition, const FieldValues& fields) {
  return std::ranges::all_of(condition, [&](const auto& wanted) {
    const auto field = fields.find(wanted.first);
    if (field == fields.end()) return false;
    for (const auto part : std::views::split(wanted.second, '|'))
      if (std::string_view(part.begin(), part.end()) == field->second) return true;
    return false;
  });
}

}  // namespace zp::intake
