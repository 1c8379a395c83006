#include <algorithm>
#include <cmath>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/signature_model.h"
#include "intake/cell/vision/signatures.h"
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

}  // namespace

std::vector<HandwrittenSignature> signatures_of(const Ink& ink, std::span<const Word> words) {
  std::vector<HandwrittenSignature> found;
  for (const StrokeCandidate& candidate : stroke_candidates(ink)) {
    HandwrittenSignature signature{fraction_of(candidate.box, ink.gray.size()), confidence_of(candidate.values)};
    if (reads_like_print(signature.box, words)) signature.confidence *= 0.5;
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
