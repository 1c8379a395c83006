// Choosing among readings of a zone with the help of its check digits.
#include <algorithm>

#include "intake/cell/vision/mrz_layout.h"

namespace zp::intake::vision {
namespace {

constexpr std::string_view kAll = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
constexpr std::string_view kDigits = "0123456789<";

struct Place {
  int line, column;
  std::string_view allowed;
};

// A change of one cell that costs little likeness.
struct Change {
  Place place;
  char to;
  double cost;
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

std::vector<Place> places_of(const Layout& layout) {
  std::vector<Place> places;
  for (int line = 0; line < static_cast<int>(layout.lines); ++line)
    for (int column = 0; column < static_cast<int>(layout.length); ++column) places.push_back({line, column, kAll});
  const auto restrict_to = [&](const Span& span, std::string_view allowed) {
    for (int i = 0; i < span.length; ++i)
      places[static_cast<std::size_t>(span.line) * layout.length + static_cast<std::size_t>(span.begin + i)].allowed =
          allowed;
  };
  for (const Span& letters : {layout.issuer, layout.nationality, layout.names}) restrict_to(letters, kLetters);
  for (const Span& digits : {layout.birth, layout.expiry}) restrict_to(digits, kDigits);
  for (const Check& check : layout.checks) restrict_to(check.digit, kDigits);
  restrict_to(layout.sex, "MF<X");
  restrict_to({layout.code.line, layout.code.begin, 1}, first_letters(layout.format));
  return places;
}

std::vector<Change> changes_of(std::span<const LineReading> readings, const Lines& lines,
                               const std::vector<Place>& places) {
  constexpr double kDear = 0.12;
  constexpr std::size_t kMost = 40;
  std::vector<Change> changes;
  for (const Place& place : places) {
    const auto& likeness =
        readings[static_cast<std::size_t>(place.line)].cells[static_cast<std::size_t>(place.column)].likeness;
    const char now = lines[static_cast<std::size_t>(place.line)][static_cast<std::size_t>(place.column)];
    for (const char c : place.allowed)
      if (const double cost = likeness[mrz_index(now)] - likeness[mrz_index(c)]; c != now && cost < kDear)
        changes.push_back({place, c, cost});
  }
  std::ranges::sort(changes, {}, &Change::cost);
  if (changes.size() > kMost) changes.resize(kMost);
  return changes;
}

// The cheapest one or two changes with which all checks hold; false if there are none.
bool choose_changes(std::span<const LineReading> readings, Lines& lines, const Layout& layout) {
  std::vector<Place> checked;
  for (const Place& place : places_of(layout)) {
    const auto inside = [&](const Span& span) {
      return span.line == place.line && place.column >= span.begin && place.column < span.begin + span.length;
    };
    if (std::ranges::any_of(layout.checks, [&](const Check& check) {
          return inside(check.digit) || std::ranges::any_of(check.over, inside);
        }))
      checked.push_back(place);
  }
  const std::vector<Change> changes = changes_of(readings, lines, checked);
  const auto apply = [](Lines& to, const Change& change) {
    to[static_cast<std::size_t>(change.place.line)][static_cast<std::size_t>(change.place.column)] = change.to;
  };
  constexpr double kDearest = 0.18;
  double cheapest = 1e9;
  Lines best;
  for (std::size_t a = 0; a < changes.size(); ++a) {
    for (std::size_t b = a; b < changes.size(); ++b) {
      const double cost = changes[a].cost + (a == b ? 0 : changes[b].cost + 0.05);
      if (cost >= cheapest || cost > kDearest) continue;
      Lines attempt = lines;
      apply(attempt, changes[a]);
      apply(attempt, changes[b]);
      if (failures(attempt, layout) > 0) continue;
      cheapest = cost;
      best = std::move(attempt);
    }
  }
  if (best.empty()) return false;
  lines = std::move(best);
  return true;
}

// Most holders are nationals of the issuing state: two readings of one word that differ a little are taken for the
// same.
void agree_on_state(std::span<const LineReading> readings, Lines& lines, const Layout& layout) {
  constexpr double kLittle = 0.15;
  if (layout.nationality.length == 0) return;
  Lines agreed = lines;
  double loss = 0;
  for (int i = 0; i < layout.issuer.length; ++i) {
    const auto cell = [&](const Span& span) -> const CellReading& {
      return readings[static_cast<std::size_t>(span.line)].cells[static_cast<std::size_t>(span.begin + i)];
    };
    char& issuer =
        agreed[static_cast<std::size_t>(layout.issuer.line)][static_cast<std::size_t>(layout.issuer.begin + i)];
    char& nation = agreed[static_cast<std::size_t>(layout.nationality.line)]
                         [static_cast<std::size_t>(layout.nationality.begin + i)];
    const auto both = [&](char c) {
      return cell(layout.issuer).likeness[mrz_index(c)] + cell(layout.nationality).likeness[mrz_index(c)];
    };
    const char common = *std::ranges::max_element(kLetters, {}, both);
    loss += cell(layout.issuer).likeness[mrz_index(issuer)] + cell(layout.nationality).likeness[mrz_index(nation)] -
            both(common);
    issuer = nation = common;
  }
  if (loss < kLittle) lines = std::move(agreed);
}

}  // namespace

std::optional<ParsedMrz> parse_readings(std::span<const LineReading> readings, int year_now) {
  Lines lines;
  for (const LineReading& reading : readings) {
    std::string& line = lines.emplace_back();
    for (const CellReading& cell : reading.cells)
      line += kAll[std::ranges::max_element(cell.likeness) - cell.likeness.begin()];
  }
  const auto format = format_of(lines);
  if (!format) return std::nullopt;
  const Layout layout = layout_for(*format, lines);
  for (const Place& place : places_of(layout)) {
    const auto& likeness =
        readings[static_cast<std::size_t>(place.line)].cells[static_cast<std::size_t>(place.column)].likeness;
    std::string& line = lines[static_cast<std::size_t>(place.line)];
    const auto column = static_cast<std::size_t>(place.column);
    // Fillers come in runs, and numbers hardly ever hold the letters O and I, which look like a nought and a one.
    const bool in_run = column >= 2 && line[column - 1] == '<' && line[column - 2] == '<';
    line[column] = *std::ranges::max_element(place.allowed, {}, [&](char c) {
      return likeness[mrz_index(c)] + (c == '<' && in_run ? 0.1 : 0) +
             ((c == '0' || c == '1') && place.allowed == kAll ? 0.04 : 0);
    });
  }
  agree_on_state(readings, lines, layout);
  const bool changed = failures(lines, layout) > 0 && choose_changes(readings, lines, layout);
  ParsedMrz parsed = read_fields(std::move(lines), layout, year_now);
  parsed.mrz.corrected = changed;
  return parsed;
}

}  // namespace zp::intake::vision
