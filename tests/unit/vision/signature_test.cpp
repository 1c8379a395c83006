#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/vision.h"
#include "tests/unit/vision/drawing.h"

namespace zp::intake::vision {
namespace {

using testing::print_line;
using testing::print_text;
using testing::sheet;
using testing::sign;

constexpr double kIsSignature = 0.5;

int signatures_on(const cv::Mat& page) {
  int count = 0;
  for (const HandwrittenSignature& found : find_signatures(page)) count += found.confidence >= kIsSignature;
  return count;
}

cv::Mat letter() {
  cv::Mat page = sheet();
  print_text(page, 20);
  return page;
}

const cv::Rect kPlace(150, 1150, 330, 120);

TEST(FindSignatures, FindsAPenStrokeUnderALetter) {
  for (int seed = 1; seed <= 4; ++seed) {
    cv::Mat page = letter();
    sign(page, kPlace, {120, 40, 20}, seed);
    const auto found = find_signatures(page);
    ASSERT_FALSE(found.empty()) << seed;
    EXPECT_GE(found[0].confidence, kIsSignature) << seed;
    const cv::Point2d middle((found[0].box.x + found[0].box.w / 2) * page.cols,
                             (found[0].box.y + found[0].box.h / 2) * page.rows);
    EXPECT_TRUE(cv::Rect2d(kPlace).contains(middle)) << seed;
  }
}

TEST(FindSignatures, FindsItInBlackAndInShadow) {
  cv::Mat page = letter();
  sign(page, kPlace, {30, 30, 30});
  for (int x = 0; x < page.cols; ++x) page.col(x) *= 0.5 + 0.5 * x / page.cols;
  EXPECT_EQ(signatures_on(page), 1);
}

TEST(FindSignatures, FindsNoneInPrint) { EXPECT_EQ(signatures_on(letter()), 0); }

TEST(FindSignatures, DoesNotTakeRulesFramesAndTicksForOne) {
  cv::Mat page = letter();
  cv::line(page, {150, 1250}, {600, 1250}, {0, 0, 0}, 2);
  cv::rectangle(page, {650, 1150, 350, 150}, {0, 0, 0}, 2);
  cv::line(page, {160, 1350}, {185, 1380}, {120, 20, 20}, 4);
  cv::line(page, {185, 1350}, {160, 1380}, {120, 20, 20}, 4);
  EXPECT_EQ(signatures_on(page), 0);
}

/// A frame with rounded corners that lies askew, as stamps do; its words come back as one patch of ink.
cv::Mat stamped(double degrees, const auto& draw_inside) {
  cv::Mat stamp(200, 520, CV_8UC3, cv::Scalar::all(255));
  for (const int inset : {8, 9, 10, 11})
    cv::rectangle(stamp, {inset, inset, 520 - 2 * inset, 200 - 2 * inset}, {150, 40, 40});
  draw_inside(stamp);
  cv::warpAffine(stamp, stamp, cv::getRotationMatrix2D({260, 100}, degrees, 0.85), stamp.size(), cv::INTER_AREA,
                 cv::BORDER_CONSTANT, cv::Scalar::all(255));
  cv::Mat page = letter();
  stamp.copyTo(page(cv::Rect(500, 1150, 520, 200)));
  return page;
}

TEST(FindSignatures, DoesNotTakeAStampForOne) {
  for (const double degrees : {-9., -6., 6., 9., 12.}) {
    const cv::Mat page = stamped(degrees, [](cv::Mat& stamp) {
      cv::putText(stamp, "ONTVANGEN", {60, 90}, cv::FONT_HERSHEY_SCRIPT_COMPLEX, 2, {150, 40, 40}, 3, cv::LINE_AA);
      cv::putText(stamp, "23 NOV 2026", {60, 150}, cv::FONT_HERSHEY_SCRIPT_COMPLEX, 1.5, {150, 40, 40}, 2, cv::LINE_AA);
    });
    EXPECT_EQ(signatures_on(page), 0) << degrees;
  }
}

TEST(FindSignatures, LeavesASignatureInAStampToAPerson) {
  const cv::Mat page = stamped(8, [](cv::Mat& stamp) { sign(stamp, {100, 50, 320, 100}); });
  EXPECT_EQ(signatures_on(page), 0);
  EXPECT_FALSE(find_signatures(page).empty());
}

std::vector<Word> label(const std::string& text, const cv::Mat& page, const cv::Rect& box) {
  return {{text,
           {static_cast<double>(box.x) / page.cols, static_cast<double>(box.y) / page.rows,
            static_cast<double>(box.width) / page.cols, static_cast<double>(box.height) / page.rows}}};
}

cv::Mat form() {
  cv::Mat page = letter();
  print_line(page, "Handtekening:", {120, 1260}, 0.9);
  cv::line(page, {360, 1264}, {900, 1264}, {0, 0, 0}, 2);
  return page;
}

const cv::Rect kLabel(120, 1240, 210, 24);

TEST(FindSignatureFields, ReportsAnEmptyFieldBesideItsLabel) {
  const cv::Mat page = form();
  const auto fields = find_signature_fields(page, label("Handtekening:", page, kLabel), {});
  ASSERT_EQ(fields.size(), 1U);
  EXPECT_EQ(fields[0].state, "empty");
  EXPECT_GT(fields[0].box.x * page.cols, 320);
  EXPECT_NEAR((fields[0].box.y + fields[0].box.h) * page.rows, 1264, 8);
}

TEST(FindSignatureFields, SeesThatAFieldIsSigned) {
  cv::Mat page = form();
  sign(page, {420, 1170, 300, 110});
  const auto fields = find_signature_fields(page, label("Handtekening:", page, kLabel), find_signatures(page));
  ASSERT_EQ(fields.size(), 1U);
  EXPECT_EQ(fields[0].state, "signed");
}

TEST(FindSignatureFields, SaysThatASignatureInItIsDoubtful) {
  const cv::Mat page = form();
  const Box box{420.0 / page.cols, 1170.0 / page.rows, 300.0 / page.cols, 90.0 / page.rows};
  const auto state = [&](double confidence) {
    const std::vector<HandwrittenSignature> found = {{box, confidence}};
    return find_signature_fields(page, label("Handtekening:", page, kLabel), found).at(0).state;
  };
  EXPECT_EQ(state(0.3), "doubtful");
  EXPECT_EQ(state(0.6), "signed");
}

TEST(FindSignatureFields, SaysWhoseItIs) {
  const cv::Mat page = form();
  const auto whose = [&](const std::string& second) {
    std::vector<Word> words = label("Handtekening", page, kLabel);
    words.push_back(label(second, page, {kLabel.x + kLabel.width + 10, kLabel.y, 150, kLabel.height})[0]);
    return find_signature_fields(page, words, {}).at(0).whose;
  };
  EXPECT_EQ(whose("gemachtigde:"), "representative");
  EXPECT_EQ(whose("ouder"), "parent");
  EXPECT_EQ(whose("hier"), "");
  EXPECT_EQ(whose("budgethouder"), "client");
  EXPECT_EQ(whose("cli\303\253nt/vertegenwoordiger"), "") << "either may sign";
  std::vector<Word> words = label("Ondertekening door de volmachtgever", page, {120, 1150, 500, 24});
  words.push_back(label("Handtekening:", page, kLabel)[0]);
  words.back().line = 1;
  EXPECT_EQ(find_signature_fields(page, words, {}).back().whose, "client");
}

std::vector<SignatureField> fields_by(std::initializer_list<const char*> label_words) {
  const cv::Mat page = form();
  std::vector<Word> words;
  for (const char* text : label_words) {
    words.push_back(label(text, page, {120 + 90 * static_cast<int>(words.size()), 700, 85, 24})[0]);
  }
  return find_signature_fields(page, words, {});
}

TEST(FindSignatureFields, PassesOverASentenceAboutSigning) {
  EXPECT_TRUE(fields_by({"Door", "uw", "handtekening", "verklaart", "u", "dat"}).empty());
  EXPECT_TRUE(fields_by({"Uw", "handtekening", "is", "nodig,", "ook", "van", "uw", "mentor"}).empty());
}

TEST(FindSignatureFields, ReadsALongLabelThatSaysWhose) {
  const auto fields = fields_by({"Naam", "en", "handtekening", "van", "de", "wettelijk", "vertegenwoordiger"});
  ASSERT_EQ(fields.size(), 1U);
  EXPECT_EQ(fields[0].whose, "representative");
  EXPECT_EQ(fields_by({"Signature", "of", "applicant"}).at(0).whose, "client");
}

TEST(FindSignatureFields, ForgivesOneMisreadLetter) {
  EXPECT_EQ(fields_by({"Handtekenlng:"}).size(), 1U);
  EXPECT_EQ(fields_by({"Ondertekenin"}).size(), 1U);
  EXPECT_TRUE(fields_by({"Aantekening"}).empty());
}

TEST(ExaminePage, PutsTheStepsTogether) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  cv::Mat page = letter();
  sign(page, kPlace);
  const PageReport report = examine_page(turned(page, 2), *engines);
  EXPECT_TRUE(report.quality.upside_down);
  ASSERT_EQ(report.findings.handwritten_signatures.size(), 1U);
  EXPECT_GT(report.findings.handwritten_signatures[0].box.y, 0.6);
  EXPECT_FALSE(report.findings.blank);
  EXPECT_TRUE(report.findings.sharp);
  EXPECT_TRUE(report.identities.empty());
}

TEST(ExaminePage, SurvivesStrangePictures) {
  auto engines = Engines::create();
  ASSERT_TRUE(engines);
  for (const cv::Size size : {cv::Size(1, 1), cv::Size(2, 900), cv::Size(900, 2), cv::Size(300, 200)}) {
    cv::Mat page(size, CV_8UC3);
    cv::randu(page, 0, 255);
    (void)examine_page(page, *engines);
    page = cv::Scalar::all(0);
    (void)examine_page(page, *engines);
  }
}

}  // namespace
}  // namespace zp::intake::vision
