// intake/cell/vision/orientation.h - what a picture's EXIF block says that matters here.
//
// Threads: free functions. Errors: a block that cannot be read counts as absent.
#ifndef INTAKE_CELL_VISION_ORIENTATION_H_
#define INTAKE_CELL_VISION_ORIENTATION_H_

#include <opencv2/core.hpp>

#include "crypto/base/bytes.h"

namespace zp::intake::vision {

struct ExifFacts {
  bool present = false;
  bool has_location = false;
  int orientation = 1;  // 1 to 8, as in EXIF 2.32 tag 0x0112
};

/// From a whole JPEG file, or from a bare block that begins with "Exif\0\0".
ExifFacts read_exif(ByteView untrusted_bytes) noexcept;

/// `stored` as a person should see it.
cv::Mat set_upright(const cv::Mat& stored, int orientation);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_ORIENTATION_H_
