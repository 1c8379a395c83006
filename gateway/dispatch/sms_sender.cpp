#include "gateway/dispatch/sms_sender.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "gateway/dispatch/http_post.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

constexpr const char* kOperation = "send SMS";

/// Between the quotes of a JSON string.
std::string in_json(const std::string& value) {
  const std::string quoted = nlohmann::json(value).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

/// In an application/x-www-form-urlencoded body.
std::string in_form(const std::string& value) {
  std::string coded;
  for (const unsigned char c : value)
    coded += std::isalnum(c) || c == '-' || c == '_' || c == '.' ? std::string(1, static_cast<char>(c))
                                                                 : fmt::format("%{:02X}", c);
  return coded;
}

void fill(std::string& body, const std::string& place, const std::string& value) {
  for (std::size_t at = 0; (at = body.find(place, at)) != std::string::npos; at += value.size())
    body.replace(at, place.size(), value);
}

}  // namespace

Result<void> SmsSender::send(const std::string& number, const std::string& text) const {
  HttpPost post{kOperation, config_.url, config_.ca_file, "application/x-www-form-urlencoded"};
  const bool json = config_.body.starts_with('{');
  if (json) post.content_type = "application/json";
  if (!config_.authorization_file.empty()) {
    TRY_ASSIGN(const auto secret, read_secret_file(config_.authorization_file));
    post.authorization = secret.text();
    while (post.authorization.ends_with('\n')) post.authorization.pop_back();
  }
  std::string body = config_.body;
  fill(body, "{number}", json ? in_json(number) : in_form(number));
  fill(body, "{text}", json ? in_json(text) : in_form(text));
  TRY_ASSIGN(const HttpAnswer answer, http_post(post, as_bytes(body)));
  const int kind = answer.status / 100;
  if (kind == 2) return {};
  // 408 and 429 say that it may be tried again.
  const bool never = kind == 4 && answer.status != 408 && answer.status != 429;
  return fail(never ? Code::kRefused : Code::kUnavailable, kOperation, "status " + std::to_string(answer.status));
}

}  // namespace zp::gateway
