#include <algorithm>
#include <cmath>
#include <numbers>

#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/mrz_reader.h"

namespace zp::intake::vision {
namespace {

constexpr int kSearchSide = 1000;                                  // long side of the picture that is searched
constexpr std::array<int, 5> kJoins = {3, 5, 9, 13, 19};           // gaps between marks that are bridged
constexpr float kLeastSlender = 14, kMostSlender = 70;             // length by height of a line of 30 to 44 characters
constexpr std::size_t kMostGroups = 12;

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

std::vector<Ribbon> ribbons_at(const cv::Mat& marks, int join) {
  cv::Mat joined;
  cv::morphologyEx(marks, joined, cv::MORPH_CLOSE, cv::getStructuringElement(cv::MORPH_ELLIPSE, {join, join}));
  std::vector<std::vector<cv::Point>> outlines;
  cv::findContours(joined, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
  std::vector<Ribbon> ribbons;
  for (const auto& outline : outlines) {
    if (outline.size() < 4) continue;
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

// Lines of one zone: parallel, as long, and one to two and a half line heights apart.
bool stands_below(const Ribbon& upper, const Ribbon& lower) {
  if (angle_between(upper, lower) > 2.5F || std::abs(upper.along - lower.along) > 0.12F * upper.along) return false;
  const cv::Point2f where = seen_from(upper, lower);
  const float height = std::max(upper.across, lower.across);
  return std::abs(where.x) < 0.08F * upper.along && where.y > 0.9F * height && where.y < 3.2F * height;
}

void collect_groups(std::vector<Ribbon> ribbons, std::vector<RibbonGroup>& groups) {
  for (const Ribbon& first : ribbons) {
    RibbonGroup group = {first};
    for (int line = 1; line < 3; ++line) {
      const Ribbon* next = nullptr;
      for (const Ribbon& candidate : ribbons)
        if (stands_below(group.back(), candidate) &&
            (!next || seen_from(group.back(), candidate).y < seen_from(group.back(), *next).y))
          next = &candidate;
      if (!next) break;
      group.push_back(*next);
    }
    groups.push_back(std::move(group));
  }
}

}  // namespace

std::vector<RibbonGroup> find_ribbons(const cv::Mat& gray) {
  const double zoom = static_cast<double>(kSearchSide) / std::max(gray.cols, gray.rows);
  cv::Mat small, dark, marks;
  cv::resize(gray, small, {}, zoom, zoom, zoom < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  std::vector<RibbonGroup> groups;
  for (const int stroke : {15, 31}) {
    cv::morphologyEx(small, dark, cv::MORPH_BLACKHAT, cv::getStructuringElement(cv::MORPH_ELLIPSE, {stroke, stroke}));
    cv::Mat around;
    cv::GaussianBlur(dark, around, {}, 40);
    marks = dark > cv::max(around * 1.3 + 8, 14);
    for (const int join : kJoins) collect_groups(ribbons_at(marks, join), groups);
  }
  std::ranges::stable_sort(groups, std::greater{}, [](const RibbonGroup& g) {
    return static_cast<float>(std::min<std::size_t>(g.size(), 2)) * 1000 + g.front().along;
  });
  if (groups.size() > kMostGroups) groups.resize(kMostGroups);
  for (RibbonGroup& group : groups) {
    for (Ribbon& ribbon : group) {
      ribbon.middle *= 1 / zoom;
      ribbon.along = static_cast<float>(ribbon.along / zoom);
      ribbon.across = static_cast<float>(ribbon.across / zoom);
    }
  }
  return groups;
}

}  // namespace zp::intake::vision
