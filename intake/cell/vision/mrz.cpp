#include "intake/cell/vision/mrz.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace zp::intake::vision {
namespace {

struct Span {
  int line = 0, begin = 0, length = 0;  // a length of 0: the format has no such field
};

struct Check {
  std::vector<Span> over;
  Span digit;
  bool filler_counts_as_zero = false;  // ICAO 9303-4: an empty optional field may have < for its digit
};

struct Layout {
  MrzFormat format;
  std::size_t lines, length;
  Span code, issuer, names, number, nationality, birth, sex, expiry, optional, optional2;
  std::vector<Check> checks;  // of single fields first, the composite last
};

using Lines = std::vector<std::string>;

const Layout& layout_of(MrzFormat format) {
  static const Span none{};
  static const std::array<Layout, 6> layouts{{
      {MrzFormat::kTd1, 3, 30, {0, 0, 2}, {0, 2, 3}, {2, 0, 30}, {0, 5, 9}, {1, 15, 3}, {1, 0, 6}, {1, 7, 1}, {1, 8, 6},
       {0, 15, 15}, {1, 18, 11},
       {{{{0, 5, 9}}, {0, 14, 1}},
        {{{1, 0, 6}}, {1, 6, 1}},
        {{{1, 8, 6}}, {1, 14, 1}},
        {{{0, 5, 25}, {1, 0, 7}, {1, 8, 7}, {1, 18, 11}}, {1, 29, 1}}}},
      {MrzFormat::kTd2, 2, 36, {0, 0, 2}, {0, 2, 3}, {0, 5, 31}, {1, 0, 9}, {1, 10, 3}, {1, 13, 6}, {1, 20, 1}, {1, 21, 6},
       {1, 28, 7}, none,
       {{{{1, 0, 9}}, {1, 9, 1}},
        {{{1, 13, 6}}, {1, 19, 1}},
        {{{1, 21, 6}}, {1, 27, 1}},
        {{{1, 0, 10}, {1, 13, 7}, {1, 21, 14}}, {1, 35, 1}}}},
      {MrzFormat::kTd3, 2, 44, {0, 0, 2}, {0, 2, 3}, {0, 5, 39}, {1, 0, 9}, {1, 10, 3}, {1, 13, 6}, {1, 20, 1}, {1, 21, 6},
       {1, 28, 14}, none,
       {{{{1, 0, 9}}, {1, 9, 1}},
        {{{1, 13, 6}}, {1, 19, 1}},
        {{{1, 21, 6}}, {1, 27, 1}},
        {{{1, 28, 14}}, {1, 42, 1}, true},
        {{{1, 0, 10}, {1, 13, 7}, {1, 21, 22}}, {1, 43, 1}}}},
      {MrzFormat::kDrivingLicence, 1, 30, {0, 0, 1}, {0, 2, 3}, none, {0, 6, 10}, none, none, none, none, none, none,
       {{{{0, 0, 29}}, {0, 29, 1}}}},
      {MrzFormat::kVisaA, 2, 44, {0, 0, 2}, {0, 2, 3}, {0, 5, 39}, {1, 0, 9}, {1, 10, 3}, {1, 13, 6}, {1, 20, 1}, {1, 21, 6},
       {1, 28, 16}, none,
       {{{{1, 0, 9}}, {1, 9, 1}}, {{{1, 13, 6}}, {1, 19, 1}}, {{{1, 21, 6}}, {1, 27, 1}}}},
      {MrzFormat::kVisaB, 2, 36, {0, 0, 2}, {0, 2, 3}, {0, 5, 31}, {1, 0, 9}, {1, 10, 3}, {1, 13, 6}, {1, 20, 1}, {1, 21, 6},
       {1, 28, 8}, none,
       {{{{1, 0, 9}}, {1, 9, 1}}, {{{1, 13, 6}}, {1, 19, 1}}, {{{1, 21, 6}}, {1, 27, 1}}}},
  }};
  return *std::ranges::find(layouts, format, &Layout::format);
}

// The French licence has its own fields after the issuer: number and digit, expiry, start of the surname.
Layout french_licence() {
  Layout layout = layout_of(MrzFormat::kDrivingLicence);
  layout.number = {0, 5, 9};
  layout.expiry = {0, 15, 6};
  layout.names = {0, 21, 8};
  layout.checks.insert(layout.checks.begin(), Check{{{0, 5, 9}}, {0, 14, 1}});
  return layout;
}

Layout layout_for(MrzFormat format, const Lines& lines) {
  const bool french = format == MrzFormat::kDrivingLicence && lines[0].substr(2, 3) == "FRA";
  return french ? french_licence() : layout_of(format);
}

std::string_view at(const Lines& lines, const Span& span) {
  return std::string_view(lines[span.line]).substr(span.begin, span.length);
}

std::string without_filler(std::string_view field) {
  const auto end = field.find_last_not_of('<');
  std::string text(field.substr(0, end == std::string_view::npos ? 0 : end + 1));
  std::ranges::replace(text, '<', ' ');
  return text;
}

std::optional<Lines> cleaned(std::span<const std::string> untrusted_lines) {
  Lines lines;
  for (const std::string& untrusted : untrusted_lines) {
    if (untrusted.size() > 200) return std::nullopt;
    std::string line;
    for (const char c : untrusted) {
      const auto raised = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      if (c == ' ' || c == '\r' || c == '\n' || c == '\t') continue;
      if (!(raised >= 'A' && raised <= 'Z') && !(raised >= '0' && raised <= '9') && raised != '<') return std::nullopt;
      line += raised;
    }
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

std::optional<MrzFormat> format_of(const Lines& lines) {
  if (lines.empty()) return std::nullopt;
  const auto all_have = [&](std::size_t length) {
    return std::ranges::all_of(lines, [length](const std::string& line) { return line.size() == length; });
  };
  const char first = lines[0][0];
  if (lines.size() == 3 && all_have(30)) return MrzFormat::kTd1;
  if (lines.size() == 2 && all_have(36)) return first == 'V' ? MrzFormat::kVisaB : MrzFormat::kTd2;
  if (lines.size() == 2 && all_have(44)) return first == 'V' ? MrzFormat::kVisaA : MrzFormat::kTd3;
  if (lines.size() == 1 && all_have(30) && (first == 'D' || first == '0')) return MrzFormat::kDrivingLicence;
  return std::nullopt;
}

// --- mending what OCR confuses ---

constexpr std::string_view kLetterFor = "0O1I2Z4A5S6G7T8B";  // pairs: digit, the letter that looks like it
constexpr std::string_view kDigitFor = "O0Q0D0U0I1L1J1Z2A4S5G6T7B8";

std::optional<char> lookup(std::string_view pairs, char c) {
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
    if (pairs[i] == c) return pairs[i + 1];
  return std::nullopt;
}

// True if a character had to be changed.
bool force(Lines& lines, const Span& span, std::string_view pairs) {
  bool changed = false;
  for (int i = 0; i < span.length; ++i) {
    char& c = lines[span.line][span.begin + i];
    if (const auto other = lookup(pairs, c)) {
      c = *other;
      changed = true;
    }
  }
  return changed;
}

bool force_kinds(Lines& lines, const Layout& layout) {
  bool changed = false;
  for (const Span& letters : {layout.issuer, layout.nationality, layout.names, layout.sex})
    changed |= force(lines, letters, kLetterFor);
  for (const Span& digits : {layout.birth, layout.expiry}) changed |= force(lines, digits, kDigitFor);
  for (const Check& check : layout.checks) changed |= force(lines, check.digit, kDigitFor);
  char& code = lines[layout.code.line][layout.code.begin];
  if (const auto letter = lookup("0D1I8B", code)) {
    code = *letter;
    changed = true;
  }
  return changed;
}

bool holds(const Lines& lines, const Check& check) {
  std::string over;
  for (const Span& span : check.over) over += at(lines, span);
  const char digit = at(lines, check.digit)[0];
  if (digit == '<') return check.filler_counts_as_zero && check_digit(over) == '0';
  return check_digit(over) == digit;
}

int failures(const Lines& lines, const Layout& layout) {
  return static_cast<int>(
      std::ranges::count_if(layout.checks, [&](const Check& check) { return !holds(lines, check); }));
}

// Which characters a printed one may be taken for, in fields that hold both letters and digits. Only the usual confusions: one
// digit checks little, and the more changes are tried the more wrong readings pass.
std::string_view confusable(char c) {
  static constexpr std::array<std::string_view, 6> pairs = {"0O", "1I", "2Z", "5S", "8B", "6G"};
  for (const std::string_view pair : pairs)
    if (const auto i = pair.find(c); i != std::string_view::npos) return pair.substr(1 - i, 1);
  return {};
}

// One changed character that lets more checks hold; only if no other single change would do as well.
bool mend_one(Lines& lines, const Layout& layout) {
  const int before = failures(lines, layout);
  if (before == 0) return false;
  int best = before, ways = 0;
  Lines mended;
  for (const Check& check : layout.checks) {
    if (holds(lines, check)) continue;
    for (const Span& span : check.over) {
      for (int i = 0; i < span.length; ++i) {
        Lines attempt = lines;
        char& c = attempt[span.line][span.begin + i];
        const char original = c;
        for (const char other : confusable(original)) {
          c = other;
          const int now = failures(attempt, layout);
          if (now < best) {
            best = now;
            ways = 1;
            mended = attempt;
          } else if (now == best && now < before && attempt != mended) {
            ++ways;
          }
        }
      }
    }
  }
  if (ways != 1) return false;
  lines = std::move(mended);
  return true;
}

// --- choosing among readings ---

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
    case MrzFormat::kTd1: return "IAC";
    case MrzFormat::kTd2: return "IACP";
    case MrzFormat::kTd3: return "P";
    case MrzFormat::kDrivingLicence: return "D";
    default: return "V";
  }
}

std::vector<Place> places_of(const Layout& layout) {
  std::vector<Place> places;
  for (int line = 0; line < static_cast<int>(layout.lines); ++line)
    for (int column = 0; column < static_cast<int>(layout.length); ++column) places.push_back({line, column, kAll});
  const auto restrict_to = [&](const Span& span, std::string_view allowed) {
    for (int i = 0; i < span.length; ++i)
      places[static_cast<std::size_t>(span.line) * layout.length + static_cast<std::size_t>(span.begin + i)].allowed = allowed;
  };
  for (const Span& letters : {layout.issuer, layout.nationality, layout.names}) restrict_to(letters, kLetters);
  for (const Span& digits : {layout.birth, layout.expiry}) restrict_to(digits, kDigits);
  for (const Check& check : layout.checks) restrict_to(check.digit, kDigits);
  restrict_to(layout.sex, "MF<X");
  restrict_to({layout.code.line, layout.code.begin, 1}, first_letters(layout.format));
  return places;
}

std::vector<Change> changes_of(std::span<const LineReading> readings, const Lines& lines, const std::vector<Place>& places) {
  constexpr double kDear = 0.12;
  constexpr std::size_t kMost = 40;
  std::vector<Change> changes;
  for (const Place& place : places) {
    const auto& likeness = readings[static_cast<std::size_t>(place.line)].cells[static_cast<std::size_t>(place.column)].likeness;
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

// --- reading the fields ---

std::string date_of(std::string_view yymmdd, int year_now, bool birth) {
  if (!std::ranges::all_of(yymmdd, [](char c) { return c >= '0' && c <= '9'; })) return {};
  const auto two = [&](std::size_t i) { return (yymmdd[i] - '0') * 10 + (yymmdd[i + 1] - '0'); };
  const int month = two(2), day = two(4);
  if (month < 1 || month > 12 || day < 1 || day > 31) return {};
  const int latest = birth ? year_now : year_now + 30;
  int year = latest / 100 * 100 + two(0);
  if (year > latest) year -= 100;
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string document_type(std::string_view code, std::string_view issuer) {
  switch (code[0]) {
    case 'P': return "passport";
    case 'V': return "visa";
    case 'D': return "driving-licence";
    case 'C': return issuer == "USA" ? "residence-permit" : "identity-card";
    case 'I':
    case 'A': return code.size() > 1 && code[1] == 'R' ? "residence-permit" : "identity-card";
    default: return "other";
  }
}

// The Dutch models of before 2021 hold the BSN in the optional field, the card with a check digit of its own after it.
std::string personal_number(std::string_view optional, std::string_view issuer) {
  if (issuer == "NLD" && optional.size() >= 9 && passes_elfproef(optional.substr(0, 9)))
    return std::string(optional.substr(0, 9));
  return without_filler(optional);
}

// ICAO 9303-5: a TD1 number of more than nine characters has < for its check digit and goes on in the optional field.
void read_long_number(const Lines& lines, const Layout& layout, Mrz& mrz, int& failed) {
  if (layout.format != MrzFormat::kTd1 || lines[0][14] != '<') return;
  const std::string rest(at(lines, layout.optional).substr(0, at(lines, layout.optional).find('<')));
  if (rest.size() < 2) return;
  const std::string number = std::string(at(lines, layout.number)) + rest.substr(0, rest.size() - 1);
  if (check_digit(number) != rest.back()) return;
  mrz.document_number = number;
  mrz.personal_number.clear();
  --failed;
}

void read_names(std::string_view field, Mrz& mrz) {
  const auto split = field.find("<<");
  mrz.surname = without_filler(field.substr(0, split));
  if (split != std::string_view::npos) mrz.given_names = without_filler(field.substr(split + 2));
}

ParsedMrz read_fields(Lines lines, const Layout& layout, int year_now) {
  ParsedMrz parsed;
  parsed.format = layout.format;
  parsed.checks = static_cast<int>(layout.checks.size());
  parsed.checks_failed = failures(lines, layout);
  Mrz& mrz = parsed.mrz;
  mrz.issuing_state = without_filler(at(lines, layout.issuer));
  mrz.document_number = without_filler(at(lines, layout.number));
  if (layout.birth.length) mrz.birth_date = date_of(at(lines, layout.birth), year_now, true);
  if (layout.expiry.length) mrz.expiry_date = date_of(at(lines, layout.expiry), year_now, false);
  if (layout.names.length) read_names(at(lines, layout.names), mrz);
  if (layout.optional.length) mrz.personal_number = personal_number(at(lines, layout.optional), mrz.issuing_state);
  if (layout.sex.length && at(lines, layout.sex) != "<") parsed.sex = at(lines, layout.sex);
  if (layout.nationality.length) parsed.nationality = without_filler(at(lines, layout.nationality));
  read_long_number(lines, layout, mrz, parsed.checks_failed);
  parsed.document_type = document_type(at(lines, layout.code), mrz.issuing_state);
  mrz.checks_ok = parsed.checks_failed == 0;
  mrz.lines = std::move(lines);
  return parsed;
}

}  // namespace

char check_digit(std::string_view field) noexcept {
  static constexpr std::array<int, 3> weights = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const char c = field[i];
    const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 0;
    sum += value * weights[i % 3];
  }
  return static_cast<char>('0' + sum % 10);
}

std::optional<ParsedMrz> parse_mrz(std::span<const std::string> untrusted_lines, int year_now) {
  auto lines = cleaned(untrusted_lines);
  if (!lines) return std::nullopt;
  const auto format = format_of(*lines);
  if (!format) return std::nullopt;
  const Layout layout = layout_for(*format, *lines);
  const bool forced = force_kinds(*lines, layout);
  const bool mended = mend_one(*lines, layout);
  ParsedMrz parsed = read_fields(std::move(*lines), layout, year_now);
  parsed.mrz.corrected = forced || mended;
  return parsed;
}

// Most holders are nationals of the issuing state: two readings of one word that differ a little are taken for the same.
static void agree_on_state(std::span<const LineReading> readings, Lines& lines, const Layout& layout) {
  constexpr double kLittle = 0.15;
  if (layout.nationality.length == 0) return;
  Lines agreed = lines;
  double loss = 0;
  for (int i = 0; i < layout.issuer.length; ++i) {
    const auto cell = [&](const Span& span) -> const CellReading& {
      return readings[static_cast<std::size_t>(span.line)].cells[static_cast<std::size_t>(span.begin + i)];
    };
    char& issuer = agreed[static_cast<std::size_t>(layout.issuer.line)][static_cast<std::size_t>(layout.issuer.begin + i)];
    char& nation = agreed[static_cast<std::size_t>(layout.nationality.line)][static_cast<std::size_t>(layout.nationality.begin + i)];
    const auto both = [&](char c) {
      return cell(layout.issuer).likeness[mrz_index(c)] + cell(layout.nationality).likeness[mrz_index(c)];
    };
    const char common = *std::ranges::max_element(kLetters, {}, both);
    loss += cell(layout.issuer).likeness[mrz_index(issuer)] + cell(layout.nationality).likeness[mrz_index(nation)] - both(common);
    issuer = nation = common;
  }
  if (loss < kLittle) lines = std::move(agreed);
}

std::optional<ParsedMrz> parse_readings(std::span<const LineReading> readings, int year_now) {
  Lines lines;
  for (const LineReading& reading : readings) {
    std::string& line = lines.emplace_back();
    for (const CellReading& cell : reading.cells) line += kAll[std::ranges::max_element(cell.likeness) - cell.likeness.begin()];
  }
  const auto format = format_of(lines);
  if (!format) return std::nullopt;
  const Layout layout = layout_for(*format, lines);
  for (const Place& place : places_of(layout)) {
    const auto& likeness = readings[static_cast<std::size_t>(place.line)].cells[static_cast<std::size_t>(place.column)].likeness;
    std::string& line = lines[static_cast<std::size_t>(place.line)];
    const auto column = static_cast<std::size_t>(place.column);
    // Fillers come in runs, and numbers hardly ever hold the letter O, which looks like a nought.
    const bool in_run = column >= 2 && line[column - 1] == '<' && line[column - 2] == '<';
    line[column] = *std::ranges::max_element(place.allowed, {}, [&](char c) {
      return likeness[mrz_index(c)] + (c == '<' && in_run ? 0.1 : 0) + (c == '0' && place.allowed == kAll ? 0.04 : 0);
    });
  }
  agree_on_state(readings, lines, layout);
  const bool changed = failures(lines, layout) > 0 && choose_changes(readings, lines, layout);
  ParsedMrz parsed = read_fields(std::move(lines), layout, year_now);
  parsed.mrz.corrected = changed;
  return parsed;
}

bool passes_elfproef(std::string_view digits) noexcept {
  std::string plain;
  for (const char c : digits) {
    if (c == ' ' || c == '.' || c == '-') continue;
    if (c < '0' || c > '9' || plain.size() == 9) return false;
    plain += c;
  }
  if (plain.size() == 8) plain.insert(plain.begin(), '0');
  if (plain.size() != 9 || plain.starts_with("00")) return false;
  int sum = -(plain[8] - '0');
  for (int i = 0; i < 8; ++i) sum += (plain[i] - '0') * (9 - i);
  return sum % 11 == 0;
}

}  // namespace zp::intake::vision
