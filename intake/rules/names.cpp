#include "intake/rules/names.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace zp::intake {
namespace {

using Words = std::vector<std::string>;

// U+00C0 to U+017F without accent, one entry per character; '?' marks the ones with an entry of their own
// below.
constexpr std::string_view kPlain =
    "AAAAAA?CEEEEIIII?NOOOOO OUUUUY??"   // U+00C0
    "AAAAAA?CEEEEIIII?NOOOOO OUUUUY?Y"   // U+00E0
    "AAAAAACCCCCCCCDDDDEEEEEEEEEEGGGG"   // U+0100
    "GGGGHHHHIIIIIIIIII??JJKKKLLLLLLL"   // U+0120
    "LLLNNNNNNNNNOOOOOO??RRRRRRSSSSSS"   // U+0140
    "SSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZS";  // U+0160
static_assert(kPlain.size() == 0x180 - 0xC0);

struct Spelling {
  char32_t upper, lower;
  std::string_view letters;
};
constexpr std::array kAlways = {Spelling{0xC6, 0xE6, "AE"},   Spelling{0xD0, 0xF0, "D"},
                                Spelling{0xDE, 0xFE, "TH"},   Spelling{0xDF, 0x1E9E, "SS"},
                                Spelling{0x132, 0x133, "IJ"}, Spelling{0x152, 0x153, "OE"}};
constexpr std::array kIcao = {Spelling{0xC4, 0xE4, "AE"}, Spelling{0xC5, 0xE5, "AA"}, Spelling{0xD6, 0xF6, "OE"},
                              Spelling{0xD8, 0xF8, "OE"}, Spelling{0xDC, 0xFC, "UE"}};

template <std::size_t N>
std::string_view find_spelling(const std::array<Spelling, N>& spellings, char32_t c) {
  const auto found = std::ranges::find_if(spellings, [c](const Spelling& s) { return s.upper == c || s.lower == c; });
  return found == spellings.end() ? std::string_view{} : found->letters;
}

/// The next character of UTF-8 text; U+FFFD for a byte that begins none, and for characters above U+FFFF: no
/// letter of ours.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 0;
  char32_t c = first < 0x80 ? first : first & (0xFFu >> (length + 1));
  bool whole = length > 0 && length <= text.size();
  for (std::size_t i = 1; whole && i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    whole = (next & 0xC0u) == 0x80u;
    c = (c << 6) | (next & 0x3Fu);
  }
  text.remove_prefix(whole ? length : 1);
  return whole ? c : 0xFFFD;
}

/// Words of A-Z; anything else parts words, but apostrophes fall away ("D'Hondt" is DHONDT in the zone) and
/// so do combining accents.
Words words_of(std::string_view text, bool icao) {
  Words words(1);
  while (!text.empty()) {
    const char32_t c = take_character(text);
    std::string_view letters = icao ? find_spelling(kIcao, c) : std::string_view{};
    if (letters.empty()) letters = find_spelling(kAlways, c);
    if (!letters.empty())
      words.back() += letters;
    else if (c >= 'a' && c <= 'z')
      words.back() += static_cast<char>(c - 'a' + 'A');
    else if (c >= 'A' && c <= 'Z')
      words.back() += static_cast<char>(c);
    else if (c >= 0xC0 && c < 0x180 && kPlain[c - 0xC0] != ' ')
      words.back() += kPlain[c - 0xC0];
    else if (c == '\'' || c == 0x2019 || c == 0x60 || (c >= 0x300 && c < 0x370))
      continue;
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool contains(const Words& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

bool is_filler(const std::string& word) {
  static const Words kFillers = {"DE",   "DER", "DEN", "VAN", "VON",     "TEN",  "TER",  "TE",  "HET",
                                 "T",    "IN",  "OP",  "AAN", "S",       "LA",   "LE",   "DU",  "DA",
                                 "DOS",  "EL",  "AL",  "BEN", "MEVROUW", "MEVR", "MW",   "DHR", "MENEER",
                                 "HEER", "DRS", "DR",  "MR",  "IR",      "ING",  "PROF", "EN"};
  return contains(kFillers, word);
}

/// Every main word of the surname is in the written name; the last one may have been cut off where the zone
/// was full.
bool surname_written(const Words& written, const Words& surname, bool zone_is_full) {
  bool any = false;
  for (std::size_t i = 0; i < surname.size(); ++i) {
    if (is_filler(surname[i])) continue;
    const bool may_be_cut = zone_is_full && i + 1 == surname.size();
    const bool found =
        contains(written, surname[i]) ||
        (may_be_cut && std::ranges::any_of(written, [&](const auto& w) { return w.starts_with(surname[i]); }));
    if (!found) return false;
    any = true;
  }
  return any || (!surname.empty() && std::ranges::all_of(surname, [&](const auto& w) { return contains(written, w); }));
}

/// "W.L." and "Willeke" both fit WILLEKE LISELOTTE; no given name written fits any.
bool given_name_fits(const Words& written, const Words& surname, const Words& given) {
  if (given.empty()) return true;
  const auto first =
      std::ranges::find_if(written, [&](const auto& w) { return !is_filler(w) && !contains(surname, w); });
  if (first == written.end()) return true;
  return std::ranges::any_of(given, [&](const auto& name) { return name.front() == first->front(); });
}

}  // namespace

bool same_person_name(std::string_view written, std::string_view mrz_surname, std::string_view mrz_given_names) {
  constexpr std::size_t kShortestZone = 30, kSeparator = 2;  // the name line of a card (TD1)
  const bool zone_is_full = mrz_surname.size() + kSeparator + mrz_given_names.size() >= kShortestZone - 1;
  const Words surname = words_of(mrz_surname, false), given = words_of(mrz_given_names, false);
  return std::ranges::any_of(std::array{false, true}, [&](bool icao) {
    const Words words = words_of(written, icao);
    return surname_written(words, surname, zone_is_full) && given_name_fits(words, surname, given);
  });
}

bool may_be_same_person(std::string_view one, std::string_view other) {
  if (one.find(' ') == std::string_view::npos) return same_person_name(other, one, {});
  // Where the given names end is not written.
  for (std::size_t space = one.find(' '); space != std::string_view::npos; space = one.find(' ', space + 1))
    if (same_person_name(other, one.substr(space + 1), one.substr(0, space))) return true;
  return false;
}

}  // namespace zp::intake
