#include "intake/cell/court_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "intake/cell/court_names.h"

namespace zp::intake::cell {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kLook = 256 * 1024;

constexpr std::array kMonths = {"januari"sv, "februari"sv, "maart"sv,     "april"sv,   "mei"sv,      "juni"sv,
                                "juli"sv,    "augustus"sv, "september"sv, "oktober"sv, "november"sv, "december"sv};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
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

std::optional<int> month_at(std::string_view& text) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (!text.starts_with(kMonths[i])) continue;
    text.remove_prefix(kMonths[i].size());
    return static_cast<int>(i + 1);
  }
  return number_at(text, 2);
}

std::string iso(const std::chrono::year_month_day& date) {
  const int year = static_cast<int>(date.year());
  if (!date.ok() || year < 1900 || year >= 2200) return {};
  return fmt::format("{:04}-{:02}-{:02}", year, static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
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
  if (!year || *month < 0 || *day < 0) return {};
  return iso({std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
              std::chrono::day(static_cast<unsigned>(*day))});
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

/// The first date that stands right behind `cue`.
std::string date_right_after(std::string_view text, std::string_view cue) {
  for (std::size_t at = text.find(cue); at != std::string_view::npos; at = text.find(cue, at + 1)) {
    if (std::string date = date_at(text.substr(at + cue.size())); !date.empty()) return date;
  }
  return {};
}

// ---- the order

/// Its words: lines kept, on one line, and that in lower case; what stands where is the same in all three.
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
  for (const std::string_view heading :
       {"de beslissing"sv, "beslissing de kantonrechter"sv, "beslissing de rechtbank"sv, "beslist als volgt"sv,
        "opnieuw beschikkende"sv, "de kantonrechter: "sv}) {
    const std::size_t at = order.lowered.rfind(heading);
    if (at != std::string::npos) order.decision = std::max(order.decision, at);
  }
  return order;
}

/// Where `words` stand in `text`, from the front.
template <typename See>
void each_place(std::string_view text, std::string_view words, See see) {
  for (std::size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) {
    if (see(at)) return;
  }
}

bool is_name(std::string_view name) { return name.size() > 3; }

std::string name_after(const Order& order, std::size_t from, std::span<const std::string_view> cues) {
  std::string name;
  for (const std::string_view cue : cues) {
    each_place(std::string_view(order.lowered).substr(from), cue, [&](std::size_t at) {
      name = name_at(std::string_view(order.text).substr(from + at + cue.size()));
      return is_name(name);
    });
    if (is_name(name)) return name;
  }
  return {};
}

/// "NAME, geboren te X op D, wonende te Y" before `end`: the person described there.
std::string described_before(const Order& order, std::size_t end) {
  constexpr std::size_t kNear = 300;
  const std::size_t begin = end > kNear ? end - kNear : 0;
  const std::string_view window = std::string_view(order.lowered).substr(begin, end - begin);
  for (const std::string_view mark : {"geboren"sv, "geb."sv, "wonende"sv, "gevestigd"sv, "verblijvende"sv}) {
    const std::size_t at = window.rfind(mark);
    if (at == std::string_view::npos) continue;
    if (std::string name = name_before(std::string_view(order.lines).substr(0, begin + at)); is_name(name)) return name;
  }
  return {};
}

/// Whom the order calls by one of `roles`: "hierna te noemen: betrokkene", "wonende te X, verzoeker", "Rechthebbende: NAME".
std::string called(const Order& order, std::span<const std::string_view> roles) {
  constexpr std::size_t kNear = 40;
  std::string name;
  for (const std::string_view role : roles) {
    each_place(order.lowered, role, [&](std::size_t at) {
      const std::string_view after = std::string_view(order.lowered).substr(at + role.size());
      const std::string_view before = std::string_view(order.lowered).substr(0, at);
      const std::string_view near = before.substr(before.size() > kNear ? before.size() - kNear : 0);
      if (after.starts_with(":"))
        name = name_at(std::string_view(order.text).substr(at + role.size()));
      else if (near.ends_with("(") || near.ends_with("(de "))
        name = name_before(std::string_view(order.lines).substr(0, before.rfind('(')));
      if (is_name(name)) return true;
      const bool defines = near.contains("hierna") || near.contains("verder") || near.contains("te noemen") ||
                           near.ends_with(", ") || near.ends_with(" en ") || near.ends_with(", de ");
      if (defines) name = described_before(order, at);
      if (!is_name(name) && near.ends_with(", ")) name = name_before(std::string_view(order.lines).substr(0, at));
      return is_name(name);
    });
    if (is_name(name)) return name;
  }
  return {};
}

constexpr std::array kApplicant = {"verzoekster"sv, "verzoeker"sv};

/// The name that begins at `at`, or that of the applicant where the order says "verzoeker" there.
std::string name_or_applicant(const Order& order, std::size_t at) {
  std::string_view rest = std::string_view(order.lowered).substr(at);
  skip(rest, " :");
  const bool applicant = std::ranges::any_of(kApplicant, [&](auto word) { return rest.starts_with(word); });
  return applicant ? called(order, kApplicant) : name_at(std::string_view(order.text).substr(at));
}

/// "stelt NAME, geboren ..., onder curatele", "benoemt NAME ... tot mentor": the name stands before what it is about.
std::string name_between(const Order& order, std::size_t from, std::string_view verb, std::string_view role) {
  constexpr std::size_t kNear = 300;
  const std::string_view lowered = std::string_view(order.lowered).substr(from);
  std::string name;
  each_place(lowered, verb, [&](std::size_t at) {
    const std::size_t begin = at + verb.size();
    if (!lowered.substr(begin, kNear).contains(role)) return false;
    name = name_or_applicant(order, from + begin);
    return is_name(name);
  });
  return is_name(name) ? name : std::string();
}

std::string court_of(const Order& order) {
  const std::string lowered = lower(order.lines);
  std::string court;
  std::size_t first = std::string::npos;
  for (const std::string_view kind : {"rechtbank"sv, "gerechtshof"sv}) {
    each_place(lowered, kind, [&](std::size_t at) {
      const std::string_view rest = std::string_view(order.lines).substr(at + kind.size());
      const std::string place = name_at(rest.substr(0, rest.find('\n')));
      if (!rest.starts_with(' ') || place.empty()) return false;
      if (at < first) court = (kind == "rechtbank" ? "Rechtbank " : "Gerechtshof ") + place;
      first = std::min(first, at);
      return true;
    });
  }
  return court;
}

std::vector<std::string> measures_of(std::string_view lowered) {
  struct Cue {
    std::string_view measure;
    std::array<std::string_view, 6> words;
  };
  static constexpr std::array kCues = {
      Cue{"mentorschap",
          {"mentorschap in", "tot mentor", "een mentorschap", "mentorschap ten behoeve",
           " mentor: ", "mentorschap is ingesteld"}},
      Cue{"curatele",
          {"onder curatele", "tot curator", "curatele van", "ondercuratelestelling", " curator: ", "tot curatrice"}},
      Cue{"bewind",
          {"onder bewind", "tot bewindvoerder", "bewind in", "beschermingsbewind",
           " bewindvoerder: ", "provisioneel bewind"}}};
  std::vector<std::string> found;
  for (const Cue& cue : kCues) {
    if (std::ranges::any_of(cue.words, [&](auto words) { return lowered.contains(words); }))
      found.emplace_back(cue.measure);
  }
  return found;
}

std::string represented_in(const Order& order) {
  static constexpr std::array kCues = {"stelt onder curatele"sv,
                                       "onder curatele te stellen"sv,
                                       "ten behoeve van"sv,
                                       "toebehoren aan"sv,
                                       "toebehorende aan"sv,
                                       "curatele van"sv,
                                       "curatele over"sv,
                                       "onder curatele stelling van"sv,
                                       "ondercuratelestelling van"sv,
                                       "onderbewindstelling van"sv,
                                       "mentorschap van"sv,
                                       "mentorschap over"sv,
                                       "over de goederen van"sv,
                                       "bewind van"sv};
  static constexpr std::array kRoles = {"betrokkene"sv, "rechthebbende"sv, "curandus"sv, "curanda"sv,
                                        "onder bewind gestelde"sv};
  std::string name = name_between(order, 0, "stelt", "onder curatele");
  if (name.empty()) name = name_after(order, 0, kCues);
  if (name.empty()) name = called(order, kRoles);
  if (!name.empty()) return name;
  // Of whom it tells the day of birth first.
  const std::size_t born = order.lowered.find("geboren");
  return born == std::string::npos ? std::string() : name_before(std::string_view(order.lines).substr(0, born));
}

std::string representative_in(const Order& order) {
  static constexpr std::array kRoles = {"mentor en bewindvoerder"sv,
                                        "bewindvoerder en mentor"sv,
                                        "mentor"sv,
                                        "curator"sv,
                                        "curatrice"sv,
                                        "bewindvoerder"sv,
                                        "mentoren"sv,
                                        "curatoren"sv,
                                        "bewindvoerders"sv};
  static constexpr std::array kWhich = {""sv,        "opvolgend "sv,    "opvolgende "sv,
                                        "nieuwe "sv, "provisioneel "sv, "tijdelijk "sv};
  for (const std::string_view role : kRoles) {
    for (const std::string_view which : kWhich) {
      const std::string cue = fmt::format("tot {}{}", which, role);
      std::string name;
      each_place(std::string_view(order.lowered).substr(order.decision), cue, [&](std::size_t at) {
        name = name_or_applicant(order, order.decision + at + cue.size());
        return is_name(name);
      });
      if (is_name(name)) return name;
      name = name_between(order, order.decision, "benoemt", cue);
      if (is_name(name)) return name;
    }
  }
  return {};
}

std::optional<int> count_at(std::string_view& text) {
  static constexpr std::array kNumbers = {"een"sv, "twee"sv,  "drie"sv, "vier"sv,  "vijf"sv,
                                          "zes"sv, "zeven"sv, "acht"sv, "negen"sv, "tien"sv};
  for (std::size_t i = 0; i < kNumbers.size(); ++i) {
    if (!text.starts_with(kNumbers[i])) continue;
    text.remove_prefix(kNumbers[i].size());
    return static_cast<int>(i + 1);
  }
  return number_at(text, 2);
}

/// "voor de duur van vijf jaar", counted from `from`.
std::string end_by_duration(std::string_view lowered, const std::string& from) {
  static constexpr std::array kCues = {"voor de duur van "sv, "voor een periode van "sv, "voor een termijn van "sv,
                                       "voor de tijd van "sv};
  for (const std::string_view cue : kCues) {
    const std::size_t at = lowered.find(cue);
    if (at == std::string_view::npos || from.size() != 10) continue;
    std::string_view rest = lowered.substr(at + cue.size());
    const std::optional<int> count = count_at(rest);
    if (!count) continue;
    if (rest.starts_with(" (")) rest.remove_prefix(std::min(rest.size(), rest.find(')') + 1));  // "drie (3) jaar"
    const bool years = rest.starts_with(" jaar") || rest.starts_with(" jaren");
    if (!years && !rest.starts_with(" maand")) continue;
    const std::chrono::year_month_day begin{std::chrono::year(std::stoi(from.substr(0, 4))),
                                            std::chrono::month(static_cast<unsigned>(std::stoi(from.substr(5, 2)))),
                                            std::chrono::day(static_cast<unsigned>(std::stoi(from.substr(8, 2))))};
    const auto months = std::chrono::months(years ? 12 * *count : *count);
    const auto end = begin + months;
    return iso(end.ok() ? end : std::chrono::year_month_day(end.year() / end.month() / std::chrono::last));
  }
  return {};
}

std::string end_of(std::string_view decision, const std::string& given) {
  static constexpr std::array kEnds = {"eindigt op"sv,
                                       "eindigt van rechtswege op"sv,
                                       "eindigt met ingang van"sv,
                                       "van rechtswege eindigt op"sv,
                                       "einddatum"sv,
                                       "tot en met"sv,
                                       "geldt tot"sv,
                                       "geldig tot"sv};
  if (std::string date = date_after(decision, kEnds); !date.empty()) return date;
  if (std::string date = date_right_after(decision, " tot "); !date.empty()) return date;
  const std::string begins = date_right_after(decision, "met ingang van ");
  return end_by_duration(decision, begins.empty() ? given : begins);
}

}  // namespace

CourtOrder read_court_order(std::string_view untrusted_text) {
  static constexpr std::array kGiven = {"uitspraak"sv,
                                        "uitgesproken op"sv,
                                        "beschikking d.d."sv,
                                        "datum beschikking"sv,
                                        "kantonrechter van"sv,
                                        "beschikking van"sv,
                                        "gegeven op"sv,
                                        "openbaar uitgesproken"sv,
                                        "datum:"sv,
                                        "d.d."sv};
  const Order order = prepare(untrusted_text);
  const std::string_view decision = std::string_view(order.lowered).substr(order.decision);
  CourtOrder read;
  read.court = court_of(order);
  read.date = date_after(order.lowered, kGiven);
  read.measures = measures_of(decision);
  if (read.measures.empty()) read.measures = measures_of(order.lowered);
  read.represented = represented_in(order);
  read.representative = representative_in(order);
  read.end_date = end_of(decision, read.date);
  return read;
}

}  // namespace zp::intake::cell
