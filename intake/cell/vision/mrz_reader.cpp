#include "intake/cell/vision/mrz_reader.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <ranges>

#include "intake/cell/vision/mrz_glyphs.h"
#include "intake/cell/vision/mrz_recogniser.h"

namespace zp::intake::vision {
namespace {

constexpr int kReachX = 3, kReachY = 3;  // pixels that a glyph may lie off its place, of a cell of 16 x 24
constexpr int kOffsets = (2 * kReachX + 1) * (2 * kReachY + 1);
constexpr int kMargin = 24;             // around the line, pixels
constexpr float kDrift = 0.06F;         // likeness that a step of one pixel between neighbours costs
constexpr double kEnds = 0.34;          // cells: the first and the last glyph fill about two thirds of theirs
constexpr double kWorthReading = 0.58;  // likeness of seven cells before all are compared
constexpr double kWorthShifting = 0.75;
constexpr double kReadsWell = 0.85;
constexpr double kBeat = 0.12;  // part of the columns' variance
constexpr double kLooksLikeOcrB = 0.6;
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

// The line level, dark as high values, `cells` cells of the glyphs' size with a margin all around.
cv::Mat straightened(const cv::Mat& gray, const Ribbon& ribbon, int cells) {
  const float zoom = static_cast<float>((cells - kEnds) * kGlyphWidth) / ribbon.along;
  const float radians = ribbon.angle * std::numbers::pi_v<float> / 180;
  const float c = std::cos(radians) * zoom, s = std::sin(radians) * zoom;
  const cv::Size size(cells * kGlyphWidth + 2 * kMargin, kGlyphHeight + 2 * kMargin);
  cv::Matx23f turn(c, s, 0, -s, c, 0);
  turn(0, 2) = static_cast<float>(size.width) / 2 - (c * ribbon.middle.x + s * ribbon.middle.y);
  turn(1, 2) = static_cast<float>(size.height) / 2 - (-s * ribbon.middle.x + c * ribbon.middle.y);
  cv::Mat strip, softened = gray;
  if (zoom < 0.7F) {
    const cv::Rect around =
        cv::RotatedRect(ribbon.middle, {ribbon.along * 1.2F, ribbon.across * 5}, ribbon.angle).boundingRect() &
        cv::Rect({}, gray.size());
    softened = gray.clone();
    cv::GaussianBlur(gray(around), softened(around), {}, 0.4 / zoom);
  }
  cv::warpAffine(softened, strip, turn, size, cv::INTER_CUBIC, cv::BORDER_REPLICATE);
  strip.convertTo(strip, CV_32F, -1, 255);
  return strip;
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

struct Beat {
  double count = 0, phase = 0,
         strength = 0;  // beats in the line; where in a beat, 0 to 1, the marks stand; part of the variance
};

// Characters of one pitch beat: the ink over the columns has its strongest rhythm at as many beats as the line has
// cells. Print of other typefaces has none.
Beat beat_of(const cv::Mat& strip, int cells) {
  cv::Mat columns;
  cv::reduce(strip(cv::Rect(kMargin, kMargin, cells * kGlyphWidth, kGlyphHeight)), columns, 0, cv::REDUCE_AVG);
  columns -= cv::mean(columns)[0];
  const double all = columns.dot(columns) * columns.cols / 2;
  Beat best;
  for (double count = cells - 2.5; count <= cells + 2.5; count += 0.125) {
    const double turn = 2 * std::numbers::pi * count / columns.cols;
    const std::complex<double> step = std::polar(1.0, turn);
    std::complex<double> hand = std::polar(1.0, turn / 2), sum = 0;
    for (int x = 0; x < columns.cols; ++x, hand *= step) sum += hand * static_cast<double>(columns.at<float>(x));
    const double strength = all > 0 ? std::norm(sum) / all : 0;
    if (strength > best.strength) best = {count, std::arg(sum) / (2 * std::numbers::pi), strength};
  }
  return best;
}

cv::Point2f along_of(const Ribbon& ribbon) {
  const float radians = ribbon.angle * std::numbers::pi_v<float> / 180;
  return {std::cos(radians), std::sin(radians)};
}

// The ribbon whose cells beat as the marks do, its first cell nearest to where the marks begin, or `shift` cells from
// there.
Ribbon tuned(const Ribbon& ribbon, const Beat& beat, int cells, int shift) {
  const double zoom = (cells - kEnds) * kGlyphWidth / ribbon.along;
  const double pitch = cells * kGlyphWidth / beat.count;
  const double expected = kGlyphWidth / 2.0;
  const double first = (beat.phase + std::round(expected / pitch - beat.phase) + shift) * pitch;
  const double middle = first + (cells - 1) / 2.0 * pitch;
  Ribbon result = ribbon;
  result.middle += along_of(ribbon) * static_cast<float>((middle - cells * kGlyphWidth / 2.0) / zoom);
  result.along = static_cast<float>((cells - kEnds) * pitch / zoom);
  return result;
}

Ribbon reversed(Ribbon ribbon) {
  ribbon.angle += 180;
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
  LineOnPage line{{}, ribbon, static_cast<float>(ribbon.along / (cells - kEnds))};
  const auto compare = [&](int i) { return compare_cell(strip, kMargin + i * kGlyphWidth, kMargin); };
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
  if (!believable(found)) return std::nullopt;
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

void try_ribbon(const cv::Mat& gray, const Ribbon& ribbon, std::optional<MrzOnPage>& best) {
  for (const int cells : {44, 36, 30}) {
    // A capital is about as high as a cell is wide.
    const float height = ribbon.along / static_cast<float>(cells);
    if (ribbon.across < 0.6F * height || ribbon.across > 2.2F * height) continue;
    const auto line = read_line(gray, ribbon, cells);
    if (!line || !may_start_a_zone(line->reading)) continue;
    const Zone zone = zone_around(gray, *line, cells);
    auto found = parsed_zone(zone);
    for (const int cells_right : {1, -1}) {
      if ((found && trust(*found) == 2) || (found ? found->score : line->reading.likeness) < kWorthShifting) break;
      Zone moved;
      for (const LineOnPage& part : zone) moved.push_back(read_cells(gray, shifted(part, cells_right), cells));
      if (auto other = parsed_zone(moved); other && (!found || better(*other, *found))) found = std::move(other);
    }
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
