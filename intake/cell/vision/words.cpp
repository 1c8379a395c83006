// Reading words.
#include <algorithm>
#include <memory>

#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/reading.h"

namespace zp::intake::vision {
namespace {

constexpr int kReadingSide = 1500;  // pixels: about 130 dpi on A4; more costs time and hardly reads better

std::vector<Word> words_in(tesseract::TessBaseAPI& api, const cv::Rect& part, double zoom, const cv::Size& page) {
  std::vector<Word> words;
  const std::unique_ptr<tesseract::ResultIterator> at(api.GetIterator());
  if (!at) return words;
  int line = -1;
  do {
    if (at->IsAtBeginningOf(tesseract::RIL_TEXTLINE)) ++line;
    const std::unique_ptr<char[]> text(at->GetUTF8Text(tesseract::RIL_WORD));
    int left = 0, top = 0, right = 0, bottom = 0;
    if (!text || !at->BoundingBox(tesseract::RIL_WORD, &left, &top, &right, &bottom)) continue;
    Word word;
    word.text = text.get();
    word.confidence = std::clamp(static_cast<double>(at->Confidence(tesseract::RIL_WORD)) / 100, 0.0, 1.0);
    word.line = std::max(0, line);
    word.box = {(part.x + left / zoom) / page.width, (part.y + top / zoom) / page.height, (right - left) / zoom / page.width,
                (bottom - top) / zoom / page.height};
    words.push_back(std::move(word));
  } while (at->Next(tesseract::RIL_WORD));
  return words;
}

}  // namespace

std::vector<Word> ocr_words(const cv::Mat& page, Engines& engines, const Box& region) try {
  const cv::Rect part = pixels_of(region, page.size());
  if (part.width < 8 || part.height < 8) return {};
  const double zoom = std::min(2.0, static_cast<double>(kReadingSide) / std::max(page.cols, page.rows));
  cv::Mat gray;
  cv::cvtColor(page(part), gray, cv::COLOR_BGR2GRAY);
  cv::resize(gray, gray, {}, zoom, zoom, zoom < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  auto& api = engines.impl().text;
  api.SetPageSegMode(tesseract::PSM_AUTO);
  api.SetImage(gray.data, gray.cols, gray.rows, 1, static_cast<int>(gray.step));
  api.SetSourceResolution(130);
  std::vector<Word> words;
  if (api.Recognize(nullptr) == 0) words = words_in(api, part, zoom, page.size());
  api.Clear();
  return words;
} catch (const std::exception&) {
  return {};
}

std::string text_of(std::span<const Word> words, std::size_t max_bytes) {
  std::string text;
  std::size_t line_start = 0;
  int line = words.empty() ? 0 : words.front().line;
  for (const Word& word : words) {
    if (word.line != line) {
      text += '\n';
      line = word.line;
      line_start = text.size();
    } else if (text.size() > line_start) {
      text += ' ';
    }
    text += word.text;
    if (text.size() > max_bytes) {
      text.resize(line_start);
      break;
    }
  }
  return text;
}

}  // namespace zp::intake::vision
