#include "gateway/worker/png.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

intake::PageImage page(std::uint32_t width, std::uint32_t height, std::size_t bytes) {
  return {1, false, width, height, Bytes(bytes, 200)};
}

TEST(Png, APageBecomesAPng) {
  const auto png = encode_png(page(3, 2, 18));
  ASSERT_TRUE(png);
  EXPECT_EQ(to_hex(ByteView(*png).first(8)), "89504e470d0a1a0a");
}

TEST(Png, PixelsThatDoNotFitTheirSizeAreRefused) {
  EXPECT_FALSE(encode_png(page(3, 2, 17)));
  EXPECT_FALSE(encode_png(page(0, 2, 0)));
  EXPECT_FALSE(encode_png(page(10'001, 1, 30'003)));
  EXPECT_FALSE(encode_png(page(0xffffffff, 0xffffffff, 3)));
}

}  // namespace
}  // namespace zp::gateway
