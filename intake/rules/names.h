// intake/rules/names.h - does the name on a form belong to the name in a machine-readable zone?
//
// Tolerant where people are: capitals, accents (and their ICAO 9303 spelling: Ö as OE), initials for given
// names, titles, tussenvoegsels, a partner's name beside the own one, a surname cut off by the zone's length.
// Strict on letters: "Jansen" is not "Janssen". Private to intake/rules. Threads: pure.
#ifndef INTAKE_RULES_NAMES_H_
#define INTAKE_RULES_NAMES_H_

#include <string_view>

namespace zp::intake {

bool same_person_name(std::string_view written, std::string_view mrz_surname, std::string_view mrz_given_names);

/// The same for two names that are each written in one piece: "W. de Bruijn" and "Willeke Liselotte de Bruijn".
bool may_be_same_person(std::string_view one, std::string_view other);

}  // namespace zp::intake

#endif  // INTAKE_RULES_NAMES_H_
