// intake/cell/vision/skew.h - how the lines of text lie.
//
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_SKEW_H_
#define INTAKE_CELL_VISION_SKEW_H_

#include "intake/cell/vision/ink.h"

namespace zp::intake::vision {

struct TextDirection {
  double skew_degrees = 0;  // counter-clockwise turn that levels the lines, -20 to 20
  bool sideways = false;    // the lines run up and down
  double up_votes = 0;      // share of ascenders among letters that stick out, 0 to 1; 0.5 tells nothing.
                            // Latin text has more ascenders than descenders, so below 0.4 it stands on its head.
  int voters = 0;           // letters that stick out
};

TextDirection text_direction(const Ink& ink);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_SKEW_H_
