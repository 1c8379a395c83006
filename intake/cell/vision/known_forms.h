// intake/cell/vision/known_forms.h - a page laid upon the blank form it was made from, to see what was added.
//
// A form is known by the words printed on it: those of the page that stand to each other as on the blank page say which
// form it is and how it lies in the picture (a homography, so a photo taken at an angle will do).
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_KNOWN_FORMS_H_
#define INTAKE_CELL_VISION_KNOWN_FORMS_H_

#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <vector>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/signatures.h"
#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

struct LaidForm {
  const FormPage* page = nullptr;
  cv::Matx33d from_blank;  // pixels of a picture of FormPage::size to pixels of the working picture
  bool is_guess = false;   // a photo, known by words at one side: how the other side lies is a guess
};

/// The one of `forms` that the page was made from; borrowed from them.
std::optional<LaidForm> known_form(const Ink& ink, std::span<const Word> words, std::span<const FormPage> forms);

/// Whether `words` name things that one of `forms` alone names: too few to know it by, enough to read on.
bool may_be_a_form(std::span<const Word> words, std::span<const FormPage> forms);

/// Its signature fields as they lie on the page, with whether something was added in each.
PlacesToSign places_of(const LaidForm& form, const Ink& ink);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_KNOWN_FORMS_H_
