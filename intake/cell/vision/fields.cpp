// Where one is asked to sign, and whether something stands there.
#include <algorithm>
#include <array>
#include <cctype>
#include <opencv2/imgproc.hpp>
#include <string>

#include "intake/cell/vision/signatures.h"

namespace zp::intake::vision {
namespace {

constexpr std::array<std::string_view, 5> kLabels = {"handtekening", "ondertekening", "signature", "signatuur",
                                                     "unterschrift"};
constexpr std::size_t kLongestLabel = 5;     // words; more is a sentence about signing,
constexpr std::size_t kLongestWithWho = 10;  // unless it ends by saying whose

std::string letters_of(std::string_view text) {
  std::string letters;
  for (const char c : text)
    if (std::isalpha(static_cast<unsigned char>(c)))
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return letters;
}

/// The same but for one letter that was misread, left out or doubled.
bool nearly(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  if (a.size() - b.size() > 1) return false;
  const auto [in_a, in_b] = std::ranges::mismatch(a, b);
  const std::string_view rest_a(in_a, a.end()), rest_b(in_b, b.end());
  if (rest_a.empty()) return true;
  return rest_a.substr(1) == (a.size() == b.size() ? rest_b.substr(1) : rest_b);
}

bool names_a_signature(std::string_view text) {
  const std::string letters = letters_of(text);
  return std::ranges::any_of(kLabels, [&](std::string_view label) {
    return (letters.starts_with(label) && letters.size() <= label.size() + 4) || nearly(letters, label);
  });
}

struct Role {
  std::string_view word, whose;
};

// Who is asked to sign, as forms put it. A representative's own title comes before the client that is represented.
constexpr std::array kRoles = {Role{"gemachtigde", "representative"},
                               Role{"vertegenwoordiger", "representative"},
                               Role{"mentor", "representative"},
                               Role{"curator", "representative"},
                               Role{"bewindvoerder", "representative"},
                               Role{"representative", "representative"},
                               Role{"budgethouder", "client"},
                               Role{"ouder", "parent"},
                               Role{"gezag", "parent"},
                               Role{"voogd", "parent"},
                               Role{"parent", "parent"},
                               Role{"guardian", "parent"},
                               Role{"volmachtgever", "client"},
                               Role{"client", "client"},
                               Role{"clint", "client"},
                               Role{"aanvrager", "client"},
                               Role{"applicant", "client"},
                               Role{"verzekerde", "client"},
                               Role{"zorgvrager", "client"},
                               Role{"patient", "client"},
                               Role{"patint", "client"},
                               Role{"uwhandtekening", "client"}};

/// Where `role` is named in `text`; a "budgethouder" is no "ouder".
std::size_t find_role(std::string_view text, const Role& role) {
  std::size_t at = text.find(role.word);
  while (at != std::string_view::npos && at > 0 && role.word == "ouder" && text[at - 1] == 'h')
    at = text.find(role.word, at + 1);
  return at;
}

std::string role_in(std::string_view text) {
  const auto role =
      std::ranges::find_if(kRoles, [&](const Role& r) { return find_role(text, r) != std::string_view::npos; });
  return role == kRoles.end() ? std::string{} : std::string(role->whose);
}

/// As role_in(), but nobody where either may sign ("cliënt of vertegenwoordiger"). In "gemachtigde van de cliënt" one
/// stands for the other.
std::string role_in_label(std::string_view text) {
  const std::string first = role_in(text);
  const bool either = std::ranges::any_of(kRoles, [&](const Role& other) {
    const std::size_t at = find_role(text, other);
    if (other.whose == first || at == std::string_view::npos) return false;
    const std::string_view before = text.substr(0, at);
    return !before.ends_with("van") && !before.ends_with("vande") && !before.ends_with("namens");
  });
  return either ? std::string{} : first;
}

/// "Naam en handtekening van de wettelijk vertegenwoordiger": what follows the word is whose it is, and nothing else.
bool only_says_whose(std::string_view after) {
  constexpr std::size_t kEnding = 3;  // letters: "ouder(s)"
  const bool ends = std::ranges::any_of(kRoles, [&](const Role& role) {
    const std::size_t at = after.rfind(role.word);
    return at != std::string_view::npos && at + role.word.size() + kEnding >= after.size();
  });
  const bool begins = after.starts_with("van") || after.starts_with("door") || after.starts_with("of") ||
                      after.starts_with("wettelijk") ||
                      std::ranges::any_of(kRoles, [&](const Role& role) { return after.starts_with(role.word); });
  return begins && ends;
}

cv::Rect united(const cv::Rect& a, const cv::Rect& b) { return a | b; }

struct Label {
  cv::Rect box;
  std::string text;  // letters only, lower case
  std::size_t words = 0;
  std::size_t named = std::string::npos;  // where in `text` the word for a signature ends; npos if there is none

  bool asks() const {
    if (named == std::string::npos || words > kLongestWithWho) return false;
    return words <= kLongestLabel || only_says_whose(std::string_view(text).substr(named));
  }
};

// Runs of words of one line without a wide gap: a label stands on its own, a sentence does not.
std::vector<Label> labels_in(std::span<const Word> words, const cv::Size& size) {
  std::vector<Label> labels;
  int line = -1;
  for (const Word& word : words) {
    const cv::Rect box = pixels_of(word.box, size);
    const bool joins = !labels.empty() && word.line == line && box.x >= labels.back().box.x &&
                       box.x - (labels.back().box.x + labels.back().box.width) < 2 * std::max(box.height, 6);
    if (!joins) labels.push_back({box, {}, 0, std::string::npos});
    labels.back().text += letters_of(word.text);
    labels.back().box = united(labels.back().box, box);
    ++labels.back().words;
    if (labels.back().named == std::string::npos && names_a_signature(word.text))
      labels.back().named = labels.back().text.size();
    line = word.line;
  }
  std::erase_if(labels, [](const Label& label) { return !label.asks(); });
  return labels;
}

std::vector<cv::Rect> level_rules(const Ink& ink, double unit) {
  cv::Mat level, labels, stats, centres;
  // Dotted lines count: dots are joined first.
  cv::morphologyEx(ink.mask, level, cv::MORPH_CLOSE,
                   cv::getStructuringElement(cv::MORPH_RECT, {std::max(3, static_cast<int>(unit * 0.7)), 1}));
  cv::morphologyEx(level, level, cv::MORPH_OPEN,
                   cv::getStructuringElement(cv::MORPH_RECT, {std::max(30, static_cast<int>(unit * 8)), 1}));
  const int count = cv::connectedComponentsWithStats(level, labels, stats, centres, 8, CV_32S);
  std::vector<cv::Rect> rules;
  for (int i = 1; i < count; ++i) {
    const int* row = stats.ptr<int>(i);
    const cv::Rect box(row[cv::CC_STAT_LEFT], row[cv::CC_STAT_TOP], row[cv::CC_STAT_WIDTH], row[cv::CC_STAT_HEIGHT]);
    if (box.height < unit) rules.push_back(box);
  }
  return rules;
}

// The rule to sign on, or the bottom of the frame to sign in: beside the label, just above it, or below it.
cv::Rect field_for(const cv::Rect& label, const std::vector<cv::Rect>& rules, const cv::Size& page, double unit) {
  const int foot = label.y + label.height, right = label.x + label.width, u = static_cast<int>(unit) + 1;
  cv::Rect best;
  int nearest = page.height;
  for (const cv::Rect& rule : rules) {
    const bool beside =
        rule.y > label.y - u && rule.y < foot + 2 * u && rule.x + rule.width > right + 6 * u && rule.x > label.x - u;
    const bool above = rule.y <= label.y && rule.y > label.y - 3 * u && rule.x < right && rule.x + rule.width > label.x;
    const bool below =
        rule.y > foot + 2 * u && rule.y < foot + 14 * u && rule.x < right && rule.x + rule.width > label.x;
    const int distance = std::abs(rule.y - foot) + (below ? u : 0);
    if (!(beside || above || below) || distance >= nearest) continue;
    nearest = distance;
    const int left = beside ? std::max(rule.x, right) : rule.x;
    const int top = below ? foot : rule.y - 4 * u;
    best = {left, top, std::min(rule.x + rule.width - left, 40 * u), rule.y - top};
  }
  if (best.empty()) {
    // No rule: the free space beside or below the label, as in a letter.
    best = right + 12 * u < page.width * 2 / 3 ? cv::Rect(right + u, label.y - 2 * u, 25 * u, 5 * u)
                                               : cv::Rect(label.x, foot, 25 * u, 6 * u);
  }
  return best & cv::Rect({}, page);
}

// Strokes that stand out from printed letters: taller, and not a rule.
bool has_strokes(const Ink& ink, const cv::Rect& field, const cv::Rect& label, double unit) {
  int area = 0;
  for (const Patch& patch : ink.patches) {
    const cv::Point middle(patch.box.x + patch.box.width / 2, patch.box.y + patch.box.height / 2);
    if (!field.contains(middle) || label.contains(middle)) continue;
    if (patch.box.height < 1.9 * unit || patch.box.width < 1.2 * unit || patch.area > 0.5 * patch.box.area()) continue;
    if (patch.box.width > 0.95 * field.width) continue;
    area += patch.area;
  }
  return area > 4 * unit * unit;
}

// By the label itself, else by the heading above it.
std::string whose(const Label& label, std::span<const Word> words, const cv::Size& size, double unit) {
  if (!role_in(label.text).empty()) return role_in_label(label.text);
  constexpr double kHeadingAbove = 14;  // letter heights
  std::string above;
  for (const Word& word : words) {
    const cv::Rect box = pixels_of(word.box, size);
    if (box.y < label.box.y && box.y > label.box.y - kHeadingAbove * unit) above += letters_of(word.text);
  }
  return role_in(above);
}

}  // namespace

PlacesToSign labelled_places(const Ink& ink, std::span<const Word> words) {
  const cv::Size size = ink.gray.size();
  const std::vector<Label> labels = labels_in(words, size);
  PlacesToSign places;
  if (labels.empty()) return places;
  const double unit = letter_height_of(ink);
  const std::vector<cv::Rect> rules = level_rules(ink, unit);
  for (const Label& label : labels) {
    const cv::Rect field = field_for(label.box, rules, size, unit);
    if (!field.empty()) places.all.push_back({field, label.box, whose(label, words, size, unit), {}});
  }
  return places;
}

cv::Rect around(const PlaceToSign& place, double letter_height) {
  const int more = static_cast<int>(2 * letter_height);
  return {place.box.x, place.box.y - more, place.box.width, place.box.height + 2 * more};
}

std::vector<SignatureField> fields_of(const Ink& ink, const PlacesToSign& places,
                                      std::span<const HandwrittenSignature> signatures) {
  const cv::Size size = ink.gray.size();
  const double unit = letter_height_of(ink);
  std::vector<SignatureField> fields;
  for (const PlaceToSign& place : places.all) {
    const cv::Rect wide = around(place, unit);
    double best = 0;
    for (const HandwrittenSignature& signature : signatures) {
      const cv::Rect box = pixels_of(signature.box, size);
      if ((box & wide).area() > 0.3 * box.area()) best = std::max(best, signature.confidence);
    }
    const bool used = place.added ? place.added->any : best > 0 || has_strokes(ink, place.box, place.label, unit);
    const bool sure = best >= kSureSignature && (!place.added || place.added->strokes);
    const char* state = !used ? "empty" : sure ? "signed" : "doubtful";
    fields.push_back({fraction_of(place.box, size), state, place.whose});
  }
  return fields;
}

std::vector<SignatureField> find_signature_fields(const cv::Mat& page, std::span<const Word> words,
                                                  std::span<const HandwrittenSignature> signatures) try {
  const Ink ink = find_ink(page);
  return fields_of(ink, labelled_places(ink, words), signatures);
} catch (const cv::Exception&) {
  return {};
}

}  // namespace zp::intake::vision
