#include "intake/cell/vision/strokes.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace zp::intake::vision {
namespace {

constexpr double kAssumedLetters = 110;  // letter heights per page height where too few letters are found
constexpr std::size_t kMostCandidates = 200;
constexpr double kRuleHeight = 0.9;  // letter heights

// What the page's own print looks like: candidates are measured against it.
struct Print {
  double letter_height, thickness, chroma, darkness;
};

struct Piece {
  cv::Rect box;
  int area, label;
  bool letter;  // printed letter, or of that size and in a row with others
};

cv::Mat without_rules(const cv::Mat& mask, double letter_height) {
  const int length = std::max(24, static_cast<int>(letter_height * 6));
  cv::Mat level, upright, rules, rest;
  cv::morphologyEx(mask, level, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_RECT, {length, 1}));
  cv::morphologyEx(mask, upright, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_RECT, {1, length}));
  cv::dilate(level, level, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  cv::dilate(upright, upright, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  rest = mask & ~(level | upright);
  // Where a pen crosses a rule the stroke is put together again.
  cv::Mat across, along;
  cv::morphologyEx(rest, across, cv::MORPH_CLOSE, cv::getStructuringElement(cv::MORPH_RECT, {1, 9}));
  cv::morphologyEx(rest, along, cv::MORPH_CLOSE, cv::getStructuringElement(cv::MORPH_RECT, {9, 1}));
  return rest | (across & level & mask) | (along & upright & mask);
}

double chroma(const cv::Scalar& bgr) { return std::max({bgr[0], bgr[1], bgr[2]}) - std::min({bgr[0], bgr[1], bgr[2]}); }

double thickness_of(const cv::Mat& mask, const cv::Rect& box) {
  cv::Mat edge;
  const cv::Mat part = mask(box);
  cv::erode(part, edge, cv::getStructuringElement(cv::MORPH_CROSS, {3, 3}), {-1, -1}, 1, cv::BORDER_CONSTANT, 0);
  const int ink = cv::countNonZero(part), inner = cv::countNonZero(edge);
  return ink == 0 ? 0 : 2.0 * ink / std::max(1, ink - inner);
}

double median(std::vector<double>& values, double otherwise) {
  if (values.empty()) return otherwise;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Print print_of(const Ink& ink) {
  Print print{ink.letter_height > 0 ? ink.letter_height : ink.gray.rows / kAssumedLetters, 3, 0, 128};
  std::vector<double> thicknesses, chromas, darknesses;
  const std::size_t step = 1 + ink.letters.size() / 300;
  for (std::size_t i = 0; i < ink.letters.size(); i += step) {
    const Patch& patch = ink.patches[ink.letters[i]];
    thicknesses.push_back(thickness_of(ink.mask, patch.box));
    chromas.push_back(chroma(cv::mean(ink.bgr(patch.box), ink.mask(patch.box))));
    darknesses.push_back(255 - cv::mean(ink.paper(patch.box), ink.mask(patch.box))[0]);
  }
  print.thickness = median(thicknesses, 3);
  print.chroma = median(chromas, 0);
  print.darkness = median(darknesses, 128);
  return print;
}

// Letter-sized patches with a neighbour of like height on the same line.
void mark_letters(std::vector<Piece>& pieces, double letter_height) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    if (pieces[i].box.height < 2.2 * letter_height && pieces[i].box.width < 4 * letter_height) order.push_back(i);
  std::ranges::sort(order, {}, [&](std::size_t i) { return pieces[i].box.y; });
  for (std::size_t a = 0; a < order.size(); ++a) {
    Piece& one = pieces[order[a]];
    int neighbours = one.letter ? 3 : 0;
    for (std::size_t b = a + 1; b < order.size() && neighbours < 3; ++b) {
      Piece& other = pieces[order[b]];
      if (other.box.y > one.box.y + letter_height) break;
      const int gap =
          std::max(one.box.x, other.box.x) - std::min(one.box.x + one.box.width, other.box.x + other.box.width);
      if (gap > 1.5 * letter_height || gap < -letter_height) continue;
      if (other.box.height > 2 * one.box.height || one.box.height > 2 * other.box.height) continue;
      one.letter = other.letter = true;
      ++neighbours;
    }
  }
}

std::vector<Piece> pieces_of(const cv::Mat& mask, cv::Mat& labels, double letter_height) {
  cv::Mat stats, centres;
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centres, 8, CV_32S);
  std::vector<Piece> pieces(1);  // index is the label; 0 is paper
  for (int label = 1; label < count; ++label) {
    const int* row = stats.ptr<int>(label);
    pieces.push_back({{row[cv::CC_STAT_LEFT], row[cv::CC_STAT_TOP], row[cv::CC_STAT_WIDTH], row[cv::CC_STAT_HEIGHT]},
                      row[cv::CC_STAT_AREA],
                      label,
                      false});
  }
  mark_letters(pieces, letter_height);
  return pieces;
}

// Groups of strokes: what is not print, joined over gaps of about a letter.
std::vector<std::vector<int>> groups_of(const cv::Mat& labels, const std::vector<Piece>& pieces, double letter_height) {
  cv::Mat strokes = cv::Mat::zeros(labels.size(), CV_8U);
  for (int y = 0; y < labels.rows; ++y) {
    const int* label = labels.ptr<int>(y);
    auto* to = strokes.ptr<std::uint8_t>(y);
    for (int x = 0; x < labels.cols; ++x) {
      const Piece& piece = pieces[static_cast<std::size_t>(label[x])];
      if (label[x] && !piece.letter && piece.area > 6) to[x] = 255;
    }
  }
  const int reach = std::max(3, static_cast<int>(letter_height * 0.9)) | 1;
  cv::Mat joined, group_labels;
  cv::dilate(strokes, joined, cv::getStructuringElement(cv::MORPH_RECT, {reach, reach}));
  const int count = cv::connectedComponents(joined, group_labels, 8, CV_32S);
  std::vector<std::vector<int>> groups(static_cast<std::size_t>(count));
  for (const Piece& piece : pieces) {
    if (piece.label == 0 || piece.letter || piece.area <= 6) continue;
    // Any pixel of the piece tells its group.
    const int* row = labels.ptr<int>(piece.box.y) + piece.box.x;
    const int x = static_cast<int>(std::find(row, row + piece.box.width, piece.label) - row);
    groups[static_cast<std::size_t>(group_labels.at<int>(piece.box.y, piece.box.x + x))].push_back(piece.label);
  }
  return groups;
}

struct Angles {
  double slanted = 0, entropy = 0;
};

Angles angles_of(const cv::Mat& gray, const cv::Mat& where) {
  cv::Mat gx, gy;
  cv::Sobel(gray, gx, CV_32F, 1, 0);
  cv::Sobel(gray, gy, CV_32F, 0, 1);
  std::array<double, 18> bins{};
  double all = 0;
  for (int y = 0; y < gray.rows; ++y) {
    for (int x = 0; x < gray.cols; ++x) {
      if (!where.at<std::uint8_t>(y, x)) continue;
      const float dx = gx.at<float>(y, x), dy = gy.at<float>(y, x);
      const double strength = std::hypot(dx, dy);
      if (strength < 40) continue;
      const double angle =
          std::fmod(std::atan2(dy, dx) / std::numbers::pi * 180 + 365, 180);  // level edges fall in bin 0
      bins[static_cast<std::size_t>(angle / 10) % bins.size()] += strength;
      all += strength;
    }
  }
  Angles angles;
  if (all <= 0) return angles;
  angles.slanted = 1 - (bins[0] + bins[9]) / all;
  for (const double bin : bins)
    if (bin > 0) angles.entropy -= bin / all * std::log(bin / all);
  angles.entropy /= std::log(static_cast<double>(bins.size()));
  return angles;
}

double ring_share(const cv::Mat& where) {
  int near = 0, all = 0;
  for (int y = 0; y < where.rows; ++y) {
    for (int x = 0; x < where.cols; ++x) {
      if (!where.at<std::uint8_t>(y, x)) continue;
      const double radius = std::hypot((x + 0.5) / where.cols * 2 - 1, (y + 0.5) / where.rows * 2 - 1);
      near += radius > 0.8 && radius < 1.02;
      ++all;
    }
  }
  return all ? static_cast<double>(near) / all : 0;
}

int runs_of_rows(const cv::Mat& where) {
  int runs = 0;
  bool inside = false;
  for (int y = 0; y < where.rows; ++y) {
    const bool ink = cv::countNonZero(where.row(y)) > std::max(1, where.cols / 60);
    runs += ink && !inside;
    inside = ink;
  }
  return runs;
}

double thickness_spread(const cv::Mat& where) {
  cv::Mat distance, ridge;
  cv::distanceTransform(where, distance, cv::DIST_L2, 3);
  cv::dilate(distance, ridge, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  cv::Scalar mean, deviation;
  cv::meanStdDev(distance, mean, deviation, (distance >= ridge) & where);
  return mean[0] > 0 ? deviation[0] / mean[0] : 0;
}

StrokeValues measure(const Ink& ink, const cv::Mat& labels, const std::vector<Piece>& pieces,
                     const std::vector<int>& group, const cv::Rect& box, const Print& print) {
  const double unit = print.letter_height;
  cv::Mat where = cv::Mat::zeros(box.size(), CV_8U);
  int area = 0, letter_area = 0;
  const Piece* main = &pieces[group[0]];
  for (const int label : group) {
    const Piece& piece = pieces[label];
    where(piece.box - box.tl()).setTo(255, labels(piece.box) == label);
    area += piece.area;
    if (piece.box.height < 2 * unit && piece.box.width < 2.5 * unit) letter_area += piece.area;
    if (piece.box.area() > main->box.area()) main = &piece;
  }
  std::vector<std::vector<cv::Point>> outlines;
  std::vector<cv::Vec4i> tree;
  cv::findContours(where, outlines, tree, cv::RETR_CCOMP, cv::CHAIN_APPROX_SIMPLE);
  int holes = 0;
  double outline = 0;
  std::vector<cv::Point> points, hull;
  for (std::size_t i = 0; i < outlines.size(); ++i) {
    outline += cv::arcLength(outlines[i], true);
    if (tree[i][3] >= 0) {
      holes += cv::contourArea(outlines[i]) > 6;
    } else {
      points.insert(points.end(), outlines[i].begin(), outlines[i].end());
    }
  }
  cv::convexHull(points, hull);
  const double ink_chroma = chroma(cv::mean(ink.bgr(box), where));
  int in_line = 0;
  for (const Piece& piece : pieces)
    if (piece.letter && piece.box.y + piece.box.height / 2 > box.y + box.height / 4 &&
        piece.box.y + piece.box.height / 2 < box.y + box.height - box.height / 4)
      in_line += piece.box.width;
  cv::Mat edges;
  cv::dilate(where, edges, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  const Angles angles = angles_of(ink.gray(box), edges);
  return {box.width / unit,
          box.height / unit,
          static_cast<double>(box.width) / box.height,
          main->box.width / unit,
          main->box.height / unit,
          static_cast<double>(main->area) / area,
          std::log(1.0 + static_cast<double>(group.size())),
          static_cast<double>(letter_area) / area,
          static_cast<double>(area) / box.area(),
          area / std::max(1.0, cv::contourArea(hull)),
          thickness_of(where, {{}, where.size()}) / print.thickness,
          thickness_spread(where),
          angles.slanted,
          angles.entropy,
          std::log(1.0 + holes),
          outline / std::sqrt(static_cast<double>(area)),
          ring_share(where),
          ink_chroma,
          ink_chroma - print.chroma,
          (255 - cv::mean(ink.paper(box), where)[0]) / print.darkness,
          static_cast<double>(in_line) / ink.gray.cols,
          static_cast<double>(runs_of_rows(where)),
          (box.y + box.height / 2.0) / ink.gray.rows,
          std::min({box.x, box.y, ink.gray.cols - box.x - box.width, ink.gray.rows - box.y - box.height}) / unit,
          0,
          static_cast<double>(area)};
}

// A ruled line or the edge of a frame that lies askew, so that without_rules() leaves it.
bool is_rule(const cv::Mat& labels, const std::vector<int>& group, const cv::Rect& box, double unit) {
  if (box.width < 5 * box.height && box.height < 5 * box.width) return false;
  std::vector<cv::Point> points;
  for (int y = box.y; y < box.y + box.height; ++y)
    for (int x = box.x; x < box.x + box.width; ++x)
      if (std::ranges::find(group, labels.at<int>(y, x)) != group.end()) points.emplace_back(x, y);
  const cv::Size2f size = cv::minAreaRect(points).size;
  return std::min(size.width, size.height) < kRuleHeight * unit;
}

// What can be said only once all candidates of the page are known.
void compare(std::vector<StrokeCandidate>& candidates) {
  constexpr std::size_t crowd = kStrokeFeatures.size() - 2, share = kStrokeFeatures.size() - 1;
  double all = 1;
  for (const StrokeCandidate& candidate : candidates) all += candidate.values[share];
  for (StrokeCandidate& candidate : candidates) {
    candidate.values[crowd] = std::log(1.0 + static_cast<double>(candidates.size()));
    candidate.values[share] /= all;
  }
}

}  // namespace

std::vector<StrokeCandidate> stroke_candidates(const Ink& ink) {
  const Print print = print_of(ink);
  const double unit = print.letter_height;
  const cv::Mat mask = without_rules(ink.mask, unit);
  cv::Mat labels;
  const std::vector<Piece> pieces = pieces_of(mask, labels, unit);
  std::vector<StrokeCandidate> candidates;
  for (const std::vector<int>& group : groups_of(labels, pieces, unit)) {
    cv::Rect box;
    bool large = false;
    for (const int label : group) {
      const cv::Rect& piece = pieces[label].box;
      box |= piece;
      large |= piece.height > 1.3 * unit && piece.width > 1.3 * unit;
    }
    if (!large || box.width < 2.5 * unit || box.height < 1.6 * unit) continue;
    if (box.width > 0.75 * ink.gray.cols || box.height > 0.4 * ink.gray.rows) continue;
    if (is_rule(labels, group, box, unit)) continue;
    candidates.push_back({box, measure(ink, labels, pieces, group, box, print)});
    if (candidates.size() == kMostCandidates) break;
  }
  compare(candidates);
  return candidates;
}

}  // namespace zp::intake::vision
