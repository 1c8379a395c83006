#include <algorithm>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

cv::Mat mask(const cv::Mat& page, std::span<const Box> boxes) {
  cv::Mat masked = page.clone();
  for (const Box& box : boxes) {
    const double more_x = 0.01 * box.w + 2.0 / page.cols, more_y = 0.01 * box.h + 2.0 / page.rows;
    const Box wider{box.x - more_x, box.y - more_y, box.w + 2 * more_x, box.h + 2 * more_y};
    masked(pixels_of(wider, page.size())).setTo(cv::Scalar::all(0));
  }
  return masked;
}

std::vector<Box> boxes_to_mask(const IdentityDocument& document) {
  std::vector<Box> boxes = document.bsn_boxes;
  boxes.insert(boxes.end(), document.ghost_boxes.begin(), document.ghost_boxes.end());
  if (document.photo_box) boxes.push_back(*document.photo_box);
  if (document.mrz_box) boxes.push_back(*document.mrz_box);
  return boxes;
}

}  // namespace zp::intake::vision
