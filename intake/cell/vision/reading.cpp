#include "intake/cell/vision/reading.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <string_view>

namespace zp::intake::vision {
namespace {

constexpr const char* kFaceCascade = "/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml";
constexpr double kReadingHeight = 22;  // letter height in pixels at which Tesseract reads best for its cost
constexpr float kWellRead = 75;        // confidence in a word, of 100
constexpr int kClearlyBetter = 5;      // letters
constexpr int kSurelyRead = 30;        // letters

bool start(tesseract::TessBaseAPI& api, const std::string& tessdata, const char* languages) {
  const char* folder = tessdata.empty() ? nullptr : tessdata.c_str();
  if (api.Init(folder, languages, tesseract::OEM_LSTM_ONLY) != 0) return false;
  // Its word lists are adapted to what it reads; one document must not colour the next.
  api.SetVariable("classify_enable_learning", "0");
  api.SetVariable("tessedit_do_invert", "0");
  return true;
}

void give(tesseract::TessBaseAPI& api, const cv::Mat& gray) {
  api.SetImage(gray.data, gray.cols, gray.rows, 1, static_cast<int>(gray.step));
  api.SetSourceResolution(150);
}

// The block of a few lines that holds most letters.
cv::Rect fullest_block(const Ink& ink, bool sideways) {
  const double along = 40 * ink.letter_height, across = 6 * ink.letter_height;
  const cv::Size block(static_cast<int>(sideways ? across : along), static_cast<int>(sideways ? along : across));
  cv::Mat counts = cv::Mat::zeros(ink.gray.rows / 8 + 1, ink.gray.cols / 8 + 1, CV_32F);
  for (const int i : ink.letters) {
    const cv::Rect& box = ink.patches[i].box;
    counts.at<float>(box.y / 8, box.x / 8) += 1;
  }
  cv::boxFilter(counts, counts, CV_32F, {block.width / 8 + 1, block.height / 8 + 1}, {-1, -1}, false,
                cv::BORDER_CONSTANT);
  cv::Point fullest;
  cv::minMaxLoc(counts, nullptr, nullptr, nullptr, &fullest);
  return cv::Rect({fullest.x * 8 - block.width / 2, fullest.y * 8 - block.height / 2}, block) &
         cv::Rect({}, ink.gray.size());
}

// Letters of long words that were read well. Letters that lie on their side are read too, as single letters and short
// words, and a line that the sample cuts in half spoils a mean.
int well_read_letters(tesseract::TessBaseAPI& api, const cv::Mat& sample, int turns) {
  constexpr std::size_t kLongWord = 4;
  const cv::Mat image = turned(sample, turns).clone();
  give(api, image);
  api.SetPageSegMode(tesseract::PSM_SINGLE_BLOCK);
  if (api.Recognize(nullptr) != 0) return 0;
  int letters = 0;
  const std::unique_ptr<tesseract::ResultIterator> at(api.GetIterator());
  if (at) {
    do {
      const std::unique_ptr<char[]> text(at->GetUTF8Text(tesseract::RIL_WORD));
      if (!text || at->Confidence(tesseract::RIL_WORD) < kWellRead) continue;
      const auto count = std::ranges::count_if(std::string_view(text.get()),
                                               [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
      if (static_cast<std::size_t>(count) >= kLongWord) letters += static_cast<int>(count);
    } while (at->Next(tesseract::RIL_WORD));
  }
  api.Clear();
  return letters;
}

}  // namespace

Engines::Engines(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Engines::Engines(Engines&&) noexcept = default;
Engines& Engines::operator=(Engines&&) noexcept = default;
Engines::~Engines() = default;

Result<Engines> Engines::create(const std::string& tessdata) try {
  constexpr const char* kOperation = "load recognisers";
  cv::setNumThreads(1);
  auto impl = std::make_unique<Impl>();
  if (!start(impl->text, tessdata, "nld")) return fail(Code::kConfig, kOperation, "tesseract-ocr-nld");
  if (!impl->face.load(kFaceCascade)) return fail(Code::kConfig, kOperation, kFaceCascade);
  return Engines(std::move(impl));
} catch (const std::exception&) {
  return fail(Code::kConfig, "load recognisers");
}

void Engines::know(std::shared_ptr<const std::vector<FormPage>> forms) { impl_->forms = std::move(forms); }

cv::Mat turned(const cv::Mat& page, int quarter_turns) {
  cv::Mat result;  // never shares pixels with `page`, which cv::rotate would otherwise write to
  switch ((quarter_turns % 4 + 4) % 4) {
    case 1:
      cv::rotate(page, result, cv::ROTATE_90_COUNTERCLOCKWISE);
      break;
    case 2:
      cv::rotate(page, result, cv::ROTATE_180);
      break;
    case 3:
      cv::rotate(page, result, cv::ROTATE_90_CLOCKWISE);
      break;
    default:
      return page;
  }
  return result;
}

int best_read_turn(const Ink& ink, Engines& engines, std::span<const int> quarter_turns) {
  const double zoom = std::clamp(kReadingHeight / ink.letter_height, 0.5, 3.0);
  int best = quarter_turns.front(), most = -1;
  for (const int turns : quarter_turns) {
    if (turns == best && most >= 0) continue;
    cv::Mat sample;
    cv::resize(ink.gray(fullest_block(ink, turns % 2 == 1)), sample, {}, zoom, zoom, cv::INTER_CUBIC);
    const int read = well_read_letters(engines.impl().text, sample, turns);
    if (read < most + (most >= 0 ? kClearlyBetter : 0)) continue;
    best = turns;
    most = read;
    if (most >= kSurelyRead) break;
  }
  return best;
}

}  // namespace zp::intake::vision
