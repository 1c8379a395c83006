// gateway/http/form.h - what a form sent: urlencoded, or multipart with files that stream through.
//
// Limits hold before anything is kept: a form has at most kMaxFormFields values of at most kMaxFieldBytes.
// Threads: free functions.
#ifndef GATEWAY_HTTP_FORM_H_
#define GATEWAY_HTTP_FORM_H_

#include <functional>
#include <map>
#include <string>

#include "gateway/http/message.h"

namespace zp::gateway {

inline constexpr std::size_t kMaxFormFields = 200;
inline constexpr std::size_t kMaxFieldBytes = 64 * 1024;

/// Field name to value; the last of equal names counts. Values are valid UTF-8 without control characters but
/// newlines.
using Form = std::map<std::string, std::string>;

/// kMalformed unless the body is a whole, well-formed application/x-www-form-urlencoded; kTooLarge over the
/// limits.
Result<Form> read_form(Request& request);
Result<Form> parse_form(std::string_view untrusted_body);

/// The head of a file part.
struct FilePart {
  std::string field;      // the input's name
  std::string file_name;  // as sent: a stranger's text, never a path
  std::string type;       // declared
};

/// Receives the parts of a multipart form in order. A returned Error ends the reading.
struct MultipartSink {
  std::function<Result<void>(const std::string& name, const std::string& value)> field;
  std::function<Result<void>(const FilePart& part)> file_begin;
  std::function<Result<void>(ByteView bytes)> file_data;
  /// The part came whole, its closing boundary included.
  std::function<Result<void>()> file_end;
};

bool is_multipart(const Request& request);
/// Reads a multipart/form-data body (RFC 7578) to its end. kMalformed if it is cut or has no closing
/// boundary.
Result<void> read_multipart(Request& request, const MultipartSink& sink);

/// Valid UTF-8 without NUL and control characters; tabs and line ends only if `newlines`.
bool is_clean_text(std::string_view text, bool newlines) noexcept;

}  // namespace zp::gateway

#endif  // GATEWAY_HTTP_FORM_H_
