#include "intake/cell/vision/strokes.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/stroke_measures.h"

namespace zp::intake::vision {
namespace {

constexpr std::size_t kMostCandidates = 200;
constexpr double kRuleHeight = 0.9;  // letter heights

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

Pieces pieces_of(const cv::Mat& mask, double letter_height) {
  cv::Mat stats, centres;
  Pieces all;
  const int count = cv::connectedComponentsWithStats(mask, all.labels, stats, centres, 8, CV_32S);
  std::vector<Piece>& pieces = all.pieces;
  pieces.resize(1);  // index is the label; 0 is paper
  for (int label = 1; label < count; ++label) {
    const int* row = stats.ptr<int>(label);
    pieces.push_back({{row[cv::CC_STAT_LEFT], row[cv::CC_STAT_TOP], row[cv::CC_STAT_WIDTH], row[cv::CC_STAT_HEIGHT]},
                      row[cv::CC_STAT_AREA],
                      label,
                      false});
  }
  mark_letters(pieces, letter_height);
  return all;
}

// Groups of strokes: what is not print, joined over gaps of about a letter.
std::vector<std::vector<int>> groups_of(const Pieces& all, double letter_height) {
  const auto& [labels, pieces] = all;
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

}  // namespace

std::vector<StrokeCandidate> stroke_candidates(const Ink& ink) {
  const Print print = print_of(ink);
  const double unit = print.letter_height;
  const cv::Mat mask = without_rules(ink.mask, unit);
  const Pieces pieces = pieces_of(mask, unit);
  std::vector<StrokeCandidate> candidates;
  for (const std::vector<int>& group : groups_of(pieces, unit)) {
    cv::Rect box;
    bool large = false;
    for (const int label : group) {
      const cv::Rect& piece = pieces.pieces[static_cast<std::size_t>(label)].box;
      box |= piece;
      large |= piece.height > 1.3 * unit && piece.width > 1.3 * unit;
    }
    if (!large || box.width < 2.5 * unit || box.height < 1.6 * unit) continue;
    if (box.width > 0.75 * ink.gray.cols || box.height > 0.4 * ink.gray.rows) continue;
    if (is_rule(pieces.labels, group, box, unit)) continue;
    candidates.push_back({box, measure(ink, pieces, group, box, print)});
    if (candidates.size() == kMostCandidates) break;
  }
  compare(candidates);
  return candidates;
}

}  // namespace zp::intake::vision
