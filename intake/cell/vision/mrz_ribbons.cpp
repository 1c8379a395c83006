#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/mrz_reader.h"

namespace zp::intake::vision {
namespace {

constexpr int kSearchSide = 1000;                       // long side of the picture that is searched
constexpr float kLeastSlender = 14, kMostSlender = 70;  // length by height of a line of 30 to 44 characters
constexpr std::size_t kMostRibbons = 60;

Ribbon ribbon_of(const cv::RotatedRect& box) {
  Ribbon ribbon{box.center, box.size.width, box.size.height, box.angle};
  if (ribbon.along < ribbon.across) {
    std::swap(ribbon.along, ribbon.across);
    ribbon.angle += 90;
  }
  while (ribbon.angle > 90) ribbon.angle -= 180;
  while (ribbon.angle <= -90) ribbon.angle += 180;
  return ribbon;
}

cv::Point2f direction(const Ribbon& ribbon) {
  const float radians = ribbon.angle * std::numbers::pi_v<float> / 180;
  return {std::cos(radians), std::sin(radians)};
}

// The other's middle in the frame of `one`: along its direction and across it.
cv::Point2f seen_from(const Ribbon& one, const Ribbon& other) {
  const cv::Point2f along = direction(one), step = other.middle - one.middle;
  return {step.dot(along), step.x * -along.y + step.y * along.x};
}

float angle_between(const Ribbon& a, const Ribbon& b) {
  const float turn = std::abs(a.angle - b.angle);
  return std::min(turn, 180 - turn);
}

// Two ends of one broken line.
bool continues(const Ribbon& a, const Ribbon& b) {
  if (angle_between(a, b) > 3 || std::max(a.across, b.across) > 1.6F * std::min(a.across, b.across)) return false;
  const cv::Point2f where = seen_from(a, b);
  const float gap = std::abs(where.x) - (a.along + b.along) / 2;
  return std::abs(where.y) < 0.4F * a.across && gap < 3 * a.across && gap > -a.across;
}

void join_broken(std::vector<Ribbon>& ribbons) {
  for (std::size_t i = 0; i < ribbons.size(); ++i) {
    for (std::size_t j = i + 1; j < ribbons.size();) {
      if (!continues(ribbons[i], ribbons[j])) {
        ++j;
        continue;
      }
      std::vector<cv::Point2f> corners(8);
      for (int k = 0; k < 2; ++k) {
        const Ribbon& r = ribbons[k ? j : i];
        cv::RotatedRect(r.middle, {r.along, r.across}, r.angle).points(&corners[static_cast<std::size_t>(k) * 4]);
      }
      ribbons[i] = ribbon_of(cv::minAreaRect(corners));
      ribbons.erase(ribbons.begin() + static_cast<std::ptrdiff_t>(j));
      j = i + 1;
    }
  }
}

std::vector<Ribbon> ribbons_at(const cv::Mat& marks, const cv::Size& join) {
  cv::Mat joined;
  cv::morphologyEx(marks, joined, cv::MORPH_CLOSE, cv::getStructuringElement(cv::MORPH_RECT, join));
  // Threads of noise that tie a line to its surroundings are cut.
  const cv::Size thread(std::max(3, join.width / 2), std::max(3, join.height / 2));
  cv::morphologyEx(joined, joined, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_RECT, thread));
  std::vector<std::vector<cv::Point>> outlines;
  std::vector<cv::Vec4i> tree;
  // Not only the outermost: a frame round the document would hide all that is in it.
  cv::findContours(joined, outlines, tree, cv::RETR_CCOMP, cv::CHAIN_APPROX_SIMPLE);
  std::vector<Ribbon> ribbons;
  for (std::size_t i = 0; i < outlines.size(); ++i) {
    const auto& outline = outlines[i];
    if (outline.size() < 4 || tree[i][3] >= 0) continue;
    const cv::Rect bounds = cv::boundingRect(outline);
    if (std::max(bounds.width, bounds.height) < 36) continue;
    const Ribbon ribbon = ribbon_of(cv::minAreaRect(outline));
    if (ribbon.along < 40 || ribbon.along < 4 * ribbon.across || ribbon.across < 4) continue;
    if (cv::contourArea(outline) < 0.4 * ribbon.along * ribbon.across) continue;
    ribbons.push_back(ribbon);
  }
  std::ranges::sort(ribbons, std::greater{}, &Ribbon::along);
  if (ribbons.size() > 150) ribbons.resize(150);
  join_broken(ribbons);
  std::erase_if(ribbons, [](const Ribbon& r) {
    return r.along < 120 || r.along < kLeastSlender * r.across || r.along > kMostSlender * r.across;
  });
  return ribbons;
}

bool same_place(const Ribbon& a, const Ribbon& b) {
  return cv::norm(a.middle - b.middle) < 0.5 * a.across && std::abs(a.along - b.along) < 0.03F * a.along &&
         angle_between(a, b) < 1;
}

// The gaps that are bridged between marks, for lines that run so: several widths, since the size of the document is
// unknown.
std::vector<cv::Size> joins_for(Run run) {
  if (run == Run::kSlanted) return {{5, 5}, {9, 9}, {13, 13}};
  std::vector<cv::Size> joins;
  for (const int reach : {7, 11, 17, 27, 39})
    joins.push_back(run == Run::kLevel ? cv::Size(reach, 1 + reach / 8) : cv::Size(1 + reach / 8, reach));
  return joins;
}

// Dark strokes along the ribbon, level, its middle in the middle, twice as high as it is; `zoom` strip pixels to a page
// pixel.
cv::Mat strokes_along(const cv::Mat& gray, const Ribbon& ribbon, float zoom) {
  const cv::Size size(static_cast<int>(ribbon.along * zoom) + 1, static_cast<int>(2 * ribbon.across * zoom) + 1);
  const cv::Point2f along = direction(ribbon) * zoom;
  cv::Matx23f turn(along.x, along.y, 0, -along.y, along.x, 0);
  for (int row = 0; row < 2; ++row)
    turn(row, 2) = static_cast<float>(row ? size.height : size.width) / 2 - turn(row, 0) * ribbon.middle.x -
                   turn(row, 1) * ribbon.middle.y;
  cv::Mat strip, dark;
  cv::warpAffine(gray, strip, turn, size, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  cv::GaussianBlur(strip, strip, {3, 3}, 0);
  cv::morphologyEx(strip, dark, cv::MORPH_BLACKHAT, cv::getStructuringElement(cv::MORPH_RECT, {9, 9}));
  return dark;
}

struct Range {
  int first = 0, last = 0;
};

// The run of values above half of what is usual, around `at`; gaps up to `gap` are bridged.
Range run_around(const std::vector<float>& values, float level, int at, int gap) {
  Range run{at, at};
  const auto reach = [&](int step, int& end) {
    int missed = 0;
    for (int i = at; i >= 0 && i < static_cast<int>(values.size()) && missed <= gap; i += step) {
      missed = values[static_cast<std::size_t>(i)] >= level ? 0 : missed + 1;
      if (missed == 0) end = i;
    }
  };
  reach(-1, run.first);
  reach(1, run.last);
  return run;
}

std::vector<float> rows_of(const cv::Mat& strip) {
  cv::Mat mean;
  cv::reduce(strip, mean, 1, cv::REDUCE_AVG, CV_32F);
  return {mean.begin<float>(), mean.end<float>()};
}

}  // namespace

Ribbon tightened(const cv::Mat& gray, const Ribbon& ribbon) {
  constexpr float kHeight = 24, kWidest = 1.8F, kStep = 0.3F;  // strip pixels; degrees
  const float zoom = std::min(2.0F, kHeight / ribbon.across);
  Ribbon best = ribbon;
  cv::Mat strip;
  float sharpest = -1;
  for (float askew = -kWidest; askew <= kWidest; askew += kStep) {
    Ribbon turned = ribbon;
    turned.angle += askew;
    const cv::Mat dark = strokes_along(gray, turned, zoom);
    // Lines of text that lie level make the rows differ most.
    const std::vector<float> rows = rows_of(dark);
    const float highest = *std::ranges::max_element(rows);
    if (highest <= sharpest) continue;
    sharpest = highest;
    best = turned;
    strip = dark;
  }
  const std::vector<float> rows = rows_of(strip);
  const int densest = static_cast<int>(std::ranges::max_element(rows) - rows.begin());
  const Range high = run_around(rows, 0.45F * rows[static_cast<std::size_t>(densest)], densest, 2);
  const int height = high.last - high.first + 1;
  cv::Mat darkest;
  cv::reduce(strip.rowRange(high.first, high.last + 1), darkest, 0, cv::REDUCE_MAX);
  darkest.convertTo(darkest, CV_32F);
  cv::blur(darkest, darkest, {std::max(3, height / 2) | 1, 1});
  const std::vector<float> columns(darkest.begin<float>(), darkest.end<float>());
  std::vector<float> sorted = columns;
  std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 6 / 10));
  const Range wide = run_around(columns, 0.55F * sorted[sorted.size() * 6 / 10], strip.cols / 2, height);
  const cv::Point2f along = direction(best), down(-along.y, along.x);
  best.middle += along * ((static_cast<float>(wide.first + wide.last - strip.cols) / 2) / zoom) +
                 down * ((static_cast<float>(high.first + high.last - strip.rows) / 2) / zoom);
  best.along = static_cast<float>(wide.last - wide.first + 1) / zoom;
  best.across = static_cast<float>(height) / zoom;
  return best;
}

RibbonFinder::RibbonFinder(const cv::Mat& gray)
    : zoom_(static_cast<double>(kSearchSide) / std::max(gray.cols, gray.rows)) {
  cv::Mat small;
  cv::resize(gray, small, {}, zoom_, zoom_, zoom_ < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  for (const int stroke : {13, 31}) {
    cv::Mat dark, around;
    cv::morphologyEx(small, dark, cv::MORPH_BLACKHAT, cv::getStructuringElement(cv::MORPH_RECT, {stroke, stroke}));
    cv::blur(dark, around, {101, 101});
    marks_.push_back(dark > cv::max(around * 1.3 + 8, 14));
  }
}

std::vector<Ribbon> RibbonFinder::ribbons(Run run) const {
  std::vector<Ribbon> found;
  for (const cv::Mat& marks : marks_) {
    for (const cv::Size& join : joins_for(run)) {
      for (const Ribbon& ribbon : ribbons_at(marks, join)) {
        const bool known = std::ranges::any_of(found, [&](const Ribbon& other) { return same_place(other, ribbon); });
        if (!known) found.push_back(ribbon);
      }
    }
  }
  std::ranges::stable_sort(found, std::greater{}, &Ribbon::along);
  if (found.size() > kMostRibbons) found.resize(kMostRibbons);
  for (Ribbon& ribbon : found) {
    ribbon.middle *= 1 / zoom_;
    ribbon.along = static_cast<float>(ribbon.along / zoom_);
    ribbon.across = static_cast<float>(ribbon.across / zoom_);
  }
  return found;
}

}  // namespace zp::intake::vision
