#include "tests/unit/vision/drawing.h"

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <random>
#include <vector>

namespace zp::intake::vision::testing {

cv::Mat sheet(int height) { return cv::Mat(height, static_cast<int>(height / 1.4142), CV_8UC3, cv::Scalar::all(250)); }

void print_line(cv::Mat& page, const std::string& text, cv::Point foot_left, double scale) {
  cv::putText(page, text, foot_left, cv::FONT_HERSHEY_DUPLEX, scale, cv::Scalar::all(20), 1, cv::LINE_AA);
}

void print_text(cv::Mat& page, int lines, double top) {
  static const std::vector<std::string> text = {
      "Hierbij vraag ik u om de gegevens die",   "bij u bekend zijn over mijn moeder, voor",
      "wie ik door de rechtbank als mentor ben", "benoemd. De beschikking stuur ik u mee.",
      "Het gaat mij om de laatste twee jaar en", "alle brieven die daarbij horen. Alvast dank"};
  const double scale = page.rows / 1600.0 * 0.9;
  for (int i = 0; i < lines; ++i)
    print_line(page, text[static_cast<std::size_t>(i) % text.size()],
               {page.cols / 10, static_cast<int>(page.rows * top) + i * page.rows / 40}, scale);
}

void sign(cv::Mat& page, const cv::Rect& box, const cv::Scalar& ink, int seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::uniform_real_distribution<double> vary(0.7, 1.3);
  std::vector<cv::Point> stroke;
  const double turns = 6 * vary(random), loop = box.width / (turns * 2.2), rise = vary(random);
  for (int i = 0; i <= 400; ++i) {
    const double t = i / 400.0, angle = 2 * std::numbers::pi * turns * t;
    const double height = box.height * 0.45 * (0.35 + 0.65 * std::abs(std::sin(3.1 * t * rise + seed)));
    const double x =
        box.x + loop + (box.width - 2 * loop) * t + loop * std::cos(angle) + 0.25 * height * std::sin(angle);
    stroke.emplace_back(static_cast<int>(x), static_cast<int>(box.y + box.height * 0.5 - height * std::sin(angle)));
  }
  cv::polylines(page, stroke, false, ink, std::max(2, page.rows / 500), cv::LINE_AA);
  cv::line(page, {box.x, box.y + box.height - 4}, {box.x + box.width, box.y + box.height * 3 / 4}, ink,
           std::max(2, page.rows / 600), cv::LINE_AA);
}

cv::Mat tilted(const cv::Mat& page, double degrees) {
  cv::Mat result;
  const cv::Mat turn = cv::getRotationMatrix2D(cv::Point(page.cols / 2, page.rows / 2), degrees, 1);
  cv::warpAffine(page, result, turn, page.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar::all(250));
  return result;
}

}  // namespace zp::intake::vision::testing
