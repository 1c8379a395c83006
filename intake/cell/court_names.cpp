#include "intake/cell/court_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <vector>

namespace zp::intake::cell {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxName = 100;  // bytes
constexpr std::size_t kMaxNameWords = 10;

char small(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || (c & '\x80') != 0; }

bool is_capital(std::string_view word) {
  if (word.starts_with("'s-") || word.starts_with("'S-")) word.remove_prefix(3);
  const auto first = static_cast<unsigned char>(word.empty() ? 0 : word[0]);
  return (first >= 'A' && first <= 'Z') || first >= 0xC3;  // letters with accents begin with such a byte in UTF-8
}

bool is_name_particle(std::string_view word) {
  static constexpr std::array kParticles = {"van"sv, "de"sv, "der"sv, "den"sv, "het"sv, "ten"sv, "ter"sv,
                                            "te"sv,  "'t"sv, "in"sv,  "op"sv,  "la"sv,  "le"sv,  "du"sv,
                                            "el"sv,  "al"sv, "von"sv, "da"sv,  "dos"sv, "en"sv,  "&"sv};
  return std::ranges::find(kParticles, word) != kParticles.end();
}

bool is_shouted(std::string_view word) {
  return std::ranges::none_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '.'; });
}

/// "BOERMA-KOK" as "Boerma-Kok" and "VAN" as "van".
std::string without_capitals(std::string_view word) {
  std::string result = lower(word);
  if (is_name_particle(result)) return result;
  bool inside = false;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto byte = static_cast<unsigned char>(result[i]);
    const bool accented = byte >= 0x80 && byte <= 0x9E && i > 0 && result[i - 1] == '\xC3';  // capitals of Latin-1
    if (accented && i > 1 && is_letter(result[i - 2])) result[i] = static_cast<char>(result[i] + 0x20);
    if (!inside) result[i] = word[i];
    inside = is_letter(result[i]);
  }
  if (result.starts_with("'S-")) result[1] = 's';
  return result;
}

/// A short word in capitals is an abbreviation, unless all of the name is in capitals.
std::string joined(std::span<const std::string_view> words) {
  constexpr std::size_t kAbbreviation = 3;
  const bool all = std::ranges::all_of(words, is_shouted);
  std::string name;
  for (const std::string_view word : words) {
    const bool change = is_shouted(word) && (all || word.size() > kAbbreviation || is_name_particle(lower(word)));
    name += (name.empty() ? "" : " ") + (change ? without_capitals(word) : std::string(word));
    name[0] = word == words.front() ? word[0] : name[0];  // "Van den Bosch", "Den Haag"
  }
  return name.size() > kMaxName ? std::string() : name;
}

constexpr std::array kForms = {"de heer/mevrouw "sv,
                               "de heer "sv,
                               "heer "sv,
                               "mevrouw "sv,
                               "mevr. "sv,
                               "dhr. "sv,
                               "mw. "sv,
                               "mr. "sv,
                               "drs. "sv,
                               "de naamloze vennootschap "sv,
                               "de besloten vennootschap "sv,
                               "de stichting "sv};

std::string_view without_forms(std::string_view text) {
  const auto form_of = [&] {
    return std::ranges::find_if(kForms, [&](auto form) { return lower(text.substr(0, form.size())) == form; });
  };
  for (auto form = form_of(); form != kForms.end(); form = form_of()) text.remove_prefix(form->size());
  return text;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), small);
  return result;
}

void skip(std::string_view& text, std::string_view any_of) {
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(any_of)));
}

std::string name_at(std::string_view text) {
  skip(text, " :\n-");
  text = without_forms(text);
  std::vector<std::string_view> words;
  std::size_t whole = 0;  // how many words, up to the last one with a capital
  while (words.size() < kMaxNameWords && !text.empty()) {
    skip(text, " \n");
    const std::size_t length = std::min(text.find_first_of(" \n"), text.size());
    std::string_view word = text.substr(0, length);
    text.remove_prefix(length);
    const bool last = word.find_first_of(",;:()") != std::string_view::npos;
    word = word.substr(0, word.find_first_of(",;:()"));
    const bool capital = is_capital(word);
    if (!capital && !is_name_particle(word)) break;
    words.push_back(word);
    if (capital) whole = words.size();
    if (last) break;
  }
  return joined(std::span(words).first(whole));
}

std::string name_before(std::string_view text) {
  while (!text.empty() && std::string_view(" ,\n(").contains(text.back())) text.remove_suffix(1);
  std::size_t begin = text.size();
  for (std::size_t words = 0; words < kMaxNameWords && begin > 0; ++words) {
    std::size_t from = text.find_last_of(" \n", begin - 1);
    from = from == std::string_view::npos ? 0 : from + 1;
    const std::string_view word = text.substr(from, begin - from);
    if (word == "te") return {};
    const bool ends = !word.empty() && std::string_view(",;:()").contains(word.back());
    if (ends || (!is_capital(word) && !is_name_particle(word))) break;
    begin = from == 0 ? 0 : from - 1;
    if (from > 0 && text[from - 1] == '\n') break;  // a name stands on one line
  }
  text.remove_prefix(begin);
  skip(text, " \n");
  while (!text.empty() && !is_capital(without_forms(text)) && text.find(' ') != std::string_view::npos)
    text.remove_prefix(text.find(' ') + 1);
  return name_at(text);
}

}  // namespace zp::intake::cell
