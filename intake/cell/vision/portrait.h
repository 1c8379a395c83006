// intake/cell/vision/portrait.h - the holder's photo, and its smaller repeats.
//
// Threads: one at a time, as Engines.
#ifndef INTAKE_CELL_VISION_PORTRAIT_H_
#define INTAKE_CELL_VISION_PORTRAIT_H_

#include <optional>
#include <vector>

#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

/// The surest face of 9 to 30 mm inside `where`, with the hair, neck and shoulders that a portrait shows around it.
/// `quarter_turns` set the document upright; `pixels_per_mm` of the page. The answer refers to the page as given.
std::optional<cv::Rect> find_portrait(const cv::Mat& gray, const cv::Rect& where, double pixels_per_mm,
                                      int quarter_turns, Engines& engines);

/// Where `portrait` is repeated inside `where`, smaller: ghost images, as cards carry against forgery. Pixels of the page.
std::vector<cv::Rect> find_ghosts(const cv::Mat& gray, const cv::Rect& where, const cv::Rect& portrait);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_PORTRAIT_H_
