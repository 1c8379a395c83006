#include "intake/cell/vision/known_forms.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <opencv2/calib3d.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "intake/cell/vision/form_fit.h"
#include "intake/cell/vision/stroke_measures.h"

namespace zp::intake::vision {
namespace {

constexpr std::size_t kFewestWords = 7;   // in their places, to be sure of a form
constexpr double kFewestShare = 0.2;      // of the blank page's telling words; OCR reads a part of a page
constexpr std::size_t kShortestWord = 3;  // letters; shorter ones stand everywhere
constexpr double kUnits = 1000;           // the page's height in what distances are measured in
constexpr double kOff = 6;                // units that a word may lie beside its place: 1.8 mm on A4
constexpr double kInkLevel = 204;         // brightness below which it is ink, of 255
constexpr double kLettersOnPage = 110;    // letter heights that a page is high

std::string normalised(std::string_view text) {
  std::string letters;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)))
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return letters;
}

using Positions = std::multimap<std::string, const Word*>;

Positions positions_of(std::span<const Word> words) {
  Positions positions;
  for (const Word& word : words)
    if (std::string text = normalised(word.text); text.size() >= kShortestWord)
      positions.emplace(std::move(text), &word);
  return positions;
}

// Both ends of the words that the blank page has once, with each place where the page has them.
struct Pairs {
  std::vector<cv::Point2d> blank, page;  // two in a row are one word
  std::size_t telling = 0;               // words that the blank page has once
};

Pairs pairs_of(const FormPage& form, const Positions& on_page, const cv::Size& size) {
  constexpr std::size_t kMostPlaces = 4;
  Pairs pairs;
  const auto add = [](std::vector<cv::Point2d>& to, const Box& box, double width, double height) {
    const double scale = kUnits / height, y = (box.y + box.h / 2) * height * scale;
    to.emplace_back(box.x * width * scale, y);
    to.emplace_back((box.x + box.w) * width * scale, y);
  };
  const Positions on_blank = positions_of(form.words);
  for (const auto& [text, word] : on_blank) {
    if (on_blank.count(text) != 1) continue;
    ++pairs.telling;
    if (on_page.count(text) > kMostPlaces) continue;
    const auto [first, last] = on_page.equal_range(text);
    for (auto at = first; at != last; ++at) {
      add(pairs.blank, word->box, form.size.width, form.size.height);
      add(pairs.page, at->second->box, size.width, size.height);
    }
  }
  return pairs;
}

cv::Point2d through(const cv::Matx33d& map, double x, double y) {
  const cv::Vec3d point = map * cv::Vec3d(x, y, 1);
  return {point[0] / point[2], point[1] / point[2]};
}

// A page seen from above or a little from the side: not mirrored, not folded, neither tiny nor huge.
bool plausible(const cv::Matx33d& map, double width) {
  const std::array corners = {through(map, 0, 0), through(map, width, 0), through(map, width, kUnits),
                              through(map, 0, kUnits)};
  double area = 0;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const cv::Point2d a = corners[(i + 1) % 4] - corners[i], b = corners[(i + 2) % 4] - corners[(i + 1) % 4];
    if (a.cross(b) <= 0) return false;
    area += corners[i].cross(corners[(i + 1) % 4]) / 2;
  }
  const double share = area / (width * kUnits);
  return share > 0.1 && share < 3 && corners[1].x > corners[0].x;
}

// The upright box around what `map` makes of a box.
cv::Rect around(const cv::Rect& box, const cv::Matx33d& map) {
  std::vector<cv::Point> corners;
  for (const cv::Point& corner :
       {box.tl(), box.br(), cv::Point(box.x + box.width, box.y), cv::Point(box.x, box.y + box.height)})
    corners.emplace_back(through(map, corner.x, corner.y));
  return cv::boundingRect(corners);
}

struct Fit {
  cv::Matx33d map;        // in units
  std::size_t words = 0;  // in their places
  bool is_guess = false;  // as LaidForm::is_guess
};

// How much larger one side of the page is seen than the other.
double perspective_of(const cv::Matx33d& map, double width) {
  return std::abs(map(2, 0) * width / map(2, 2)) + std::abs(map(2, 1) * kUnits / map(2, 2));
}

std::optional<Fit> fit(const FormPage& form, const Positions& on_page, const cv::Size& size) {
  const Pairs pairs = pairs_of(form, on_page, size);
  if (pairs.blank.size() < 2 * kFewestWords) return std::nullopt;
  std::vector<std::uint8_t> fits;
  const cv::Mat found = cv::findHomography(pairs.blank, pairs.page, cv::RANSAC, kOff, fits, 1000, 0.995);
  if (found.empty()) return std::nullopt;
  Fit fit{cv::Matx33d(found)};
  double top = kUnits, bottom = 0, left = kUnits, right = 0;
  for (std::size_t i = 0; i + 1 < fits.size(); i += 2) {
    if (!fits[i] || !fits[i + 1]) continue;
    ++fit.words;
    top = std::min(top, pairs.blank[i].y);
    bottom = std::max(bottom, pairs.blank[i].y);
    left = std::min(left, pairs.blank[i].x);
    right = std::max(right, pairs.blank[i + 1].x);
  }
  const auto needed = static_cast<std::size_t>(kFewestShare * static_cast<double>(pairs.telling));
  const bool enough = fit.words >= std::max(kFewestWords, needed);
  const bool spread = bottom - top > kUnits / 4;
  const double width = kUnits * form.size.width / form.size.height;
  if (!enough || !spread || !plausible(fit.map, width)) return std::nullopt;
  constexpr double kFlat = 0.01, kWide = 0.5;
  fit.is_guess = perspective_of(fit.map, width) > kFlat && right - left < kWide * width;
  return fit;
}

// Of a line however it lies.
double breadth(const cv::Mat& line) {
  std::vector<cv::Point> points;
  cv::findNonZero(line, points);
  const cv::Size2f size = cv::minAreaRect(points).size;
  return static_cast<double>(std::min(size.width, size.height));
}

// Ink of the page where the blank form has none; specks and the form's own lines, where they moved, are left out.
cv::Mat added_ink(const cv::Mat& blank, const cv::Mat& page, const cv::Rect& field, double unit) {
  const cv::Matx33d fit = best_fit(blank, page, unit);
  cv::Mat moved, labels, stats, centres;
  cv::warpPerspective(blank, moved, fit, blank.size(), cv::INTER_NEAREST);
  const int margin = std::max(2, static_cast<int>(0.25 * unit)) * 2 + 1;
  cv::dilate(moved, moved, cv::getStructuringElement(cv::MORPH_ELLIPSE, {margin, margin}));
  cv::Mat added = cv::Mat::zeros(page.size(), CV_8U);
  const cv::Rect inside = around(field, fit) & cv::Rect({}, page.size());
  cv::Mat(page & ~moved)(inside).copyTo(added(inside));
  const int count = cv::connectedComponentsWithStats(added, labels, stats, centres, 8, CV_32S);
  for (int i = 1; i < count; ++i) {
    const int* row = stats.ptr<int>(i);
    const int longest = std::max(row[cv::CC_STAT_WIDTH], row[cv::CC_STAT_HEIGHT]);
    const bool speck = longest < 0.6 * unit;
    const bool rule = longest > 4 * unit && breadth(labels == i) < 0.5 * unit;
    if (speck || rule) added.setTo(0, labels == i);
  }
  return added;
}

// A signature is wide and has one long winding stroke at least; a cross is straight, typed letters are short.
AddedInk judged(const cv::Mat& added, const cv::Matx33d& to_page, double unit) {
  constexpr double kSomething = 0.8;  // square letter heights: a cross of 5 mm has twice as much
  constexpr double kWide = 4, kHigh = 1.5, kLong = 14, kMostStraight = 0.5;
  AddedInk result;
  result.any = cv::countNonZero(added) >= kSomething * unit * unit;
  if (!result.any) return result;
  const cv::Rect box = cv::boundingRect(added);
  const Outline outline = outline_of(added, unit);
  result.strokes = box.width >= kWide * unit && box.height >= kHigh * unit && outline.longest >= kLong * unit &&
                   outline.straight <= kMostStraight;
  result.box = around(box, to_page);
  return result;
}

// A text layer's boxes have room for the tallest letter; those of OCR lie tight, and so must these.
Box tight(const Box& box, const cv::Mat& picture) {
  const cv::Rect part = pixels_of(box, picture.size());
  if (part.empty()) return box;
  const cv::Rect ink = cv::boundingRect(picture(part) < kInkLevel);
  return ink.empty() ? box : fraction_of(ink + part.tl(), picture.size());
}

}  // namespace

FormPage form_page(const cv::Mat& picture, std::vector<Word> words, std::vector<FormField> fields) {
  const double scale = static_cast<double>(kWorkingSide) / std::max(picture.cols, picture.rows);
  cv::Mat blank;
  cv::cvtColor(picture, blank, cv::COLOR_BGR2GRAY);
  cv::resize(blank, blank, {}, scale, scale, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  const int around = static_cast<int>(2 * blank.rows / kLettersOnPage);
  for (Word& word : words) word.box = tight(word.box, blank);
  for (FormField& field : fields) {
    const cv::Rect box = pixels_of(field.box, blank.size());
    const cv::Rect part = cv::Rect(box.x - around, box.y - around, box.width + 2 * around, box.height + 2 * around) &
                          cv::Rect({}, blank.size());
    field.blank = blank(part).clone();
    field.at = part.tl();
  }
  return {.size = blank.size(), .words = std::move(words), .fields = std::move(fields)};
}

std::optional<LaidForm> known_form(const Ink& ink, std::span<const Word> words, std::span<const FormPage> forms) {
  const Positions on_page = positions_of(words);
  const cv::Size size = ink.gray.size();
  std::optional<LaidForm> best;
  std::size_t most = 0;
  for (const FormPage& form : forms) {
    const std::optional<Fit> found = fit(form, on_page, size);
    if (!found || found->words <= most) continue;
    most = found->words;
    const double to_units = kUnits / form.size.height, from_units = size.height / kUnits;
    best = LaidForm{
        &form, cv::Matx33d::diag({from_units, from_units, 1}) * found->map * cv::Matx33d::diag({to_units, to_units, 1}),
        found->is_guess};
  }
  return best;
}

bool may_be_a_form(std::span<const Word> words, std::span<const FormPage> forms) {
  constexpr std::ptrdiff_t kSome = 3;
  constexpr std::size_t kLongWord = 5;  // letters
  const Positions on_page = positions_of(words);
  return std::ranges::any_of(forms, [&](const FormPage& form) {
    const Positions on_blank = positions_of(form.words);
    return std::ranges::count_if(on_blank, [&](const auto& word) {
             return word.first.size() >= kLongWord && on_blank.count(word.first) == 1 && on_page.contains(word.first);
           }) >= kSome;
  });
}

PlacesToSign places_of(const LaidForm& form, const Ink& ink) {
  const double unit = form.page->size.height / kLettersOnPage;
  const cv::Rect page({}, ink.gray.size());
  PlacesToSign places{{}, true};
  for (const FormField& field : form.page->fields) {
    const cv::Rect own = pixels_of(field.box, form.page->size), box = around(own, form.from_blank) & page;
    if (own.empty() || box.empty() || field.blank.empty()) continue;
    cv::Mat seen;
    const cv::Matx33d from_part = form.from_blank * cv::Matx33d(1, 0, field.at.x, 0, 1, field.at.y, 0, 0, 1);
    cv::warpPerspective(ink.paper, seen, from_part, field.blank.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                        cv::BORDER_CONSTANT, 255);
    const cv::Mat added = added_ink(field.blank < kInkLevel, seen < kInkLevel, own - field.at, unit);
    AddedInk what = judged(added, from_part, unit);
    what.box &= page;
    places.all.push_back({box, {}, field.whose, what});
  }
  return places;
}

}  // namespace zp::intake::vision
