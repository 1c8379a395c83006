#include "templates/letter/lines.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "templates/letter/text.h"

namespace zp::templates {
namespace {

constexpr char32_t kSoftHyphen = 0x00AD;  // drawn as a hyphen, read as "this word goes on" (ISO 32000-1, 14.8.2.2.3)
constexpr double kHyphenCost = 30, kCutCost = 1, kShortLastLineCost = 2;
constexpr double kNumberCost = 6;  // "7" and "december" belong on one line

}  // namespace

/// One character with its glyph; sizes in points.
struct Typesetter::Letter {
  char32_t c;
  int face;
  const std::string* link;
  Glyph glyph;
  double width;
};

/// Letters that are never parted, and what may follow: a line break replaces a space, adds a hyphen, or comes
/// for free.
struct Typesetter::Atom {
  enum class Break { kSpace, kHyphen, kFree } after;
  std::size_t begin, end;
  double width, space;  // `space`: width of the blank after it
};

bool Typesetter::is_number(const std::vector<Letter>& letters, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i)
    if (letters[i].c < U'0' || letters[i].c > U'9') return false;
  return true;
}

/// Of a web page or mailbox, which a hyphen would change.
bool Typesetter::names_address(const std::vector<Letter>& letters, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i)
    if (letters[i].c == U'@' || (letters[i].c == U'/' && i > begin && letters[i - 1].c == U'/')) return true;
  return false;
}

/// Where a word may be divided that may stand between punctuation marks.
std::vector<std::size_t> Typesetter::points(std::u32string_view part) const {
  std::size_t first = 0;
  while (first < part.size() && is_punctuation(part[first])) ++first;
  while (part.size() > first && is_punctuation(part.back())) part.remove_suffix(1);
  std::vector<std::size_t> points = hyphenator_.points(part.substr(first));
  for (std::size_t& point : points) point += first;
  return points;
}

std::vector<Typesetter::Letter> Typesetter::letters(const Runs& runs, double size) {
  std::vector<Letter> out;
  for (const Run& run : runs) {
    const Weight weight = run.bold ? Weight::kBold : Weight::kRegular;
    for (std::size_t from = 0; from < run.text.size();) {
      const auto face_of = [&](std::size_t at) {
        return run.text[at] == U'\n' ? -2 : faces_.pick(weight, run.text[at]);
      };
      const int face = face_of(from);
      std::size_t to = from + 1;
      while (to < run.text.size() && face_of(to) == face) ++to;
      const auto stretch = std::u32string_view(run.text).substr(from, to - from);
      if (face == -1) unprintable_.insert(stretch.begin(), stretch.end());
      if (face == -2)
        for (const char32_t c : stretch) out.push_back({c, -2, &run.link, {c, 0}, 0});
      if (face >= 0)
        for (const Glyph& glyph : faces_.face(face).shape(stretch))
          out.push_back({glyph.c, face, &run.link, glyph, glyph.advance * size / 1000});
      from = to;
    }
  }
  return out;
}

std::vector<Typesetter::Atom> Typesetter::atoms(const std::vector<Letter>& letters, std::size_t from, std::size_t to,
                                                double width) const {
  std::vector<Atom> out;
  const auto add = [&](std::size_t begin, std::size_t end, Atom::Break after, double space) {
    if (begin == end) return;  // one space of several
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += letters[i].width;
    if (sum <= width) {
      out.push_back({after, begin, end, sum, space});
      return;
    }
    for (std::size_t i = begin; i < end; ++i)
      out.push_back({i + 1 < end ? Atom::Break::kFree : after, i, i + 1, letters[i].width, i + 1 < end ? 0 : space});
  };
  for (std::size_t at = from; at < to;) {
    std::size_t end = at;
    while (end < to && letters[end].c != U' ') ++end;
    const bool ends_in_space = end < to;
    const bool is_address = names_address(letters, at, end);
    std::size_t begin = at;
    for (std::size_t i = at; i < end;) {  // breaks inside the word
      std::u32string part;
      std::size_t stop = i;
      while (stop < end && letters[stop].c != U'-' && letters[stop].c != U'/') part += letters[stop++].c;
      if (!is_address)
        for (const std::size_t point : points(part)) {
          add(begin, i + point, Atom::Break::kHyphen, 0);
          begin = i + point;
        }
      if (stop + 1 < end && stop > at) {
        add(begin, stop + 1, Atom::Break::kFree, 0);
        begin = stop + 1;
      }
      i = stop + 1;
    }
    const double space = ends_in_space ? letters[end].width : 0;
    add(begin, end, Atom::Break::kSpace, space);
    at = end + (ends_in_space ? 1 : 0);
  }
  return out;
}

void Typesetter::append(Line& line, const Letter& letter) const {
  if (line.spans.empty() || line.spans.back().face != letter.face || line.spans.back().link != *letter.link) {
    const double x = line.spans.empty() ? 0 : line.spans.back().x + line.spans.back().width;
    line.spans.push_back({letter.face, *letter.link, {}, x, 0});
  }
  line.spans.back().glyphs.push_back(letter.glyph);
  line.spans.back().width += letter.width;
}

Line Typesetter::build(const std::vector<Letter>& letters, const std::vector<Atom>& atoms, std::size_t from,
                       std::size_t to, double size) const {
  Line line;
  for (std::size_t i = from; i < to; ++i) {
    for (std::size_t k = atoms[i].begin; k < atoms[i].end; ++k) append(line, letters[k]);
    const bool last = i + 1 == to;
    if (last && !line.spans.empty()) line.width = line.spans.back().x + line.spans.back().width;
    if (atoms[i].space > 0 && !(last && to == atoms.size())) append(line, letters[atoms[i].end]);
  }
  const bool hyphen = to < atoms.size() && atoms[to - 1].after == Atom::Break::kHyphen;
  if (hyphen) {
    const Letter& before = letters[atoms[to - 1].end - 1];
    const Face& face = faces_.face(before.face);
    const char32_t c = face.has(kSoftHyphen) ? kSoftHyphen : U'-';
    const auto advance = static_cast<float>(face.width(c));
    append(line, {c, before.face, before.link, {c, advance}, advance * size / 1000});
    line.width += advance * size / 1000;
  }
  return line;
}

std::vector<Line> Typesetter::lines(const Runs& runs, double width, double size) {
  const std::vector<Letter> all = letters(runs, size);
  std::vector<Line> out;
  for (std::size_t from = 0; from <= all.size();) {
    const auto newline = std::find_if(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(),
                                      [](const Letter& letter) { return letter.c == U'\n'; });
    const auto to = static_cast<std::size_t>(newline - all.begin());
    const std::vector<Atom> parts = atoms(all, from, to, width);
    // best[j]: the cheapest way to fill lines with parts 0..j-1, and where its last line starts.
    std::vector<std::pair<double, std::size_t>> best(parts.size() + 1, {std::numeric_limits<double>::infinity(), 0});
    best[0].first = 0;
    for (std::size_t j = 1; j <= parts.size(); ++j) {
      double filled = 0;
      for (std::size_t i = j; i-- > 0;) {
        filled += parts[i].width + (i + 1 < j ? parts[i].space : 0);
        const auto after = parts[j - 1].after;
        const bool last = j == parts.size();
        const double hyphen = !last && after == Atom::Break::kHyphen ? size / 3 : 0;
        if (filled + hyphen > width && i + 1 < j) break;
        const double slack = std::max(0.0, (width - filled - hyphen) / width);
        double cost = last ? (slack > 0.85 && i > 0 ? kShortLastLineCost : 0) : 100 * slack * slack;
        if (!last && after == Atom::Break::kHyphen) cost += kHyphenCost;
        if (!last && after == Atom::Break::kFree) cost += kCutCost;
        if (!last && after == Atom::Break::kSpace && is_number(all, parts[j - 1].begin, parts[j - 1].end))
          cost += kNumberCost;
        if (best[i].first + cost < best[j].first) best[j] = {best[i].first + cost, i};
      }
    }
    std::vector<std::size_t> ends;
    for (std::size_t j = parts.size(); j > 0; j = best[j].second) ends.push_back(j);
    std::size_t begin = 0;
    for (const std::size_t end : std::vector(ends.rbegin(), ends.rend())) {
      out.push_back(build(all, parts, begin, end, size));
      begin = end;
    }
    if (parts.empty() && newline != all.end()) out.emplace_back();  // an empty line was asked for
    from = to + 1;
  }
  return out;
}

Line Typesetter::line(std::u32string_view text, Weight weight, double size) {
  auto made = lines({{std::u32string(text), weight == Weight::kBold, {}}}, std::numeric_limits<float>::max(), size);
  return made.empty() ? Line{} : std::move(made.front());
}

}  // namespace zp::templates
