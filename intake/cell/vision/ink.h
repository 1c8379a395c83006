// intake/cell/vision/ink.h - a page reduced to what is written on it: the common ground of quality and signatures.
//
// All lengths are pixels of the working picture, which is the page shrunk so that its long side is at most
// kWorkingSide.
// Threads: values and free functions.
#ifndef INTAKE_CELL_VISION_INK_H_
#define INTAKE_CELL_VISION_INK_H_

#include <opencv2/core.hpp>
#include <vector>

#include "intake/findings.h"

namespace zp::intake::vision {

inline constexpr int kWorkingSide = 1600;

/// One connected patch of ink.
struct Patch {
  cv::Rect box;
  int area = 0;   // pixels of ink
  int label = 0;  // in Ink::labels
};

struct Ink {
  cv::Mat page;                // as given
  cv::Mat bgr;                 // the working picture
  cv::Mat gray;                // its brightness as it is
  cv::Mat paper;               // brightness in parts of the paper around it: 255 is bare paper, whatever the shadow
  cv::Mat mask;                // 255 where there is ink
  cv::Mat labels;              // CV_32S: which patch a pixel belongs to; 0 is paper
  std::vector<Patch> patches;  // label order; patches[0] is label 1
  double scale = 1;            // working pixels per page pixel
  double letter_height = 0;    // median height of what looks like printed letters; 0 if there are too few
  std::vector<int> letters;    // indices of those patches
};

Ink find_ink(const cv::Mat& page);

/// Ink::letter_height, or what pages usually have where there are too few letters to tell.
double letter_height_of(const Ink& ink);

/// `box` of the working picture as fractions of the page.
Box fraction_of(const cv::Rect& box, const cv::Size& size);
cv::Rect pixels_of(const Box& box, const cv::Size& size);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_INK_H_
