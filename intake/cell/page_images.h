// intake/cell/page_images.h - page images on their way out, within what the client takes.
//
// Threads: one.
#ifndef INTAKE_CELL_PAGE_IMAGES_H_
#define INTAKE_CELL_PAGE_IMAGES_H_

#include <opencv2/core.hpp>

#include "intake/cell/connection.h"

namespace zp::intake::cell {

class PageImages {
 public:
  PageImages(const Connection& connection, const InspectionRequest& options)
      : connection_(connection), options_(options) {}

  bool wanted() const { return options_.want_pages || options_.want_masked; }
  /// `upright`: 8-bit BGR at `dpi`; goes out at the resolution asked for, but never enlarged, and smaller where the
  /// `pages_left`, this one among them, would not fit otherwise.
  void send(int page, const cv::Mat& upright, int dpi, int pages_left);
  /// The same with `boxes` blacked out, where masked pages are wanted.
  void send_masked(int page, const cv::Mat& masked, int dpi, int pages_left);

 private:
  void send_as(int page, bool masked, const cv::Mat& image, int dpi, int pages_left);

  const Connection& connection_;
  const InspectionRequest& options_;
  std::size_t sent_bytes_ = 0;
};

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PAGE_IMAGES_H_
