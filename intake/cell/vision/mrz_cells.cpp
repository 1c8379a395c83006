#include "intake/cell/vision/mrz_cells.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "intake/cell/vision/mrz_glyphs.h"

namespace zp::intake::vision {
namespace {

constexpr double kEnds = 0.34;  // cells: the first and the last glyph fill about two thirds of theirs

// Seen from the side, a line's cells grow from one end to the other: how far from the line's middle a place is that lies
// `cells_off` cells from it, in cells of the middle.
double off_middle(const Ribbon& ribbon, int cells, double cells_off) {
  return cells_off + ribbon.growth * cells_off * cells_off / cells;
}

// How much ink stands in each quarter of a cell, without light and shadow.
std::vector<double> ink_along(const cv::Mat& strip, int cells) {
  cv::Mat columns, light;
  cv::reduce(strip(cv::Rect(kStripMargin, kStripMargin, cells * kGlyphWidth, kGlyphHeight)), columns, 0,
             cv::REDUCE_AVG);
  cv::resize(columns, columns, {cells * 4, 1}, 0, 0, cv::INTER_AREA);
  cv::blur(columns, light, {13, 1}, {-1, -1}, cv::BORDER_REFLECT);
  columns -= light;
  columns -= cv::mean(columns)[0];
  return {columns.begin<float>(), columns.end<float>()};
}

// Where in a line, from -0.5 to 0.5, so much of its beats lie to the left, from -0.5 to 0.5 too.
double place_of(double beats, double growth) {
  return growth == 0 ? beats : (std::sqrt(1 + 4 * growth * beats) - 1) / (2 * growth);
}

// The ink as it would stand if the beats were of one length.
std::vector<double> evened(const std::vector<double>& ink, double growth) {
  const auto size = static_cast<double>(ink.size());
  std::vector<double> even(ink.size());
  for (std::size_t i = 0; i < ink.size(); ++i) {
    const double at = (place_of((static_cast<double>(i) + 0.5) / size - 0.5, growth) + 0.5) * size - 0.5;
    const double whole = std::clamp(std::floor(at), 0.0, size - 2), part = std::clamp(at - whole, 0.0, 1.0);
    const auto left = static_cast<std::size_t>(whole);
    even[i] = ink[left] * (1 - part) + ink[left + 1] * part;
  }
  return even;
}

struct Inked {
  std::vector<double> ink;  // as ink_along()
  double all = 0;           // its variance
};

// The strongest beat of ink whose cells grow so.
Beat beat_of(const Inked& line, int cells, double growth) {
  const std::vector<double> even = growth == 0 ? line.ink : evened(line.ink, growth);
  const auto size = static_cast<double>(even.size());
  Beat best{0, growth};
  for (double count = cells - 2.5; count <= cells + 2.5; count += 0.125) {
    const double turn = 2 * std::numbers::pi * count / size;
    const std::complex<double> step = std::polar(1.0, turn);
    std::complex<double> hand = std::polar(1.0, (0.5 - size / 2) * turn), sum = 0;
    for (const double value : even) {
      sum += hand * value;
      hand *= step;
    }
    const double strength = line.all > 0 ? std::norm(sum) / line.all : 0;
    if (strength > best.strength) best = {count, growth, std::arg(sum) / (2 * std::numbers::pi), strength};
  }
  return best;
}

}  // namespace

cv::Point2f along_of(const Ribbon& ribbon) {
  const float radians = ribbon.angle * std::numbers::pi_v<float> / 180;
  return {std::cos(radians), std::sin(radians)};
}

double pitch_of(const Ribbon& ribbon, int cells) { return static_cast<double>(ribbon.along) / (cells - kEnds); }

cv::Mat straightened(const cv::Mat& gray, const Ribbon& ribbon, int cells) {
  const double zoom = kGlyphWidth / pitch_of(ribbon, cells);
  const cv::Size size(cells * kGlyphWidth + 2 * kStripMargin, kGlyphHeight + 2 * kStripMargin);
  const cv::Point2f along = along_of(ribbon), down(-along.y, along.x);
  cv::Rect around =
      cv::RotatedRect(ribbon.middle, {ribbon.along * 1.2F, ribbon.across * 5}, ribbon.angle).boundingRect() &
      cv::Rect({}, gray.size());
  if (around.empty()) around = {{}, gray.size()};
  cv::Mat part = gray(around);
  if (zoom < 0.7) cv::GaussianBlur(gray(around), part = cv::Mat(), {}, 0.4 / zoom);
  cv::Mat places(size, CV_32FC2), strip;
  for (int x = 0; x < size.width; ++x) {
    const double off = off_middle(ribbon, cells, (x + 0.5 - size.width / 2.0) / kGlyphWidth) * kGlyphWidth / zoom;
    const cv::Point2f foot = ribbon.middle - cv::Point2f(around.tl()) + along * static_cast<float>(off);
    for (int y = 0; y < size.height; ++y)
      places.at<cv::Point2f>(y, x) = foot + down * static_cast<float>((y + 0.5 - size.height / 2.0) / zoom);
  }
  cv::remap(part, strip, places, {}, cv::INTER_CUBIC, cv::BORDER_REPLICATE);
  strip.convertTo(strip, CV_32F, -1, 255);
  return strip;
}

Beat beat_of(const cv::Mat& strip, int cells) {
  constexpr double kMostGrowth = 0.12, kGrowthStep = 0.015, kPlainlyStronger = 1.2, kLeastGrowing = 0.2;
  Inked line{ink_along(strip, cells)};
  for (const double value : line.ink) line.all += value * value * static_cast<double>(line.ink.size()) / 2;
  const Beat even = beat_of(line, cells, 0);
  Beat best = even;
  for (double growth = kGrowthStep; growth < kMostGrowth + kGrowthStep / 2; growth += kGrowthStep)
    for (const double way : {growth, -growth})
      if (const Beat growing = beat_of(line, cells, way); growing.strength > best.strength) best = growing;
  return best.strength > std::max(kLeastGrowing, kPlainlyStronger * even.strength) ? best : even;
}

Ribbon tuned(const Ribbon& ribbon, const Beat& beat, int cells, int shift) {
  const double pitch = pitch_of(ribbon, cells), half = (cells - 1) / 2.0;
  const double begins = 0.5 / cells - 0.5;
  const double first =
      std::round(beat.count * (begins + beat.growth * begins * begins) - beat.phase) + beat.phase + shift;
  // In pixels from the middle of the ribbon as it is.
  const auto place = [&](double cell) {
    return pitch * off_middle(ribbon, cells, cells * place_of((first + cell) / beat.count, beat.growth));
  };
  const double left = place(0), middle = place(half), right = place(2 * half);
  const double step = (right - left) / (2 * half);
  Ribbon result = ribbon;
  result.middle += along_of(ribbon) * static_cast<float>(middle);
  result.along = static_cast<float>((cells - kEnds) * step);
  result.growth = static_cast<float>((left + right - 2 * middle) / (2 * half * half) / step * cells);
  return result;
}

}  // namespace zp::intake::vision
