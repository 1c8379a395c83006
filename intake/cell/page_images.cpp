#include "intake/cell/page_images.h"

#include <opencv2/imgproc.hpp>

namespace zp::intake::cell {

void PageImages::send(int page, const cv::Mat& upright, int dpi) {
  if (options_.want_pages) send_as(page, false, upright, dpi);
}

void PageImages::send_masked(int page, const cv::Mat& masked, int dpi) {
  if (options_.want_masked) send_as(page, true, masked, dpi);
}

void PageImages::send_as(int page, bool masked, const cv::Mat& image, int dpi) {
  if (image.empty()) return;
  const double longest = std::max(image.cols, image.rows);
  const double scale =
      std::min({1.0, static_cast<double>(options_.page_dpi) / dpi, static_cast<double>(kMaxImageSide) / longest});
  cv::Mat fitting = image, rgb;
  if (scale < 1) cv::resize(image, fitting, {}, scale, scale, cv::INTER_AREA);
  cv::cvtColor(fitting, rgb, cv::COLOR_BGR2RGB);
  const std::size_t bytes = rgb.total() * 3;
  if (!rgb.isContinuous() || sent_bytes_ + bytes > kMaxImageBytes) return;
  sent_bytes_ += bytes;
  connection_.image(page, masked, static_cast<std::uint32_t>(rgb.cols), static_cast<std::uint32_t>(rgb.rows),
                    {rgb.data, bytes});
}

}  // namespace zp::intake::cell
