// intake/cell/vision/cards.h - things of a card's or a booklet page's shape, and what their words say they are.
//
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_CARDS_H_
#define INTAKE_CELL_VISION_CARDS_H_

#include <array>
#include <string>
#include <vector>

#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

/// Corners on the page: top left as the page lies, then clockwise; the long side lies level unless the thing stands
/// upright.
using CardCorners = std::array<cv::Point2f, 4>;

/// Four-cornered things with sides as 85.6 x 54 or 125 x 88 mm (ISO 7810 ID-1 and ID-3), largest first; the picture
/// itself if it lies and has that shape.
std::vector<CardCorners> card_shapes(const cv::Mat& page);

/// Four-cornered things of which opposite sides differ, as a camera held low sees a card: squashed or not, with a
/// margin, largest first, at most two.
std::vector<CardCorners> cards_seen_from_the_side(const cv::Mat& page);

struct StraightCard {
  cv::Mat picture;
  cv::Matx33d to_page;  // pixels of the picture to those of the page
};

/// The card seen straight from above, its long side level and `width` pixels.
StraightCard straightened_card(const cv::Mat& page, const CardCorners& corners, int width);

/// What the words on a card say that it is: a document type of IdentityDocument, "other" if they speak of an identity
/// document but not of which, "" if they do not. Dutch, English and the neighbours' languages.
std::string document_type_by_words(std::span<const Word> words);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_CARDS_H_
