#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/vision.h"
#include "tests/unit/vision/drawing.h"

namespace zp::intake::vision {
namespace {

using testing::print_text;
using testing::sheet;
using testing::tilted;

cv::Mat letter() {
  cv::Mat page = sheet();
  print_text(page);
  return page;
}

TEST(PageQuality, CallsAnEmptySheetBlankAndSharp) {
  cv::Mat page = sheet();
  cv::randn(page, cv::Scalar::all(245), cv::Scalar::all(3));
  const PageQuality quality = page_quality(page);
  EXPECT_TRUE(quality.blank);
  EXPECT_TRUE(quality.sharp);
}

TEST(PageQuality, CallsAPageWithOneLineNotBlank) {
  cv::Mat page = sheet();
  print_text(page, 1);
  EXPECT_FALSE(page_quality(page).blank);
}

TEST(PageQuality, FindsBlurOfAFewPixelsAtTextScale) {
  const cv::Mat sharp = letter();
  EXPECT_TRUE(page_quality(sharp).sharp);
  cv::Mat blurred;
  cv::GaussianBlur(sharp, blurred, {}, 3.5);
  EXPECT_FALSE(page_quality(blurred).sharp);
}

TEST(PageQuality, FindsBlurByMovement) {
  cv::Mat moved;
  cv::blur(letter(), moved, {13, 1});
  EXPECT_FALSE(page_quality(moved).sharp);
}

TEST(PageQuality, IsNotMisledByNoiseOrShadow) {
  cv::Mat page = letter(), noise(page.size(), CV_16SC3);
  cv::randn(noise, 0, 4);
  cv::add(page, noise, page, cv::noArray(), CV_8U);
  for (int x = 0; x < page.cols; ++x) page.col(x) *= 0.55 + 0.45 * x / page.cols;
  const PageQuality quality = page_quality(page);
  EXPECT_TRUE(quality.sharp);
  EXPECT_FALSE(quality.blank);
}

TEST(PageQuality, MeasuresSkewWithItsSign) {
  for (const double degrees : {-11.0, -2.5, 0.0, 1.5, 7.0})
    EXPECT_NEAR(page_quality(tilted(letter(), -degrees)).skew_degrees, degrees, 0.3);
}

TEST(PageQuality, KnowsWhichWayIsUp) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines) << engines.error().message();
  const cv::Mat page = letter();
  EXPECT_EQ(page_quality(page, &*engines).quarter_turns, 0);
  for (int turns = 1; turns < 4; ++turns) {
    const PageQuality quality = page_quality(turned(page, -turns), &*engines);
    EXPECT_EQ(quality.quarter_turns, turns);
    EXPECT_EQ(quality.upside_down, turns == 2);
  }
}

TEST(PageQuality, SurvivesStrangeSizes) {
  for (const cv::Size size :
       {cv::Size(1, 1), cv::Size(1, 3000), cv::Size(3000, 1), cv::Size(3, 3), cv::Size(17, 9000)}) {
    cv::Mat page(size, CV_8UC3);
    cv::randu(page, 0, 255);
    (void)page_quality(page);
  }
}

}  // namespace
}  // namespace zp::intake::vision
