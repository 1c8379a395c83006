// intake/cell/vision/quality.h - page quality from ink that is found already.
//
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_QUALITY_H_
#define INTAKE_CELL_VISION_QUALITY_H_

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

/// page_quality() for a page whose ink is known.
PageQuality quality_of(const Ink& ink, Engines* engines);

/// How much wider the edges of letters are than perfect ones, in letter heights: below 0.09 on sharp scans and photos.
double edge_softness(const Ink& ink);

/// Whether the edges in a picture of print are sharp, whose letters are so many pixels high.
bool is_sharp_print(const cv::Mat& gray, double letter_height);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_QUALITY_H_
