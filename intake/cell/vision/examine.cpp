#include <algorithm>

#include "intake/cell/vision/quality.h"
#include "intake/cell/vision/reading.h"
#include "intake/cell/vision/signatures.h"

namespace zp::intake::vision {
namespace {

constexpr double kIsSignature = 0.5;

void describe(const Ink& ink, PageReport& report) {
  PageFindings& findings = report.findings;
  findings.blank = report.quality.blank;
  findings.sharp = report.quality.sharp;
  findings.skew_degrees = report.quality.skew_degrees;
  findings.upside_down = report.quality.upside_down;
  if (findings.blank) return;
  for (const HandwrittenSignature& signature : signatures_of(ink, report.words))
    if (signature.confidence >= kIsSignature) findings.handwritten_signatures.push_back(signature);
  findings.signature_fields = fields_of(ink, report.words, findings.handwritten_signatures);
  for (const SignatureField& field : findings.signature_fields)
    if (field.state == "empty") findings.empty_signature_fields.push_back(field.box);
  findings.text = text_of(report.words);
}

// A table's grain or a cloth around a card says nothing about the card.
bool sharp_within(const cv::Mat& page, const Box& area) {
  const cv::Rect part = pixels_of(area, page.size());
  return part.width > 80 && part.height > 80 && quality_of(find_ink(page(part)), nullptr).sharp;
}

}  // namespace

PageReport examine_page(const cv::Mat& page, Engines& engines, std::span<const Word> text_layer) try {
  PageReport report;
  report.upright = page;
  Ink ink = find_ink(page);
  report.quality = quality_of(ink, &engines);
  if (report.quality.quarter_turns != 0) {
    report.upright = turned(page, report.quality.quarter_turns);
    ink = find_ink(report.upright);
  }
  if (!report.quality.blank) {
    if (text_layer.empty()) {
      report.words = telling_words(ink, engines);
    } else {
      report.words.assign(text_layer.begin(), text_layer.end());
    }
    report.identities = find_identity_documents(report.upright, engines, report.words);
    if (!report.quality.sharp && !report.identities.empty())
      report.quality.sharp = sharp_within(report.upright, report.identities.front().area);
  }
  describe(ink, report);
  return report;
} catch (const std::exception&) {
  PageReport report;
  report.upright = page;
  return report;
}

}  // namespace zp::intake::vision
