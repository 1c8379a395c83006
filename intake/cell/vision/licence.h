// intake/cell/vision/licence.h - the fields of a driving licence, which have numbers instead of names.
//
// Directive 2006/126/EC, annex I: 3 date of birth, 4a date of issue, 4b date of expiry. The zone of a Dutch licence has no
// dates.
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_LICENCE_H_
#define INTAKE_CELL_VISION_LICENCE_H_

#include <span>
#include <string>

#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

/// The date beside 4b as YYYY-MM-DD; empty if none is read. `words` of the card's front.
std::string printed_expiry(std::span<const Word> words);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_LICENCE_H_
