#include "intake/cell/authentication.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>

#include "intake/text.h"

namespace zp::intake::cell {
namespace {

constexpr std::size_t kMaxField = 4000, kMaxName = 255, kMaxWords = 400;

using Words = std::vector<std::string>;

/// Words, and ";" and "=" as words of their own. Comments are left out, quoted strings are words without their quotes.
Words words_of(std::string_view text) {
  Words words;
  bool in_word = false;
  int comments = 0;
  const auto add = [&](char c) {
    if (!in_word) words.emplace_back();
    in_word = true;
    words.back() += c;
  };
  for (std::size_t i = 0; i < text.size() && words.size() < kMaxWords; ++i) {
    const char c = text[i];
    if (c == '\\' && comments > 0) {
      ++i;
    } else if (c == '(' || (c == ')' && comments > 0)) {
      comments += c == '(' ? 1 : -1;
      in_word = false;
    } else if (comments > 0) {
      continue;
    } else if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i)
        add(text[i] == '\\' && i + 1 < text.size() ? text[++i] : text[i]);
    } else if (c == ';' || c == '=') {
      words.emplace_back(1, c);
      in_word = false;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      in_word = false;
    } else {
      add(c);
    }
  }
  return words;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// "dkim/1" is method dkim of version 1.
std::string method_of(const std::string& word) { return lower(word.substr(0, word.find('/'))); }

bool is_known(const std::string& method) {
  constexpr std::array<std::string_view, 4> kMethods = {"spf", "dkim", "dmarc", "arc"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

/// The domain that the result is about, of the property that says it best.
std::string domain_in(const std::map<std::string, std::string>& properties) {
  for (const char* const name : {"header.d", "header.i", "smtp.mailfrom", "smtp.helo", "header.from"}) {
    const auto found = properties.find(name);
    if (found == properties.end()) continue;
    return clean_text(lower(found->second.substr(found->second.rfind('@') + 1)), kMaxName);
  }
  return {};
}

/// `part`: what stands between two semicolons.
AuthenticationResult result_in(const Words& part) {
  std::map<std::string, std::string> properties;
  for (std::size_t i = 3; i + 2 < part.size(); ++i)
    if (part[i + 1] == "=") properties.emplace(lower(part[i]), part[i + 2]);
  return {.server = {},
          .method = method_of(part[0]),
          .result = clean_text(lower(part[2]), 32),
          .domain = domain_in(properties)};
}

}  // namespace

std::vector<AuthenticationResult> read_authentication(std::string_view untrusted_field) {
  const Words words = words_of(untrusted_field.substr(0, kMaxField));
  std::vector<AuthenticationResult> results;
  auto begin = std::ranges::find(words, ";");
  if (begin == words.begin() || begin == words.end()) return results;
  const std::string server = clean_text(lower(words.front()), kMaxName);
  while (begin != words.end()) {
    const auto end = std::find(begin + 1, words.end(), ";");
    const Words part(begin + 1, end);
    if (part.size() >= 3 && part[1] == "=" && is_known(method_of(part[0]))) {
      results.push_back(result_in(part));
      results.back().server = server;
    }
    begin = end;
  }
  return results;
}

}  // namespace zp::intake::cell
