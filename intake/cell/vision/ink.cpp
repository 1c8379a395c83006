#include "intake/cell/vision/ink.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace zp::intake::vision {
namespace {

constexpr int kPaperCell = 8;       // the paper's brightness is estimated on a picture this many times smaller
constexpr double kInkLevel = 0.80;  // darker than this part of the paper is ink
constexpr std::size_t kFewLetters = 12;

// The paper's brightness everywhere: dark strokes are closed away, what remains is smooth light and shadow.
cv::Mat paper_brightness(const cv::Mat& gray) {
  cv::Mat small, filled;
  cv::resize(gray, small, {std::max(8, gray.cols / kPaperCell), std::max(8, gray.rows / kPaperCell)}, 0, 0,
             cv::INTER_AREA);
  const int reach = std::max(3, std::max(small.cols, small.rows) / 16) | 1;
  cv::morphologyEx(small, filled, cv::MORPH_CLOSE, cv::getStructuringElement(cv::MORPH_ELLIPSE, {reach, reach}));
  cv::GaussianBlur(filled, filled, {0, 0}, reach / 3.0);
  cv::Mat paper;
  cv::resize(filled, paper, gray.size(), 0, 0, cv::INTER_LINEAR);
  return paper;
}

bool letter_shaped(const Patch& patch, int min_height, int max_height) {
  const double aspect = static_cast<double>(patch.box.width) / patch.box.height;
  const double fill = static_cast<double>(patch.area) / patch.box.area();
  return patch.box.height >= min_height && patch.box.height <= max_height && aspect > 0.15 && aspect < 2.2 &&
         fill > 0.15 && fill < 0.9;
}

double middle_height(const std::vector<Patch>& patches, std::vector<int> letters) {
  const auto middle = letters.begin() + static_cast<std::ptrdiff_t>(letters.size() / 2);
  std::ranges::nth_element(letters, middle, {}, [&](int i) { return patches[i].box.height; });
  return patches[*middle].box.height;
}

void find_letters(Ink& ink) {
  const int max_height = std::max(12, ink.gray.rows / 25);
  for (std::size_t i = 0; i < ink.patches.size(); ++i)
    if (letter_shaped(ink.patches[i], 4, max_height)) ink.letters.push_back(static_cast<int>(i));
  if (ink.letters.size() < kFewLetters) return;
  ink.letter_height = middle_height(ink.patches, ink.letters);
  std::erase_if(ink.letters, [&](int i) {
    const int height = ink.patches[i].box.height;
    return height < 0.5 * ink.letter_height || height > 2 * ink.letter_height;
  });
}

}  // namespace

Ink find_ink(const cv::Mat& page) {
  Ink ink;
  ink.page = page;
  ink.scale = std::min(1.0, static_cast<double>(kWorkingSide) / std::max(page.cols, page.rows));
  if (ink.scale < 1) {
    cv::resize(page, ink.bgr, {}, ink.scale, ink.scale, cv::INTER_AREA);
  } else {
    ink.bgr = page;
  }
  cv::cvtColor(ink.bgr, ink.gray, cv::COLOR_BGR2GRAY);
  cv::divide(ink.gray, cv::max(paper_brightness(ink.gray), 16), ink.paper, 255);
  cv::threshold(ink.paper, ink.mask, 255 * kInkLevel, 255, cv::THRESH_BINARY_INV);

  cv::Mat stats, centres;
  const int count = cv::connectedComponentsWithStats(ink.mask, ink.labels, stats, centres, 8, CV_32S);
  ink.patches.reserve(static_cast<std::size_t>(count));
  for (int label = 1; label < count; ++label) {
    const int* row = stats.ptr<int>(label);
    ink.patches.push_back(
        {{row[cv::CC_STAT_LEFT], row[cv::CC_STAT_TOP], row[cv::CC_STAT_WIDTH], row[cv::CC_STAT_HEIGHT]},
         row[cv::CC_STAT_AREA],
         label});
  }
  find_letters(ink);
  return ink;
}

double letter_height_of(const Ink& ink) {
  constexpr double kUsualLetters = 110;  // letter heights per page height
  return ink.letter_height > 0 ? ink.letter_height : ink.gray.rows / kUsualLetters;
}

Box fraction_of(const cv::Rect& box, const cv::Size& size) {
  return {static_cast<double>(box.x) / size.width, static_cast<double>(box.y) / size.height,
          static_cast<double>(box.width) / size.width, static_cast<double>(box.height) / size.height};
}

cv::Rect pixels_of(const Box& box, const cv::Size& size) {
  const auto clamp = [](double value, int most) { return std::clamp(static_cast<int>(std::lround(value)), 0, most); };
  const int left = clamp(box.x * size.width, size.width), top = clamp(box.y * size.height, size.height);
  const int right = clamp((box.x + box.w) * size.width, size.width);
  const int bottom = clamp((box.y + box.h) * size.height, size.height);
  return {left, top, std::max(0, right - left), std::max(0, bottom - top)};
}

}  // namespace zp::intake::vision
