#include "gateway/worker/png.h"

#include <png.h>

namespace zp::gateway {

Result<Bytes> encode_png(const intake::PageImage& page) {
  constexpr std::uint32_t kMaxSide = 10'000;
  const bool sane = page.width > 0 && page.height > 0 && page.width <= kMaxSide && page.height <= kMaxSide;
  if (!sane || page.rgb.size() != std::size_t{3} * page.width * page.height)
    return fail(Code::kMalformed, "encode page image");
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = page.width;
  image.height = page.height;
  image.format = PNG_FORMAT_RGB;
  image.flags = PNG_IMAGE_FLAG_FAST;
  Bytes png(PNG_IMAGE_PNG_SIZE_MAX(image));
  png_alloc_size_t size = png.size();
  if (!png_image_write_to_memory(&image, png.data(), &size, 0, page.rgb.data(), 0, nullptr))
    return fail(Code::kIo, "encode page image");
  png.resize(size);
  return png;
}

}  // namespace zp::gateway
