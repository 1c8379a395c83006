#include "intake/cell/vision/known_forms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "tests/unit/vision/drawing.h"

namespace zp::intake::vision {
namespace {

using testing::print_line;
using testing::sheet;
using testing::sign;

struct Printed {
  const char* text;
  cv::Point foot;
};

// A form with two places to sign; what is printed on it, and so what can be read.
const std::vector<Printed> kPrinted = {
    {"Aanvraag", {110, 140}},     {"verzonnen", {320, 140}},          {"voorzieningen", {560, 140}},
    {"Voornamen", {110, 300}},    {"Geboortedatum", {110, 380}},      {"Huisnummer", {110, 460}},
    {"Postcode", {110, 540}},     {"Telefoon", {110, 620}},           {"Ondertekening", {110, 760}},
    {"Handtekening", {110, 900}}, {"vertegenwoordiger", {110, 1200}}, {"Formulier", {110, 1540}},
    {"pagina", {700, 1540}}};
const cv::Rect kClient(420, 830, 560, 150), kRepresentative(460, 1130, 560, 150);

cv::Mat blank() {
  cv::Mat page = sheet();
  for (const Printed& word : kPrinted) print_line(page, word.text, word.foot, 0.9);
  for (const cv::Rect& field : {kClient, kRepresentative}) cv::rectangle(page, field, {90, 90, 90}, 1);
  return page;
}

Box fraction(const cv::Rect2d& box, const cv::Size& size) {
  return {box.x / size.width, box.y / size.height, box.width / size.width, box.height / size.height};
}

// The words as a picture shows them that `map` made of the blank page.
std::vector<Word> words(const cv::Matx33d& map = cv::Matx33d::eye()) {
  const cv::Size size = sheet().size();
  std::vector<Word> all;
  for (const Printed& word : kPrinted) {
    int base = 0;
    const cv::Size own = cv::getTextSize(word.text, cv::FONT_HERSHEY_DUPLEX, 0.9, 1, &base);
    std::vector<cv::Point2d> corners;
    for (const cv::Point& corner :
         {cv::Point(0, 0), cv::Point(own.width, 0), cv::Point(0, -own.height), cv::Point(own.width, -own.height)}) {
      const cv::Vec3d at = map * cv::Vec3d(word.foot.x + corner.x, word.foot.y + corner.y, 1);
      corners.emplace_back(at[0] / at[2], at[1] / at[2]);
    }
    cv::Rect2d box(corners[0], corners[0]);
    for (const cv::Point2d& corner : corners) box |= cv::Rect2d(corner.x, corner.y, 1, 1);
    all.push_back({word.text, fraction(box, size), 0.9, static_cast<int>(all.size())});
  }
  return all;
}

std::vector<FormPage> registry() {
  const cv::Size size = sheet().size();
  FormPage page = form_page(
      blank(), words(),
      {{fraction(kClient, size), "client", {}, {}}, {fraction(kRepresentative, size), "representative", {}, {}}});
  page.form = "F-01";
  return {page};
}

std::vector<SignatureField> fields_on(const cv::Mat& page, const std::vector<Word>& read) {
  const std::vector<FormPage> forms = registry();
  const Ink ink = find_ink(page);
  const auto form = known_form(ink, read, forms);
  if (!form) return {};
  const PlacesToSign places = places_of(*form, ink);
  return fields_of(ink, places, signatures_of(ink, read, places));
}

// A photo taken from the lower left.
const cv::Matx33d kAtAnAngle(0.86, 0.05, 60, -0.02, 0.88, 70, -0.00004, 0.00003, 1);

cv::Mat photographed(const cv::Mat& page) {
  cv::Mat photo;
  cv::warpPerspective(page, photo, kAtAnAngle, page.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT,
                      cv::Scalar::all(250));
  return photo;
}

TEST(KnownForms, TellsWhichFieldIsSignedAndWhoseItIs) {
  cv::Mat page = blank();
  sign(page, {510, 1145, 330, 120});
  const auto fields = fields_on(page, words());
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(fields[0].whose, "client");
  EXPECT_EQ(fields[0].state, "empty");
  EXPECT_EQ(fields[1].whose, "representative");
  EXPECT_EQ(fields[1].state, "signed");
  EXPECT_NEAR(fields[1].box.y * page.rows, kRepresentative.y, 4);
}

TEST(KnownForms, LaysAPhotoTakenAtAnAngleUponTheForm) {
  cv::Mat page = blank();
  EXPECT_EQ(fields_on(photographed(page), words(kAtAnAngle)).at(0).state, "empty");
  sign(page, {470, 845, 330, 120});
  const auto fields = fields_on(photographed(page), words(kAtAnAngle));
  EXPECT_EQ(fields.at(0).state, "signed");
  EXPECT_EQ(fields.at(1).state, "empty");
}

TEST(KnownForms, LooksAwayFromWhatIsPrintedInTheField) {
  // The form's own print is as large as a signature would be; a little ink more is a doubt.
  cv::Mat page = blank();
  cv::line(page, {600, 860}, {660, 950}, {120, 40, 20}, 4);
  cv::line(page, {660, 860}, {600, 950}, {120, 40, 20}, 4);
  EXPECT_EQ(fields_on(page, words()).at(0).state, "doubtful");
}

TEST(KnownForms, TakesNoFrameThatLiesALittleOffForInk) {
  // The words lie flat, the fields do not: the sheet curls at its right side.
  cv::Mat page = blank(), curled = page.clone();
  cv::Mat part = page(cv::Rect(400, 800, page.cols - 400, 520)).clone();
  const cv::Matx23d bend(1.012, 0, -4, -0.022, 0.97, 22);
  cv::Mat bent;
  cv::warpAffine(part, bent, bend, part.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar::all(250));
  bent.copyTo(curled(cv::Rect(400, 800, part.cols, part.rows)));
  const auto empty = fields_on(curled, words());
  EXPECT_EQ(empty.at(0).state, "empty");
  EXPECT_EQ(empty.at(1).state, "empty");
  sign(curled, {480, 850, 330, 110});
  EXPECT_EQ(fields_on(curled, words()).at(0).state, "signed");
}

TEST(KnownForms, KnowsNoFormByAFewWords) {
  std::vector<Word> few = words();
  few.resize(6);
  EXPECT_TRUE(fields_on(blank(), few).empty());
  std::vector<Word> elsewhere = words();
  for (std::size_t i = 0; i < elsewhere.size(); ++i) elsewhere[i].box = words()[(i * 5 + 3) % elsewhere.size()].box;
  EXPECT_TRUE(fields_on(blank(), elsewhere).empty()) << "the words of the form, but not where it has them";
}

TEST(KnownForms, WhatIsWrittenBesideTheFieldsIsNoSureSignature) {
  cv::Mat page = blank();
  sign(page, {500, 420, 330, 120});
  const std::vector<FormPage> forms = registry();
  const Ink ink = find_ink(page);
  const auto form = known_form(ink, words(), forms);
  ASSERT_TRUE(form);
  for (const HandwrittenSignature& one : signatures_of(ink, words(), places_of(*form, ink)))
    EXPECT_LT(one.confidence, kSureSignature);
}

TEST(KnownForms, WhatIsWrittenCloseToASignedFieldIsNoSecondSignature) {
  cv::Mat page = blank();
  sign(page, {480, 880, 330, 90});
  sign(page, {560, 775, 330, 52}, {120, 40, 20}, 2);
  const std::vector<FormPage> forms = registry();
  const Ink ink = find_ink(page);
  const auto form = known_form(ink, words(), forms);
  ASSERT_TRUE(form);
  const PlacesToSign places = places_of(*form, ink);
  const auto found = signatures_of(ink, words(), places);
  EXPECT_EQ(std::ranges::count_if(found, [](const auto& one) { return one.confidence >= kSureSignature; }), 1);
  EXPECT_EQ(fields_of(ink, places, found).at(0).state, "signed");
}

TEST(KnownForms, AFewWordsOfAFormAreEnoughToReadOn) {
  std::vector<Word> few = words();
  few.resize(3);
  EXPECT_TRUE(may_be_a_form(few, registry()));
  few.resize(2);
  EXPECT_FALSE(may_be_a_form(few, registry()));
}

}  // namespace
}  // namespace zp::intake::vision
