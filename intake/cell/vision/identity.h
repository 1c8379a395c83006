// intake/cell/vision/identity.h - identity documents, and what a zone that was read tells about the page.
//
// Threads: one at a time, as Engines.
#ifndef INTAKE_CELL_VISION_IDENTITY_H_
#define INTAKE_CELL_VISION_IDENTITY_H_

#include <optional>
#include <span>
#include <vector>

#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

/// A machine-readable zone of which every check digit holds.
struct ReadZone {
  cv::Rect where;            // pixels of the page
  double letter_height = 0;  // pixels
  int quarter_turns = 0;     // counter-clockwise, that set it upright
};

struct IdentitiesOnPage {
  std::vector<IdentityDocument> documents;
  std::optional<ReadZone> zone;  // the first that was read
};

/// find_identity_documents(), with the zone.
IdentitiesOnPage identities_on(const cv::Mat& page, Engines& engines, std::span<const Word> words);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_IDENTITY_H_
