// intake/cell/vision/qr_code.h - QR codes on a picture of a page. Home of ZXing.
//
// Threads: free function. Errors: none; a page without a code that can be read has no texts.
#ifndef INTAKE_CELL_VISION_QR_CODE_H_
#define INTAKE_CELL_VISION_QR_CODE_H_

#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace zp::intake::vision {

/// What the QR codes on `page` (8-bit BGR, any way up) say, each text once; a stranger's words.
std::vector<std::string> qr_texts(const cv::Mat& page);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_QR_CODE_H_
