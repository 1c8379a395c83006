#include "intake/cell/vision/bsn_marks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <string>
#include <string_view>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/mrz.h"

namespace zp::intake::vision {
namespace {

Box around(const Box& a, const Box& b) {
  const double x = std::min(a.x, b.x), y = std::min(a.y, b.y);
  return {x, y, std::max(a.x + a.w, b.x + b.w) - x, std::max(a.y + a.h, b.y + b.h) - y};
}

std::string digits_of(const std::string& text) {
  std::string digits;
  for (const char c : text)
    if (std::isdigit(static_cast<unsigned char>(c))) digits += c;
  return digits;
}

/// Part of a number that is written in groups: "1234.56.782", "1234 56 782".
bool is_group(const std::string& text) {
  return std::ranges::any_of(text, [](unsigned char c) { return std::isdigit(c) != 0; }) &&
         std::ranges::none_of(text, [](unsigned char c) { return std::isalpha(c) != 0; });
}

/// Nine digits of which one was lost, doubled or misread.
bool is_nearly_a_number(const std::string& text) {
  constexpr std::size_t kMost = 10, kFewest = 8, kDigits = 7;
  return text.size() >= kFewest && text.size() <= kMost && digits_of(text).size() >= kDigits &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0; });
}

bool is_label(std::string text) {
  constexpr std::array<std::string_view, 5> kLabels = {"burger", "bsn", "persoonsn", "personal", "sofi"};
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(kLabels, [&](std::string_view label) { return text.starts_with(label); });
}

/// Above it, beside it or, on a page that lies turned, wherever that is.
bool is_near(const Box& a, const Box& b) {
  const double far = 3 * std::min(b.w, b.h);
  return a.x < b.x + b.w + far && b.x < a.x + a.w + far && a.y < b.y + b.h + far && b.y < a.y + a.h + far;
}

void add_box(const Box& box, std::vector<Box>& boxes) {
  const auto same = [&](const Box& known) {
    return std::abs(known.x - box.x) < 0.01 && std::abs(known.y - box.y) < 0.01 && known.w > 0.8 * box.w;
  };
  if (std::ranges::none_of(boxes, same)) boxes.push_back(box);
}

/// `box` of a picture that was turned by so many quarters, before it was.
Box before_turning(const Box& box, int quarter_turns) {
  switch (quarter_turns) {
    case 1:
      return {1 - box.y - box.h, box.x, box.h, box.w};
    case 2:
      return {1 - box.x - box.w, 1 - box.y - box.h, box.w, box.h};
    case 3:
      return {box.y, 1 - box.x - box.w, box.h, box.w};
    default:
      return box;
  }
}

}  // namespace

void add_bsn_words(std::span<const Word> words, std::vector<Box>& boxes) {
  constexpr std::size_t kDigits = 9;
  for (const Word& label : words) {
    if (!is_label(label.text)) continue;
    for (const Word& word : words)
      if (is_nearly_a_number(word.text) && is_near(word.box, label.box)) add_box(word.box, boxes);
  }
  for (std::size_t first = 0; first < words.size(); ++first) {
    std::string digits = digits_of(words[first].text);
    Box box = words[first].box;
    if (digits.size() == kDigits && passes_elfproef(digits)) add_box(box, boxes);
    if (!is_group(words[first].text)) continue;
    for (std::size_t next = first + 1; next < words.size() && digits.size() < kDigits; ++next) {
      if (words[next].line != words[first].line || !is_group(words[next].text)) break;
      digits += digits_of(words[next].text);
      box = around(box, words[next].box);
      if (digits.size() == kDigits && passes_elfproef(digits)) add_box(box, boxes);
    }
  }
}

void add_qr_code(const cv::Mat& gray, const Box& area, std::vector<Box>& boxes) {
  constexpr double kSide = 1000;  // pixels of the document's longer side
  const cv::Rect part = pixels_of(area, gray.size());
  if (part.width < 40 || part.height < 40) return;
  const double zoom = std::min(4.0, kSide / std::max(part.width, part.height));
  cv::Mat card;
  cv::resize(gray(part), card, {}, zoom, zoom, zoom < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  std::vector<cv::Point2f> corners;
  if (!cv::QRCodeDetector().detect(card, corners) || corners.size() != 4) return;
  const Box found = fraction_of(cv::boundingRect(corners) & cv::Rect({}, card.size()), card.size());
  add_box({area.x + found.x * area.w, area.y + found.y * area.h, found.w * area.w, found.h * area.h}, boxes);
}

std::vector<Word> words_within(const cv::Mat& page, const Box& area, int quarter_turns, Engines& engines) {
  const cv::Rect part = pixels_of(area, page.size());
  if (part.width < 80 || part.height < 80) return {};
  std::vector<Word> words = ocr_words(turned(page(part), quarter_turns), engines);
  for (Word& word : words) {
    const Box upright = before_turning(word.box, quarter_turns);
    word.box = {area.x + upright.x * area.w, area.y + upright.y * area.h, upright.w * area.w, upright.h * area.h};
  }
  return words;
}

}  // namespace zp::intake::vision
