// intake/cell/vision/mrz_reader.h - from pixels to the characters of a machine-readable zone.
//
// Lines are found as long thin ribbons of dark marks at any angle, then each is cut into its fixed number of cells.
// Comparing every cell with the 37 glyphs of OCR-B finds where exactly it lies, and mrz_recogniser.h says how likely each
// character is in it, so that the check digits can choose among readings (mrz.h).
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_MRZ_READER_H_
#define INTAKE_CELL_VISION_MRZ_READER_H_

#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "intake/cell/vision/mrz.h"
#include "intake/cell/vision/mrz_cells.h"

namespace zp::intake::vision {

enum class Run { kLevel, kUpright, kSlanted };

/// Looks for lines on one picture.
class RibbonFinder {
 public:
  explicit RibbonFinder(const cv::Mat& gray);
  /// Where a line of an MRZ might stand, longest first.
  std::vector<Ribbon> ribbons(Run run) const;

 private:
  double zoom_;
  std::vector<cv::Mat> marks_;  // of the picture shrunk or enlarged by zoom_
};

/// The ribbon drawn in to the text that it holds: patterned paper makes ribbons too long, too high and a little askew.
Ribbon tightened(const cv::Mat& gray, const Ribbon& ribbon);

struct LineOnPage {
  LineReading reading;
  Ribbon ribbon;         // corrected by the rhythm of the cells
  float pitch = 0;       // pixels from cell to cell
  bool goes_on = false;  // print stands before its first cell or behind its last
};

/// One line cut into `cells` cells; nothing if it does not look like OCR-B.
std::optional<LineOnPage> read_line(const cv::Mat& gray, const Ribbon& ribbon, int cells);

struct MrzOnPage {
  ParsedMrz parsed;
  std::vector<cv::Point2f> corners;  // of the zone on the page: top left as read, then clockwise
  double score = 0;                  // mean likeness of the glyphs, 0 to 1
};

std::optional<MrzOnPage> find_mrz(const cv::Mat& gray);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_MRZ_READER_H_
