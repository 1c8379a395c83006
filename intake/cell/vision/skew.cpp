#include "intake/cell/vision/skew.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

namespace zp::intake::vision {
namespace {

constexpr double kMaxSkew = 20;
constexpr std::size_t kManyPoints = 6000;

struct Point {
  float x, y;
};

// The foot of each letter: feet of a line of text lie on one straight line, whatever the letters.
std::vector<Point> feet(const Ink& ink, bool sideways) {
  std::vector<Point> points;
  const std::size_t step = 1 + ink.letters.size() / kManyPoints;
  for (std::size_t i = 0; i < ink.letters.size(); i += step) {
    const cv::Rect& box = ink.patches[ink.letters[i]].box;
    const float x = static_cast<float>(box.x) + static_cast<float>(box.width) / 2,
                y = static_cast<float>(box.y + box.height);
    const float side = static_cast<float>(box.y) + static_cast<float>(box.height) / 2;
    points.push_back(sideways ? Point{side, static_cast<float>(box.x + box.width)} : Point{x, y});
  }
  return points;
}

// How sharply the points gather in rows after a counter-clockwise turn: the sum of squares of a fine histogram, 1 for
// evenly spread.
double gathering(std::span<const Point> points, double degrees, double row, double extent) {
  const double radians = degrees * std::numbers::pi / 180;
  const auto sine = static_cast<float>(std::sin(radians)), cosine = static_cast<float>(std::cos(radians));
  std::vector<int> rows(static_cast<std::size_t>(2 * extent / row) + 3);
  for (const Point& p : points) {
    const double y = p.y * cosine - p.x * sine;
    ++rows[static_cast<std::size_t>((y + extent / 2) / row)];
  }
  double squares = 0;
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    const double here = rows[i] + rows[i + 1];  // pairs, so that a line on a boundary is not split
    squares += here * here;
  }
  return squares / static_cast<double>(points.size());
}

struct Best {
  double degrees = 0, score = 0;
};

Best best_turn(std::span<const Point> points, double row, double extent) {
  Best best;
  const auto search = [&](double from, double to, double step) {
    for (double degrees = from; degrees <= to + 1e-9; degrees += step)
      if (const double score = gathering(points, degrees, row, extent); score > best.score) best = {degrees, score};
  };
  search(-kMaxSkew, kMaxSkew, 0.5);
  const double coarse = best.degrees;
  search(coarse - 0.5, coarse + 0.5, 0.1);
  return best;
}

struct Letter {
  double top, bottom, x;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Letters of one line against its own middle: who sticks out above, who below.
void vote(std::span<const Letter> line, int& above, int& below) {
  if (line.size() < 8) return;
  std::vector<double> tops, bottoms;
  for (const Letter& letter : line) {
    tops.push_back(letter.top);
    bottoms.push_back(letter.bottom);
  }
  const double top = median(tops), bottom = median(bottoms), height = bottom - top;
  if (height < 3) return;
  for (const Letter& letter : line) {
    const bool high = letter.top<top - 0.22 * height, low = letter.bottom> bottom + 0.18 * height;
    above += high && !low;
    below += low && !high;
  }
}

void vote_up_or_down(const Ink& ink, TextDirection& direction) {
  // Seen sideways the page is mirrored, and so is its skew.
  const double radians =
      (direction.sideways ? direction.skew_degrees : -direction.skew_degrees) * std::numbers::pi / 180;
  std::vector<Letter> letters;
  for (const int i : ink.letters) {
    const cv::Rect& box = ink.patches[i].box;
    const double across = direction.sideways ? box.y + box.height / 2.0 : box.x + box.width / 2.0;
    const double shift = across * std::tan(radians);
    letters.push_back(direction.sideways ? Letter{box.x + shift, box.x + box.width + shift, across}
                                         : Letter{box.y + shift, box.y + box.height + shift, across});
  }
  std::ranges::sort(letters, {}, [](const Letter& l) { return l.top + l.bottom; });
  int above = 0, below = 0;
  std::size_t first = 0;
  for (std::size_t i = 1; i <= letters.size(); ++i) {
    const bool gap =
        i == letters.size() ||
        letters[i].top + letters[i].bottom - letters[i - 1].top - letters[i - 1].bottom > 0.5 * ink.letter_height;
    if (!gap) continue;
    vote(std::span(letters).subspan(first, i - first), above, below);
    first = i;
  }
  direction.voters = above + below;
  if (direction.voters > 0) direction.up_votes = static_cast<double>(above) / direction.voters;
}

}  // namespace

TextDirection text_direction(const Ink& ink) {
  TextDirection direction;
  if (ink.letter_height <= 0) return direction;
  const double extent = std::hypot(ink.gray.cols, ink.gray.rows) * 1.5, row = std::max(1.5, ink.letter_height / 5);
  const Best level = best_turn(feet(ink, false), row, extent), side = best_turn(feet(ink, true), row, extent);
  direction.sideways = side.score > 1.15 * level.score;
  direction.skew_degrees = direction.sideways ? -side.degrees : level.degrees;
  vote_up_or_down(ink, direction);
  return direction;
}

}  // namespace zp::intake::vision
