#include "intake/cell/vision/qr_code.h"

#define ZX_USE_UTF8
#include <ZXing/ReadBarcode.h>

#include <algorithm>
#include <exception>
#include <opencv2/imgproc.hpp>

namespace zp::intake::vision {
namespace {

constexpr std::uint8_t kMostCodes = 8;  // of one page

}  // namespace

std::vector<std::string> qr_texts(const cv::Mat& page) {
  std::vector<std::string> texts;
  if (page.empty() || page.type() != CV_8UC3) return texts;
  try {
    cv::Mat gray;
    cv::cvtColor(page, gray, cv::COLOR_BGR2GRAY);
    const ZXing::ImageView view(gray.data, gray.cols, gray.rows, ZXing::ImageFormat::Lum, static_cast<int>(gray.step));
    const auto hints = ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::QRCode).setMaxNumberOfSymbols(kMostCodes);
    for (const ZXing::Result& code : ZXing::ReadBarcodes(view, hints)) {
      std::string text = code.isValid() ? code.text() : std::string();
      if (!text.empty() && std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
    }
  } catch (const std::exception&) {
    texts.clear();
  }
  return texts;
}

}  // namespace zp::intake::vision
