#include "intake/cell/vision/form_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace zp::intake::vision {
namespace {

using Corners = std::array<cv::Point2f, 4>;

class Fitting {
 public:
  Fitting(const cv::Mat& blank, const cv::Mat& page) {
    constexpr std::size_t kProbes = 600;
    std::vector<cv::Point> ink;
    cv::findNonZero(blank, ink);
    const std::size_t step = 1 + ink.size() / kProbes;
    for (std::size_t i = 0; i < ink.size(); i += step)
      probes_.emplace_back(static_cast<float>(ink[i].x), static_cast<float>(ink[i].y));
    cv::distanceTransform(~page, distance_, cv::DIST_L2, 3);
    const auto w = static_cast<float>(blank.cols), h = static_cast<float>(blank.rows);
    own_ = {cv::Point2f{0, 0}, {w, 0}, {w, h}, {0, h}};
    corners_ = own_;
  }

  bool has_ink() const { return probes_.size() >= 40; }
  cv::Matx33d map() const { return map_to(corners_); }

  /// Moves all corners together to the best place within `reach` pixels.
  void shift(int reach, float far) {
    const Corners from = corners_;
    double least = 1e9;
    for (int dy = -reach; dy <= reach; ++dy) {
      for (int dx = -reach; dx <= reach; ++dx) {
        Corners to = from;
        for (cv::Point2f& corner : to) corner += cv::Point2f(static_cast<float>(dx), static_cast<float>(dy));
        // Of equals the nearest.
        const double off = distance(to, far) + 0.01 * std::hypot(dx, dy) * static_cast<double>(probes_.size());
        if (off >= least) continue;
        least = off;
        corners_ = to;
      }
    }
  }

  /// Moves single corners by `step` pixels for as long as that helps, at most `reach` from where they were.
  void bend(float step, float far, double reach) {
    constexpr int kMostRounds = 12;
    double least = distance(corners_, far);
    bool better = true;
    for (int round = 0; better && round < kMostRounds; ++round) {
      better = false;
      for (std::size_t i = 0; i < corners_.size(); ++i) {
        for (const cv::Point2f& by : {cv::Point2f{step, 0}, {-step, 0}, {0, step}, {0, -step}}) {
          Corners to = corners_;
          to[i] += by;
          const double off = cv::norm(to[i] - own_[i]) > reach ? least : distance(to, far);
          if (off >= least * 0.995) continue;
          least = off;
          corners_ = to;
          better = true;
        }
      }
    }
  }

 private:
  cv::Matx33d map_to(const Corners& corners) const { return cv::getPerspectiveTransform(own_.data(), corners.data()); }

  // From the ink of the blank part to the nearest of the page, summed; what is farther than `far` counts as that.
  double distance(const Corners& corners, float far) const {
    const cv::Matx33d map = map_to(corners);
    const cv::Rect inside({}, distance_.size());
    double sum = 0;
    for (const cv::Point2f& probe : probes_) {
      const cv::Vec3d p = map * cv::Vec3d(probe.x, probe.y, 1);
      const cv::Point at(cvRound(p[0] / p[2]), cvRound(p[1] / p[2]));
      sum += static_cast<double>(inside.contains(at) ? std::min(far, distance_.at<float>(at)) : far);
    }
    return sum;
  }

  std::vector<cv::Point2f> probes_;
  cv::Mat distance_;
  Corners own_{}, corners_{};
};

}  // namespace

cv::Matx33d best_fit(const cv::Mat& blank, const cv::Mat& page, double unit) {
  constexpr float kNear = 5;
  Fitting fitting(blank, page);
  if (!fitting.has_ink()) return cv::Matx33d::eye();
  const auto far = static_cast<float>(1.5 * unit);
  fitting.shift(std::max(3, static_cast<int>(0.7 * unit)), kNear);
  for (const float step : {8.0F, 4.0F}) fitting.bend(step, far, 2.5 * unit);
  for (const float step : {2.0F, 1.0F}) fitting.bend(step, kNear, 2.5 * unit);
  return fitting.map();
}

}  // namespace zp::intake::vision
