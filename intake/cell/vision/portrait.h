// intake/cell/vision/portrait.h - the holder's photo.
//
// Threads: one at a time, as Engines.
#ifndef INTAKE_CELL_VISION_PORTRAIT_H_
#define INTAKE_CELL_VISION_PORTRAIT_H_

#include <optional>

#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

/// The surest face of 9 to 30 mm inside `where`, with the hair, neck and shoulders that a portrait shows around it.
/// `quarter_turns` set the document upright; `pixels_per_mm` of the page. The answer refers to the page as given.
std::optional<cv::Rect> find_portrait(const cv::Mat& gray, const cv::Rect& where, double pixels_per_mm,
                                      int quarter_turns, Engines& engines);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_PORTRAIT_H_
