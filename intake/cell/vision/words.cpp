// Reading words: only those that tell something, since reading a whole page takes seconds.
#include <algorithm>
#include <memory>
#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/reading.h"

namespace zp::intake::vision {
namespace {

constexpr double kReadingSide = 1500;   // pixels: about 130 dpi on A4; more costs time and hardly reads better
constexpr double kHeadOfPage = 0.3;     // where headings, addressees and subjects stand
constexpr double kShortSegment = 24;    // letter heights; labels stand in short segments, sentences in long ones
constexpr double kReadingBudget = 700;  // letter heights of text that are read on one page
constexpr double kLineHeight = 24;      // pixels of a line given to Tesseract, letters and what sticks out

// A run of letters on one line without a wide gap.
struct Segment {
  cv::Rect box;
  bool head = false;
};

std::vector<Segment> segments_of(const Ink& ink) {
  const int gap = std::max(3, static_cast<int>(ink.letter_height * 1.3)) | 1;
  cv::Mat letters = cv::Mat::zeros(ink.gray.size(), CV_8U);
  for (const int i : ink.letters) letters(ink.patches[static_cast<std::size_t>(i)].box).setTo(255);
  cv::dilate(letters, letters, cv::getStructuringElement(cv::MORPH_RECT, {gap, 1}));
  cv::Mat labels, stats, centres;
  const int count = cv::connectedComponentsWithStats(letters, labels, stats, centres, 8, CV_32S);
  std::vector<Segment> segments;
  for (int i = 1; i < count; ++i) {
    const int* row = stats.ptr<int>(i);
    const cv::Rect box(row[cv::CC_STAT_LEFT], row[cv::CC_STAT_TOP], row[cv::CC_STAT_WIDTH], row[cv::CC_STAT_HEIGHT]);
    if (box.width < 3 * ink.letter_height || box.height > 4 * ink.letter_height) continue;
    segments.push_back({box, box.y < kHeadOfPage * ink.gray.rows});
  }
  return segments;
}

// What is read: short segments from the foot of the page up (labels of signature fields stand low), then the head.
std::vector<Segment> worth_reading(std::vector<Segment> segments, double letter_height) {
  std::ranges::stable_sort(segments, {}, [&](const Segment& s) {
    const bool is_short = s.box.width < kShortSegment * letter_height;
    return std::pair(is_short && !s.head ? 1 : s.head ? 0 : 2, s.head ? s.box.y : -s.box.y);
  });
  // The head and the labels each have half; what one leaves, the other may use.
  double head = 0, other = 0;
  std::erase_if(segments, [&](const Segment& s) {
    double& used = s.head ? head : other;
    const bool is_short = s.box.width < kShortSegment * letter_height;
    if (used > kReadingBudget / 2 * letter_height || (!s.head && !is_short)) return true;
    used += s.box.width;
    return false;
  });
  std::ranges::sort(segments, {}, [&](const Segment& s) {
    return std::pair(static_cast<int>((s.box.y + s.box.height) / (1.5 * letter_height)), s.box.x);
  });
  return segments;
}

// The words of what the recogniser holds; `part` is where its picture lies on the page.
void collect(tesseract::TessBaseAPI& api, const cv::Rect& part, double zoom, const cv::Size& page, int& line,
             std::vector<Word>& words) {
  const std::unique_ptr<tesseract::ResultIterator> at(api.GetIterator());
  if (!at) return;
  do {
    if (at->IsAtBeginningOf(tesseract::RIL_TEXTLINE)) ++line;
    const std::unique_ptr<char[]> text(at->GetUTF8Text(tesseract::RIL_WORD));
    int left = 0, top = 0, right = 0, bottom = 0;
    if (!text || !at->BoundingBox(tesseract::RIL_WORD, &left, &top, &right, &bottom)) continue;
    if (std::string_view(text.get()).find_first_not_of(" \n\t") == std::string_view::npos) continue;
    Word word;
    word.text = text.get();
    word.confidence = std::clamp(static_cast<double>(at->Confidence(tesseract::RIL_WORD)) / 100, 0.0, 1.0);
    word.line = std::max(0, line);
    word.box = {(part.x + left / zoom) / page.width, (part.y + top / zoom) / page.height,
                (right - left) / zoom / page.width, (bottom - top) / zoom / page.height};
    words.push_back(std::move(word));
  } while (at->Next(tesseract::RIL_WORD));
}

void read(tesseract::TessBaseAPI& api, const cv::Mat& gray, tesseract::PageSegMode mode) {
  api.SetPageSegMode(mode);
  api.SetImage(gray.data, gray.cols, gray.rows, 1, static_cast<int>(gray.step));
  api.SetSourceResolution(150);
  (void)api.Recognize(nullptr);
}

// On a page of so few dots letters grow together: then what stands apart is no line, but a piece of a word.
bool letters_touch(const Ink& ink) {
  constexpr int kFewDots = 1300;  // of the longer side: 110 dpi on A4
  constexpr double kSmallLetters = 14;
  return std::max(ink.page.cols, ink.page.rows) < kFewDots && ink.letter_height < kSmallLetters;
}

}  // namespace

std::vector<Word> telling_words(const Ink& ink, Engines& engines) {
  std::vector<Word> words;
  if (ink.letter_height <= 0) return words;
  if (letters_touch(ink)) return ocr_words(ink.page, engines);
  auto& api = engines.impl().text;
  int line = -1, last_foot = -1000;
  for (const Segment& segment : worth_reading(segments_of(ink), ink.letter_height)) {
    const int margin = static_cast<int>(ink.letter_height * 0.6) + 2;
    const cv::Rect part = cv::Rect(segment.box.x - margin, segment.box.y - margin, segment.box.width + 2 * margin,
                                   segment.box.height + 2 * margin) &
                          cv::Rect({}, ink.gray.size());
    const double zoom = std::clamp(kLineHeight * 1.6 / part.height, 0.5, 3.0);
    cv::Mat gray;
    cv::resize(ink.gray(part), gray, {}, zoom, zoom, zoom < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
    read(api, gray, tesseract::PSM_SINGLE_LINE);
    // Segments side by side are one line.
    const int foot = segment.box.y + segment.box.height;
    int own = std::abs(foot - last_foot) < ink.letter_height ? line - 1 : line;
    collect(api, part, zoom, ink.gray.size(), own, words);
    line = std::max(line, own);
    last_foot = foot;
    api.Clear();
  }
  return words;
}

std::vector<Word> ocr_words(const cv::Mat& page, Engines& engines, const Box& region) try {
  const cv::Rect part = pixels_of(region, page.size());
  if (part.width < 8 || part.height < 8) return {};
  const double zoom = std::min(2.0, kReadingSide / std::max(page.cols, page.rows));
  cv::Mat gray;
  cv::cvtColor(page(part), gray, cv::COLOR_BGR2GRAY);
  cv::resize(gray, gray, {}, zoom, zoom, zoom < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  auto& api = engines.impl().text;
  read(api, gray, tesseract::PSM_AUTO);
  std::vector<Word> words;
  int line = -1;
  collect(api, part, zoom, page.size(), line, words);
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
