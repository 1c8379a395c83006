#include "templates/letter/hyphenator.h"

#include <hyphen.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "templates/letter/text.h"

namespace zp::templates {
namespace {

constexpr const char* kPatterns = "/usr/share/hyphen/hyph_nl_NL.dic";
constexpr std::size_t kShortestWord = 8, kShortestPart = 3;

}  // namespace

Result<Hyphenator> Hyphenator::load() {
  HyphenDict* patterns = hnj_hyphen_load(kPatterns);
  if (patterns == nullptr)
    return fail(Code::kConfig, "load hyphenation", std::string(kPatterns) + ": install hyphen-nl");
  if (std::string_view(patterns->cset) != "ISO8859-1") {
    hnj_hyphen_free(patterns);
    return fail(Code::kConfig, "load hyphenation", std::string(kPatterns) + " is not in ISO8859-1");
  }
  return Hyphenator(patterns);
}

Hyphenator::Hyphenator(Hyphenator&& other) noexcept : patterns_(std::exchange(other.patterns_, nullptr)) {}
Hyphenator::~Hyphenator() {
  if (patterns_ != nullptr) hnj_hyphen_free(patterns_);
}

std::vector<std::size_t> Hyphenator::points(std::u32string_view word) const {
  const bool plain = std::ranges::all_of(word, [](char32_t c) { return c <= 0xFF && is_small_letter(c); });
  if (!plain || word.size() < kShortestWord) return {};
  std::string latin1;
  for (const char32_t c : word) latin1 += static_cast<char>(c);
  std::string marks(latin1.size() + 5, '\0');
  char** replaced = nullptr;
  int *position = nullptr, *cut = nullptr;
  hnj_hyphen_hyphenate2(patterns_, latin1.data(), static_cast<int>(latin1.size()), marks.data(), nullptr, &replaced,
                        &position, &cut);
  std::vector<std::size_t> points;
  for (std::size_t i = kShortestPart - 1; i + kShortestPart < latin1.size(); ++i) {
    const bool changes_spelling =
        replaced != nullptr && replaced[i] != nullptr;  // "cafeetje": not in plain Dutch patterns
    if ((marks[i] & 1) != 0 && !changes_spelling) points.push_back(i + 1);
  }
  for (std::size_t i = 0; replaced != nullptr && i < latin1.size(); ++i) std::free(replaced[i]);
  std::free(replaced);
  std::free(position);
  std::free(cut);
  return points;
}

}  // namespace zp::templates
