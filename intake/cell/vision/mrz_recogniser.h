// intake/cell/vision/mrz_recogniser.h - which character a cell of a machine-readable zone holds.
//
// A network of two layers, its weights in mrz_recogniser_weights.h: train_mrz_recogniser.py fits them to cells that it draws
// and spoils as cameras and scanners do.
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_MRZ_RECOGNISER_H_
#define INTAKE_CELL_VISION_MRZ_RECOGNISER_H_

#include <opencv2/core.hpp>
#include <vector>

#include "intake/cell/vision/mrz.h"

namespace zp::intake::vision {

/// `patches`: one cell a row, kGlyphWidth x kGlyphHeight values of ink (CV_32F) without mean and of length one.
std::vector<CellReading> recognise(const cv::Mat& patches);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_MRZ_RECOGNISER_H_
