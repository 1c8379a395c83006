#include "gateway/http/form.h"

#include <algorithm>

#include "crypto/base/text.h"

namespace zp::gateway {
bool is_clean_text(std::string_view text, bool newlines) noexcept {
  for (const char c : text) {
    const bool newline = c == '\r' || c == '\n' || c == '\t';
    if ((static_cast<unsigned char>(c) < 0x20 && !(newlines && newline)) || c == 0x7f) return false;
  }
  return is_utf8(text);
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
