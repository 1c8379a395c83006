// intake/cell/vision/bsn_marks.h - where on an identity document a burgerservicenummer can be read, by people or by
// telephones.
//
// Numbers that pass the 11-proef, or stand at their label if they were misread, and QR codes: the documents of 2021 and the driving licence carry it
// in one.
// Threads: one at a time, as Engines.
#ifndef INTAKE_CELL_VISION_BSN_MARKS_H_
#define INTAKE_CELL_VISION_BSN_MARKS_H_

#include <span>
#include <vector>

#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

/// Adds the places among `words` where a number stands: in one word, or in a few that follow each other on a line.
void add_bsn_words(std::span<const Word> words, std::vector<Box>& boxes);

/// Adds a QR code within `area` of the page.
void add_qr_code(const cv::Mat& gray, const Box& area, std::vector<Box>& boxes);

/// What is printed within `area`, read from it alone: on a whole page the letters of a card are too small.
/// `quarter_turns` set it upright; the boxes refer to the page.
std::vector<Word> words_within(const cv::Mat& page, const Box& area, int quarter_turns, Engines& engines);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_BSN_MARKS_H_
