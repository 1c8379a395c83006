// The identity document on a page: MRZ first, then photo, BSN and area by the layout that its format prescribes.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string>

#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/mrz_reader.h"
#include "intake/cell/vision/reading.h"
#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {
namespace {

constexpr double kReadWell = 0.72;      // likeness of glyphs from which a zone counts even where check digits fail
constexpr int kFaceSearchSide = 640;    // pixels
constexpr double kCharacter = 2.54;     // millimetres, ICAO 9303-3 4.3

// ICAO 9303-4 to -6: size of the page in millimetres, left margin of the zone, and from the zone's first line to the lower edge.
struct Sheet {
  double width, height, left, below;
};

Sheet sheet_of(MrzFormat format) {
  switch (format) {
    case MrzFormat::kTd1: return {85.6, 54, 4.7, 20};
    case MrzFormat::kTd2:
    case MrzFormat::kVisaB: return {105, 74, 6.8, 18};
    case MrzFormat::kDrivingLicence: return {85.6, 54, 4.7, 8};
    default: return {125, 88, 6.5, 18};
  }
}

int characters_of(MrzFormat format) {
  switch (format) {
    case MrzFormat::kTd1:
    case MrzFormat::kDrivingLicence: return 30;
    case MrzFormat::kTd2:
    case MrzFormat::kVisaB: return 36;
    default: return 44;
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

// The largest face that looks up when the page is turned; on a page as given.
std::optional<cv::Rect> largest_face(const cv::Mat& gray, Engines& engines, int quarter_turns) {
  const double zoom = std::min(1.0, static_cast<double>(kFaceSearchSide) / std::max(gray.cols, gray.rows));
  cv::Mat small;
  cv::resize(gray, small, {}, zoom, zoom, cv::INTER_AREA);
  small = turned(small, quarter_turns);
  std::vector<cv::Rect> faces;
  const int least = std::max(24, small.cols / 16);
  engines.impl().face.detectMultiScale(small, faces, 1.15, 4, 0, {least, least});
  if (faces.empty()) return std::nullopt;
  const cv::Rect face = *std::ranges::max_element(faces, {}, [](const cv::Rect& r) { return r.area(); });
  // Drawing the face on an empty page and turning that back spares the four cases of coordinates.
  cv::Mat drawn = cv::Mat::zeros(small.size(), CV_8U);
  drawn(face).setTo(255);
  const cv::Rect back = cv::boundingRect(turned(drawn, -quarter_turns));
  return cv::Rect(static_cast<int>(back.x / zoom), static_cast<int>(back.y / zoom), static_cast<int>(back.width / zoom),
                  static_cast<int>(back.height / zoom));
}

// A portrait is wider and higher than the face in it: hair, neck, shoulders.
cv::Rect portrait_around(const cv::Rect& face, const cv::Size& page) {
  return cv::Rect(face.x - face.width * 3 / 10, face.y - face.height * 4 / 10, face.width * 16 / 10, face.height * 19 / 10) &
         cv::Rect({}, page);
}

// The turn that sets text of this direction upright.
int turns_for(const Frame& frame) {
  const double degrees = std::atan2(frame.right.y, frame.right.x) * 180 / CV_PI;
  return (static_cast<int>(std::lround(degrees / 90)) + 4) % 4;
}

void add_bsn_words(std::span<const Word> words, IdentityDocument& document) {
  for (const Word& word : words) {
    std::string digits;
    for (const char c : word.text)
      if (std::isdigit(static_cast<unsigned char>(c))) digits += c;
    if (digits.size() == 9 && passes_elfproef(digits)) document.bsn_boxes.push_back(word.box);
  }
}

// The number in the zone itself, on Dutch models of before 2021.
void add_bsn_in_mrz(const MrzOnPage& mrz, const Frame& frame, const cv::Size& page, IdentityDocument& document) {
  if (mrz.parsed.mrz.issuing_state != "NLD" || !passes_elfproef(mrz.parsed.mrz.personal_number)) return;
  const bool card = mrz.parsed.format == MrzFormat::kTd1;
  const double first = card ? 15 : 28, line = card ? 0 : 1;
  document.bsn_boxes.push_back(box_of(frame, (first - 0.5) * kCharacter, line * 5 - 1, 10.5 * kCharacter, 5, page));
}

// Since 2021 the number stands in a QR code on the back.
void add_qr_code(const cv::Mat& gray, IdentityDocument& document) {
  const double zoom = std::min(1.0, 1000.0 / std::max(gray.cols, gray.rows));
  cv::Mat small;
  cv::resize(gray, small, {}, zoom, zoom, cv::INTER_AREA);
  std::vector<cv::Point2f> corners;
  if (cv::QRCodeDetector().detect(small, corners) && corners.size() == 4)
    document.bsn_boxes.push_back(box_of(corners, small.size()));
}

bool names_an_identity_document(std::span<const Word> words) {
  static constexpr std::array<std::string_view, 10> names = {
      "paspoort", "passport", "passeport", "identiteitskaart", "identity", "rijbewijs", "driving", "verblijf", "residence",
      "identit"};
  return std::ranges::any_of(words, [](const Word& word) {
    std::string lower;
    for (const char c : word.text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return std::ranges::any_of(names, [&](std::string_view name) { return lower.find(name) != std::string::npos; });
  });
}

IdentityDocument by_mrz(const cv::Mat& gray, MrzOnPage& mrz, Engines& engines, std::span<const Word> words) {
  const cv::Size page = gray.size();
  const Frame frame = frame_of(mrz);
  const Sheet sheet = sheet_of(mrz.parsed.format);
  IdentityDocument document;
  document.document_type = mrz.parsed.document_type;
  document.area = box_of(frame, -sheet.left, sheet.below - sheet.height, sheet.width, sheet.height, page);
  document.mrz_box = box_of(mrz.corners, page);
  if (const auto face = largest_face(gray, engines, turns_for(frame))) {
    document.photo_box = fraction_of(portrait_around(*face, page), page);
  } else if (mrz.parsed.format == MrzFormat::kTd3) {
    // ICAO 9303-4: the portrait stands at the left, above the zone.
    document.photo_box = box_of(frame, -3, sheet.below - sheet.height + 12, 42, 52, page);
  }
  add_bsn_in_mrz(mrz, frame, page, document);
  if (mrz.parsed.mrz.issuing_state == "NLD") add_qr_code(gray, document);
  add_bsn_words(words, document);
  document.mrz = std::move(mrz.parsed.mrz);
  return document;
}

}  // namespace

std::optional<IdentityDocument> find_identity_document(const cv::Mat& page, Engines& engines,
                                                       std::span<const Word> words) try {
  cv::Mat gray;
  cv::cvtColor(page, gray, cv::COLOR_BGR2GRAY);
  auto mrz = find_mrz(gray);
  if (mrz && mrz->parsed.document_type != "visa" && (mrz->parsed.mrz.checks_ok || mrz->score >= kReadWell))
    return by_mrz(gray, *mrz, engines, words);
  if (mrz || !names_an_identity_document(words)) return std::nullopt;
  const auto face = largest_face(gray, engines, 0);
  if (!face) return std::nullopt;
  IdentityDocument document;
  document.document_type = "other";
  document.area = {0, 0, 1, 1};
  document.photo_box = fraction_of(portrait_around(*face, gray.size()), gray.size());
  add_bsn_words(words, document);
  return document;
} catch (const std::exception&) {
  return std::nullopt;
}

}  // namespace zp::intake::vision
