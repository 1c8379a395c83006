#include "intake/cell/vision/mrz_reader.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/mrz_glyphs.h"

namespace zp::intake::vision {
namespace {

constexpr int kReachX = 3, kReachY = 4;  // pixels that a glyph may lie off its place, of a cell of 16 x 24
constexpr int kOffsets = (2 * kReachX + 1) * (2 * kReachY + 1);
constexpr int kMargin = 24;              // around the line, pixels
constexpr float kDrift = 0.06F;          // likeness that a step of one pixel between neighbours costs
constexpr double kEnds = 0.34;            // cells: the first and the last glyph fill about two thirds of theirs
constexpr double kReadsWell = 0.85;
constexpr double kBeat = 0.12;            // part of the columns' variance
constexpr double kLooksLikeOcrB = 0.6;

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
    const cv::Rect around = cv::RotatedRect(ribbon.middle, {ribbon.along * 1.2F, ribbon.across * 5}, ribbon.angle).boundingRect() &
                            cv::Rect({}, gray.size());
    softened = gray.clone();
    cv::GaussianBlur(gray(around), softened(around), {}, 0.4 / zoom);
  }
  cv::warpAffine(softened, strip, turn, size, cv::INTER_CUBIC, cv::BORDER_REPLICATE);
  strip.convertTo(strip, CV_32F, -1, 255);
  return strip;
}

struct Cell {
  cv::Mat likeness;  // kOffsets x glyphs
  std::vector<float> best;
};

Cell compare_cell(const cv::Mat& strip, int left, int top) {
  cv::Mat patches(kOffsets, kGlyphWidth * kGlyphHeight, CV_32F);
  int row = 0;
  for (int dy = -kReachY; dy <= kReachY; ++dy) {
    for (int dx = -kReachX; dx <= kReachX; ++dx, ++row) {
      cv::Mat patch = strip(cv::Rect(left + dx, top + dy, kGlyphWidth, kGlyphHeight)).clone();
      patch -= cv::mean(patch)[0];
      const double length = cv::norm(patch);
      if (length > 1) patch /= length;
      patch.reshape(1, 1).copyTo(patches.row(row));
    }
  }
  Cell cell;
  cell.likeness = patches * glyph_rows().t();
  cell.best.resize(kOffsets);
  for (int i = 0; i < kOffsets; ++i) {
    double most = 0;
    cv::minMaxLoc(cell.likeness.row(i), nullptr, &most);
    cell.best[static_cast<std::size_t>(i)] = static_cast<float>(most);
  }
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
  double count = 0, phase = 0, strength = 0;  // beats in the line; where in a beat, 0 to 1, the marks stand; part of the variance
};

// Characters of one pitch beat: the ink over the columns has its strongest rhythm at as many beats as the line has cells.
// Print of other typefaces has none.
Beat beat_of(const cv::Mat& strip, int cells) {
  cv::Mat columns;
  cv::reduce(strip(cv::Rect(kMargin, kMargin, cells * kGlyphWidth, kGlyphHeight)), columns, 0, cv::REDUCE_AVG);
  columns -= cv::mean(columns)[0];
  const double all = columns.dot(columns) * columns.cols / 2;
  Beat best;
  for (double count = cells - 2.5; count <= cells + 2.5; count += 0.125) {
    double real = 0, imaginary = 0;
    for (int x = 0; x < columns.cols; ++x) {
      const double angle = 2 * std::numbers::pi * count * (x + 0.5) / columns.cols;
      real += columns.at<float>(x) * std::cos(angle);
      imaginary += columns.at<float>(x) * std::sin(angle);
    }
    const double strength = all > 0 ? (real * real + imaginary * imaginary) / all : 0;
    if (strength > best.strength) best = {count, std::atan2(imaginary, real) / (2 * std::numbers::pi), strength};
  }
  return best;
}

cv::Point2f along_of(const Ribbon& ribbon) {
  const float radians = ribbon.angle * std::numbers::pi_v<float> / 180;
  return {std::cos(radians), std::sin(radians)};
}

// The ribbon whose cells beat as the marks do, its first cell nearest to where the marks begin, or `shift` cells from there.
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
float line_step(int cells) { return cells == 30 ? 10.0F / 6 : 10.0F / 4; }

Ribbon neighbour(const LineOnPage& line, float step) {
  const cv::Point2f along = along_of(line.ribbon), down(-along.y, along.x);
  Ribbon ribbon = line.ribbon;
  ribbon.middle += down * (step * line.pitch);
  return ribbon;
}

// The line and those above and below it that can be read too.
Zone zone_around(const cv::Mat& gray, const LineOnPage& line, int cells) {
  const std::size_t most = cells == 30 ? 3 : 2;
  Zone zone = {line};
  while (zone.size() < most) {
    auto next = read_line(gray, neighbour(zone.back(), line_step(cells)), cells);
    if (!next) break;
    zone.push_back(std::move(*next));
  }
  while (zone.size() < most) {
    auto before = read_line(gray, neighbour(zone.front(), -line_step(cells)), cells);
    if (!before) break;
    zone.insert(zone.begin(), std::move(*before));
  }
  return zone;
}

std::vector<cv::Point2f> corners_of(const Zone& zone) {
  const auto edge = [](const LineOnPage& line, float side, float end) {
    const cv::Point2f along = along_of(line.ribbon), down(-along.y, along.x);
    return line.ribbon.middle + along * (end * (line.ribbon.along + 0.3F * line.pitch) / 2) + down * (side * 0.65F * line.pitch);
  };
  return {edge(zone.front(), -1, -1), edge(zone.front(), -1, 1), edge(zone.back(), 1, 1), edge(zone.back(), 1, -1)};
}

// A line of thirty random marks passes its one check digit now and then; two or three lines hardly ever do.
bool believable(const MrzOnPage& found) {
  return found.score > (found.parsed.checks == 1 ? 0.8 : 0.62);
}

bool better(const MrzOnPage& a, const MrzOnPage& b) {
  if (a.parsed.mrz.checks_ok != b.parsed.mrz.checks_ok) return a.parsed.mrz.checks_ok;
  return a.score > b.score;
}

void try_ribbon(const cv::Mat& gray, const Ribbon& ribbon, std::optional<MrzOnPage>& best) {
  for (const int cells : {44, 36, 30}) {
    const auto line = read_line(gray, ribbon, cells);
    if (!line || line->reading.likeness < kLooksLikeOcrB) continue;
    const Zone zone = zone_around(gray, *line, cells);
    std::vector<LineReading> readings;
    double score = 0;
    for (const LineOnPage& part : zone) {
      readings.push_back(part.reading);
      score += part.reading.likeness / static_cast<double>(zone.size());
    }
    auto parsed = parse_readings(readings);
    if (!parsed) continue;
    MrzOnPage found{std::move(*parsed), corners_of(zone), score};
    if (believable(found) && (!best || better(found, *best))) best = std::move(found);
  }
}

// The line as its ribbon lies.
LineOnPage read_cells(const cv::Mat& gray, const Ribbon& ribbon, int cells) {
  const cv::Mat strip = straightened(gray, ribbon, cells);
  std::vector<Cell> row;
  for (int i = 0; i < cells; ++i) row.push_back(compare_cell(strip, kMargin + i * kGlyphWidth, kMargin));
  const std::vector<int> path = best_path(row);
  LineOnPage line{{}, ribbon, static_cast<float>(ribbon.along / (cells - kEnds))};
  for (std::size_t i = 0; i < row.size(); ++i) {
    CellReading& cell = line.reading.cells.emplace_back();
    for (std::size_t g = 0; g < kGlyphLetters.size(); ++g)
      cell.likeness[mrz_index(kGlyphLetters[g])] = row[i].likeness.at<float>(path[i], static_cast<int>(g));
    line.reading.likeness += *std::ranges::max_element(cell.likeness) / static_cast<double>(cells);
  }
  return line;
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
      if (best && best->parsed.mrz.checks_ok && best->parsed.checks >= 3 && best->score > kReadsWell) return best;
    }
    if (best) return best;
  }
  return best;
}

}  // namespace zp::intake::vision
