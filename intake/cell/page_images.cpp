#include "intake/cell/page_images.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace zp::intake::cell {

void PageImages::send(int page, const cv::Mat& upright, int dpi, int pages_left) {
  if (options_.want_pages) send_as(page, false, upright, dpi, pages_left);
}

void PageImages::send_masked(int page, const cv::Mat& masked, int dpi, int pages_left) {
  if (options_.want_masked) send_as(page, true, masked, dpi, pages_left);
}

void PageImages::send_as(int page, bool masked, const cv::Mat& image, int dpi, int pages_left) {
  if (image.empty()) return;
  const double longest = std::max(image.cols, image.rows);
  const std::size_t share = (kMaxImageBytes - sent_bytes_) / static_cast<std::size_t>(std::max(1, pages_left));
  const double fits = std::sqrt(static_cast<double>(share) / (3.0 * static_cast<double>(image.total())));
  const double scale = std::min(
      {1.0, static_cast<double>(options_.page_dpi) / dpi, static_cast<double>(kMaxImageSide) / longest, 0.99 * fits});
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
