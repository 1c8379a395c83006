// tests/unit/vision/drawing.h - pages that the tests draw themselves.
#ifndef TESTS_UNIT_VISION_DRAWING_H_
#define TESTS_UNIT_VISION_DRAWING_H_

#include <opencv2/core.hpp>
#include <string>

namespace zp::intake::vision::testing {

/// White paper of A4 shape, `height` pixels high.
cv::Mat sheet(int height = 1600);

/// `lines` lines of printed words from `top` on; letters are about 1/95 of the sheet's height.
void print_text(cv::Mat& page, int lines = 20, double top = 0.1);
void print_line(cv::Mat& page, const std::string& text, cv::Point foot_left, double scale = 0.6);

/// A pen stroke of loops and slants, as a signature is, inside `box`.
void sign(cv::Mat& page, const cv::Rect& box, const cv::Scalar& ink = {120, 40, 20}, int seed = 1);

/// `page` turned counter-clockwise on white.
cv::Mat tilted(const cv::Mat& page, double degrees);

}  // namespace zp::intake::vision::testing

#endif  // TESTS_UNIT_VISION_DRAWING_H_
