#include "intake/cell/vision/cards.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string_view>

namespace zp::intake::vision {
namespace {

constexpr int kSearchSide = 700;  // pixels
constexpr double kLeastPart = 0.04, kLeastAspect = 1.3, kMostAspect = 1.75;
constexpr std::size_t kMostCards = 4, kMostFromTheSide = 2;
constexpr double kSquashed = 3.5;          // sides of a card that a camera sees from near the table
constexpr double kUsualProportion = 0.67;  // of sides, between those of ID-1 and ID-3

bool has_card_aspect(double a, double b) {
  const double aspect = std::max(a, b) / std::max(1.0, std::min(a, b));
  return aspect >= kLeastAspect && aspect <= kMostAspect;
}

double side(const CardCorners& corners, std::size_t i) { return cv::norm(corners[(i + 1) % 4] - corners[i]); }

bool card_shaped(const CardCorners& corners) {
  const double top = side(corners, 0), right = side(corners, 1), foot = side(corners, 2), left = side(corners, 3);
  const auto alike = [](double a, double b) { return std::min(a, b) > 0.75 * std::max(a, b); };
  return alike(top, foot) && alike(left, right) && has_card_aspect(top + foot, left + right);
}

// Nearer parts look larger: one of two opposite sides is longer.
bool seen_from_the_side(const CardCorners& corners) {
  constexpr double kPlainly = 0.94, kLeast = 0.5;
  const double top = side(corners, 0), right = side(corners, 1), foot = side(corners, 2), left = side(corners, 3);
  const auto alike = [](double a, double b) { return std::min(a, b) / std::max({a, b, 1.0}); };
  const double narrowing = std::min(alike(top, foot), alike(left, right)), level = top + foot, upright = left + right;
  return narrowing < kPlainly && narrowing > kLeast && std::max(level, upright) < kSquashed * std::min(level, upright);
}

// The card with a margin: its outline is drawn within its edge, and a zone reaches nearly to there.
CardCorners with_margin(CardCorners corners) {
  constexpr float kMargin = 0.05F;
  const cv::Point2f middle = (corners[0] + corners[1] + corners[2] + corners[3]) / 4;
  for (cv::Point2f& corner : corners) corner += (corner - middle) * kMargin;
  return corners;
}

double diagonal(const CardCorners& corners) { return cv::norm(corners[0] - corners[2]); }

// Two of about one size, apart from each other.
bool lie_side_by_side(const std::vector<CardCorners>& cards) {
  for (const CardCorners& one : cards)
    for (const CardCorners& other : cards)
      if (cv::norm((one[0] + one[2] - other[0] - other[2]) / 2) > 0.5 * std::max(diagonal(one), diagonal(other)) &&
          std::min(diagonal(one), diagonal(other)) > 0.7 * std::max(diagonal(one), diagonal(other)))
        return true;
  return false;
}

// From the corner nearest to the page's top left, clockwise.
CardCorners in_order(const std::vector<cv::Point>& outline, double zoom) {
  CardCorners corners;
  std::size_t first = 0;
  for (std::size_t i = 0; i < 4; ++i)
    if (outline[i].x + outline[i].y < outline[first].x + outline[first].y) first = i;
  const bool clockwise = cv::contourArea(outline, true) > 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const cv::Point& p = outline[(first + (clockwise ? i : 4 - i)) % 4];
    corners[i] = cv::Point2f(static_cast<float>(p.x / zoom), static_cast<float>(p.y / zoom));
  }
  return corners;
}

// What has four corners and pleases; edges with a gap of less than `gap` pixels of the small picture are one.
std::vector<CardCorners> four_cornered(const cv::Mat& page, int gap, bool (*pleases)(const CardCorners&)) {
  const double zoom = std::min(1.0, static_cast<double>(kSearchSide) / std::max(page.cols, page.rows));
  cv::Mat small, edges;
  cv::resize(page, small, {}, zoom, zoom, cv::INTER_AREA);
  cv::GaussianBlur(small, small, {5, 5}, 0);
  std::vector<CardCorners> cards;
  for (const int strong : {40, 110}) {
    cv::Canny(small, edges, strong / 2.0, strong);
    cv::dilate(edges, edges, cv::getStructuringElement(cv::MORPH_RECT, {gap, gap}));
    std::vector<std::vector<cv::Point>> outlines;
    cv::findContours(edges, outlines, cv::RETR_LIST, cv::CHAIN_APPROX_SIMPLE);
    for (const auto& outline : outlines) {
      if (std::abs(cv::contourArea(outline)) < kLeastPart * static_cast<double>(small.total())) continue;
      std::vector<cv::Point> hull, corners;
      cv::convexHull(outline, hull);
      cv::approxPolyDP(hull, corners, 0.03 * cv::arcLength(hull, true), true);
      if (corners.size() != 4) continue;
      const CardCorners card = in_order(corners, zoom);
      const bool known = std::ranges::any_of(cards, [&](const CardCorners& other) {
        return cv::norm(other[0] - card[0]) + cv::norm(other[2] - card[2]) < 0.15 * cv::norm(card[0] - card[2]);
      });
      if (!known && pleases(card)) cards.push_back(card);
    }
  }
  std::ranges::stable_sort(cards, std::greater{}, diagonal);
  return cards;
}

struct Clue {
  std::string_view word, type;
};

// Stems, as a machine may spoil an ending. Those without a type are labels that many documents share.
constexpr std::array kNames = {Clue{"paspoort", "passport"},
                               Clue{"passport", "passport"},
                               Clue{"passeport", "passport"},
                               Clue{"reisepass", "passport"},
                               Clue{"pasaport", "passport"},
                               Clue{"identiteitskaart", "identity-card"},
                               Clue{"identitycard", "identity-card"},
                               Clue{"cartedidentit", "identity-card"},
                               Clue{"cartenationale", "identity-card"},
                               Clue{"personalausweis", "identity-card"},
                               Clue{"cartadidentit", "identity-card"},
                               Clue{"kimlik", "identity-card"},
                               Clue{"identificationcard", "identity-card"},
                               Clue{"letrnjoftim", "identity-card"},
                               Clue{"letnjoftimi", "identity-card"},
                               Clue{"dokumentidentit", "identity-card"},
                               Clue{"nationalid", "identity-card"},
                               Clue{"rijbewijs", "driving-licence"},
                               Clue{"driverlicense", "driving-licence"},
                               Clue{"driverslicense", "driving-licence"},
                               Clue{"drivinglicen", "driving-licence"},
                               Clue{"driverlicence", "driving-licence"},
                               Clue{"permisdeconduire", "driving-licence"},
                               Clue{"hrerschein", "driving-licence"},
                               Clue{"operatorlicense", "driving-licence"},
                               Clue{"verblijfs", "residence-permit"},
                               Clue{"residencepermit", "residence-permit"},
                               Clue{"permanentresident", "residence-permit"},
                               Clue{"titredesjour", "residence-permit"},
                               Clue{"aufenthaltstitel", "residence-permit"}};

constexpr std::array<std::string_view, 25> kLabels = {
    "surname",       "givenname",      "voornamen",    "achternaam",  "dateofbirth",
    "geboortedatum", "geboren",        "naissance",    "nationality", "nationalit",
    "placeofbirth",  "geboorteplaats", "dateofexpiry", "dateofissue", "geldigtot",
    "documentno",    "personalno",     "cardno",       "dob",         "sexsexe",
    "restrictions",  "endorsements",   "expires",      "licenseno",   "bsn"};

std::string letters_of(std::span<const Word> words) {
  std::string letters;
  for (const Word& word : words)
    for (const char c : word.text)
      if (std::isalpha(static_cast<unsigned char>(c)))
        letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return letters;
}

// Driving licences number their fields and name none (Directive 2006/126/EC, annex I).
bool numbers_a_field(const Word& word) {
  constexpr std::array<std::string_view, 3> kFields = {"4a", "4b", "4c"};
  return word.text.size() <= 3 &&
         std::ranges::any_of(kFields, [&](auto field) { return word.text.starts_with(field); });
}

}  // namespace

std::vector<CardCorners> card_shapes(const cv::Mat& page) {
  std::vector<CardCorners> cards = four_cornered(page, 3, card_shaped);
  // A picture that stands has the shape of a written page: A4 and ID-3 are alike.
  if (page.cols > page.rows && has_card_aspect(page.cols, page.rows) && !lie_side_by_side(cards)) {
    const auto w = static_cast<float>(page.cols), h = static_cast<float>(page.rows);
    cards.push_back({cv::Point2f{0, 0}, {w, 0}, {w, h}, {0, h}});
  }
  std::ranges::stable_sort(cards, std::greater{}, diagonal);
  if (cards.size() > kMostCards) cards.resize(kMostCards);
  return cards;
}

std::vector<CardCorners> cards_seen_from_the_side(const cv::Mat& page) {
  std::vector<CardCorners> cards = four_cornered(page, 5, seen_from_the_side);
  std::erase_if(cards,
                [&](const CardCorners& card) { return diagonal(card) > std::hypot(page.cols, page.rows) * 0.9; });
  if (cards.size() > kMostFromTheSide) cards.resize(kMostFromTheSide);
  std::ranges::transform(cards, cards.begin(), with_margin);
  return cards;
}

StraightCard straightened_card(const cv::Mat& page, const CardCorners& corners, int width) {
  const double level = side(corners, 0) + side(corners, 2), upright = side(corners, 1) + side(corners, 3);
  const double seen = std::min(level, upright) / std::max(level, upright);
  const int height = static_cast<int>(std::lround(width * (seen < 1 / kMostAspect ? kUsualProportion : seen)));
  const auto w = static_cast<float>(width), h = static_cast<float>(height);
  const std::array<cv::Point2f, 4> lying = {cv::Point2f{0, 0}, {w, 0}, {w, h}, {0, h}};
  std::array<cv::Point2f, 4> from = corners;
  if (upright > level) std::ranges::rotate(from, from.begin() + 1);
  const cv::Mat from_page = cv::getPerspectiveTransform(from.data(), lying.data());
  StraightCard card{{}, cv::Matx33d(cv::Mat(from_page.inv()))};
  // Letters that were squashed and are drawn out again are read better with smooth edges.
  cv::warpPerspective(page, card.picture, from_page, {width, height}, cv::INTER_CUBIC, cv::BORDER_REPLICATE);
  return card;
}

std::string document_type_by_words(std::span<const Word> words) {
  const std::string letters = letters_of(words);
  const auto says = [&](std::string_view word) { return letters.find(word) != std::string::npos; };
  if (says("visa")) return {};
  const auto labels = std::ranges::count_if(kLabels, says) + std::ranges::count_if(words, numbers_a_field);
  const auto name = std::ranges::find_if(kNames, says, &Clue::word);
  if (name != kNames.end() && labels >= 1) return std::string(name->type);
  return labels >= 3 ? "other" : "";
}

}  // namespace zp::intake::vision
