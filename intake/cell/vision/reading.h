// intake/cell/vision/reading.h - the recognisers behind Engines, for this folder only.
//
// Threads: as Engines.
#ifndef INTAKE_CELL_VISION_READING_H_
#define INTAKE_CELL_VISION_READING_H_

#include <tesseract/baseapi.h>

#include <memory>
#include <opencv2/objdetect.hpp>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

struct Engines::Impl {
  tesseract::TessBaseAPI text;  // Dutch
  cv::CascadeClassifier face;
  std::shared_ptr<const std::vector<FormPage>> forms = std::make_shared<std::vector<FormPage>>();
};

/// The one of `quarter_turns` after which a sample of the text reads best; the first unless another is clearly better.
int best_read_turn(const Ink& ink, Engines& engines, std::span<const int> quarter_turns);
inline int best_read_turn(const Ink& ink, Engines& engines, std::initializer_list<int> quarter_turns) {
  return best_read_turn(ink, engines, std::span(quarter_turns.begin(), quarter_turns.size()));
}

/// The words in the head of the page and in short lines: what names the document and its fields, in a third of a
/// second. All words where the page has too few dots to tell its lines, in a second.
std::vector<Word> telling_words(const Ink& ink, Engines& engines);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_READING_H_
