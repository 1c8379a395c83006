#include "intake/cell/vision/portrait.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

namespace zp::intake::vision {
namespace {

constexpr int kBackground = 210;

// Soft patches, as a picture of a person has them.
cv::Mat picture(int seed) {
  cv::Mat grain(12, 10, CV_8U), large;
  cv::RNG(static_cast<std::uint64_t>(seed)).fill(grain, cv::RNG::UNIFORM, 20, 200);
  cv::resize(grain, large, {120, 144}, 0, 0, cv::INTER_CUBIC);
  return large;
}

cv::Mat card() { return {400, 640, CV_8U, cv::Scalar(kBackground)}; }

// `image` so much smaller and paler at that place.
cv::Rect put(const cv::Mat& image, cv::Mat& card, cv::Point at, double scale, double strength) {
  cv::Mat small;
  cv::resize(image, small, {}, scale, scale, cv::INTER_AREA);
  const cv::Rect where(at, small.size());
  cv::addWeighted(card(where), 1 - strength, small, strength, 0, card(where));
  return where;
}

TEST(FindGhosts, FindsAFaintSmallRepeatOfThePhoto) {
  cv::Mat page = card();
  const cv::Rect photo = put(picture(1), page, {30, 120}, 1, 1), ghost = put(picture(1), page, {480, 220}, 0.4, 0.35);
  const auto found = find_ghosts(page, {0, 0, page.cols, page.rows}, photo);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_GT((found[0] & ghost).area(), 0.9 * ghost.area());
  EXPECT_LT(found[0].area(), 2.5 * ghost.area());
}

TEST(FindGhosts, TakesNeitherThePhotoItselfNorAnotherPictureForOne) {
  cv::Mat page = card();
  const cv::Rect photo = put(picture(1), page, {30, 120}, 1, 1);
  put(picture(2), page, {480, 220}, 0.4, 1);
  EXPECT_TRUE(find_ghosts(page, {0, 0, page.cols, page.rows}, photo).empty());
}

TEST(FindGhosts, SurvivesAPhotoThatFillsThePage) {
  const cv::Mat page = card();
  EXPECT_TRUE(find_ghosts(page, {0, 0, page.cols, page.rows}, {0, 0, page.cols, page.rows}).empty());
  EXPECT_TRUE(find_ghosts(page, {}, {}).empty());
}

}  // namespace
}  // namespace zp::intake::vision
