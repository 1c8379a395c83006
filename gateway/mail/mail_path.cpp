#include "gateway/mail/mail_path.h"

#include <algorithm>

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxAddress = 320;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

/// Where the '>' stands that closes the path, past quoted local parts.
std::size_t closing_bracket(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == '>') {
      return i;
    }
  }
  return std::string_view::npos;
}

bool parse_parameters(std::string_view text, std::map<std::string, std::string>& into) {
  while (!text.empty()) {
    if (text.front() != ' ') return false;
    text.remove_prefix(1);
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    if (word.empty()) continue;
    const std::size_t equals = word.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : word.substr(equals + 1);
    if (into.size() == 16 || !into.emplace(upper(word.substr(0, equals)), value).second) return false;
  }
  return true;
}

}  // namespace

std::optional<MailPath> parse_path(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (text.empty() || text.front() != '<' || std::ranges::any_of(text, is_control)) return std::nullopt;
  const std::size_t close = closing_bracket(text);
  if (close == std::string_view::npos || close > kMaxAddress) return std::nullopt;
  std::string_view address = text.substr(1, close - 1);
  if (!address.empty() && address.front() == '@') {  // a source route, to be ignored (RFC 5321 appendix C)
    const std::size_t colon = address.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    address.remove_prefix(colon + 1);
  }
  if (address.find_first_of(" <>") != std::string_view::npos && address.find('"') == std::string_view::npos)
    return std::nullopt;
  MailPath path{std::string(address), {}};
  if (!parse_parameters(text.substr(close + 1), path.parameters)) return std::nullopt;
  return path;
}

bool is_ours(std::string_view address, const std::vector<std::string>& ours) {
  const std::string wanted = lower(address);
  const std::size_t at = wanted.rfind('@');
  if (at == std::string::npos) return false;
  const std::string plain = wanted.substr(0, std::min(wanted.find('+'), at)) + wanted.substr(at);
  return std::ranges::any_of(ours, [&](const std::string& one) {
    const std::string mine = lower(one);
    return mine == wanted || mine == plain;
  });
}

}  // namespace zp::gateway
