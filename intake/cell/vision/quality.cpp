#include "intake/cell/vision/quality.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/reading.h"
#include "intake/cell/vision/skew.h"

namespace zp::intake::vision {
namespace {

// Measured on a hundred scans and photos (tests/bench/vision): a Gaussian blur of 0.2 letter heights, four pixels at
// 300 dpi, lifts nearly all above this, sharp ones lie below.
constexpr double kBlurredFrom = 0.16;
constexpr double kSharpestEdge = 2.1;   // pixels that a perfect edge measures
constexpr double kLeastSoftEdge = 3.4;  // pixels; below it the picture is small rather than blurred
constexpr float kClearContrast = 24;    // of 255
constexpr std::size_t kFewEdges = 50;
constexpr std::size_t kSampledLetters = 400;
constexpr double kAssumedLetters = 100;  // letter heights per page height where no letters are found
constexpr int kFewVoters = 12;
constexpr double kDarkPaper = 70;

// Margin noise, staple holes and scanner edges do not make a page written on.
bool is_blank(const Ink& ink) {
  const cv::Size size = ink.gray.size();
  const cv::Rect inner(size.width / 25, size.height / 25, size.width - 2 * (size.width / 25),
                       size.height - 2 * (size.height / 25));
  double contrast = 0;
  int marks = 0;
  for (const Patch& patch : ink.patches) {
    if (patch.area < 12 || patch.box.height < 5 || (patch.box & inner).area() < patch.box.area()) continue;
    ++marks;
    contrast += patch.area;
  }
  return marks < 8 && contrast < 0.0004 * inner.area();
}

struct EdgeWidths {
  std::vector<float> across, down;  // pixels; of edges that run up and down, and of those that run along the lines
};

// How wide the edges in `gray` are: how much brightness changes around a steepest point, over how steep it is there.
void measure_edges(const cv::Mat& gray, double letter_height, EdgeWidths& widths) {
  cv::Mat gx, gy, steepest_x, steepest_y, brightest, darkest;  // the last four: within a letter's reach
  cv::Sobel(gray, gx, CV_32F, 1, 0, 3, 1.0 / 8);
  cv::Sobel(gray, gy, CV_32F, 0, 1, 3, 1.0 / 8);
  gx = cv::abs(gx);
  gy = cv::abs(gy);
  const int reach = std::clamp(static_cast<int>(letter_height * 0.7), 3, 61) | 1;
  const cv::Mat around = cv::getStructuringElement(cv::MORPH_RECT, {reach, reach});
  cv::dilate(gray, brightest, around);
  cv::erode(gray, darkest, around);
  cv::dilate(gx, steepest_x, around);
  cv::dilate(gy, steepest_y, around);
  for (int y = 1; y + 1 < gray.rows; ++y) {
    for (int x = 1; x + 1 < gray.cols; ++x) {
      const auto contrast = static_cast<float>(brightest.at<std::uint8_t>(y, x) - darkest.at<std::uint8_t>(y, x));
      if (contrast < kClearContrast) continue;
      const float across = gx.at<float>(y, x), down = gy.at<float>(y, x);
      if (across > 1 && across >= 0.7F * steepest_x.at<float>(y, x) && across > down)
        widths.across.push_back(contrast / across);
      if (down > 1 && down >= 0.7F * steepest_y.at<float>(y, x) && down > across)
        widths.down.push_back(contrast / down);
    }
  }
}

// Movement blurs one direction only, so the wider of the two counts. 0 if there are too few edges to tell.
double typical_width(EdgeWidths& widths) {
  double widest = 0;
  for (std::vector<float>* values : {&widths.across, &widths.down}) {
    if (values->size() < kFewEdges) continue;
    const auto nth = values->begin() + static_cast<std::ptrdiff_t>(0.4 * static_cast<double>(values->size()));
    std::nth_element(values->begin(), nth, values->end());
    widest = std::max(widest, static_cast<double>(*nth));
  }
  return widest;
}

double softness(double width, double letter_height) {
  return width < kLeastSoftEdge ? 0 : (width - kSharpestEdge) / letter_height;
}

}  // namespace

double edge_softness(const Ink& ink) {
  EdgeWidths widths;
  if (ink.letter_height > 0) {
    // At the full size of the picture, but only around some of its letters.
    const double letter_height = ink.letter_height / ink.scale;
    const std::size_t step = 1 + ink.letters.size() / kSampledLetters;
    for (std::size_t i = 0; i < ink.letters.size(); i += step) {
      const cv::Rect box = pixels_of(fraction_of(ink.patches[ink.letters[i]].box, ink.gray.size()), ink.page.size());
      const int margin = static_cast<int>(letter_height / 2) + 2;
      const cv::Rect wider(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin);
      cv::Mat gray;
      cv::cvtColor(ink.page(wider & cv::Rect({}, ink.page.size())), gray, cv::COLOR_BGR2GRAY);
      measure_edges(gray, letter_height, widths);
    }
    if (const double width = typical_width(widths); width > 0) return softness(width, letter_height);
  }
  // Blurred beyond recognition, or a picture: judge by whatever edges there are.
  const double assumed = std::max(ink.gray.rows, ink.gray.cols) / kAssumedLetters;
  measure_edges(ink.gray, assumed, widths);
  return softness(typical_width(widths), assumed);
}

bool is_sharp_print(const cv::Mat& gray, double letter_height) {
  EdgeWidths widths;
  measure_edges(gray, letter_height, widths);
  const double width = typical_width(widths);
  return width > 0 && softness(width, letter_height) < kBlurredFrom;
}

PageQuality quality_of(const Ink& ink, Engines* engines) {
  PageQuality quality;
  quality.blank = is_blank(ink);
  quality.too_dark = cv::mean(ink.gray)[0] < kDarkPaper;
  if (quality.blank) return quality;
  quality.softness = edge_softness(ink);
  quality.sharp = quality.softness < kBlurredFrom;
  const TextDirection direction = text_direction(ink);
  quality.skew_degrees = direction.skew_degrees;
  const bool doubtful = direction.voters < kFewVoters || (direction.up_votes > 0.3 && direction.up_votes < 0.62);
  const bool up = direction.voters < kFewVoters || direction.up_votes >= 0.5;
  const int if_up = direction.sideways ? 3 : 0, if_down = direction.sideways ? 1 : 2;
  quality.quarter_turns = up ? if_up : if_down;
  if (engines && ink.letter_height > 0 && (doubtful || quality.quarter_turns != 0))
    quality.quarter_turns = best_read_turn(ink, *engines, {0, if_up, if_down});
  quality.upside_down = quality.quarter_turns == 2;
  return quality;
}

PageQuality page_quality(const cv::Mat& page, Engines* engines) try {
  return quality_of(find_ink(page), engines);
} catch (const cv::Exception&) {
  return {};
}

}  // namespace zp::intake::vision
