#include "intake/cell/vision/mrz_reader.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/mrz_glyphs.h"

namespace zp::intake::vision {
namespace {

constexpr int kReachX = 4, kReachY = 4;  // pixels that a glyph may lie off its place, of a cell of 16 x 24
constexpr int kOffsets = (2 * kReachX + 1) * (2 * kReachY + 1);
constexpr int kMargin = 24;              // around the line, pixels
constexpr float kDrift = 0.06F;          // likeness that a step of one pixel between neighbours costs
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
  // The first and the last glyph fill about two thirds of their cells.
  const float zoom = static_cast<float>((cells - 0.34) * kGlyphWidth) / ribbon.along;
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

Ribbon reversed(Ribbon ribbon) {
  ribbon.angle += 180;
  return ribbon;
}

struct Attempt {
  std::vector<LineReading> lines;
  double score = 0;
};

Attempt read_group(const cv::Mat& gray, const RibbonGroup& group, int cells) {
  Attempt attempt;
  for (const Ribbon& ribbon : group) {
    auto line = read_line(gray, ribbon, cells);
    if (!line) return {};
    attempt.score += line->likeness / static_cast<double>(group.size());
    attempt.lines.push_back(std::move(*line));
  }
  return attempt;
}

// The numbers of cells that so many lines can have.
std::vector<int> cell_counts(std::size_t lines) {
  if (lines == 3) return {30};
  if (lines == 2) return {44, 36};
  return {30};
}

std::vector<cv::Point2f> corners_of(const RibbonGroup& group) {
  const auto edge = [](const Ribbon& r, float side, float end) {
    const float radians = r.angle * std::numbers::pi_v<float> / 180;
    const cv::Point2f along(std::cos(radians), std::sin(radians)), down(-along.y, along.x);
    return r.middle + along * (end * r.along / 2) + down * (side * r.across / 2);
  };
  return {edge(group.front(), -1, -1), edge(group.front(), -1, 1), edge(group.back(), 1, 1), edge(group.back(), 1, -1)};
}

// A line of thirty random marks passes its one check digit now and then; two or three lines hardly ever do.
bool believable(const MrzOnPage& found) {
  return found.score > (found.parsed.checks == 1 ? 0.8 : 0.62);
}

bool better(const MrzOnPage& a, const MrzOnPage& b) {
  if (a.parsed.mrz.checks_ok != b.parsed.mrz.checks_ok) return a.parsed.mrz.checks_ok;
  return a.score > b.score;
}

}  // namespace

std::optional<LineReading> read_line(const cv::Mat& gray, const Ribbon& ribbon, int cells) {
  const cv::Mat strip = straightened(gray, ribbon, cells);
  std::vector<Cell> row;
  double quick = 0;
  for (int i = 0; i < cells; ++i) {
    row.push_back(compare_cell(strip, kMargin + i * kGlyphWidth, kMargin));
    quick += *std::ranges::max_element(row.back().best);
    if (i == 7 && quick / 8 < kLooksLikeOcrB) return std::nullopt;
  }
  const std::vector<int> path = best_path(row);
  LineReading reading;
  for (std::size_t i = 0; i < row.size(); ++i) {
    CellReading& cell = reading.cells.emplace_back();
    for (std::size_t g = 0; g < kGlyphLetters.size(); ++g) {
      const float likeness = row[i].likeness.at<float>(path[i], static_cast<int>(g));
      cell.likeness[mrz_index(kGlyphLetters[g])] = likeness;
    }
    reading.likeness += *std::ranges::max_element(cell.likeness) / static_cast<double>(cells);
  }
  if (reading.likeness < kLooksLikeOcrB) return std::nullopt;
  return reading;
}

std::optional<MrzOnPage> find_mrz(const cv::Mat& gray) {
  std::optional<MrzOnPage> best;
  for (RibbonGroup group : find_ribbons(gray)) {
    for (const bool turn : {false, true}) {
      if (turn) {
        std::ranges::reverse(group);
        std::ranges::transform(group, group.begin(), reversed);
      }
      for (std::size_t lines = 1; lines <= group.size(); ++lines) {
        const RibbonGroup part(group.begin(), group.begin() + static_cast<std::ptrdiff_t>(lines));
        for (const int cells : cell_counts(lines)) {
          const Attempt attempt = read_group(gray, part, cells);
          if (attempt.lines.empty()) continue;
          auto parsed = parse_readings(attempt.lines);
          if (!parsed) continue;
          MrzOnPage found{std::move(*parsed), corners_of(part), attempt.score};
          if (believable(found) && (!best || better(found, *best))) best = std::move(found);
        }
      }
      if (best && best->parsed.mrz.checks_ok && best->parsed.checks >= 3) return best;
    }
  }
  return best;
}

}  // namespace zp::intake::vision
