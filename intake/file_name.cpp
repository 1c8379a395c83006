#include <algorithm>

#include "intake/submission.h"
#include "intake/text.h"

namespace zp::intake {
namespace {

constexpr std::size_t kMaxCharacters = 120;
constexpr std::size_t kMaxEnding = 12;  // characters of ".jpeg" and the like that survive a cut
constexpr std::string_view kNameless = "document";

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && (count > 0 || !starts_character(text[at]))) {
    if (starts_character(text[at])) --count;
    ++at;
  }
  return text.substr(0, at);
}

}  // namespace

std::string clean_file_name(std::string_view untrusted_name) {
  // Only the end can matter: what stands before the last separator is a path of somebody else's machine.
  std::string name = clean_text(untrusted_name, 64 * 1024);
  name.erase(0, name.find_last_of("/\\") + 1);
  while (!name.empty() && (name.front() == ' ' || name.front() == '.')) name.erase(0, 1);
  while (!name.empty() && (name.back() == ' ' || name.back() == '.')) name.pop_back();
  if (name.empty()) return std::string(kNameless);
  if (count_characters(name) <= kMaxCharacters) return name;
  const std::size_t dot = name.rfind('.');
  std::string ending = dot == std::string::npos ? "" : name.substr(dot);
  if (count_characters(ending) > kMaxEnding) ending.clear();
  return std::string(first_characters(name, kMaxCharacters - count_characters(ending))) + ending;
}

}  // namespace zp::intake
