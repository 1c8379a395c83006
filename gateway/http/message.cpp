#include "gateway/http/message.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace zp::gateway {

std::string_view Request::header(std::string_view name) const {
  for (const auto& [n, value] : headers)
    if (n == name) return value;
  return {};
}

bool Request::has_header(std::string_view name) const {
  return std::ranges::any_of(headers, [&](const auto& field) { return field.first == name; });
}

std::string_view Request::cookie(std::string_view name) const {
  for (const auto& [n, value] : headers) {
    if (n != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::string_view pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      const auto equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
    }
  }
  return {};
}

std::string Request::parameter(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

std::string Request::query_value(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

bool Request::wants_json() const {
  const auto accept = header("accept");
  return accept.find("json") != std::string_view::npos && accept.find("text/html") == std::string_view::npos;
}

Result<std::size_t> Request::read(std::span<std::uint8_t> buffer) {
  if (!source || buffer.empty() || body_read == content_length) return 0;
  const auto wanted = std::min<std::uint64_t>(buffer.size(), content_length - body_read);
  TRY_ASSIGN(const auto got, source(buffer.first(static_cast<std::size_t>(wanted))));
  if (got == 0) return fail(Code::kIo, "read body: cut short by the client");
  body_read += got;
  return got;
}

Result<std::string> Request::read_all(std::size_t limit) {
  if (content_length > limit) return fail(Code::kTooLarge, "read body");
  std::string body(static_cast<std::size_t>(content_length), '\0');
  std::size_t filled = 0;
  while (filled < body.size()) {
    auto* start = reinterpret_cast<std::uint8_t*>(body.data()) + filled;
    TRY_ASSIGN(const auto got, read({start, body.size() - filled}));
    filled += got;
  }
  return body;
}

Response Response::html(std::string page, int status) {
  return {.status = status, .content_type = "text/html; charset=utf-8", .headers = {}, .body = std::move(page)};
}

Response Response::json(const nlohmann::json& value, int status) {
  const char* type = status >= 400 ? "application/problem+json" : "application/json";
  return {.status = status,
          .content_type = type,
          .headers = {},
          .body = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

Response Response::text(std::string text, int status) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .headers = {}, .body = std::move(text)};
}

Response Response::bytes(std::string content, std::string content_type) {
  return {.status = 200, .content_type = std::move(content_type), .headers = {}, .body = std::move(content)};
}

Response Response::streamed(BodySource stream, std::uint64_t bytes, std::string content_type) {
  Response response;
  response.content_type = std::move(content_type);
  response.stream = std::move(stream);
  response.stream_bytes = bytes;
  return response;
}

Response Response::empty(int status) { return {.status = status, .content_type = {}, .headers = {}, .body = {}}; }

Response Response::redirect(std::string location) {
  auto response = empty(303);
  response.set("Location", std::move(location));
  return response;
}

Response Response::error(int status) { return empty(status); }

Response Response::error(const Error& error) { return empty(http_status(error)); }

Response& Response::set(std::string name, std::string value) {
  ZP_CHECK(value.find_first_of("\r\n") == std::string::npos);
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Response& Response::set_cookie(std::string_view name, std::string_view value, std::int64_t max_age_seconds) {
  ZP_CHECK(name.starts_with("__Host-"));
  std::string cookie = std::string(name) + "=" + std::string(value) + "; Path=/; Secure; HttpOnly; SameSite=Strict";
  if (max_age_seconds > 0) cookie += "; Max-Age=" + std::to_string(max_age_seconds);
  return set("Set-Cookie", std::move(cookie));
}

Response& Response::drop_cookie(std::string_view name) {
  return set("Set-Cookie", std::string(name) + "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
}

Response& Response::as_download(std::string_view file_name) {
  std::string plain;
  for (const char c : file_name)
    plain += (std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-') ? c : '_';
  return set("Content-Disposition",
             "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + percent_encode(file_name));
}

bool Response::has(std::string_view name) const {
  return std::ranges::any_of(headers, [&](const auto& field) { return field.first == name; });
}

int http_status(const Error& error) noexcept {
  switch (error.code) {
    case Code::kNotFound:
      return 404;
    case Code::kExists:
    case Code::kConflict:
      return 409;
    case Code::kNoSpace:
      return 507;
    case Code::kTooLarge:
      return 413;
    case Code::kMalformed:
      return 400;
    case Code::kTimeout:
      return 408;
    case Code::kExpired:
      return 410;
    case Code::kDenied:
    case Code::kRefused:
    case Code::kTampered:
      return 403;
    case Code::kUnavailable:
      return 503;
    case Code::kIo:
    case Code::kConfig:
      return 500;
  }
  return 500;
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space, bool allow_newlines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) {
      c = ' ';
    } else if (c == '%') {
      if (i + 2 >= text.size()) return fail(Code::kMalformed, "decode percent escape");
      TRY_ASSIGN(const auto byte, from_hex(text.substr(i + 1, 2)));
      c = static_cast<char>(byte[0]);
      i += 2;
    }
    const bool newline = c == '\r' || c == '\n' || c == '\t';
    const auto code = static_cast<unsigned char>(c);
    if ((code < 0x20 && !(newline && allow_newlines)) || code == 0x7f)
      return fail(Code::kMalformed, "decode percent escape");
    out += c;
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace zp::gateway
