#include "intake/cell/vision/orientation.h"

#include <libexif/exif-data.h>

#include <memory>

namespace zp::intake::vision {

ExifFacts read_exif(ByteView untrusted_bytes) noexcept {
  ExifFacts facts;
  const auto size = static_cast<unsigned>(std::min<std::size_t>(untrusted_bytes.size(), 1U << 30));
  const std::unique_ptr<ExifData, decltype(&exif_data_unref)> exif(
      exif_data_new_from_data(untrusted_bytes.data(), size), exif_data_unref);
  if (!exif) return facts;
  for (const ExifContent* directory : exif->ifd) facts.present |= directory->count > 0;
  const ExifContent* gps = exif->ifd[EXIF_IFD_GPS];
  const auto gps_tag = [&](int tag) {
    return exif_content_get_entry(const_cast<ExifContent*>(gps), static_cast<ExifTag>(tag)) != nullptr;
  };
  facts.has_location = gps_tag(EXIF_TAG_GPS_LATITUDE) || gps_tag(EXIF_TAG_GPS_LONGITUDE);
  const ExifEntry* entry = exif_content_get_entry(exif->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (entry && entry->format == EXIF_FORMAT_SHORT && entry->size >= 2) {
    const int value = exif_get_short(entry->data, exif_data_get_byte_order(exif.get()));
    if (value >= 1 && value <= 8) facts.orientation = value;
  }
  return facts;
}

cv::Mat set_upright(const cv::Mat& stored, int orientation) {
  cv::Mat upright = stored;
  if (orientation >= 5) cv::transpose(upright, upright);
  switch (orientation) {
    case 2:
    case 6:
      cv::flip(upright, upright, 1);
      break;
    case 3:
    case 7:
      cv::flip(upright, upright, -1);
      break;
    case 4:
    case 8:
      cv::flip(upright, upright, 0);
      break;
    default:
      break;
  }
  return upright;
}

}  // namespace zp::intake::vision
