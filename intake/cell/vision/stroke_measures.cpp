#include "intake/cell/vision/stroke_measures.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace zp::intake::vision {
namespace {

double chroma(const cv::Scalar& bgr) { return std::max({bgr[0], bgr[1], bgr[2]}) - std::min({bgr[0], bgr[1], bgr[2]}); }

double thickness_of(const cv::Mat& mask, const cv::Rect& box) {
  cv::Mat edge;
  const cv::Mat part = mask(box);
  cv::erode(part, edge, cv::getStructuringElement(cv::MORPH_CROSS, {3, 3}), {-1, -1}, 1, cv::BORDER_CONSTANT, 0);
  const int ink = cv::countNonZero(part), inner = cv::countNonZero(edge);
  return ink == 0 ? 0 : 2.0 * ink / std::max(1, ink - inner);
}

double median(std::vector<double> values, double otherwise) {
  if (values.empty()) return otherwise;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
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

// The same for a frame that may lie askew.
double frame_share(const cv::Mat& where, const std::vector<cv::Point>& hull) {
  const cv::RotatedRect frame = cv::minAreaRect(hull);
  if (frame.size.width < 1 || frame.size.height < 1) return 0;
  const double angle = frame.angle / 180 * std::numbers::pi, c = std::cos(angle), s = std::sin(angle);
  int near = 0, all = 0;
  for (int y = 0; y < where.rows; ++y) {
    for (int x = 0; x < where.cols; ++x) {
      if (!where.at<std::uint8_t>(y, x)) continue;
      const double dx = x - static_cast<double>(frame.center.x), dy = y - static_cast<double>(frame.center.y);
      const double u = std::abs(dx * c + dy * s) / frame.size.width * 2;
      const double v = std::abs(dy * c - dx * s) / frame.size.height * 2;
      near += std::max(u, v) > 0.86;
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

// The print around a group of strokes. What is signed stands below the text, often above a typed name.
struct Surroundings {
  double in_line = 0;           // letters in the same rows, by width of the page
  double below = 0, above = 0;  // letters just there, by width of the box
  double inside = 0;            // letters in the box, by its area
  double left = 0;              // letters just left of it, by height of the box
  double lower = 0;             // part of the page's letters that stand lower
};

Surroundings surroundings_of(const std::vector<Piece>& pieces, const cv::Rect& box, double unit, int page_width) {
  constexpr double kNear = 5, kBeside = 12;  // letter heights
  Surroundings around;
  const int near = static_cast<int>(kNear * unit), beside = static_cast<int>(kBeside * unit);
  const cv::Rect under(box.x - near / 2, box.y + box.height - near / 5, box.width + near, near);
  const cv::Rect over(box.x - near / 2, box.y - near + near / 5, box.width + near, near);
  const cv::Rect before(box.x - beside, box.y, beside, box.height);
  const int quarter = box.height / 4;
  int letters = 0;
  for (const Piece& piece : pieces) {
    if (!piece.letter) continue;
    const cv::Point middle(piece.box.x + piece.box.width / 2, piece.box.y + piece.box.height / 2);
    ++letters;
    around.lower += middle.y > box.y + box.height;
    if (middle.y > box.y + quarter && middle.y < box.y + box.height - quarter) around.in_line += piece.box.width;
    if (box.contains(middle)) {
      around.inside += piece.box.area();
    } else {
      if (under.contains(middle)) around.below += piece.box.width;
      if (over.contains(middle)) around.above += piece.box.width;
      if (before.contains(middle)) around.left += piece.box.height;
    }
  }
  around.in_line /= page_width;
  around.below /= box.width;
  around.above /= box.width;
  around.left /= box.height;
  around.inside /= box.area();
  if (letters > 0) around.lower /= letters;
  return around;
}

// Part of the pieces that are about as high as most: letters of a hand are, strokes of a signature differ.
double alike(const std::vector<Piece>& pieces, const std::vector<int>& group) {
  std::vector<double> heights;
  for (const int label : group) heights.push_back(pieces[static_cast<std::size_t>(label)].box.height);
  const double usual = median(heights, 1);
  const auto like = std::ranges::count_if(heights, [&](double h) { return std::abs(h - usual) <= 0.25 * usual; });
  return static_cast<double>(like) / static_cast<double>(heights.size());
}

}  // namespace

Outline outline_of(const cv::Mat& where, double unit) {
  constexpr double kStraight = 2;
  std::vector<std::vector<cv::Point>> outlines;
  std::vector<cv::Vec4i> tree;
  cv::findContours(where, outlines, tree, cv::RETR_CCOMP, cv::CHAIN_APPROX_SIMPLE);
  Outline all;
  std::vector<cv::Point> points, corners;
  double straight = 0, turned = 0, walked = 0;
  for (std::size_t i = 0; i < outlines.size(); ++i) {
    const double length = cv::arcLength(outlines[i], true);
    all.length += length;
    if (tree[i][3] >= 0) {
      all.holes += cv::contourArea(outlines[i]) > 6;
    } else {
      points.insert(points.end(), outlines[i].begin(), outlines[i].end());
      all.longest = std::max(all.longest, length);
    }
    cv::approxPolyDP(outlines[i], corners, 1.5, true);
    double before = 0;
    for (std::size_t k = 0; k < corners.size() && corners.size() > 2; ++k) {
      const cv::Point step = corners[(k + 1) % corners.size()] - corners[k];
      const double far = std::hypot(step.x, step.y), angle = std::atan2(step.y, step.x);
      straight += far > kStraight * unit ? far : 0;
      walked += far;
      if (k > 0) turned += std::abs(std::remainder(angle - before, 2 * std::numbers::pi));
      before = angle;
    }
  }
  cv::convexHull(points, all.hull);
  all.straight = walked > 0 ? straight / walked : 0;
  all.turning = walked > 0 ? turned / walked * unit : 0;
  return all;
}

Print print_of(const Ink& ink) {
  Print print{letter_height_of(ink), 3, 0, 128};
  std::vector<double> thicknesses, chromas, darknesses;
  const std::size_t step = 1 + ink.letters.size() / 300;
  for (std::size_t i = 0; i < ink.letters.size(); i += step) {
    const Patch& patch = ink.patches[static_cast<std::size_t>(ink.letters[i])];
    thicknesses.push_back(thickness_of(ink.mask, patch.box));
    chromas.push_back(chroma(cv::mean(ink.bgr(patch.box), ink.mask(patch.box))));
    darknesses.push_back(255 - cv::mean(ink.paper(patch.box), ink.mask(patch.box))[0]);
  }
  print.thickness = median(thicknesses, 3);
  print.chroma = median(chromas, 0);
  print.darkness = median(darknesses, 128);
  return print;
}

StrokeValues measure(const Ink& ink, const Pieces& all, const std::vector<int>& group, const cv::Rect& box,
                     const Print& print) {
  const double unit = print.letter_height;
  const std::vector<Piece>& pieces = all.pieces;
  cv::Mat where = cv::Mat::zeros(box.size(), CV_8U);
  int area = 0, letter_area = 0;
  const Piece* main = &pieces[static_cast<std::size_t>(group[0])];
  for (const int label : group) {
    const Piece& piece = pieces[static_cast<std::size_t>(label)];
    where(piece.box - box.tl()).setTo(255, all.labels(piece.box) == label);
    area += piece.area;
    if (piece.box.height < 2 * unit && piece.box.width < 2.5 * unit) letter_area += piece.area;
    if (piece.box.area() > main->box.area()) main = &piece;
  }
  const Outline outline = outline_of(where, unit);
  const double ink_chroma = chroma(cv::mean(ink.bgr(box), where));
  const Surroundings around = surroundings_of(pieces, box, unit, ink.gray.cols);
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
          area / std::max(1.0, cv::contourArea(outline.hull)),
          thickness_of(where, {{}, where.size()}) / print.thickness,
          thickness_spread(where),
          angles.slanted,
          angles.entropy,
          std::log(1.0 + outline.holes),
          outline.length / std::sqrt(static_cast<double>(area)),
          ring_share(where),
          ink_chroma,
          ink_chroma - print.chroma,
          (255 - cv::mean(ink.paper(box), where)[0]) / print.darkness,
          around.in_line,
          static_cast<double>(runs_of_rows(where)),
          (box.y + box.height / 2.0) / ink.gray.rows,
          std::min({box.x, box.y, ink.gray.cols - box.x - box.width, ink.gray.rows - box.y - box.height}) / unit,
          0,
          static_cast<double>(area),
          frame_share(where, outline.hull),
          outline.straight,
          outline.turning,
          std::log(1 + outline.longest / unit),
          alike(pieces, group),
          around.below,
          around.above,
          around.inside,
          around.left,
          around.lower,
          (box.x + box.width / 2.0) / ink.gray.cols,
          static_cast<double>(cv::countNonZero(ink.mask)) / static_cast<double>(ink.mask.total()),
          std::log(1.0 + static_cast<double>(ink.letters.size())),
          0,
          0,
          0};
}

void compare(std::vector<StrokeCandidate>& candidates) {
  constexpr std::size_t kCrowd = feature("crowd"), kShare = feature("share"), kLarger = feature("larger"),
                        kHigher = feature("higher"), kOwnColour = feature("own_colour"),
                        kMainWidth = feature("main_width"), kMainHeight = feature("main_height"),
                        kHeight = feature("height"), kColour = feature("colour");
  const auto size = [&](const StrokeCandidate& c) { return c.values[kMainWidth] * c.values[kMainHeight]; };
  double all = 1;
  std::vector<double> heights, colours;
  for (const StrokeCandidate& candidate : candidates) {
    all += candidate.values[kShare];
    heights.push_back(candidate.values[kHeight]);
    colours.push_back(candidate.values[kColour]);
  }
  const double usual_height = median(heights, 1), usual_colour = median(colours, 0);
  for (StrokeCandidate& candidate : candidates) {
    candidate.values[kCrowd] = std::log(1.0 + static_cast<double>(candidates.size()));
    candidate.values[kShare] /= all;
    const auto larger = std::ranges::count_if(candidates, [&](const auto& c) { return size(c) > size(candidate); });
    candidate.values[kLarger] = std::log(1.0 + static_cast<double>(larger));
    candidate.values[kHigher] = candidate.values[kHeight] / usual_height;
    candidate.values[kOwnColour] = candidate.values[kColour] - usual_colour;
  }
}

}  // namespace zp::intake::vision
