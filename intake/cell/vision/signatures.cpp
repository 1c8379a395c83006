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
constexpr double kForAPerson = 0.45;  // who signs elsewhere than a known form asks, or in a stamp, has a person look
constexpr double kInItsField = 0.6;   // what might be a signature anywhere is one in its field

// Walks each tree down its questions; what the leaves say adds up to the log-odds.
double odds_of(const StrokeValues& values) {
  double odds = kSignatureBase;
  for (const SignatureTree& tree : kSignatureTrees) {
    std::size_t question = 0;
    while (question < tree.feature.size())
      question = 2 * question + (values[tree.feature[question]] <= tree.limit[question] ? 1 : 2);
    odds += tree.leaf[question - tree.feature.size()];
  }
  return odds;
}

bool frames(const StrokeCandidate& outer, const StrokeCandidate& inner) {
  constexpr double kFrame = 0.9, kWithin = 0.85, kLarger = 1.3;
  return outer.values[feature("frame")] > kFrame && outer.box.area() > kLarger * inner.box.area() &&
         (outer.box & inner.box).area() > kWithin * inner.box.area();
}

// The frame of a stamp and what stands in it. The frames of forms lie level, and are no candidates.
bool is_of_a_stamp(const StrokeCandidate& one, std::span<const StrokeCandidate> all) {
  return std::ranges::any_of(all,
                             [&](const StrokeCandidate& other) { return frames(other, one) || frames(one, other); });
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

// In a field of a known form the ink that was added is all of the signature, and nothing but it: what was found there
// with the form's frame around it, or in pieces, becomes one. Where nothing was added, what was found is the form's own.
std::optional<HandwrittenSignature> take_added(const PlaceToSign& place, const cv::Size& size,
                                               std::vector<HandwrittenSignature>& found) {
  const AddedInk& added = *place.added;
  const Box box = fraction_of(added.any ? added.box : place.box, size);
  const auto there = [&](const HandwrittenSignature& one) {
    return overlap(one.box, box) > 0.5 * std::min(box.w * box.h, one.box.w * one.box.h);
  };
  double best = 0;
  for (const HandwrittenSignature& one : found)
    if (there(one)) best = std::max(best, one.confidence);
  std::erase_if(found, there);
  if (!added.any || best == 0) return std::nullopt;
  return HandwrittenSignature{box, added.strokes ? std::max(best, kInItsField) : std::min(best, kForAPerson)};
}

// Replaces what was found in the fields of a known form by what was added there; whatever lies beside them is unsure,
// however near.
void take_added(const PlacesToSign& places, const cv::Size& size, std::vector<HandwrittenSignature>& found) {
  std::vector<HandwrittenSignature> in_fields;
  for (const PlaceToSign& place : places.all)
    if (place.added)
      if (auto signature = take_added(place, size, found)) in_fields.push_back(*signature);
  for (HandwrittenSignature& beside : found) beside.confidence = std::min(beside.confidence, kForAPerson);
  found.insert(found.end(), in_fields.begin(), in_fields.end());
}

}  // namespace

bool is_asked_in(const Box& box, const Ink& ink, const PlacesToSign& places) {
  const cv::Rect pixels = pixels_of(box, ink.gray.size());
  return std::ranges::any_of(places.all, [&](const PlaceToSign& place) {
    return (pixels & around(place, letter_height_of(ink))).area() > 0.5 * pixels.area();
  });
}

double context_of(const Box& box, const Ink& ink, std::span<const Word> words, const PlacesToSign& places) {
  constexpr double kReadsLikePrint = -0.75, kOtherField = -0.55, kAskedHere = 0.4, kAskedElsewhere = -0.4;
  double odds = reads_like_print(box, words) ? kReadsLikePrint : 0;
  if (is_asked_in(box, ink, places)) return odds + kAskedHere;
  if (places.complete) odds += kAskedElsewhere;
  return fills_in_another_field(box, words) ? odds + kOtherField : odds;
}

std::vector<HandwrittenSignature> signatures_of(const Ink& ink, std::span<const Word> words,
                                                const PlacesToSign& places) {
  constexpr double kOfAStamp = -2;
  std::vector<HandwrittenSignature> found;
  const std::vector<StrokeCandidate> candidates = stroke_candidates(ink);
  for (const StrokeCandidate& candidate : candidates) {
    const Box box = fraction_of(candidate.box, ink.gray.size());
    const bool stamped = is_of_a_stamp(candidate, candidates) && !is_asked_in(box, ink, places);
    const double odds = odds_of(candidate.values) + context_of(box, ink, words, places) + (stamped ? kOfAStamp : 0);
    const double confidence = std::min(1 / (1 + std::exp(-odds)), stamped ? kForAPerson : 1);
    if (confidence >= kWorthSaying) found.push_back({box, confidence});
  }
  if (places.complete) take_added(places, ink.gray.size(), found);
  std::ranges::sort(found, std::greater{}, &HandwrittenSignature::confidence);
  return found;
}

std::vector<HandwrittenSignature> find_signatures(const cv::Mat& page, std::span<const Word> words) try {
  const Ink ink = find_ink(page);
  return signatures_of(ink, words, labelled_places(ink, words));
} catch (const cv::Exception&) {
  return {};
}

}  // namespace zp::intake::vision
