// intake/cell/vision/mrz_cells.h - where the cells of a line of one pitch lie.
//
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_MRZ_CELLS_H_
#define INTAKE_CELL_VISION_MRZ_CELLS_H_

#include <opencv2/core.hpp>

namespace zp::intake::vision {

/// A ribbon of marks: a turned rectangle; `along` is its length, `angle` the direction of its long side in degrees.
struct Ribbon {
  cv::Point2f middle;
  float along = 0, across = 0, angle = 0;
  float growth = 0;  // seen from the side: by which part cells are longer at its end, and shorter where it begins
};

/// One pixel of the page to the right, as the ribbon is read.
cv::Point2f along_of(const Ribbon& ribbon);

/// Pixels from cell to cell, in the middle of the ribbon.
double pitch_of(const Ribbon& ribbon, int cells);

inline constexpr int kStripMargin = 24;  // pixels

/// The line level, dark as high values, `cells` cells of the glyphs' size with a margin all around.
cv::Mat straightened(const cv::Mat& gray, const Ribbon& ribbon, int cells);

/// The rhythm of the cells in a strip.
struct Beat {
  double count = 0, growth = 0;  // beats in the line; how much denser they are at its ends, as Ribbon::growth
  double phase = 0;              // where in a beat, 0 to 1, the marks stand
  double strength = 0;           // part of the variance
};

/// Characters of one pitch beat: the ink along the line has its strongest rhythm at as many beats as the line has cells.
/// Print of other typefaces has none. Cells are taken to grow only where they plainly beat better so.
Beat beat_of(const cv::Mat& strip, int cells);

/// The ribbon whose cells beat as the marks do, its first cell nearest to where the marks begin, or `shift` cells from
/// there.
Ribbon tuned(const Ribbon& ribbon, const Beat& beat, int cells, int shift);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_MRZ_CELLS_H_
