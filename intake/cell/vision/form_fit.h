// intake/cell/vision/form_fit.h - a part of a blank form bent until its ink falls upon that of the page.
//
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_FORM_FIT_H_
#define INTAKE_CELL_VISION_FORM_FIT_H_

#include <opencv2/core.hpp>

namespace zp::intake::vision {

/// Pixels of `blank` to those of `page`: masks of ink of one size that lie upon each other but for two letter heights
/// (`unit`, pixels). Paper curls, and words at one side of a page tell little of how the other side lies.
cv::Matx33d best_fit(const cv::Mat& blank, const cv::Mat& page, double unit);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_FORM_FIT_H_
