#include "intake/cell/court_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>

namespace zp::intake::cell {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kLook = 256 * 1024;
constexpr std::size_t kMaxName = 100;  // bytes
constexpr int kMaxNameWords = 10;

constexpr std::array kMonths = {"januari"sv, "februari"sv, "maart"sv,     "april"sv,   "mei"sv,      "juni"sv,
                                "juli"sv,    "augustus"sv, "september"sv, "oktober"sv, "november"sv, "december"sv};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return lower(c); });
  return result;
}

/// Runs of white space as one blank; a line's end is kept as '\n', since a name of a court ends there.
std::string squeezed(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, kLook)) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    const bool after_space = !result.empty() && (result.back() == ' ' || result.back() == '\n');
    if (!space)
      result += c;
    else if (!after_space)
      result += c == '\n' ? '\n' : ' ';
    else if (c == '\n')
      result.back() = '\n';
  }
  return result;
}

// ---- dates

std::optional<int> number_at(std::string_view& text, std::size_t most_digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + std::min(text.size(), most_digits), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

void skip(std::string_view& text, std::string_view any_of) {
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(any_of)));
}

std::optional<int> month_at(std::string_view& text) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (!text.starts_with(kMonths[i])) continue;
    text.remove_prefix(kMonths[i].size());
    return static_cast<int>(i + 1);
  }
  return number_at(text, 2);
}

std::string iso(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return date.ok() && year >= 1900 && year < 2200 ? fmt::format("{:04}-{:02}-{:02}", year, month, day) : std::string();
}

/// "2 maart 2026", "2-3-2026" or "02/03/2026" at the beginning of `text` (lower case); empty if it is none.
std::string date_at(std::string_view text) {
  const auto day = number_at(text, 2);
  if (!day) return {};
  skip(text, " \n-/.");
  const auto month = month_at(text);
  if (!month) return {};
  skip(text, " \n-/.");
  const auto year = number_at(text, 4);
  return year ? iso(*year, *month, *day) : std::string();
}

/// The first date that follows one of `cues` within a few words. Cues that come first count most.
template <std::size_t N>
std::string date_after(std::string_view text, const std::array<std::string_view, N>& cues) {
  constexpr std::size_t kNear = 60;
  for (const std::string_view cue : cues) {
    for (std::size_t at = text.find(cue); at != std::string_view::npos; at = text.find(cue, at + 1)) {
      const std::size_t begin = at + cue.size();
      for (std::size_t i = begin; i < std::min(text.size(), begin + kNear); ++i) {
        if (!is_digit(text[i]) || is_digit(text[i - 1])) continue;
        if (std::string date = date_at(text.substr(i)); !date.empty()) return date;
      }
    }
  }
  return {};
}

// ---- names

bool is_capital(std::string_view word) {
  const auto first = static_cast<unsigned char>(word.empty() ? 0 : word[0]);
  return (first >= 'A' && first <= 'Z') || first >= 0xC3;  // letters with accents begin with such a byte in UTF-8
}

bool is_name_particle(std::string_view word) {
  static constexpr std::array kParticles = {"van"sv, "de"sv, "der"sv, "den"sv, "het"sv, "ten"sv, "ter"sv,
                                            "te"sv,  "'t"sv, "in"sv,  "op"sv,  "la"sv,  "le"sv,  "du"sv,
                                            "el"sv,  "al"sv, "von"sv, "da"sv,  "dos"sv, "en"sv,  "&"sv};
  return std::ranges::find(kParticles, word) != kParticles.end();
}

std::string without_capitals(std::string name) {
  if (std::ranges::any_of(name, [](char c) { return c >= 'a' && c <= 'z'; })) return name;
  bool inside = false;
  for (char& c : name) {
    if (inside) c = lower(c);
    inside = std::isalpha(static_cast<unsigned char>(c)) != 0 || (c & '\x80') != 0;
  }
  return name;
}

/// The name at the beginning of `text`: words with a capital and what stands between them.
std::string name_at(std::string_view text) {
  static constexpr std::array kForms = {
      "de heer "sv, "mevrouw "sv, "dhr. "sv, "mw. "sv, "de naamloze vennootschap "sv, "de besloten vennootschap "sv};
  skip(text, " :\n");
  for (const std::string_view form : kForms) {
    if (lower(text.substr(0, form.size())) == form) text.remove_prefix(form.size());
  }
  std::string name;
  std::size_t whole = 0;  // as far as it ends with a capitalised word
  for (int words = 0; words < kMaxNameWords && !text.empty(); ++words) {
    skip(text, " \n");
    const std::size_t length = std::min(text.find_first_of(" \n"), text.size());
    std::string_view word = text.substr(0, length);
    text.remove_prefix(length);
    const bool last = word.find_first_of(",;:()") != std::string_view::npos;
    word = word.substr(0, word.find_first_of(",;:()"));
    const bool capital = is_capital(word);
    if (!capital && !is_name_particle(word)) break;
    if (!name.empty()) name += ' ';
    name += word;
    if (capital) whole = name.size();
    if (last || name.size() > kMaxName) break;
  }
  name.resize(std::min(whole, kMaxName));
  return without_capitals(std::move(name));
}

template <std::size_t N>
std::string name_after(std::string_view text, std::string_view lowered, const std::array<std::string_view, N>& cues) {
  for (const std::string_view cue : cues) {
    for (std::size_t at = lowered.find(cue); at != std::string_view::npos; at = lowered.find(cue, at + 1)) {
      if (std::string name = name_at(text.substr(at + cue.size())); name.size() > 3) return name;
    }
  }
  return {};
}

/// "stelt NAME, geboren ..., onder curatele", "benoemt NAME ... tot mentor": the name stands before what it is about.
std::string name_between(std::string_view text, std::string_view lowered, std::string_view verb,
                         std::string_view role) {
  constexpr std::size_t kNear = 300;
  for (std::size_t at = lowered.find(verb); at != std::string_view::npos; at = lowered.find(verb, at + 1)) {
    const std::size_t begin = at + verb.size();
    if (lowered.substr(begin, kNear).find(role) == std::string_view::npos) continue;
    if (std::string name = name_at(text.substr(begin)); name.size() > 3) return name;
  }
  return {};
}

// ---- the order

/// Its words on one line, names as written and in lower case.
struct Order {
  std::string lines, text, lowered;
  std::size_t decision = 0;  // where the decision begins; 0 if no heading says so
};

Order prepare(std::string_view untrusted_text) {
  Order order;
  order.lines = squeezed(untrusted_text);
  order.text = order.lines;
  std::ranges::replace(order.text, '\n', ' ');
  order.lowered = lower(order.text);
  for (const std::string_view heading : {"de beslissing"sv, "beslissing de kantonrechter"sv, "beslist als volgt"sv}) {
    const std::size_t at = order.lowered.rfind(heading);
    if (at != std::string::npos) order.decision = std::max(order.decision, at);
  }
  return order;
}

std::string court_of(const Order& order) {
  const std::string lowered = lower(order.lines);
  for (const std::string_view kind : {"rechtbank"sv, "gerechtshof"sv}) {
    for (std::size_t at = lowered.find(kind); at != std::string::npos; at = lowered.find(kind, at + 1)) {
      const std::string_view rest = std::string_view(order.lines).substr(at + kind.size());
      const std::string place = name_at(rest.substr(0, rest.find('\n')));
      if (rest.starts_with(' ') && !place.empty()) return (kind == "rechtbank" ? "Rechtbank " : "Gerechtshof ") + place;
    }
  }
  return {};
}

std::vector<std::string> measures_of(std::string_view lowered) {
  struct Cue {
    std::string_view measure;
    std::array<std::string_view, 4> words;
  };
  static constexpr std::array kCues = {
      Cue{"mentorschap", {"mentorschap in", "tot mentor", "een mentorschap", "mentorschap ten behoeve"}},
      Cue{"curatele", {"onder curatele", "tot curator", "curatele van", "ondercuratelestelling"}},
      Cue{"bewind", {"onder bewind", "tot bewindvoerder", "bewind in", "beschermingsbewind"}}};
  std::vector<std::string> found;
  for (const Cue& cue : kCues) {
    if (std::ranges::any_of(cue.words, [&](auto words) { return lowered.find(words) != std::string_view::npos; }))
      found.emplace_back(cue.measure);
  }
  return found;
}

std::string represented_in(const Order& order) {
  static constexpr std::array kCues = {"ten behoeve van"sv,
                                       "toebehoren aan"sv,
                                       "toebehorende aan"sv,
                                       "curatele te stellen van"sv,
                                       "curatele van"sv,
                                       "onder curatele stelling van"sv,
                                       "bewind over de goederen van"sv,
                                       "betrokkene:"sv,
                                       "rechthebbende:"sv};
  std::string name = name_between(order.text, order.lowered, "stelt", "onder curatele");
  return name.empty() ? name_after(order.text, order.lowered, kCues) : name;
}

std::string representative_in(const Order& order) {
  static constexpr std::array kCues = {"tot mentor en bewindvoerder"sv, "tot bewindvoerder en mentor"sv, "tot mentor"sv,
                                       "tot curator"sv, "tot bewindvoerder"sv};
  const std::string_view text = std::string_view(order.text).substr(order.decision);
  const std::string_view lowered = std::string_view(order.lowered).substr(order.decision);
  std::string name = name_after(text, lowered, kCues);
  for (const std::string_view role : {"tot mentor"sv, "tot curator"sv, "tot bewindvoerder"sv}) {
    if (name.empty()) name = name_between(text, lowered, "benoemt", role);
  }
  return name;
}

/// "voor de duur van vijf jaar", counted from the day of the order.
std::string end_by_duration(std::string_view lowered, const std::string& from) {
  static constexpr std::array kNumbers = {"een"sv, "twee"sv,  "drie"sv, "vier"sv,  "vijf"sv,
                                          "zes"sv, "zeven"sv, "acht"sv, "negen"sv, "tien"sv};
  static constexpr std::array kCues = {"voor de duur van "sv, "voor een periode van "sv, "voor een termijn van "sv};
  for (const std::string_view cue : kCues) {
    const std::size_t at = lowered.find(cue);
    if (at == std::string_view::npos || from.size() != 10) continue;
    std::string_view rest = lowered.substr(at + cue.size());
    std::optional<int> years = number_at(rest, 2);
    for (std::size_t i = 0; i < kNumbers.size() && !years; ++i) {
      if (!rest.starts_with(kNumbers[i])) continue;
      years = static_cast<int>(i + 1);
      rest.remove_prefix(kNumbers[i].size());
    }
    if (!years || !rest.starts_with(" jaar")) continue;
    const int month = std::stoi(from.substr(5, 2)), day = std::stoi(from.substr(8, 2));
    return iso(std::stoi(from.substr(0, 4)) + *years, month, month == 2 && day == 29 ? 28 : day);
  }
  return {};
}

}  // namespace

CourtOrder read_court_order(std::string_view untrusted_text) {
  static constexpr std::array kGiven = {"uitspraak"sv,       "beschikking van"sv,   "beschikking d.d."sv,
                                        "uitgesproken op"sv, "gegeven op"sv,        "datum beschikking"sv,
                                        "datum uitspraak"sv, "kantonrechter van"sv, "openbaar uitgesproken"sv};
  static constexpr std::array kEnds = {
      "eindigt op"sv, "eindigt van rechtswege op"sv, "eindigt met ingang van"sv, "tot en met"sv, "geldt tot"sv,
      "geldig tot"sv};
  const Order order = prepare(untrusted_text);
  const std::string_view decision = std::string_view(order.lowered).substr(order.decision);
  CourtOrder read;
  read.court = court_of(order);
  read.date = date_after(order.lowered, kGiven);
  read.measures = measures_of(decision);
  if (read.measures.empty()) read.measures = measures_of(order.lowered);
  read.represented = represented_in(order);
  read.representative = representative_in(order);
  read.end_date = date_after(decision, kEnds);
  if (read.end_date.empty()) read.end_date = end_by_duration(decision, read.date);
  return read;
}

}  // namespace zp::intake::cell
