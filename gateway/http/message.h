// gateway/http/message.h - one HTTP request and its answer, as handlers see them. POCO does not show through.
//
// A Request's head has been checked strictly before a handler sees it (head.h). Its body is read piece by
// piece and only counts as received when read() has returned 0: a body cut short by the client is an Error,
// never a short success. Everything in a Request is a stranger's: paths, names and values are bounded,
// nothing else. Threads: a Request and its Response belong to the thread that serves them.
#ifndef GATEWAY_HTTP_MESSAGE_H_
#define GATEWAY_HTTP_MESSAGE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::gateway {

/// Fills up to the whole buffer and returns how many bytes; 0 only after the last byte that the head
/// announced. kIo: the client went away before that. kTimeout: slower than the server allows.
using BodySource = std::function<Result<std::size_t>(std::span<std::uint8_t>)>;

struct Request {
  std::string method;                                        // "GET", as sent
  std::string path;                                          // decoded, starts with '/', no "." or ".." segments
  std::map<std::string, std::string> query;                  // decoded; the last of equal names counts
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in order
  std::map<std::string, std::string> parameters;             // what the route's {names} matched
  std::string route;                                         // the pattern that matched: safe to log, unlike `path`
  std::string remote_address;                                // the peer; behind nginx the address that it tells
  std::uint64_t content_length = 0;

  /// Empty if there is none. `name` in lower case.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  /// Empty if there is none.
  std::string_view cookie(std::string_view name) const;
  std::string parameter(const std::string& name) const;
  std::string query_value(const std::string& name) const;
  /// The client would rather have JSON than a page.
  bool wants_json() const;

  Result<std::size_t> read(std::span<std::uint8_t> buffer);
  /// The whole body; kTooLarge over `limit`, without reading it.
  Result<std::string> read_all(std::size_t limit);

  BodySource source;  // set by the server, or by a test; empty: no body
  /// Ends a read() that waits in the serving thread, for another thread that needs what this request holds;
  /// empty in tests. Valid while the handler runs.
  std::function<void()> interrupt;
  std::uint64_t body_read = 0;  // bytes that read() has handed out
};

struct Response {
  int status = 200;
  std::string content_type;  // empty: no body
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// Instead of `body`, for what is too large to hold: read while it is sent, `stream_bytes` in all. Where it fails or ends
  /// before that the connection ends too, so that the client sees that it has not the whole.
  BodySource stream = {};
  std::uint64_t stream_bytes = 0;

  static Response html(std::string page, int status = 200);
  static Response json(const nlohmann::json& value, int status = 200);
  static Response text(std::string text, int status = 200);
  static Response bytes(std::string content, std::string content_type);
  static Response streamed(BodySource stream, std::uint64_t bytes, std::string content_type);
  static Response empty(int status = 204);
  /// 303: the browser goes to `location` (a path of ours) with GET.
  static Response redirect(std::string location);
  /// An answer without a body; the server's error page fills it in.
  static Response error(int status);
  static Response error(const Error& error);

  Response& set(std::string name, std::string value);
  /// `name` must start with "__Host-": Secure, HttpOnly, SameSite=Strict, whole site. `max_age_seconds` 0:
  /// until the browser closes.
  Response& set_cookie(std::string_view name, std::string_view value, std::int64_t max_age_seconds = 0);
  Response& drop_cookie(std::string_view name);
  /// "attachment" with a name that is safe in every browser (RFC 6266, RFC 8187).
  Response& as_download(std::string_view file_name);
  bool has(std::string_view name) const;
};

/// 413 for kTooLarge, 408 for kTimeout, 507 for kNoSpace, 503 for kUnavailable, ...
int http_status(const Error& error) noexcept;

using Handler = std::function<Response(Request&)>;

/// "%41" to "A". kMalformed for a broken escape, NUL or other control characters. `plus_is_space`: as in
/// forms.
Result<std::string> percent_decode(std::string_view text, bool plus_is_space = false, bool allow_newlines = false);
std::string percent_encode(std::string_view text);

}  // namespace zp::gateway

#endif  // GATEWAY_HTTP_MESSAGE_H_
