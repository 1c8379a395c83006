#include "gateway/http/head.h"

#include <algorithm>
#include <charconv>

#include "crypto/base/text.h"

namespace zp::gateway {
namespace {

bool is_token_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

bool is_token(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_char); }

std::unexpected<BadHead> bad(int status, const char* reason) { return std::unexpected(BadHead{status, reason}); }

/// The decoded path; nothing for one that could mean different things to different programs.
std::expected<std::string, BadHead> decode_path(std::string_view raw) {
  if (!raw.starts_with('/')) return bad(400, "target is not a path");
  std::string path;
  for (std::size_t start = 1; start <= raw.size();) {
    const auto end = std::min(raw.find('/', start), raw.size());
    const auto segment = percent_decode(raw.substr(start, end - start));
    if (!segment || segment->contains('/') || segment->contains('\\') || *segment == "." || *segment == "..")
      return bad(400, "ambiguous path");
    path += '/';
    path += *segment;
    start = end + 1;
  }
  return path;
}

std::expected<void, BadHead> parse_target(std::string_view target, Request& request) {
  if (target.size() > kMaxTargetBytes) return bad(414, "target too long");
  for (const char c : target)
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f || c == '#')
      return bad(400, "invalid character in target");
  const auto mark = target.find('?');
  auto path = decode_path(target.substr(0, mark));
  if (!path) return std::unexpected(path.error());
  request.path = std::move(*path);
  if (mark == std::string_view::npos) return {};
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decode(pair.substr(0, equals), true);
    const auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return bad(400, "invalid query");
    request.query[*name] = *value;
  }
  return {};
}

std::expected<void, BadHead> parse_request_line(std::string_view line, Head& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return bad(400, "malformed request line");
  const auto method = line.substr(0, first);
  const auto version = line.substr(last + 1);
  if (!is_token(method) || method.size() > 20) return bad(400, "malformed method");
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return version.starts_with("HTTP/") ? bad(505, "unknown version") : bad(400, "malformed request line");
  head.keep_alive = version == "HTTP/1.1";
  head.request.method = std::string(method);
  return parse_target(line.substr(first + 1, last - first - 1), head.request);
}

std::expected<void, BadHead> parse_field(std::string_view line, Request& request) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return bad(400, "malformed header name");
  const auto value = trim(line.substr(colon + 1));
  for (const char c : value)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
      return bad(400, "invalid character in header");
  if (request.headers.size() == kMaxHeaderFields) return bad(431, "too many headers");
  request.headers.emplace_back(ascii_lower(line.substr(0, colon)), std::string(value));
  return {};
}

/// What the headers say about where the request ends and what happens after it.
std::expected<void, BadHead> apply_framing(Head& head) {
  int hosts = 0, lengths = 0;
  for (const auto& [name, value] : head.request.headers) {
    if (name == "host") {
      if (++hosts > 1 || value.empty() || value.find_first_of(" ,/@\\") != std::string::npos)
        return bad(400, "bad host");
    } else if (name == "content-length") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), head.request.content_length);
      const bool digits = !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
      if (++lengths > 1 || !digits || error != std::errc() || end != value.data() + value.size())
        return bad(400, "bad content length");
    } else if (name == "connection") {
      const auto words = ascii_lower(value);
      if (words.contains("close")) head.keep_alive = false;
    } else if (name == "expect") {
      if (ascii_lower(value) != "100-continue") return bad(417, "unknown expectation");
      head.expects_continue = true;
    }
  }
  if (hosts == 0) return bad(400, "no host");
  if (head.request.has_header("transfer-encoding"))
    return lengths > 0 ? bad(400, "both framings") : bad(411, "transfer encoding instead of a length");
  return {};
}

}  // namespace

std::expected<Head, BadHead> parse_head(std::string_view untrusted_head) {
  Head head;
  bool first = true;
  while (!untrusted_head.empty()) {
    const auto end = untrusted_head.find("\r\n");
    if (end == std::string_view::npos) return bad(400, "line end missing");
    const auto line = untrusted_head.substr(0, end);
    untrusted_head.remove_prefix(end + 2);
    if (line.empty()) break;
    if (line.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) return bad(400, "stray line end");
    const auto parsed = first ? parse_request_line(line, head) : parse_field(line, head.request);
    if (!parsed) return std::unexpected(parsed.error());
    first = false;
  }
  if (first) return bad(400, "empty head");
  if (auto framing = apply_framing(head); !framing) return std::unexpected(framing.error());
  return head;
}

}  // namespace zp::gateway
