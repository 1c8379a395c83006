#include "intake/cell/vision/portrait.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include "intake/cell/vision/reading.h"

namespace zp::intake::vision {
namespace {

constexpr double kLeastFace = 9,
                 kLargestFace = 30;  // millimetres; a passport's photo is 35 x 45 with a face of about 25 x 32
constexpr int kAgreeing = 2;         // neighbouring windows that must see it
// Pixels a millimetre: drawn faces show at one sharpness and not at another, and the smaller picture costs half.
constexpr double kSharpnesses[] = {3.5, 5};

cv::Rect portrait_around(const cv::Rect& face, const cv::Size& page) {
  return cv::Rect(face.x - face.width * 3 / 10, face.y - face.height * 4 / 10, face.width * 16 / 10,
                  face.height * 19 / 10) &
         cv::Rect({}, page);
}

// `box` of a picture that was turned, on the picture before.
cv::Rect turned_back(const cv::Rect& box, const cv::Size& before, int quarter_turns) {
  switch ((quarter_turns % 4 + 4) % 4) {
    case 1:
      return {before.width - box.y - box.height, box.x, box.height, box.width};
    case 2:
      return {before.width - box.x - box.width, before.height - box.y - box.height, box.width, box.height};
    case 3:
      return {box.y, before.height - box.x - box.width, box.height, box.width};
    default:
      return box;
  }
}

// Ghosts are looked for with the photo drawn this large, in pixels; sizes are parts of the photo's.
constexpr double kPortraitWidth = 72, kLargestSearch = 1200, kLargestGhost = 0.75, kSmallestGhost = 0.2;
constexpr int kLeastPortrait = 24;
constexpr double kLeastSpread = 5;  // of brightness, of 255
constexpr double kAlike = 0.64;     // correlation with the photo; ghosts are faint and printed over

}  // namespace

std::optional<cv::Rect> find_portrait(const cv::Mat& gray, const cv::Rect& where, double pixels_per_mm,
                                      int quarter_turns, Engines& engines) {
  const cv::Rect part = where & cv::Rect({}, gray.size());
  if (part.width < 24 || part.height < 24 || pixels_per_mm <= 0) return std::nullopt;
  for (const double sharpness : kSharpnesses) {
    const double zoom = sharpness / pixels_per_mm;
    if (zoom * std::max(part.width, part.height) > 2500) continue;
    cv::Mat small;
    cv::resize(gray(part), small, {}, zoom, zoom, zoom < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
    const cv::Size before = small.size();
    small = turned(small, quarter_turns);
    const auto side = [&](double mm) {
      return cv::Size(static_cast<int>(mm * sharpness), static_cast<int>(mm * sharpness));
    };
    std::vector<cv::Rect> faces;
    std::vector<int> agreeing;
    engines.impl().face.detectMultiScale(small, faces, agreeing, 1.1, kAgreeing, 0, side(kLeastFace),
                                         side(kLargestFace));
    if (faces.empty()) continue;
    const auto surest = std::ranges::max_element(agreeing) - agreeing.begin();
    const cv::Rect face = turned_back(faces[static_cast<std::size_t>(surest)], before, quarter_turns);
    const auto back = [&](int value) { return static_cast<int>(std::lround(value / zoom)); };
    const cv::Rect on_page(part.x + back(face.x), part.y + back(face.y), back(face.width), back(face.height));
    cv::Rect portrait = portrait_around(on_page, gray.size());
    if (quarter_turns % 2 != 0)
      portrait = cv::Rect(on_page.x - on_page.width / 2, on_page.y - on_page.height / 2, 2 * on_page.width,
                          2 * on_page.height) &
                 cv::Rect({}, gray.size());
    return portrait;
  }
  return std::nullopt;
}

std::vector<cv::Rect> find_ghosts(const cv::Mat& gray, const cv::Rect& where, const cv::Rect& portrait) {
  const cv::Rect part = (where | portrait) & cv::Rect({}, gray.size());
  if (portrait.width < kLeastPortrait || (portrait & part) != portrait) return {};
  const double zoom = kPortraitWidth / portrait.width;
  if (zoom * std::max(part.width, part.height) > kLargestSearch) return {};
  cv::Mat small;
  cv::resize(gray(part), small, {}, zoom, zoom, zoom < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  const auto scaled = [&](const cv::Rect& r) {
    return cv::Rect(cvRound((r.x - part.x) * zoom), cvRound((r.y - part.y) * zoom), cvRound(r.width * zoom),
                    cvRound(r.height * zoom)) &
           cv::Rect({}, small.size());
  };
  const cv::Rect own = scaled(portrait);
  const cv::Mat original = small(own).clone();
  cv::Scalar mean, spread;
  cv::meanStdDev(original, mean, spread);
  if (spread[0] < kLeastSpread) return {};  // anything is like an even patch
  small(own).setTo(cv::mean(small));
  std::vector<cv::Rect> ghosts;
  for (double scale = kLargestGhost; scale >= kSmallestGhost; scale *= 0.9) {
    cv::Mat model, alike;
    cv::resize(original, model, {}, scale, scale, cv::INTER_AREA);
    if (model.cols >= small.cols || model.rows >= small.rows) continue;
    cv::matchTemplate(small, model, alike, cv::TM_CCOEFF_NORMED);
    double most = 0;
    cv::Point at;
    cv::minMaxLoc(alike, nullptr, &most, nullptr, &at);
    if (most < kAlike) continue;
    const cv::Rect found(part.x + cvRound(at.x / zoom), part.y + cvRound(at.y / zoom), cvRound(model.cols / zoom),
                         cvRound(model.rows / zoom));
    const auto same = std::ranges::find_if(ghosts, [&](const cv::Rect& known) { return (known & found).area() > 0; });
    if (same == ghosts.end())
      ghosts.push_back(found);
    else
      *same |= found;
  }
  return ghosts;
}

}  // namespace zp::intake::vision
