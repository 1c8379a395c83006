#include "intake/cell/vision/mrz_reader.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <ranges>

#include "intake/cell/vision/mrz_glyphs.h"
#include "intake/cell/vision/mrz_recogniser.h"

namespace zp::intake::vision {
namespace {

constexpr int kReachX = 3, kReachY = 3;  // pixels that a glyph may lie off its place, of a cell of 16 x 24
constexpr int kOffsets = (2 * kReachX + 1) * (2 * kReachY + 1);
constexpr float kDrift = 0.06F;         // likeness that a step of one pixel between neighbours costs
constexpr double kWorthReading = 0.58;  // likeness of seven cells before all are compared
constexpr double kWorthShifting = 0.75;
constexpr double kReadsWell = 0.85;
constexpr double kBeat = 0.12;  // part of the ink's variance
constexpr double kLooksLikeOcrB = 0.6;
constexpr double kSurelyPrint = 0.8;
constexpr std::size_t kTightened = 8;  // ribbons, longest first, that get a second chance

// One glyph a row, without mean and of length one, a little soft as cameras see it.
const cv::Mat& glyph_rows() {
  static const cv::Mat rows = [] {
    cv::Mat all(static_cast<int>(kGlyphs.size()), kGlyphWidth * kGlyphHeight, CV_32F);
    for (int g = 0; g < all.rows; ++g) {
      cv::Mat glyph(kGlyphHeight, kGlyphWidth, CV_32F);
      for (int i = 0; i < all.cols; ++i) {
        const char c = kGlyphs[static_cast<std::size_t>(g)][static_cast<std::size_t>(i)];
        glyph.at<float>(i / kGlyphWidth, i % kGlyphWidth) = static_cast<float>(c <= '9' ? c - '0' : c - 'a' + 10);
      }
      cv::GaussianBlur(glyph, glyph, {}, 1.0);
      glyph -= cv::mean(glyph)[0];
      glyph /= cv::norm(glyph);
      glyph.reshape(1, 1).copyTo(all.row(g));
    }
    return all;
  }();
  return rows;
}

struct Cell {
  cv::Mat patches;          // what stands at each offset, a row of pixels without mean and of length one
  std::vector<float> best;  // likeness to the glyph that is most alike, for each offset
};

Cell compare_cell(const cv::Mat& strip, int left, int top) {
  Cell cell;
  cell.patches.create(kOffsets, kGlyphWidth * kGlyphHeight, CV_32F);
  int row = 0;
  for (int dy = -kReachY; dy <= kReachY; ++dy) {
    for (int dx = -kReachX; dx <= kReachX; ++dx, ++row) {
      cv::Mat patch = strip(cv::Rect(left + dx, top + dy, kGlyphWidth, kGlyphHeight)).clone();
      patch -= cv::mean(patch)[0];
      const double length = cv::norm(patch);
      if (length > 1) patch /= length;
      patch.reshape(1, 1).copyTo(cell.patches.row(row));
    }
  }
  cv::Mat most;
  cv::reduce(cell.patches * glyph_rows().t(), most, 1, cv::REDUCE_MAX);
  cell.best.assign(most.begin<float>(), most.end<float>());
  return cell;
}

float drift(int from, int to) {
  constexpr int width = 2 * kReachX + 1;
  return kDrift * static_cast<float>(std::abs(from % width - to % width) + std::abs(from / width - to / width));
}

// The path of offsets along the line with the greatest likeness: paper bends, cameras look askew.
std::vector<int> best_path(const std::vector<Cell>& cells) {
  std::vector<std::vector<int>> came(cells.size(), std::vector<int>(kOffsets));
  std::vector<float> score = cells[0].best, next(kOffsets);
  for (std::size_t i = 1; i < cells.size(); ++i) {
    for (int to = 0; to < kOffsets; ++to) {
      float most = -1e9F;
      for (int from = 0; from < kOffsets; ++from) {
        const float here = score[static_cast<std::size_t>(from)] - drift(from, to);
        if (here <= most) continue;
        most = here;
        came[i][static_cast<std::size_t>(to)] = from;
      }
      next[static_cast<std::size_t>(to)] = most + cells[i].best[static_cast<std::size_t>(to)];
    }
    score.swap(next);
  }
  std::vector<int> path(cells.size());
  path.back() = static_cast<int>(std::ranges::max_element(score) - score.begin());
  for (std::size_t i = cells.size() - 1; i > 0; --i) path[i - 1] = came[i][static_cast<std::size_t>(path[i])];
  return path;
}

Ribbon reversed(Ribbon ribbon) {
  ribbon.angle += 180;
  ribbon.growth = -ribbon.growth;
  return ribbon;
}

using Zone = std::vector<LineOnPage>;

// From line to line in characters: ICAO 9303-4 and -6 print four lines to the inch, 9303-5 six, all ten characters.
// Samples and old documents take the freedom to differ.
constexpr std::array<float, 4> kLineSteps = {10.0F / 4, 10.0F / 6, 2.1F, 1.35F};

Ribbon neighbour(const LineOnPage& line, float step) {
  const cv::Point2f along = along_of(line.ribbon), down(-along.y, along.x);
  Ribbon ribbon = line.ribbon;
  ribbon.middle += down * (step * line.pitch);
  return ribbon;
}

// The best readable line below (or above, `way` -1) at one of the usual distances.
std::optional<LineOnPage> next_line(const cv::Mat& gray, const LineOnPage& line, int cells, float way) {
  std::optional<LineOnPage> best;
  for (const float step : kLineSteps) {
    auto next = read_line(gray, neighbour(line, way * step), cells);
    if (next && (!best || next->reading.likeness > best->reading.likeness)) best = std::move(next);
    if (best && best->reading.likeness > kReadsWell) break;
  }
  return best;
}

// The line and those above and below it that can be read too.
Zone zone_around(const cv::Mat& gray, const LineOnPage& line, int cells) {
  const std::size_t most = cells == 30 ? 3 : 2;
  Zone zone = {line};
  while (zone.size() < most) {
    auto next = next_line(gray, zone.back(), cells, 1);
    if (!next) break;
    zone.push_back(std::move(*next));
  }
  while (zone.size() < most) {
    auto before = next_line(gray, zone.front(), cells, -1);
    if (!before) break;
    zone.insert(zone.begin(), std::move(*before));
  }
  return zone;
}

std::vector<cv::Point2f> corners_of(const Zone& zone) {
  const auto edge = [](const LineOnPage& line, float side, float end) {
    const cv::Point2f along = along_of(line.ribbon), down(-along.y, along.x);
    return line.ribbon.middle + along * (end * (line.ribbon.along + 0.3F * line.pitch) / 2) +
           down * (side * 0.65F * line.pitch);
  };
  return {edge(zone.front(), -1, -1), edge(zone.front(), -1, 1), edge(zone.back(), 1, 1), edge(zone.back(), 1, -1)};
}

// A line of thirty random marks passes its one check digit now and then; two or three lines hardly ever do.
bool believable(const MrzOnPage& found) { return found.score > (found.parsed.checks == 1 ? 0.8 : 0.62); }

int trust(const MrzOnPage& found) { return found.parsed.mrz.checks_ok ? found.parsed.mrz.corrected ? 1 : 2 : 0; }

bool better(const MrzOnPage& a, const MrzOnPage& b) {
  return std::pair(trust(a), a.score) > std::pair(trust(b), b.score);
}

// Noise before or behind a line moves its ends; all lines of a zone are then off by a cell together.
Ribbon shifted(const LineOnPage& line, int cells_right) {
  Ribbon ribbon = line.ribbon;
  ribbon.middle += along_of(ribbon) * (static_cast<float>(cells_right) * line.pitch);
  return ribbon;
}

// Adds to what the network says how much each cell looks like each glyph: the one knows how print is spoiled, the other
// which shapes there are.
void weigh_likeness(const cv::Mat& likeness, LineReading& line) {
  // Blurred print looks like no glyph, so there the shapes say little.
  constexpr double kMostWeight = 30, kLeastAlike = 0.7, kMostAlike = 0.9;
  const auto weight = static_cast<float>(
      kMostWeight * std::clamp((line.likeness - kLeastAlike) / (kMostAlike - kLeastAlike), 0.0, 1.0));
  for (int row = 0; row < likeness.rows; ++row) {
    const auto* alike = likeness.ptr<float>(row);
    const float most = *std::max_element(alike, alike + likeness.cols);
    for (int g = 0; g < likeness.cols; ++g) {
      float& cost =
          line.cells[static_cast<std::size_t>(row)].cost[mrz_index(kGlyphLetters[static_cast<std::size_t>(g)])];
      cost += weight * (most - alike[g]);
    }
  }
}

// The line as its ribbon lies.
LineOnPage read_cells(const cv::Mat& gray, const Ribbon& ribbon, int cells) {
  const cv::Mat strip = straightened(gray, ribbon, cells);
  LineOnPage line{{}, ribbon, static_cast<float>(pitch_of(ribbon, cells)), false};
  const auto compare = [&](int i) { return compare_cell(strip, kStripMargin + i * kGlyphWidth, kStripMargin); };
  double sample = 0;
  for (int i = 1; i < 8; ++i) sample += std::ranges::max(compare(i * cells / 8).best) / 7;
  if (sample < kWorthReading) return line;
  std::vector<Cell> row;
  for (int i = 0; i < cells; ++i) row.push_back(compare(i));
  const std::vector<int> path = best_path(row);
  cv::Mat patches;
  for (std::size_t i = 0; i < row.size(); ++i) {
    patches.push_back(row[i].patches.row(path[i]));
    line.reading.likeness += static_cast<double>(row[i].best[static_cast<std::size_t>(path[i])]) / cells;
  }
  for (const int beyond : {-1, cells}) line.goes_on |= std::ranges::max(compare(beyond).best) > kSurelyPrint;
  line.reading.cells = recognise(patches);
  weigh_likeness(patches * glyph_rows().t(), line.reading);
  return line;
}

std::optional<MrzOnPage> parsed_zone(const Zone& zone) {
  std::vector<LineReading> readings;
  double score = 0;
  for (const LineOnPage& line : zone) {
    readings.push_back(line.reading);
    score += line.reading.likeness / static_cast<double>(zone.size());
  }
  auto parsed = parse_readings(readings);
  if (!parsed) return std::nullopt;
  MrzOnPage found{std::move(*parsed), corners_of(zone), score};
  // Cut at the wrong place, a few characters more or less may make check digits hold.
  const auto cut = std::ranges::count_if(zone, &LineOnPage::goes_on);
  const bool misplaced = trust(found) < 2 && 2 * cut >= std::ssize(zone);
  if (misplaced || !believable(found)) return std::nullopt;
  return found;
}

// Typewriters keep a pitch too, but have no fillers. Of each zone one line has some, except the single line of a
// licence.
bool may_start_a_zone(const LineReading& line) {
  const auto is_likeliest = [](const CellReading& cell, char c) {
    return cell.cost[mrz_index(c)] <= std::ranges::min(cell.cost);
  };
  const auto fillers =
      std::ranges::count_if(line.cells, [&](const CellReading& cell) { return is_likeliest(cell, '<'); });
  return fillers >= 2 || (line.cells.size() == 30 && is_likeliest(line.cells.front(), 'D'));
}

// The zone with its lines below one another, as `guide` lies; nothing where they lie so already.
std::optional<Zone> aligned(const cv::Mat& gray, const Zone& zone, const LineOnPage& guide, int cells) {
  const cv::Point2f along = along_of(guide.ribbon);
  Zone moved;
  bool changed = false;
  for (const LineOnPage& line : zone) {
    const float off = (line.ribbon.middle - guide.ribbon.middle).dot(along) / guide.pitch;
    const int cells_off = static_cast<int>(std::lround(off));
    moved.push_back(cells_off == 0 ? line : read_cells(gray, shifted(line, -cells_off), cells));
    changed |= cells_off != 0;
  }
  if (!changed) return std::nullopt;
  return moved;
}

// What the lines say; where noise moved the ends of some, or of all, in another place too.
std::optional<MrzOnPage> best_parsed(const cv::Mat& gray, const Zone& zone, int cells) {
  auto found = parsed_zone(zone);
  if (found && trust(*found) == 2) return found;
  for (const LineOnPage& guide : zone) {
    const auto other = aligned(gray, zone, guide, cells);
    if (!other) continue;
    if (auto parsed = parsed_zone(*other); parsed && trust(*parsed) == 2) return parsed;
  }
  if ((found ? found->score : zone.front().reading.likeness) < kWorthShifting) return found;
  for (const int cells_right : {1, -1}) {
    Zone moved;
    for (const LineOnPage& part : zone) moved.push_back(read_cells(gray, shifted(part, cells_right), cells));
    if (auto parsed = parsed_zone(moved); parsed && (!found || better(*parsed, *found))) found = std::move(parsed);
    if (found && trust(*found) == 2) break;
  }
  return found;
}

void try_ribbon(const cv::Mat& gray, const Ribbon& ribbon, std::optional<MrzOnPage>& best) {
  for (const int cells : {44, 36, 30}) {
    // A capital is about as high as a cell is wide.
    const float height = ribbon.along / static_cast<float>(cells);
    if (ribbon.across < 0.6F * height || ribbon.across > 2.2F * height) continue;
    const auto line = read_line(gray, ribbon, cells);
    if (!line || !may_start_a_zone(line->reading)) continue;
    auto found = best_parsed(gray, zone_around(gray, *line, cells), cells);
    if (found && (!best || better(*found, *best))) best = std::move(found);
  }
}

}  // namespace

std::optional<LineOnPage> read_line(const cv::Mat& gray, const Ribbon& ribbon, int cells) {
  const Beat beat = beat_of(straightened(gray, ribbon, cells), cells);
  if (beat.strength < kBeat) return std::nullopt;
  LineOnPage best = read_cells(gray, tuned(ribbon, beat, cells, 0), cells);
  if (best.reading.likeness < kLooksLikeOcrB - 0.1) return std::nullopt;
  for (const int shift : {-1, 1}) {
    if (best.reading.likeness > kReadsWell) break;
    LineOnPage shifted = read_cells(gray, tuned(ribbon, beat, cells, shift), cells);
    if (shifted.reading.likeness > best.reading.likeness) best = std::move(shifted);
  }
  if (best.reading.likeness < kLooksLikeOcrB) return std::nullopt;
  return best;
}

std::optional<MrzOnPage> find_mrz(const cv::Mat& gray) {
  const RibbonFinder finder(gray);
  std::optional<MrzOnPage> best;
  for (const Run run : {Run::kLevel, Run::kUpright, Run::kSlanted}) {
    for (const Ribbon& ribbon : finder.ribbons(run)) {
      try_ribbon(gray, ribbon, best);
      try_ribbon(gray, reversed(ribbon), best);
      if (best && trust(*best) == 2 && best->parsed.checks >= 3 && best->score > kReadsWell) return best;
    }
    if (best) return best;
    if (run == Run::kSlanted) break;
    for (const Ribbon& ribbon : finder.ribbons(run) | std::views::take(kTightened)) {
      const Ribbon tight = tightened(gray, ribbon);
      try_ribbon(gray, tight, best);
      try_ribbon(gray, reversed(tight), best);
      if (best && trust(*best) == 2) return best;
    }
    if (best) return best;
  }
  return best;
}

}  // namespace zp::intake::vision
