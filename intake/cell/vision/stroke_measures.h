// intake/cell/vision/stroke_measures.h - what can be measured of a group of strokes; strokes.h lists it.
//
// Lengths are pixels of the working picture, unless a name says letter heights.
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_STROKE_MEASURES_H_
#define INTAKE_CELL_VISION_STROKE_MEASURES_H_

#include <opencv2/core.hpp>
#include <vector>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/strokes.h"

namespace zp::intake::vision {

/// What the page's own print looks like: candidates are measured against it.
struct Print {
  double letter_height = 0, thickness = 0, chroma = 0, darkness = 0;
};

Print print_of(const Ink& ink);

/// A connected patch of what is left when ruled lines are taken away.
struct Piece {
  cv::Rect box;
  int area = 0, label = 0;
  bool letter = false;  // printed letter, or of that size and in a row with others
};

/// A page taken apart; `pieces` by their label in `labels`, 0 is paper.
struct Pieces {
  cv::Mat labels;  // CV_32S
  std::vector<Piece> pieces;
};

struct Outline {
  std::vector<cv::Point> hull;
  double length = 0, longest = 0;  // of all strokes, and of the longest connected one; pixels
  double straight = 0;             // part of it in straight runs of more than two letter heights
  double turning = 0;              // radians turned for each letter height
  int holes = 0;
};

/// Of the ink in `where` (8 bit, not 0); `unit` is a letter height.
Outline outline_of(const cv::Mat& where, double unit);

/// All values but those of compare(). `group` holds labels, at least one; `box` is around them.
StrokeValues measure(const Ink& ink, const Pieces& pieces, const std::vector<int>& group, const cv::Rect& box,
                     const Print& print);

/// What can be said only once all candidates of the page are known.
void compare(std::vector<StrokeCandidate>& candidates);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_STROKE_MEASURES_H_
