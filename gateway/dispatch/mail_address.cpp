#include "gateway/dispatch/mail_address.h"

#include <idn2.h>

#include <algorithm>
#include <memory>

#include "crypto/base/text.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxAddress = 254, kMaxLocal = 64;  // RFC 5321 section 4.5.3.1

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool has_form_of_address(std::string_view address) {
  if (address.size() > kMaxAddress || std::ranges::any_of(address, is_control)) return false;
  if (std::ranges::count(address, '@') != 1 || address.front() == '@' || address.back() == '@') return false;
  return address.find_first_of(" <>()[]\",;:\\") == std::string_view::npos;
}

/// Empty: no domain name.
std::string as_a_labels(const std::string& domain) {
  char* found = nullptr;
  const int status =
      idn2_to_ascii_8z(domain.c_str(), &found, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES);
  const std::unique_ptr<char, void (*)(void*)> owner(found, idn2_free);
  return status == IDN2_OK ? std::string(found) : std::string();
}

}  // namespace

bool is_plain_address(std::string_view address) noexcept { return is_ascii(address) && has_form_of_address(address); }

std::string wire_address(std::string_view address) {
  // Blanks and control characters beyond ASCII too: what a person can't see must not stand in an envelope.
  if (!has_form_of_address(address) || !is_utf8(address) || has_control_characters(address)) return {};
  const std::size_t at = address.find('@');
  const std::string_view local = address.substr(0, at);
  std::string domain(address.substr(at + 1));
  if (!is_ascii(domain)) domain = as_a_labels(domain);
  if (domain.starts_with('.') || domain.contains("..")) return {};
  const std::string wire = std::string(local) + "@" + domain;
  return domain.empty() || local.size() > kMaxLocal || wire.size() > kMaxAddress ? std::string() : wire;
}

}  // namespace zp::gateway
