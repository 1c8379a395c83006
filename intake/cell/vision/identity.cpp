// The identity documents on a page: MRZ first, then photo, BSN and area by the layout that its format prescribes.
#include "intake/cell/vision/identity.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <string>

#include "intake/cell/vision/bsn_marks.h"
#include "intake/cell/vision/cards.h"
#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/licence.h"
#include "intake/cell/vision/mrz_reader.h"
#include "intake/cell/vision/portrait.h"
#include "intake/cell/vision/reading.h"
#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {
namespace {

constexpr double kReadWell = 0.72;     // likeness of glyphs from which a zone counts even where check digits fail
constexpr double kCutOff = 0.08;       // part of its width that may lie outside the picture
constexpr double kPaleDocument = 225;  // mean brightness from which white is its colour
constexpr double kGlarePart = 0.012;   // of the document, in one patch
constexpr double kCardWidth = 85.6;    // millimetres, ISO 7810 ID-1
constexpr int kReadingWidth = 1000;    // pixels of a card given to Tesseract
constexpr std::size_t kMostOnAPage = 4;
constexpr double kRoomForAnother = 0.4;  // part of the page
constexpr double kCharacter = 2.54;      // millimetres, ICAO 9303-3 4.3
constexpr double kCapital = 2.3;         // millimetres that a letter of OCR-B is high

// ICAO 9303-4 to -6: size of the page in millimetres, left margin of the zone, and from the zone's first line to the
// lower edge.
struct Sheet {
  double width, height, left, below;
};

Sheet sheet_of(MrzFormat format) {
  switch (format) {
    case MrzFormat::kTd1:
      return {85.6, 54, 4.7, 20};
    case MrzFormat::kTd2:
    case MrzFormat::kVisaB:
      return {105, 74, 6.8, 18};
    case MrzFormat::kDrivingLicence:
      return {85.6, 54, 4.7, 8};
    default:
      return {125, 88, 6.5, 18};
  }
}

int characters_of(MrzFormat format) {
  switch (format) {
    case MrzFormat::kTd1:
    case MrzFormat::kDrivingLicence:
      return 30;
    case MrzFormat::kTd2:
    case MrzFormat::kVisaB:
      return 36;
    default:
      return 44;
  }
}

// Millimetres on the document to pixels on the page; the origin is the top left of the zone.
struct Frame {
  cv::Point2f origin, right, down;  // one millimetre each

  cv::Point2f at(double x, double y) const {
    return origin + right * static_cast<float>(x) + down * static_cast<float>(y);
  }
};

Frame frame_of(const MrzOnPage& mrz) {
  const cv::Point2f along = mrz.corners[1] - mrz.corners[0];
  const auto length = static_cast<float>(cv::norm(along));
  const auto unit = static_cast<float>(length / (kCharacter * (characters_of(mrz.parsed.format) - 0.3)));
  const cv::Point2f right = along * (unit / length);
  return {mrz.corners[0], right, {-right.y, right.x}};
}

Box box_of(const std::vector<cv::Point2f>& corners, const cv::Size& page) {
  return fraction_of(cv::boundingRect(corners) & cv::Rect({}, page), page);
}

Box box_of(const Frame& frame, double x, double y, double w, double h, const cv::Size& page) {
  return box_of({frame.at(x, y), frame.at(x + w, y), frame.at(x + w, y + h), frame.at(x, y + h)}, page);
}

// The turn that sets text of this direction upright.
int turns_for(const Frame& frame) {
  const double degrees = std::atan2(frame.right.y, frame.right.x) * 180 / CV_PI;
  return (static_cast<int>(std::lround(degrees / 90)) + 4) % 4;
}

ReadZone zone_of(const MrzOnPage& mrz, const cv::Size& page) {
  const Frame frame = frame_of(mrz);
  return {cv::boundingRect(mrz.corners) & cv::Rect({}, page), kCapital * cv::norm(frame.right), turns_for(frame)};
}

// The number in the zone itself, on Dutch models of before 2021.
void add_bsn_in_mrz(const MrzOnPage& mrz, const Frame& frame, const cv::Size& page, IdentityDocument& document) {
  if (mrz.parsed.mrz.issuing_state != "NLD" || !passes_elfproef(mrz.parsed.mrz.personal_number)) return;
  const bool card = mrz.parsed.format == MrzFormat::kTd1;
  const double first = card ? 15 : 28, line = card ? 0 : 1;
  document.bsn_boxes.push_back(box_of(frame, (first - 0.5) * kCharacter, line * 5 - 1, 10.5 * kCharacter, 5, page));
}

cv::Rect bounds_of(const CardCorners& corners, const cv::Size& page) {
  return cv::boundingRect(std::vector<cv::Point2f>(corners.begin(), corners.end())) & cv::Rect({}, page);
}

void note_expiry(std::span<const Word> words, IdentityDocument& document) {
  if (document.document_type == "driving-licence" && document.printed_expiry.empty())
    document.printed_expiry = printed_expiry(words);
}

// What only a reading of the whole document tells: BSN in print or as QR code, and when a licence expires.
void read_marks(const cv::Mat& page, const cv::Mat& gray, const Box& area, int turns, Engines& engines,
                IdentityDocument& document) {
  add_qr_code(gray, area, document.bsn_boxes);
  const std::vector<Word> words = words_within(page, area, turns, engines);
  add_bsn_words(words, document.bsn_boxes);
  note_expiry(words, document);
}

void add_ghosts(const cv::Mat& gray, const cv::Rect& where, const cv::Rect& portrait, IdentityDocument& document) {
  for (const cv::Rect& ghost : find_ghosts(gray, where, portrait))
    document.ghost_boxes.push_back(fraction_of(ghost, gray.size()));
}

// Where on the page the portrait may stand: in the document, or for a card whose zone is on its back, on what lies
// around.
cv::Rect around_zone(const Frame& frame, MrzFormat format, const cv::Size& page) {
  const Sheet sheet = sheet_of(format);
  const double reach = sheet.width < 100 ? 130 : 3;
  const double left = -sheet.left - reach, top = sheet.below - sheet.height - reach;
  const double width = sheet.width + 2 * reach, height = sheet.height + 2 * reach;
  return pixels_of(box_of(frame, left, top, width, height, page), page);
}

// What of the sheet lies outside the picture, in parts of its width; prints differ by a few millimetres.
double beyond_edge(const Frame& frame, const Sheet& sheet, const cv::Size& page) {
  double beyond = 0;
  for (const double x : {-sheet.left, sheet.width - sheet.left}) {
    for (const double y : {sheet.below - sheet.height, sheet.below}) {
      const cv::Point2f p = frame.at(x, y);
      beyond = std::max({beyond, -static_cast<double>(p.x), -static_cast<double>(p.y), p.x - page.width * 1.0,
                         p.y - page.height * 1.0});
    }
  }
  return beyond / (cv::norm(frame.right) * sheet.width);
}

std::vector<cv::Point2f> outline_of(const Frame& frame, const Sheet& sheet) {
  const double left = -sheet.left, right = sheet.width - sheet.left, top = sheet.below - sheet.height;
  return {frame.at(left, top), frame.at(right, top), frame.at(right, sheet.below), frame.at(left, sheet.below)};
}

// Of the part of the page around a document what lies in its `outline`, but for a rim since its size is an estimate. The
// paper that a copy lies on askew is no glare.
cv::Mat within(const cv::Mat& gray, const cv::Rect& area, const std::vector<cv::Point2f>& outline) {
  constexpr float kRim = 0.04F;
  const cv::Point2f middle = std::accumulate(outline.begin(), outline.end(), cv::Point2f()) / 4;
  std::vector<cv::Point> corners;
  for (const cv::Point2f& corner : outline)
    corners.emplace_back(corner + kRim * (middle - corner) - cv::Point2f(area.tl()));
  cv::Mat inside = cv::Mat::zeros(area.size(), CV_8U), shown = inside.clone();
  cv::fillConvexPoly(inside, corners, 255);
  gray(area).copyTo(shown, inside);
  return shown;
}

// A lamp in the laminate: a patch without any shade in a document that has some. A QR code stands on white paper; those
// among `marked` are left out.
bool has_glare(const cv::Mat& gray, const cv::Rect& area, const std::vector<cv::Point2f>& outline,
               const std::vector<Box>& marked = {}) {
  if (area.width < 40 || area.height < 40) return false;
  cv::Mat part, bright, labels, stats, centres, shown = within(gray, area, outline);
  for (const Box& box : marked) {
    const cv::Rect mark = pixels_of(box, gray.size());
    const cv::Rect with_margin(mark.x - mark.width / 4, mark.y - mark.height / 4, mark.width * 3 / 2,
                               mark.height * 3 / 2);
    const cv::Rect there = with_margin & area;  // a BSN may be printed beside the document too
    if (!there.empty()) shown(there - area.tl()).setTo(0);
  }
  cv::resize(shown, part, {400, 400.0 * area.height / area.width > 40 ? 400 * area.height / area.width : 40}, 0, 0,
             cv::INTER_AREA);
  if (cv::mean(part, part > 0)[0] > kPaleDocument) return false;
  cv::threshold(part, bright, 251, 255, cv::THRESH_BINARY);
  cv::morphologyEx(bright, bright, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_ELLIPSE, {5, 5}));
  const int count = cv::connectedComponentsWithStats(bright, labels, stats, centres, 8, CV_32S);
  for (int i = 1; i < count; ++i)
    if (stats.at<int>(i, cv::CC_STAT_AREA) > kGlarePart * static_cast<double>(part.total())) return true;
  return false;
}

IdentityDocument by_mrz(const cv::Mat& colour, const cv::Mat& gray, MrzOnPage& mrz, Engines& engines,
                        std::span<const Word> words) {
  const cv::Size page = gray.size();
  const Frame frame = frame_of(mrz);
  const Sheet sheet = sheet_of(mrz.parsed.format);
  IdentityDocument document;
  document.document_type = mrz.parsed.document_type;
  document.area = box_of(frame, -sheet.left, sheet.below - sheet.height, sheet.width, sheet.height, page);
  document.mrz_box = box_of(mrz.corners, page);
  if (const auto portrait = find_portrait(gray, around_zone(frame, mrz.parsed.format, page), cv::norm(frame.right),
                                          turns_for(frame), engines)) {
    document.photo_box = fraction_of(*portrait, page);
    add_ghosts(gray, around_zone(frame, mrz.parsed.format, page), *portrait, document);
  } else if (mrz.parsed.format == MrzFormat::kTd3) {
    // ICAO 9303-4: the portrait stands at the left, above the zone.
    document.photo_box = box_of(frame, -3, sheet.below - sheet.height + 12, 42, 52, page);
  }
  add_bsn_in_mrz(mrz, frame, page, document);
  add_bsn_words(words, document.bsn_boxes);
  if (mrz.parsed.mrz.issuing_state == "NLD")
    read_marks(colour, gray, document.area, turns_for(frame), engines, document);
  if (beyond_edge(frame, sheet, page) > kCutOff) document.shortcomings.emplace_back("cut-off");
  if (has_glare(gray, pixels_of(document.area, page), outline_of(frame, sheet), document.bsn_boxes))
    document.shortcomings.emplace_back("glare");
  if (!mrz.parsed.mrz.checks_ok) document.shortcomings.emplace_back("unreadable");
  document.mrz = std::move(mrz.parsed.mrz);
  return document;
}

// A document without a zone on this side: a card's shape, words that name it, and mostly a face. `page_type`: what the
// page's words say, if they can only be about this.
std::optional<IdentityDocument> by_words(const cv::Mat& page, const cv::Mat& gray, const CardCorners& corners,
                                         const std::string& page_type, Engines& engines) {
  const cv::Rect area = bounds_of(corners, page.size());
  const auto portrait = find_portrait(gray, area, std::max(area.width, area.height) / kCardWidth, 0, engines);
  if (!portrait && page_type.empty()) return std::nullopt;
  std::string type = page_type;
  std::vector<Word> on_card;
  if (type.empty() || type == "other" || type == "driving-licence") {
    const cv::Mat card = straightened_card(page, corners, kReadingWidth).picture;
    // An A4 page has the shape of a booklet's, so without a face only what tells something is read: all of it takes a
    // second.
    on_card = portrait ? ocr_words(card, engines) : telling_words(find_ink(card), engines);
    if (const std::string said = document_type_by_words(on_card); !said.empty()) type = said;
  }
  if (type.empty() || (type == "other" && !portrait)) return std::nullopt;
  IdentityDocument document;
  document.document_type = type;
  document.area = fraction_of(area, page.size());
  if (portrait) {
    document.photo_box = fraction_of(*portrait, page.size());
    add_ghosts(gray, area, *portrait, document);
  }
  note_expiry(on_card, document);
  if (has_glare(gray, area, {corners.begin(), corners.end()})) document.shortcomings.emplace_back("glare");
  return document;
}

bool overlap(const Box& a, const Box& b) {
  const double across = std::min(a.x + a.w, b.x + b.w) - std::max(a.x, b.x);
  const double down = std::min(a.y + a.h, b.y + b.h) - std::max(a.y, b.y);
  return across > 0 && down > 0 && across * down > 0.3 * std::min(a.w * a.h, b.w * b.h);
}

// Another state's documents carry none.
bool may_show_bsn(const IdentityDocument& document) {
  return !document.mrz || document.mrz->issuing_state == "NLD" || document.mrz->issuing_state.empty();
}

// What else on the page has a card's shape: a document of its own, or the other side of the one before.
void add_cards(const cv::Mat& page, const cv::Mat& gray, Engines& engines, std::span<const Word> words,
               std::vector<IdentityDocument>& documents) {
  for (const CardCorners& corners : card_shapes(page)) {
    const Box area = fraction_of(bounds_of(corners, page.size()), page.size());
    if (std::ranges::any_of(documents, [&](const auto& known) { return overlap(known.area, area); })) continue;
    auto whose = std::ranges::find_if(
        documents, [&](const auto& known) { return known.photo_box && overlap(*known.photo_box, area); });
    if (whose == documents.end() && documents.size() < kMostOnAPage) {
      const std::string page_type = documents.empty() ? document_type_by_words(words) : "";
      if (auto document = by_words(page, gray, corners, page_type, engines)) {
        documents.push_back(std::move(*document));
        add_bsn_words(words, documents.back().bsn_boxes);
      }
      whose = documents.end();
    }
    if (documents.empty()) continue;
    if (whose == documents.end()) --whose;
    if (may_show_bsn(*whose)) read_marks(page, gray, area, 0, engines, *whose);
  }
}

// A box of the straightened card on the page that it was cut from.
Box on_page(const Box& box, const StraightCard& card, const cv::Size& page) {
  const double w = card.picture.cols, h = card.picture.rows, right = box.x + box.w, foot = box.y + box.h;
  const std::vector<cv::Point2d> corners = {
      {box.x * w, box.y * h}, {right * w, box.y * h}, {right * w, foot * h}, {box.x * w, foot * h}};
  std::vector<cv::Point2d> there;
  cv::perspectiveTransform(corners, there, card.to_page);
  return box_of(std::vector<cv::Point2f>(there.begin(), there.end()), page);
}

void lay_on_page(IdentityDocument& document, const StraightCard& card, const cv::Size& page) {
  document.area = on_page(document.area, card, page);
  for (std::optional<Box>* box : {&document.photo_box, &document.mrz_box})
    if (*box) *box = on_page(**box, card, page);
  for (std::vector<Box>* boxes : {&document.bsn_boxes, &document.ghost_boxes})
    for (Box& box : *boxes) box = on_page(box, card, page);
}

// A camera held low squashes letters until they look like none; drawn out to the card's own shape they can be read.
std::optional<IdentityDocument> read_from_the_side(const cv::Mat& page, Engines& engines, std::span<const Word> words) {
  for (const CardCorners& corners : cards_seen_from_the_side(page)) {
    const StraightCard card = straightened_card(page, corners, kReadingWidth);
    cv::Mat gray;
    cv::cvtColor(card.picture, gray, cv::COLOR_BGR2GRAY);
    auto mrz = find_mrz(gray);
    if (!mrz || !mrz->parsed.mrz.checks_ok || mrz->parsed.document_type == "visa") continue;
    IdentityDocument document = by_mrz(card.picture, gray, *mrz, engines, {});
    lay_on_page(document, card, page.size());
    add_bsn_words(words, document.bsn_boxes);
    return document;
  }
  return std::nullopt;
}

cv::Mat without(const cv::Mat& gray, const Box& box) {
  cv::Mat rest = gray.clone();
  rest(pixels_of(box, gray.size())).setTo(cv::mean(gray));
  return rest;
}

}  // namespace

IdentitiesOnPage identities_on(const cv::Mat& page, Engines& engines, std::span<const Word> words) try {
  cv::Mat gray;
  cv::cvtColor(page, gray, cv::COLOR_BGR2GRAY);
  IdentitiesOnPage found;
  std::vector<IdentityDocument>& documents = found.documents;
  cv::Mat unread = gray;
  double covered = 0;
  while (documents.size() < kMostOnAPage && covered < kRoomForAnother) {
    auto mrz = find_mrz(unread);
    if (!mrz) break;
    if (mrz->parsed.document_type == "visa") return found;
    if (!mrz->parsed.mrz.checks_ok && mrz->score < kReadWell) break;
    if (!found.zone && mrz->parsed.mrz.checks_ok) found.zone = zone_of(*mrz, gray.size());
    documents.push_back(by_mrz(page, gray, *mrz, engines, words));
    const Box& area = documents.back().area;
    covered += area.w * area.h;
    unread = without(unread, area);
  }
  if (!found.zone) {
    if (auto document = read_from_the_side(page, engines, words)) {
      std::erase_if(documents, [&](const auto& unread_one) { return overlap(unread_one.area, document->area); });
      documents.push_back(std::move(*document));
    }
  }
  if (covered < kRoomForAnother) add_cards(page, gray, engines, words, documents);
  return found;
} catch (const std::exception&) {
  return {};
}

std::vector<IdentityDocument> find_identity_documents(const cv::Mat& page, Engines& engines,
                                                      std::span<const Word> words) {
  return identities_on(page, engines, words).documents;
}

}  // namespace zp::intake::vision
