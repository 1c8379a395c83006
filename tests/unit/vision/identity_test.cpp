#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include "intake/cell/vision/bsn_marks.h"
#include "intake/cell/vision/mrz_glyphs.h"
#include "intake/cell/vision/mrz_reader.h"
#include "intake/cell/vision/vision.h"
#include "tests/unit/vision/drawing.h"

namespace zp::intake::vision {
namespace {

using Lines = std::vector<std::string>;

const Lines kPassport = {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                         "L898902C36UTO7408122F1204159ZE184226B<<<<<10"};
const Lines kCard = {"I<NLDSPECI20142999999990<<<<<8", "6503101F2403096NLD<<<<<<<<<<<8",
                     "DE<BRUIJN<<WILLEKE<LISELOTTE<<"};

const Lines kLicence = {"D1NLD15094962111659VW87Z78NB84"};

void print_glyph(cv::Mat& page, char c, cv::Point2d top_left, double zoom) {
  cv::Mat glyph(kGlyphHeight, kGlyphWidth, CV_8U);
  const std::string_view rows = kGlyphs[kGlyphLetters.find(c)];
  for (int i = 0; i < kGlyphWidth * kGlyphHeight; ++i) {
    const char digit = rows[static_cast<std::size_t>(i)];
    glyph.at<std::uint8_t>(i / kGlyphWidth, i % kGlyphWidth) =
        static_cast<std::uint8_t>(255 - 16 * (digit <= '9' ? digit - '0' : digit - 'a' + 10));
  }
  cv::resize(glyph, glyph, {}, zoom, zoom, cv::INTER_AREA);
  cv::Mat part = page(cv::Rect(static_cast<int>(top_left.x), static_cast<int>(top_left.y), glyph.cols, glyph.rows));
  cv::cvtColor(glyph, glyph, cv::COLOR_GRAY2BGR);
  cv::min(part, glyph, part);
}

// A document of which only the zone is printed; `pitch` pixels from character to character.
cv::Mat document(const Lines& lines, double pitch) {
  const bool card = lines.size() != 2;
  const auto width = static_cast<int>(pitch * (card ? 34 : 49)), height = static_cast<int>(width * 0.65);
  cv::Mat page(height, width, CV_8UC3, cv::Scalar(225, 235, 228));
  testing::print_line(page, card ? "IDENTITEITSKAART" : "PASPOORT", {width / 20, height / 8}, pitch / 16);
  testing::print_line(page, "De Bruijn, Willeke Liselotte", {width / 3, height / 3}, pitch / 20);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    const double step = pitch * (card ? 10.0 / 6 : 2.5),
                 top = height - pitch * 2.5 - step * static_cast<double>(lines.size() - line - 1);
    for (std::size_t i = 0; i < lines[line].size(); ++i)
      print_glyph(page, lines[line][i], {pitch * (2 + static_cast<double>(i)), top - pitch * 0.75},
                  pitch / kGlyphWidth);
  }
  return page;
}

std::optional<MrzOnPage> read(const cv::Mat& page) {
  cv::Mat gray;
  cv::cvtColor(page, gray, cv::COLOR_BGR2GRAY);
  return find_mrz(gray);
}

TEST(FindMrz, ReadsAPassportAndACardAtSeveralSizes) {
  for (const Lines& lines : {kPassport, kCard, kLicence}) {
    for (const double pitch : {9.0, 14.0, 22.0}) {
      const auto found = read(document(lines, pitch));
      ASSERT_TRUE(found) << pitch;
      EXPECT_EQ(found->parsed.mrz.lines, lines) << pitch;
      EXPECT_TRUE(found->parsed.mrz.checks_ok);
    }
  }
}

TEST(FindMrz, ReadsItAnyWayUpAndAskew) {
  const cv::Mat page = document(kPassport, 18);
  for (int turns = 0; turns < 4; ++turns) {
    const auto found = read(turned(page, turns));
    ASSERT_TRUE(found) << turns;
    EXPECT_EQ(found->parsed.mrz.lines, kPassport) << turns;
  }
  cv::Mat wide;
  cv::copyMakeBorder(page, wide, 120, 120, 120, 120, cv::BORDER_CONSTANT, cv::Scalar(90, 80, 70));
  const auto found = read(testing::tilted(wide, 4));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->parsed.mrz.lines, kPassport);
}

TEST(FindMrz, ReadsItThroughNoiseAndSoftFocus) {
  cv::Mat page = document(kPassport, 18), noise(page.size(), CV_16SC3);
  cv::GaussianBlur(page, page, {}, 1.6);
  cv::randn(noise, 0, 10);
  cv::add(page, noise, page, cv::noArray(), CV_8U);
  const auto found = read(page);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->parsed.mrz.lines, kPassport);
}

// The right side of `page` so much shorter than the left, as from a chair beside the table.
cv::Mat seen_askew(const cv::Mat& page, float part) {
  const auto w = static_cast<float>(page.cols), h = static_cast<float>(page.rows);
  const std::array<cv::Point2f, 4> corners = {cv::Point2f{0, 0}, {w, 0}, {w, h}, {0, h}};
  const float right = w * (1 - part / 2), top = h * part / 2;
  const std::array<cv::Point2f, 4> seen = {cv::Point2f{0, 0}, {right, top}, {right, h - top}, {0, h}};
  cv::Mat askew;
  cv::warpPerspective(page, askew, cv::getPerspectiveTransform(corners.data(), seen.data()), page.size(),
                      cv::INTER_AREA, cv::BORDER_CONSTANT, cv::Scalar(90, 80, 70));
  return askew;
}

TEST(FindMrz, ReadsItFromTheSideWhereCellsGetSmaller) {
  for (const Lines& lines : {kPassport, kCard}) {
    for (const float part : {0.06F, 0.12F}) {
      const auto found = read(seen_askew(document(lines, 20), part));
      ASSERT_TRUE(found) << part;
      EXPECT_EQ(found->parsed.mrz.lines, lines) << part;
      EXPECT_FALSE(found->parsed.mrz.corrected) << part;
    }
  }
}

// As a camera held low over a table sees it: less than half as high as it is, the far side shorter.
TEST(FindIdentityDocuments, ReadsACardThatIsSquashedByTheWayItIsSeen) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  const cv::Mat card = document(kPassport, 20);
  const cv::Point2f w(static_cast<float>(card.cols), 0), h(0, static_cast<float>(card.rows));
  const std::array<cv::Point2f, 4> from = {cv::Point2f{}, w, w + h, h};
  const std::array<cv::Point2f, 4> seen = {cv::Point2f{160, 500}, {940, 505}, {1060, 790}, {40, 795}};
  cv::Mat photo;
  cv::warpPerspective(card, photo, cv::getPerspectiveTransform(from.data(), seen.data()), {1100, 1000}, cv::INTER_AREA,
                      cv::BORDER_CONSTANT, cv::Scalar(60, 70, 90));
  const auto all = find_identity_documents(photo, *engines);
  ASSERT_EQ(all.size(), 1U);
  ASSERT_TRUE(all[0].mrz);
  EXPECT_EQ(all[0].mrz->lines, kPassport);
  ASSERT_TRUE(all[0].mrz_box);
  EXPECT_NEAR(all[0].mrz_box->y, 0.73, 0.02) << "on the photo, not on the straightened card";
  EXPECT_NEAR(all[0].mrz_box->h, 0.05, 0.02);
}

TEST(FindMrz, ReadsItThroughTheEdgeOfAShadow) {
  cv::Mat page = document(kPassport, 30);
  for (int x = 0; x < page.cols; ++x) {
    const double light = 1 - 0.6 / (1 + std::exp(-12 * (static_cast<double>(x) / page.cols - 0.5)));
    page.col(x) *= light;
  }
  const auto found = read(page);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->parsed.mrz.lines, kPassport);
}

TEST(ReadLine, SaysThatTheLineGoesOnBesideItsCells) {
  const float pitch = 16;
  const cv::Mat page = document(kCard, pitch);
  cv::Mat gray;
  cv::cvtColor(page, gray, cv::COLOR_BGR2GRAY);
  // The last line as document() prints it.
  const Ribbon whole{{pitch * 17, static_cast<float>(page.rows) - pitch * 2.5F}, pitch * 29.66F, pitch * 0.9F, 0};
  Ribbon later = whole;
  later.middle.x += 3 * pitch;
  const auto line = read_line(gray, whole, 30), cut = read_line(gray, later, 30);
  ASSERT_TRUE(line);
  ASSERT_TRUE(cut);
  EXPECT_FALSE(line->goes_on);
  EXPECT_TRUE(cut->goes_on);
}

TEST(FindMrz, FindsNoneInALetter) {
  cv::Mat page = testing::sheet();
  testing::print_text(page, 30);
  EXPECT_FALSE(read(page));
}

TEST(FindIdentityDocuments, PointsAtTheBsnInTheZoneOfADutchCard) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  const auto all = find_identity_documents(document(kCard, 16), *engines);
  ASSERT_EQ(all.size(), 1U);
  const IdentityDocument* found = &all[0];
  EXPECT_EQ(found->document_type, "identity-card");
  ASSERT_TRUE(found->mrz);
  EXPECT_EQ(found->mrz->expiry_date, "2024-03-09");
  ASSERT_TRUE(found->mrz_box);
  ASSERT_EQ(found->bsn_boxes.size(), 1U);
  const Box& bsn = found->bsn_boxes[0];
  EXPECT_GE(bsn.y + bsn.h, found->mrz_box->y);
  EXPECT_LT(bsn.w, 0.5);
  EXPECT_NEAR(bsn.x, (2 + 15) / 34.0, 0.04);
}

TEST(FindIdentityDocuments, PointsAtAPrintedBsn) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  const std::vector<Word> words = {
      {"BSN", {0.1, 0.5, 0.1, 0.03}}, {"999999990", {0.22, 0.5, 0.2, 0.03}}, {"123456789", {0.5, 0.5, 0.2, 0.03}}};
  const auto all = find_identity_documents(document(kPassport, 16), *engines, words);
  ASSERT_EQ(all.size(), 1U);
  const IdentityDocument* found = &all[0];
  ASSERT_EQ(found->bsn_boxes.size(), 1U);
  EXPECT_EQ(found->bsn_boxes[0].x, 0.22);
}

TEST(FindIdentityDocuments, PointsAtABsnThatIsPrintedInGroups) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  const cv::Mat page = document(kPassport, 16);
  const auto boxes = [&](const std::vector<Word>& words) {
    const auto found = find_identity_documents(page, *engines, words);
    return found.empty() ? std::vector<Box>() : found[0].bsn_boxes;
  };
  const auto word = [](const char* text, double x, int line) { return Word{text, {x, 0.3, 0.05, 0.01}, 1, line}; };
  const auto spaced = boxes({word("BSN", 0.1, 3), word("9999", 0.2, 3), word("99", 0.26, 3), word("990", 0.32, 3)});
  ASSERT_EQ(spaced.size(), 1U);
  EXPECT_NEAR(spaced[0].x, 0.2, 1e-9);
  EXPECT_NEAR(spaced[0].w, 0.17, 1e-9);
  EXPECT_EQ(boxes({word("9999.99.990", 0.2, 3)}).size(), 1U);
  EXPECT_TRUE(boxes({word("9999", 0.2, 3), word("99991", 0.26, 3)}).empty()) << "fails the 11-proef";
  EXPECT_TRUE(boxes({word("9999", 0.2, 3), word("99990", 0.26, 4)}).empty()) << "on two lines";
}

TEST(BsnWords, CountAtTheirLabelEvenIfADigitWasMisread) {
  const auto marked = [](const std::string& text, double y) {
    std::vector<Box> boxes;
    const std::vector<Word> words = {{"Burgerservicenummer", {0.1, 0.5, 0.2, 0.02}}, {text, {0.1, y, 0.1, 0.03}}};
    add_bsn_words(words, boxes);
    return boxes.size();
  };
  EXPECT_EQ(marked("11222333", 0.53), 1U) << "a digit was lost";
  EXPECT_EQ(marked("I11222339", 0.53), 1U);
  EXPECT_EQ(marked("11222333", 0.7), 0U) << "elsewhere it is another number";
  EXPECT_EQ(marked("02-06-1979", 0.53), 0U) << "a date";
  EXPECT_EQ(marked("SPECI2014", 0.53), 0U);
}

TEST(FindIdentityDocuments, FindsTwoOnAPage) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  const cv::Mat one = document(kPassport, 14), two = document(kCard, 14);
  cv::Mat page(one.rows + two.rows + 600, std::max(one.cols, two.cols) + 200, CV_8UC3, cv::Scalar(250, 250, 250));
  one.copyTo(page(cv::Rect(100, 100, one.cols, one.rows)));
  two.copyTo(page(cv::Rect(100, one.rows + 500, two.cols, two.rows)));
  const auto all = find_identity_documents(page, *engines);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_NE(all[0].document_type, all[1].document_type);
}

TEST(FindIdentityDocuments, SaysThatACornerIsCutOff) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  cv::Mat page;
  cv::copyMakeBorder(document(kPassport, 16), page, 700, 60, 60, 60, cv::BORDER_CONSTANT, cv::Scalar(250, 250, 250));
  const auto whole = find_identity_documents(page, *engines);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_TRUE(whole[0].shortcomings.empty());
  const auto cut = find_identity_documents(page.rowRange(page.rows - 300, page.rows).clone(), *engines);
  ASSERT_EQ(cut.size(), 1U);
  EXPECT_EQ(cut[0].shortcomings, std::vector<std::string>{"cut-off"});
}

TEST(FindIdentityDocuments, SaysThatALampShinesOnIt) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  cv::Mat page = document(kPassport, 16) * 0.8;
  ASSERT_EQ(find_identity_documents(page, *engines).size(), 1U);
  EXPECT_TRUE(find_identity_documents(page, *engines)[0].shortcomings.empty());
  cv::ellipse(page, {page.cols * 6 / 10, page.rows * 4 / 10}, {page.cols / 10, page.rows / 10}, 20, 0, 360,
              cv::Scalar::all(255), cv::FILLED);
  const auto shone_on = find_identity_documents(page, *engines);
  ASSERT_EQ(shone_on.size(), 1U);
  EXPECT_EQ(shone_on[0].shortcomings, std::vector<std::string>{"glare"});
}

TEST(FindIdentityDocuments, TakesNoPaperAroundACopyForALamp) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  cv::Mat whole, page;  // as high and wide as such a page is
  cv::copyMakeBorder(document(kPassport, 16), whole, 60, 20, 16, 16, cv::BORDER_CONSTANT, cv::Scalar(225, 235, 228));
  const cv::Scalar white = cv::Scalar::all(255);
  cv::copyMakeBorder(whole * 0.8, page, 300, 300, 200, 200, cv::BORDER_CONSTANT, white);
  const cv::Mat turn = cv::getRotationMatrix2D(cv::Point(page.cols / 2, page.rows / 2), 5, 1);
  cv::warpAffine(page, page, turn, page.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT, white);
  const auto found = find_identity_documents(page, *engines);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].shortcomings, std::vector<std::string>());
}

// A letter says it, or it stands on the back of another document.
TEST(FindIdentityDocuments, IsFoundWhereABsnIsPrintedElsewhereOnThePage) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  cv::Mat page;
  cv::copyMakeBorder(document(kPassport, 16), page, 700, 60, 60, 60, cv::BORDER_CONSTANT, cv::Scalar(250, 250, 250));
  const std::vector<Word> words = {{"BSN", {0.1, 0.05, 0.05, 0.02}}, {"999999990", {0.2, 0.05, 0.1, 0.02}}};
  const auto found = find_identity_documents(page, *engines, words);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].bsn_boxes.size(), 1U);
}

TEST(FindIdentityDocuments, PointsAtAQrCodeOnADutchDocument) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  Lines without_bsn = kCard;
  without_bsn[0] = "I<NLDSPECI20212<<<<<<<<<<<<<<<";
  cv::Mat page = document(without_bsn, 16), code;
  cv::QRCodeEncoder::create()->encode("999999990", code);
  cv::resize(code, code, {110, 110}, 0, 0, cv::INTER_NEAREST);
  cv::cvtColor(code, code, cv::COLOR_GRAY2BGR);
  const cv::Rect place(page.cols * 7 / 10, page.rows / 4, 110, 110);
  code.copyTo(page(place));
  const auto all = find_identity_documents(page, *engines);
  ASSERT_EQ(all.size(), 1U);
  ASSERT_EQ(all[0].bsn_boxes.size(), 1U);
  const cv::Mat masked = mask(page, boxes_to_mask(all[0]));
  std::vector<cv::Point2f> corners;
  EXPECT_TRUE(cv::QRCodeDetector().detect(page, corners));
  EXPECT_FALSE(cv::QRCodeDetector().detect(masked, corners));
}

// Blurred marks of the size of small letters, as the pattern of a card is, above its zone.
cv::Mat patterned(cv::Mat card) {
  cv::Mat pattern(card.size(), card.type(), cv::Scalar::all(255));
  for (int y = 40; y < card.rows / 4; y += 34)
    for (int x = 40; x < card.cols - 40; x += 34)
      cv::ellipse(pattern, {x, y}, {6, 9}, (x + y) % 180, 0, 300, cv::Scalar::all(60), 3);
  cv::GaussianBlur(pattern, pattern, {}, 4);
  cv::min(card, pattern, card);
  return card;
}

TEST(ExaminePage, JudgesSharpnessByTheZoneWhereACardHasAPattern) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  const cv::Mat card = patterned(document(kPassport, 30));
  ASSERT_FALSE(page_quality(card).sharp) << "else this test says nothing";
  EXPECT_TRUE(examine_page(card, *engines).findings.sharp);
  cv::Mat blurred;
  cv::GaussianBlur(card, blurred, {}, 5);
  EXPECT_FALSE(examine_page(blurred, *engines).findings.sharp);
}

TEST(ExaminePage, TurnsThePageAsItsZoneIsRead) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  const PageReport report = examine_page(turned(patterned(document(kPassport, 30)), 2), *engines);
  ASSERT_EQ(report.identities.size(), 1U);
  EXPECT_EQ(report.quality.quarter_turns, 2);
  EXPECT_TRUE(report.findings.upside_down);
  EXPECT_GT(report.identities[0].mrz_box->y, 0.6);
}

TEST(FindIdentityDocuments, TakesNoLetterForOne) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  cv::Mat page = testing::sheet();
  testing::print_text(page, 30);
  EXPECT_TRUE(find_identity_documents(page, *engines).empty());
}

TEST(Mask, CoversGhostImagesToo) {
  IdentityDocument document;
  document.photo_box = Box{0.1, 0.1, 0.2, 0.3};
  document.ghost_boxes = {Box{0.8, 0.1, 0.1, 0.15}};
  EXPECT_EQ(boxes_to_mask(document).size(), 2U);
}

TEST(Mask, ReplacesThePixelsAndALittleAround) {
  const cv::Mat page(100, 200, CV_8UC3, cv::Scalar(10, 120, 250));
  const std::vector<Box> boxes = {{0.25, 0.2, 0.5, 0.4}, {0.9, 0.9, 0.5, 0.5}};
  const cv::Mat masked = mask(page, boxes);
  EXPECT_EQ(masked.at<cv::Vec3b>(40, 100), cv::Vec3b(0, 0, 0));
  EXPECT_EQ(masked.at<cv::Vec3b>(19, 49), cv::Vec3b(0, 0, 0));
  EXPECT_EQ(masked.at<cv::Vec3b>(99, 199), cv::Vec3b(0, 0, 0));
  EXPECT_EQ(masked.at<cv::Vec3b>(5, 5), cv::Vec3b(10, 120, 250));
  EXPECT_EQ(page.at<cv::Vec3b>(40, 100), cv::Vec3b(10, 120, 250));
}

}  // namespace
}  // namespace zp::intake::vision
