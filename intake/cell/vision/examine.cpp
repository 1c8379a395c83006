#include <algorithm>
#include <cctype>
#include <iterator>

#include "intake/cell/vision/known_forms.h"
#include "intake/cell/vision/quality.h"
#include "intake/cell/vision/reading.h"
#include "intake/cell/vision/signatures.h"

namespace zp::intake::vision {
namespace {

// Where to sign: as the known form says, else as labels do.
PlacesToSign places_on(const Ink& ink, const Engines::Impl& engines, PageReport& report) {
  const std::optional<LaidForm> form = known_form(ink, report.words, *engines.forms);
  if (!form) return labelled_places(ink, report.words);
  report.findings.form = form->page->form;
  report.findings.form_page = form->page->number;
  report.form_kind = form->page->kind;
  report.form_subject = form->page->subject;
  return places_of(*form, ink);
}

void describe(const Ink& ink, const Engines::Impl& engines, PageReport& report) {
  PageFindings& findings = report.findings;
  findings.blank = report.quality.blank;
  findings.sharp = report.quality.sharp;
  findings.skew_degrees = report.quality.skew_degrees;
  findings.upside_down = report.quality.upside_down;
  if (findings.blank) return;
  const PlacesToSign places = places_on(ink, engines, report);
  findings.handwritten_signatures = signatures_of(ink, report.words, places);
  findings.signature_fields = fields_of(ink, places, findings.handwritten_signatures);
  for (const SignatureField& field : findings.signature_fields)
    if (field.state == "empty") findings.empty_signature_fields.push_back(field.box);
  // Where the places to sign are known and all empty, doubtful ink elsewhere is what else was filled in.
  if (!findings.signature_fields.empty() &&
      findings.empty_signature_fields.size() == findings.signature_fields.size()) {
    constexpr double kBesideTheForm = 0.4;  // confidence from which it may be a signature that missed its place
    std::erase_if(findings.handwritten_signatures, [&](const HandwrittenSignature& s) {
      return s.confidence < (places.complete ? kBesideTheForm : kSureSignature);
    });
  }
  findings.text = text_of(report.words);
}

// A table's grain or a cloth around a card says nothing about the card.
bool sharp_within(const cv::Mat& page, const Box& area) {
  const cv::Rect part = pixels_of(area, page.size());
  return part.width > 80 && part.height > 80 && quality_of(find_ink(page(part)), nullptr).sharp;
}

}  // namespace

bool serves(std::span<const Word> text_layer) {
  constexpr std::size_t kFewWords = 8;
  constexpr double kMostlyLetters = 0.6;
  std::size_t letters = 0, all = 0;
  for (const Word& word : text_layer) {
    all += word.text.size();
    // Private-use characters (U+E000 to U+F8FF) and U+FFFD begin with 0xEE or 0xEF; ASCII letters, digits and what else
    // Western languages write do not.
    letters += static_cast<std::size_t>(std::ranges::count_if(word.text, [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return std::isalnum(byte) != 0 || (byte >= 0x80 && byte < 0xEE);
    }));
  }
  return text_layer.size() >= kFewWords && static_cast<double>(letters) >= kMostlyLetters * static_cast<double>(all);
}

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
    report.words.assign(text_layer.begin(), text_layer.end());
    report.was_read = !serves(text_layer);
    if (report.was_read) {
      std::vector<Word> read = telling_words(ink, engines);
      const int lines = read.empty() ? 0 : read.back().line + 1;
      for (Word& word : report.words) word.line += lines;
      report.words.insert(report.words.begin(), std::make_move_iterator(read.begin()),
                          std::make_move_iterator(read.end()));
    }
    report.identities = find_identity_documents(report.upright, engines, report.words);
    if (!report.quality.sharp && !report.identities.empty())
      report.quality.sharp = sharp_within(report.upright, report.identities.front().area);
  }
  describe(ink, engines.impl(), report);
  return report;
} catch (const std::exception&) {
  PageReport report;
  report.upright = page;
  return report;
}

}  // namespace zp::intake::vision
