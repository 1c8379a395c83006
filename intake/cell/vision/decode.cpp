#include <gif_lib.h>
#include <leptonica/allheaders.h>
#include <libheif/heif.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <new>
#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/orientation.h"
#include "intake/cell/vision/vision.h"

// Leptonica and not OpenCV's imgcodecs: that one brings fifty more libraries into each cell (GDAL, GDCM, HDF5, ...), with
// decoders for formats that nobody sends.
namespace zp::intake::vision {
namespace {

constexpr const char* kDecode = "decode picture";

Result<void> check_size(std::int64_t width, std::int64_t height) {
  if (width <= 0 || height <= 0) return fail(Code::kMalformed, kDecode);
  if (width > kMaxSide || height > kMaxSide || width * height > static_cast<std::int64_t>(kMaxPixels))
    return fail(Code::kTooLarge, kDecode);
  return {};
}

struct PixDeleter {
  void operator()(PIX* pix) const noexcept { pixDestroy(&pix); }
};
using PixPtr = std::unique_ptr<PIX, PixDeleter>;

cv::Mat bgr_of(PIX* pix) {
  const PixPtr rgb(pixConvertTo32(pix));
  if (!rgb) return {};
  cv::Mat bgr(pixGetHeight(rgb.get()), pixGetWidth(rgb.get()), CV_8UC3);
  for (int y = 0; y < bgr.rows; ++y) {
    const l_uint32* from = pixGetData(rgb.get()) + static_cast<std::ptrdiff_t>(y) * pixGetWpl(rgb.get());
    auto* to = bgr.ptr<cv::Vec3b>(y);
    for (int x = 0; x < bgr.cols; ++x)
      to[x] = cv::Vec3b(static_cast<std::uint8_t>(from[x] >> L_BLUE_SHIFT),
                        static_cast<std::uint8_t>(from[x] >> L_GREEN_SHIFT),
                        static_cast<std::uint8_t>(from[x] >> L_RED_SHIFT));
  }
  return bgr;
}

// JPEG, PNG, WebP. What a damaged JPEG still shows is shown; what is transparent becomes paper.
Result<void> decode_common(ByteView bytes, DecodedImage& decoded) {
  l_int32 format = 0, width = 0, height = 0;
  if (pixReadHeaderMem(bytes.data(), bytes.size(), &format, &width, &height, nullptr, nullptr, nullptr) != 0)
    return fail(Code::kMalformed, kDecode);
  TRY_DO(check_size(width, height));
  const bool jpeg = decoded.type == "image/jpeg";
  PixPtr pix(jpeg ? pixReadMemJpeg(bytes.data(), bytes.size(), 0, 1, nullptr, L_JPEG_CONTINUE_WITH_BAD_DATA)
                  : pixReadMem(bytes.data(), bytes.size()));
  if (pix && pixGetSpp(pix.get()) == 4) pix.reset(pixAlphaBlendUniform(pix.get(), 0xFFFFFF00));
  cv::Mat image = pix ? bgr_of(pix.get()) : cv::Mat();
  if (image.empty()) return fail(Code::kMalformed, kDecode);
  if (jpeg) {
    const ExifFacts exif = read_exif(bytes);
    decoded.has_exif = exif.present;
    decoded.has_location = exif.has_location;
    image = set_upright(image, exif.orientation);
  }
  decoded.pages.push_back(std::move(image));
  return {};
}

// The whole file has the pixel budget of one picture, twice.
Result<void> decode_tiff(ByteView bytes, DecodedImage& decoded) {
  std::int64_t pixels = 0;
  for (int page = 0; page < kMaxTiffPages; ++page) {
    l_int32 width = 0, height = 0;
    if (readHeaderMemTiff(bytes.data(), bytes.size(), page, &width, &height, nullptr, nullptr, nullptr, nullptr,
                          nullptr) != 0)
      break;
    TRY_DO(check_size(width, height));
    pixels += std::int64_t{width} * height;
    if (pixels > 2 * static_cast<std::int64_t>(kMaxPixels)) return fail(Code::kTooLarge, kDecode);
    const PixPtr pix(pixReadMemTiff(bytes.data(), bytes.size(), page));
    if (!pix) break;
    cv::Mat bgr = bgr_of(pix.get());
    if (bgr.empty()) break;
    decoded.pages.push_back(std::move(bgr));
  }
  if (decoded.pages.empty()) return fail(Code::kMalformed, kDecode);
  decoded.truncated = decoded.pages.size() == kMaxTiffPages;
  return {};
}

int read_gif(GifFileType* gif, GifByteType* to, int wanted) {
  auto& rest = *static_cast<ByteView*>(gif->UserData);
  const std::size_t count = std::min(rest.size(), static_cast<std::size_t>(wanted));
  std::memcpy(to, rest.data(), count);
  rest = rest.subspan(count);
  return static_cast<int>(count);
}

struct GifCloser {
  void operator()(GifFileType* gif) const noexcept { DGifCloseFile(gif, nullptr); }
};

// Moves to the first picture; false if there is none.
bool find_gif_frame(GifFileType* gif) {
  GifRecordType record = UNDEFINED_RECORD_TYPE;
  while (DGifGetRecordType(gif, &record) == GIF_OK) {
    if (record == IMAGE_DESC_RECORD_TYPE) return DGifGetImageDesc(gif) == GIF_OK;
    if (record != EXTENSION_RECORD_TYPE) return false;
    int code = 0;
    GifByteType* block = nullptr;
    if (DGifGetExtension(gif, &code, &block) != GIF_OK) return false;
    while (block)
      if (DGifGetExtensionNext(gif, &block) != GIF_OK) return false;
  }
  return false;
}

// The rows in the order in which they are stored (GIF89a appendix E).
std::vector<int> gif_rows(const GifImageDesc& frame) {
  std::vector<int> rows;
  const std::vector<std::pair<int, int>> interlaced = {{0, 8}, {4, 8}, {2, 4}, {1, 2}}, plain = {{0, 1}};
  for (const auto& [first, step] : frame.Interlace ? interlaced : plain)
    for (int y = first; y < frame.Height; y += step) rows.push_back(y);
  return rows;
}

Result<void> decode_gif(ByteView bytes, DecodedImage& decoded) {
  ByteView rest = bytes;
  const std::unique_ptr<GifFileType, GifCloser> gif(DGifOpen(&rest, read_gif, nullptr));
  if (!gif || !find_gif_frame(gif.get())) return fail(Code::kMalformed, kDecode);
  const GifImageDesc& frame = gif->Image;
  TRY_DO(check_size(frame.Width, frame.Height));
  const ColorMapObject* colours = frame.ColorMap ? frame.ColorMap : gif->SColorMap;
  if (!colours || colours->ColorCount < 1) return fail(Code::kMalformed, kDecode);
  cv::Mat bgr(frame.Height, frame.Width, CV_8UC3);
  std::vector<GifPixelType> row(static_cast<std::size_t>(frame.Width));
  for (const int y : gif_rows(frame)) {
    if (DGifGetLine(gif.get(), row.data(), frame.Width) != GIF_OK) return fail(Code::kMalformed, kDecode);
    for (int x = 0; x < bgr.cols; ++x) {
      const int index = std::min<int>(row[x], colours->ColorCount - 1);
      const GifColorType& colour = colours->Colors[index];
      bgr.at<cv::Vec3b>(y, x) = {colour.Blue, colour.Green, colour.Red};
    }
  }
  decoded.pages.push_back(std::move(bgr));
  return {};
}

void read_heif_exif(heif_image_handle* handle, DecodedImage& decoded) {
  heif_item_id id = 0;
  if (heif_image_handle_get_list_of_metadata_block_IDs(handle, "Exif", &id, 1) != 1) return;
  Bytes block(heif_image_handle_get_metadata_size(handle, id));
  if (block.size() < 10 || heif_image_handle_get_metadata(handle, id, block.data()).code != heif_error_Ok) return;
  // ISO 23008-12 A.2.1: a 32-bit offset to the TIFF header stands in front.
  const ExifFacts exif = read_exif(ByteView(block).subspan(4));
  decoded.has_exif = true;
  decoded.has_location = exif.has_location;
}

Result<void> decode_heif(ByteView bytes, DecodedImage& decoded) {
  const std::unique_ptr<heif_context, decltype(&heif_context_free)> context(heif_context_alloc(), heif_context_free);
  heif_context_set_maximum_image_size_limit(context.get(), kMaxSide);
  heif_context_set_max_decoding_threads(context.get(), 0);
  if (heif_context_read_from_memory_without_copy(context.get(), bytes.data(), bytes.size(), nullptr).code !=
      heif_error_Ok)
    return fail(Code::kMalformed, kDecode);
  heif_image_handle* raw_handle = nullptr;
  if (heif_context_get_primary_image_handle(context.get(), &raw_handle).code != heif_error_Ok)
    return fail(Code::kMalformed, kDecode);
  const std::unique_ptr<heif_image_handle, decltype(&heif_image_handle_release)> handle(raw_handle,
                                                                                        heif_image_handle_release);
  TRY_DO(check_size(heif_image_handle_get_width(raw_handle), heif_image_handle_get_height(raw_handle)));
  heif_image* raw_image = nullptr;
  if (heif_decode_image(raw_handle, &raw_image, heif_colorspace_RGB, heif_chroma_interleaved_RGB, nullptr).code !=
      heif_error_Ok)
    return fail(Code::kMalformed, kDecode);
  const std::unique_ptr<heif_image, decltype(&heif_image_release)> image(raw_image, heif_image_release);
  int stride = 0;
  auto* plane = heif_image_get_plane(raw_image, heif_channel_interleaved, &stride);
  const int width = heif_image_get_width(raw_image, heif_channel_interleaved);
  const int height = heif_image_get_height(raw_image, heif_channel_interleaved);
  TRY_DO(check_size(width, height));
  if (!plane || stride < width * 3) return fail(Code::kMalformed, kDecode);
  cv::Mat bgr;
  cv::cvtColor(cv::Mat(height, width, CV_8UC3, plane, static_cast<std::size_t>(stride)), bgr, cv::COLOR_RGB2BGR);
  decoded.pages.push_back(std::move(bgr));
  read_heif_exif(raw_handle, decoded);
  return {};
}

bool is_heif_brand(std::string_view brand) {
  static constexpr std::array<std::string_view, 8> brands = {"heic", "heix", "heim", "heis",
                                                             "hevc", "hevx", "mif1", "msf1"};
  return std::ranges::find(brands, brand) != brands.end();
}

}  // namespace

std::string_view image_type(ByteView untrusted_bytes) noexcept {
  const std::string_view head = as_text(untrusted_bytes.first(std::min<std::size_t>(untrusted_bytes.size(), 16)));
  if (head.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
  if (head.starts_with("\x89PNG\r\n\x1A\n")) return "image/png";
  if (head.starts_with(std::string_view("II*\0", 4)) || head.starts_with(std::string_view("MM\0*", 4)))
    return "image/tiff";
  if (head.starts_with("RIFF") && head.size() >= 12 && head.substr(8, 4) == "WEBP") return "image/webp";
  if (head.starts_with("GIF87a") || head.starts_with("GIF89a")) return "image/gif";
  if (head.size() >= 12 && head.substr(4, 4) == "ftyp" && is_heif_brand(head.substr(8, 4))) return "image/heic";
  return {};
}

Result<DecodedImage> decode_image(ByteView untrusted_bytes) try {
  DecodedImage decoded;
  decoded.type = image_type(untrusted_bytes);
  if (decoded.type.empty()) return fail(Code::kRefused, kDecode);
  if (untrusted_bytes.size() > (1U << 30)) return fail(Code::kTooLarge, kDecode);
  setMsgSeverity(L_SEVERITY_NONE);
  if (decoded.type == "image/tiff") {
    TRY_DO(decode_tiff(untrusted_bytes, decoded));
  } else if (decoded.type == "image/gif") {
    TRY_DO(decode_gif(untrusted_bytes, decoded));
  } else if (decoded.type == "image/heic") {
    TRY_DO(decode_heif(untrusted_bytes, decoded));
  } else {
    TRY_DO(decode_common(untrusted_bytes, decoded));
  }
  return decoded;
} catch (const std::bad_alloc&) {
  return fail(Code::kTooLarge, kDecode);
} catch (const std::exception&) {
  return fail(Code::kMalformed, kDecode);
}

}  // namespace zp::intake::vision
