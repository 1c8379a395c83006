#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/orientation.h"
#include "intake/cell/vision/vision.h"
#include "tests/unit/vision/drawing.h"

namespace zp::intake::vision {
namespace {

Bytes encoded(const cv::Mat& image, const char* extension) {
  Bytes bytes;
  EXPECT_TRUE(cv::imencode(extension, image, bytes));
  return bytes;
}

// A page with a red mark in its top left corner: shows which way up it is.
cv::Mat marked() {
  cv::Mat page(300, 200, CV_8UC3, cv::Scalar::all(255));
  cv::rectangle(page, {10, 10, 60, 60}, {0, 0, 255}, cv::FILLED);
  return page;
}

bool red_at(const cv::Mat& image, int x, int y) {
  const auto pixel = image.at<cv::Vec3b>(y, x);
  return pixel[2] > 200 && pixel[1] < 80 && pixel[0] < 80;
}

// An APP1 segment that holds nothing but an orientation, put behind the start of `jpeg`.
Bytes with_orientation(const Bytes& jpeg, std::uint8_t orientation, bool location = false) {
  Bytes tiff = {'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8};
  const auto entry = [&tiff](std::initializer_list<std::uint8_t> bytes) { tiff.insert(tiff.end(), bytes); };
  entry({0, static_cast<std::uint8_t>(location ? 2 : 1)});
  entry({0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0});
  if (location) entry({0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38});
  entry({0, 0, 0, 0});
  if (location) {
    entry({0, 1, 0, 2, 0, 5, 0, 0, 0, 3, 0, 0, 0, 56, 0, 0, 0, 0});
    for (int i = 0; i < 3; ++i) entry({0, 0, 0, 52, 0, 0, 0, 1});
  }
  Bytes out(jpeg.begin(), jpeg.begin() + 2);
  const auto length = static_cast<std::uint8_t>(tiff.size() + 2);
  out.insert(out.end(), {0xFF, 0xE1, 0, length});
  out.insert(out.end(), tiff.begin(), tiff.end());
  out.insert(out.end(), jpeg.begin() + 2, jpeg.end());
  return out;
}

TEST(DecodeImage, ReadsEveryRasterFormat) {
  for (const auto& [extension, type] :
       {std::pair{".jpg", "image/jpeg"}, {".png", "image/png"}, {".tiff", "image/tiff"}, {".webp", "image/webp"}}) {
    SCOPED_TRACE(type);
    const auto decoded = decode_image(encoded(marked(), extension));
    ASSERT_TRUE(decoded) << decoded.error().message();
    EXPECT_EQ(decoded->type, type);
    ASSERT_EQ(decoded->pages.size(), 1U);
    EXPECT_EQ(decoded->pages[0].size(), cv::Size(200, 300));
    EXPECT_TRUE(red_at(decoded->pages[0], 40, 40));
    EXPECT_FALSE(red_at(decoded->pages[0], 150, 250));
  }
}

TEST(DecodeImage, ReadsTheFirstFrameOfAGif) {
  // Two by two pixels, red and white, LZW-packed by hand.
  const Bytes gif = {'G', 'I',  'F', '8', '9', 'a', 2, 0, 2, 0, 0x80, 0, 0, 255,  0,    0,    255, 255,
                     255, 0x2C, 0,   0,   0,   0,   2, 0, 2, 0, 0,    2, 3, 0x44, 0x02, 0x05, 0,   0x3B};
  const auto decoded = decode_image(gif);
  ASSERT_TRUE(decoded) << decoded.error().message();
  ASSERT_EQ(decoded->pages.size(), 1U);
  EXPECT_EQ(decoded->pages[0].size(), cv::Size(2, 2));
}

TEST(DecodeImage, ReadsEveryPageOfATiff) {
  Bytes bytes;
  const std::vector<cv::Mat> pages = {marked(), marked(), testing::sheet(400)};
  const std::string path = ::testing::TempDir() + "pages.tiff";
  ASSERT_TRUE(cv::imwritemulti(path, pages));
  FILE* file = std::fopen(path.c_str(), "rb");
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) bytes.push_back(static_cast<std::uint8_t>(c));
  std::fclose(file);
  std::remove(path.c_str());
  const auto decoded = decode_image(bytes);
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->pages.size(), 3U);
  EXPECT_EQ(decoded->pages[2].rows, 400);
  EXPECT_TRUE(red_at(decoded->pages[1], 40, 40));
}

TEST(DecodeImage, SetsAPhotoUprightByItsOrientation) {
  const cv::Mat page = marked();
  cv::Mat stored;
  cv::rotate(page, stored, cv::ROTATE_90_COUNTERCLOCKWISE);
  const auto decoded = decode_image(with_orientation(encoded(stored, ".jpg"), 6));
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->has_exif);
  EXPECT_FALSE(decoded->has_location);
  EXPECT_EQ(decoded->pages[0].size(), page.size());
  EXPECT_TRUE(red_at(decoded->pages[0], 40, 40));
}

TEST(DecodeImage, KnowsAllEightOrientations) {
  const cv::Mat page = marked();
  // How a camera that marks the picture with orientation i has stored it.
  for (int orientation = 1; orientation <= 8; ++orientation) {
    cv::Mat stored = page;
    if (orientation == 2) cv::flip(page, stored, 1);
    if (orientation == 3) cv::flip(page, stored, -1);
    if (orientation == 4) cv::flip(page, stored, 0);
    if (orientation == 5) cv::transpose(page, stored);
    if (orientation == 6) cv::rotate(page, stored, cv::ROTATE_90_COUNTERCLOCKWISE);
    if (orientation == 7) cv::flip(page.t(), stored, -1);
    if (orientation == 8) cv::rotate(page, stored, cv::ROTATE_90_CLOCKWISE);
    const cv::Mat upright = set_upright(stored, orientation);
    ASSERT_EQ(upright.size(), page.size()) << orientation;
    EXPECT_EQ(cv::norm(upright, page, cv::NORM_L1), 0) << orientation;
  }
}

TEST(DecodeImage, NoticesALocation) {
  const auto decoded = decode_image(with_orientation(encoded(marked(), ".jpg"), 1, true));
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->has_location);
}

TEST(DecodeImage, TakesWhatIsTransparentForPaper) {
  const cv::Mat clear(50, 50, CV_8UC4, cv::Scalar(0, 0, 0, 0));
  const auto decoded = decode_image(encoded(clear, ".png"));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->pages[0].at<cv::Vec3b>(25, 25), cv::Vec3b(255, 255, 255));
}

TEST(DecodeImage, ReadsGreyAndSixteenBits) {
  cv::Mat grey, deep;
  cv::cvtColor(marked(), grey, cv::COLOR_BGR2GRAY);
  marked().convertTo(deep, CV_16U, 257);
  for (const Bytes& bytes : {encoded(grey, ".jpg"), encoded(grey, ".png"), encoded(deep, ".png")}) {
    const auto decoded = decode_image(bytes);
    ASSERT_TRUE(decoded);
    EXPECT_LT(decoded->pages[0].at<cv::Vec3b>(40, 40)[0], 90);
    EXPECT_GT(decoded->pages[0].at<cv::Vec3b>(250, 150)[0], 250);
  }
}

TEST(DecodeImage, ShowsWhatIsLeftOfACutJpeg) {
  Bytes bytes = encoded(testing::sheet(1200), ".jpg");
  bytes.resize(bytes.size() / 2);
  const auto decoded = decode_image(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->pages[0].rows, 1200);
}

TEST(DecodeImage, RefusesABombBeforeDecodingIt) {
  Bytes png = encoded(marked(), ".png");
  // The header claims 100,000 x 100,000 pixels.
  for (const std::size_t at : {16U, 20U}) {
    png[at] = 0;
    png[at + 1] = 1;
    png[at + 2] = 0x86;
    png[at + 3] = 0xA0;
  }
  const auto decoded = decode_image(png);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, Code::kTooLarge);
}

TEST(DecodeImage, RefusesWhatIsNoPicture) {
  EXPECT_EQ(decode_image({}).error().code, Code::kRefused);
  EXPECT_EQ(decode_image(as_bytes("%PDF-1.7")).error().code, Code::kRefused);
}

TEST(DecodeImage, SurvivesEveryCutAndFlippedByte) {
  for (const char* extension : {".jpg", ".png", ".tiff", ".webp"}) {
    const cv::Mat small(24, 16, CV_8UC3, cv::Scalar(10, 200, 90));
    const Bytes whole = encoded(small, extension);
    for (std::size_t i = 0; i < whole.size(); i += 1 + whole.size() / 300) {
      (void)decode_image(ByteView(whole).first(i));
      Bytes flipped = whole;
      flipped[i] ^= 0xFF;
      (void)decode_image(flipped);
    }
  }
}

}  // namespace
}  // namespace zp::intake::vision
