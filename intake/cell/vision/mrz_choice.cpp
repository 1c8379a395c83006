// Choosing among readings of a zone with the help of its check digits.
#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "intake/cell/vision/mrz_layout.h"

namespace zp::intake::vision {
namespace {

constexpr std::string_view kAll = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
constexpr std::string_view kDigits = "0123456789<";
constexpr double kImpossible = std::numeric_limits<double>::infinity();
constexpr double kUnusual = 6;  // of the letters O, Q and I in a number: they look like a nought and a one
// How much dearer than the likeliest reading the one may be whose checks hold. One digit checks little, so a reading
// is not believed because some combination of unlikely characters passes.
constexpr double kDearest = 12;
constexpr std::size_t kMostKindsOfChange = 2;
// Below this two readings of the same word are taken for the same.
constexpr double kSameState = 4;

using Readings = std::span<const LineReading>;

struct Place {
  int line = 0, column = 0;
  std::string_view allowed = kAll;
};

std::string_view first_letters(MrzFormat format) {
  switch (format) {
    case MrzFormat::kTd1:
      return "IAC";
    case MrzFormat::kTd2:
      return "IACP";
    case MrzFormat::kTd3:
      return "P";
    case MrzFormat::kDrivingLicence:
      return "D";
    default:
      return "V";
  }
}

/// Every cell of the zone, line by line, with what may stand there.
class Places {
 public:
  Places(const Layout& layout, bool dutch) : length_(layout.length) {
    for (std::size_t i = 0; i < layout.lines * length_; ++i)
      places_.push_back({static_cast<int>(i / length_), static_cast<int>(i % length_)});
    for (const Span& letters : {layout.issuer, layout.nationality, layout.names}) restrict_to(letters, kLetters);
    for (const Span& date : {layout.birth, layout.expiry}) restrict_to_date(date);
    for (const Check& check : layout.checks) restrict_to(check.digit, kDigits);
    restrict_to(layout.sex, "MF<X");
    restrict_to({layout.code.line, layout.code.begin, 1}, first_letters(layout.format));
    if (dutch) restrict_dutch_number(layout);
  }

  const std::vector<Place>& all() const { return places_; }
  Place& at(int line, int column) {
    return places_[static_cast<std::size_t>(line) * length_ + static_cast<std::size_t>(column)];
  }

 private:
  void restrict_to(const Span& span, std::string_view allowed) {
    for (int i = 0; i < span.length; ++i) at(span.line, span.begin + i).allowed = allowed;
  }

  // Passports and identity cards: two letters, six letters or digits but never an O, a digit. Licences: ten digits.
  void restrict_dutch_number(const Layout& layout) {
    const Span& number = layout.number;
    if (layout.format == MrzFormat::kDrivingLicence) {
      restrict_to(number, "0123456789");
      return;
    }
    restrict_to(number, "0123456789ABCDEFGHIJKLMNPQRSTUVWXYZ");
    restrict_to({number.line, number.begin, 2}, "ABCDEFGHIJKLMNPQRSTUVWXYZ");
    restrict_to({number.line, number.begin + number.length - 1, 1}, "0123456789");
  }

  void restrict_to_date(const Span& span) {
    restrict_to(span, kDigits);
    if (span.length != 6) return;
    at(span.line, span.begin + 2).allowed = "01<";
    at(span.line, span.begin + 4).allowed = "0123<";
  }

  std::size_t length_;
  std::vector<Place> places_;
};

double cost_of(Readings readings, const Place& place, char c) {
  const auto& cell = readings[static_cast<std::size_t>(place.line)].cells[static_cast<std::size_t>(place.column)];
  const bool unusual = (c == 'O' || c == 'Q' || c == 'I') && place.allowed == kAll;
  return static_cast<double>(cell.cost[mrz_index(c)]) + (unusual ? kUnusual : 0);
}

char likeliest(Readings readings, const Place& place) {
  return *std::ranges::min_element(place.allowed, {}, [&](char c) { return cost_of(readings, place, c); });
}

char& at(Lines& lines, const Place& place) {
  return lines[static_cast<std::size_t>(place.line)][static_cast<std::size_t>(place.column)];
}

/// A Dutch passport, identity card or licence: their numbers have a form. A residence permit's has another.
bool is_dutch(Readings readings, const Layout& layout, const Lines& lines) {
  constexpr std::string_view kState = "NLD";
  double cost = 0;
  for (int i = 0; i < layout.issuer.length; ++i) {
    const Place place{layout.issuer.line, layout.issuer.begin + i, kLetters};
    cost += cost_of(readings, place, kState[static_cast<std::size_t>(i)]) -
            cost_of(readings, place, likeliest(readings, place));
  }
  return cost < kSameState && lines[static_cast<std::size_t>(layout.code.line)].substr(0, 2) != "IR";
}

/// After a name's end there are fillers only: the end with which name and fillers together are likeliest.
void end_names(Readings readings, Places& places, const Span& names, Lines& lines) {
  double cost = 0;
  for (int i = 0; i < names.length; ++i) cost += cost_of(readings, places.at(names.line, names.begin + i), '<');
  double cheapest = cost;
  int end = 0;
  for (int i = 0; i < names.length; ++i) {
    const Place& place = places.at(names.line, names.begin + i);
    cost += cost_of(readings, place, at(lines, place)) - cost_of(readings, place, '<');
    if (cost >= cheapest) continue;
    cheapest = cost;
    end = i + 1;
  }
  for (int i = end; i < names.length; ++i) at(lines, places.at(names.line, names.begin + i)) = '<';
}

/// Most holders are nationals of the issuing state: two readings of one word that differ a little are taken for the
/// same.
void agree_on_state(Readings readings, Places& places, const Layout& layout, Lines& lines) {
  if (layout.nationality.length == 0) return;
  Lines agreed = lines;
  double loss = 0;
  for (int i = 0; i < layout.issuer.length; ++i) {
    const Place& issuer = places.at(layout.issuer.line, layout.issuer.begin + i);
    const Place& nation = places.at(layout.nationality.line, layout.nationality.begin + i);
    const auto both = [&](char c) { return cost_of(readings, issuer, c) + cost_of(readings, nation, c); };
    const char common = *std::ranges::min_element(kLetters, {}, both);
    loss += both(common) - cost_of(readings, issuer, at(lines, issuer)) - cost_of(readings, nation, at(lines, nation));
    at(agreed, issuer) = at(agreed, nation) = common;
  }
  if (loss < kSameState) lines = std::move(agreed);
}

/// Finds the cheapest reading with which every check digit holds: step by step along the cells that the last check goes
/// over, keeping the cheapest way to each pair of remainders, that of the field at hand and that of the whole.
class CheckedReading {
 public:
  CheckedReading(Readings readings, Places& places, const Layout& layout) : readings_(readings), layout_(layout) {
    const Check& whole = layout.checks.back();
    const auto add = [&](const Span& span) {
      for (int i = 0; i < span.length; ++i) cells_.push_back(places.at(span.line, span.begin + i));
    };
    // Visas have no check over all.
    has_whole_ = layout.format != MrzFormat::kVisaA && layout.format != MrzFormat::kVisaB;
    if (has_whole_) {
      for (const Span& span : whole.over) add(span);
      add(whole.digit);
      return;
    }
    for (const Check& check : layout.checks) {
      for (const Span& span : check.over) add(span);
      add(check.digit);
    }
  }

  /// Puts it into `lines` and says what it costs; kImpossible: there is none.
  double into(Lines& lines) {
    std::vector<Step> ways{Step()};
    ways.front()[0].cost = 0;
    for (std::size_t i = 0; i < cells_.size(); ++i) ways.push_back(step(ways.back(), i));
    std::size_t state = 0;
    const double cost = ways.back()[state].cost;
    if (cost == kImpossible) return cost;
    for (std::size_t i = cells_.size(); i > 0; --i) {
      at(lines, cells_[i - 1]) = ways[i][state].came_by;
      state = ways[i][state].came_from;
    }
    return cost;
  }

  /// What `lines` cost as they are.
  double of(Lines& lines) const {
    double cost = 0;
    for (const Place& cell : cells_) cost += cost_of(readings_, cell, at(lines, cell));
    return cost;
  }

 private:
  struct Way {
    double cost = kImpossible;
    std::size_t came_from = 0;
    char came_by = '<';
  };
  using Step = std::array<Way, 100>;  // by ten times the remainder of the field and that of the whole

  /// Where a cell stands in a field that has a check digit of its own.
  struct Field {
    const Check* check = nullptr;
    int index = -1;  // within the field; -1: it is the digit
  };

  Field field_of(const Place& cell) const {
    const std::size_t singles = layout_.checks.size() - (has_whole_ ? 1 : 0);
    for (std::size_t i = 0; i < singles; ++i) {
      const Check& check = layout_.checks[i];
      const Span& over = check.over.front();
      if (cell.line == over.line && cell.column >= over.begin && cell.column < over.begin + over.length)
        return {&check, cell.column - over.begin};
      if (cell.line == check.digit.line && cell.column == check.digit.begin) return {&check, -1};
    }
    return {};
  }

  /// ICAO 9303-5: < after a card's number says that the number goes on in the optional field.
  bool may_go_on(const Place& digit, const Field& field) const {
    const Place next{digit.line, digit.column + 1};
    return layout_.format == MrzFormat::kTd1 && field.check == &layout_.checks.front() &&
           likeliest(readings_, digit) == '<' && likeliest(readings_, next) != '<';
  }

  Step step(const Step& before, std::size_t index) const {
    static constexpr std::array<int, 3> kWeights = {7, 3, 1};
    const Place& cell = cells_[index];
    const Field field = field_of(cell);
    const bool last = has_whole_ && index + 1 == cells_.size();
    Step after;
    for (const char c : cell.allowed) {
      const double cost = cost_of(readings_, cell, c);
      const int value = check_value(c);
      for (std::size_t from = 0; from < before.size(); ++from) {
        const double total = before[from].cost + cost;
        if (total == kImpossible) continue;
        int of_field = static_cast<int>(from / 10), of_whole = static_cast<int>(from % 10);
        if (last) {
          if (c == '<' || value != of_whole) continue;
          of_whole = 0;
        } else if (has_whole_) {
          of_whole = (of_whole + value * kWeights[index % 3]) % 10;
        }
        if (field.check && field.index >= 0) {
          of_field = (of_field + value * kWeights[static_cast<std::size_t>(field.index % 3)]) % 10;
        } else if (field.check) {
          const bool empty =
              c == '<' && ((field.check->filler_counts_as_zero && of_field == 0) || may_go_on(cell, field));
          if (!empty && (c == '<' || value != of_field)) continue;
          of_field = 0;
        }
        Way& way = after[static_cast<std::size_t>(of_field * 10 + of_whole)];
        if (total < way.cost) way = {total, from, c};
      }
    }
    return after;
  }

  Readings readings_;
  const Layout& layout_;
  bool has_whole_ = true;
  std::vector<Place> cells_;
};

// Which characters are exchanged for which. Where a typeface has one shape for noughts and the letter O, all of a number
// change together: that is one mistake, not many.
std::size_t kinds_of_change(const Lines& a, const Lines& b) {
  std::set<std::pair<char, char>> kinds;
  for (std::size_t line = 0; line < a.size(); ++line)
    for (std::size_t column = 0; column < a[line].size(); ++column)
      if (a[line][column] != b[line][column]) kinds.emplace(a[line][column], b[line][column]);
  return kinds.size();
}

}  // namespace

std::optional<ParsedMrz> parse_readings(std::span<const LineReading> readings, int year_now) {
  Lines lines;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    std::string& line = lines.emplace_back();
    for (std::size_t j = 0; j < readings[i].cells.size(); ++j)
      line += likeliest(readings, {static_cast<int>(i), static_cast<int>(j)});
  }
  const auto format = format_of(lines);
  if (!format) return std::nullopt;
  const Layout layout = layout_for(*format, lines);
  Places places(layout, is_dutch(readings, layout, lines));
  for (const Place& place : places.all()) at(lines, place) = likeliest(readings, place);
  end_names(readings, places, layout.names, lines);
  agree_on_state(readings, places, layout, lines);
  bool changed = false;
  if (failures(lines, layout) > 0) {
    CheckedReading checked(readings, places, layout);
    Lines mended = lines;
    const double cost = checked.into(mended);
    changed = cost - checked.of(lines) < kDearest && kinds_of_change(lines, mended) <= kMostKindsOfChange &&
              failures(mended, layout) == 0;
    if (changed) lines = std::move(mended);
  }
  ParsedMrz parsed = read_fields(std::move(lines), layout, year_now);
  parsed.mrz.corrected = changed;
  return parsed;
}

}  // namespace zp::intake::vision
