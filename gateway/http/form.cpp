#include "gateway/http/form.h"

namespace zp::gateway {
namespace {

/// The length of the UTF-8 sequence at the start of `text`, 0 if it is not valid (RFC 3629: no overlong forms, no surrogates).
std::size_t sequence_length(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xC0u) == 0x80u; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if ((lead == 0xE0 && at(1) < 0xA0) || (lead == 0xED && at(1) > 0x9F)) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if ((lead == 0xF0 && at(1) < 0x90) || (lead == 0xF4 && at(1) > 0x8F)) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

bool is_clean_text(std::string_view text, bool newlines) noexcept {
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    const bool newline = c == '\r' || c == '\n' || c == '\t';
    if ((c < 0x20 && !(newlines && newline)) || c == 0x7f) return false;
    const auto length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

Result<Form> parse_form(std::string_view untrusted_body) {
  Form form;
  while (!untrusted_body.empty()) {
    const auto pair = untrusted_body.substr(0, untrusted_body.find('&'));
    untrusted_body.remove_prefix(std::min(untrusted_body.size(), pair.size() + 1));
    const auto equals = std::min(pair.find('='), pair.size());
    TRY_ASSIGN(auto name, percent_decode(pair.substr(0, equals), true));
    TRY_ASSIGN(auto value, percent_decode(pair.substr(std::min(equals + 1, pair.size())), true, true));
    if (!is_clean_text(name, false) || !is_clean_text(value, true)) return fail(Code::kMalformed, "read form");
    if (value.size() > kMaxFieldBytes) return fail(Code::kTooLarge, "read form");
    form[std::move(name)] = std::move(value);
    if (form.size() > kMaxFormFields) return fail(Code::kTooLarge, "read form");
  }
  return form;
}

Result<Form> read_form(Request& request) {
  if (!request.header("content-type").starts_with("application/x-www-form-urlencoded"))
    return fail(Code::kMalformed, "read form: other content type");
  TRY_ASSIGN(const auto body, request.read_all(1024 * 1024));
  return parse_form(body);
}

}  // namespace zp::gateway
