#include "intake/cell/vision/signatures.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/signature_model.h"
#include "intake/cell/vision/strokes.h"

namespace zp::intake::vision {
namespace {

constexpr double kWorthSaying = 0.25;

double confidence_of(const StrokeValues& values) {
  double odds = kSignatureBase;
  for (const SignatureRule& rule : kSignatureRules)
    odds += values[static_cast<std::size_t>(rule.feature)] <= rule.limit ? rule.below : rule.above;
  return 1 / (1 + std::exp(-odds));
}

double overlap(const Box& a, const Box& b) {
  const double w = std::min(a.x + a.w, b.x + b.w) - std::max(a.x, b.x);
  const double h = std::min(a.y + a.h, b.y + b.h) - std::max(a.y, b.y);
  return std::max(0.0, w) * std::max(0.0, h);
}

// A machine reads a name set in a script typeface fluently, a signature hardly ever.
bool reads_like_print(const Box& box, std::span<const Word> words) {
  double read = 0;
  for (const Word& word : words)
    if (word.confidence > 0.85 && word.text.size() >= 3) read += overlap(box, word.box);
  return read > 0.5 * box.w * box.h;
}

// What one is asked to fill in beside such a label is handwriting, but no signature.
constexpr std::array<std::string_view, 22> kOtherFields = {
    "naam",   "datum",       "adres",    "geboorte", "plaats", "postcode", "mail",    "telefoon",
    "straat", "organisatie", "afdeling", "functie",  "name",   "date",     "address", "city",
    "phone",  "title",       "nummer",   "number",   "bsn",    "woon"};
constexpr std::array<std::string_view, 4> kSignatureFields = {"handteken", "onderteken", "signature", "paraaf"};

std::string lower(std::string_view text) {
  std::string result;
  for (const char c : text) result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// The words on the same line to the left of the box, from the nearest gap wider than a third of the page on.
std::string label_of(const Box& box, std::span<const Word> words) {
  constexpr double kFar = 0.4;
  const double middle = box.y + box.h / 2;
  std::string label;
  for (const Word& word : words) {
    const bool beside = word.box.x + word.box.w < box.x + 0.2 * box.w && word.box.x + word.box.w > box.x - kFar;
    const bool level = word.box.y < middle + 0.3 * box.h && word.box.y + word.box.h > middle - 0.3 * box.h;
    if (beside && level) label += lower(word.text) + ' ';
  }
  return label;
}

bool fills_in_another_field(const Box& box, std::span<const Word> words) {
  const std::string label = label_of(box, words);
  const auto says = [&](std::string_view word) { return label.find(word) != std::string::npos; };
  return std::ranges::any_of(kOtherFields, says) && std::ranges::none_of(kSignatureFields, says);
}

}  // namespace

std::vector<HandwrittenSignature> signatures_of(const Ink& ink, std::span<const Word> words) {
  std::vector<HandwrittenSignature> found;
  for (const StrokeCandidate& candidate : stroke_candidates(ink)) {
    HandwrittenSignature signature{fraction_of(candidate.box, ink.gray.size()), confidence_of(candidate.values)};
    if (reads_like_print(signature.box, words)) signature.confidence *= 0.5;
    if (fills_in_another_field(signature.box, words)) signature.confidence *= 0.5;
    if (signature.confidence >= kWorthSaying) found.push_back(signature);
  }
  std::ranges::sort(found, std::greater{}, &HandwrittenSignature::confidence);
  return found;
}

std::vector<HandwrittenSignature> find_signatures(const cv::Mat& page, std::span<const Word> words) try {
  return signatures_of(find_ink(page), words);
} catch (const cv::Exception&) {
  return {};
}

}  // namespace zp::intake::vision
