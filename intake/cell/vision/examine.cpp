#include <algorithm>
#include <cctype>
#include <iterator>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "intake/cell/vision/identity.h"
#include "intake/cell/vision/known_forms.h"
#include "intake/cell/vision/quality.h"
#include "intake/cell/vision/reading.h"
#include "intake/cell/vision/signatures.h"

namespace zp::intake::vision {
namespace {

// A page is read as a whole where titles and labels are too few, or too close together, to say which form it is and how
// it lies.
std::optional<LaidForm> form_by_all_words(const Ink& ink, Engines& engines, PageReport& report) {
  std::vector<Word> all = ocr_words(report.upright, engines);
  const std::optional<LaidForm> form = known_form(ink, all, *engines.impl().forms);
  if (form) report.words = std::move(all);
  return form;
}

// Where to sign: as the known form says, else as labels do.
PlacesToSign places_on(const Ink& ink, Engines& engines, PageReport& report) {
  std::optional<LaidForm> form = known_form(ink, report.words, *engines.impl().forms);
  if (!form) {
    PlacesToSign labelled = labelled_places(ink, report.words);
    const bool may_be = report.was_read && may_be_a_form(report.words, *engines.impl().forms);
    if (may_be && !labelled.all.empty()) form = form_by_all_words(ink, engines, report);
    if (!form) return labelled;
  } else if (form->is_guess && report.was_read && !form->page->fields.empty()) {
    if (const auto better = form_by_all_words(ink, engines, report)) form = better;
  }
  report.findings.form = form->page->form;
  report.findings.form_page = form->page->number;
  report.form_kind = form->page->kind;
  report.form_subject = form->page->subject;
  return places_of(*form, ink);
}

void describe(const Ink& ink, Engines& engines, PageReport& report) {
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

// A few lines of the page: reading them tells more of which way is up than one zone does.
bool reads_well(std::span<const Word> words) {
  constexpr std::size_t kAFewLines = 12, kLongWord = 4;
  constexpr double kSurely = 0.8;
  const auto well_read = [&](const Word& word) { return word.confidence > kSurely && word.text.size() >= kLongWord; };
  return static_cast<std::size_t>(std::ranges::count_if(words, well_read)) >= kAFewLines;
}

// A table's grain or a cloth around a card says nothing about the card.
bool sharp_within(const cv::Mat& page, const Box& area) {
  const cv::Rect part = pixels_of(area, page.size());
  return part.width > 80 && part.height > 80 && quality_of(find_ink(page(part)), nullptr).sharp;
}

// The lines of a card's pattern are not sharp; the letters of its zone are, or are not.
bool sharp_identity(const cv::Mat& page, const IdentitiesOnPage& found) {
  if (sharp_within(page, found.documents.front().area)) return true;
  if (!found.zone) return false;
  cv::Mat zone;
  cv::cvtColor(page(found.zone->where), zone, cv::COLOR_BGR2GRAY);
  return is_sharp_print(zone, found.zone->letter_height);
}

// Words where no text layer serves.
void read(const Ink& ink, Engines& engines, std::span<const Word> text_layer, PageReport& report) {
  report.words.assign(text_layer.begin(), text_layer.end());
  report.was_read = !serves(text_layer);
  if (!report.was_read) return;
  std::vector<Word> read = telling_words(ink, engines);
  const int lines = read.empty() ? 0 : read.back().line + 1;
  for (Word& word : report.words) word.line += lines;
  report.words.insert(report.words.begin(), std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
}

Ink turn(PageReport& report, int quarter_turns) {
  report.upright = turned(report.upright, quarter_turns);
  report.quality.quarter_turns = (report.quality.quarter_turns + quarter_turns) % 4;
  report.quality.upside_down = report.quality.quarter_turns == 2;
  return find_ink(report.upright);
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
  if (const int turns = std::exchange(report.quality.quarter_turns, 0); turns != 0) ink = turn(report, turns);
  if (!report.quality.blank) {
    read(ink, engines, text_layer, report);
    IdentitiesOnPage found = identities_on(report.upright, engines, report.words);
    if (found.zone && found.zone->quarter_turns != 0 && !reads_well(report.words)) {
      // A wooden table has more lines than a card.
      ink = turn(report, found.zone->quarter_turns);
      read(ink, engines, text_layer, report);
      found = identities_on(report.upright, engines, report.words);
    }
    if (!report.quality.sharp && !found.documents.empty()) report.quality.sharp = sharp_identity(report.upright, found);
    report.identities = std::move(found.documents);
  }
  describe(ink, engines, report);
  return report;
} catch (const std::exception&) {
  PageReport report;
  report.upright = page;
  report.findings.looked_at = false;
  return report;
}

}  // namespace zp::intake::vision
