#include <algorithm>
#include <cstring>

#include "crypto/base/text.h"
#include "gateway/http/form.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kPartHeadBytes = 8 * 1024;
constexpr std::size_t kReadBytes = 64 * 1024;

/// The value of `name` in "form-data; name=\"x\"; filename=\"y\"". Browsers write %22 for a quote (WHATWG
/// HTML, multipart/form-data).
std::string parameter(std::string_view value, std::string_view name) {
  const auto start = value.find("; " + std::string(name) + "=");
  if (start == std::string_view::npos) return {};
  auto rest = value.substr(start + name.size() + 3);
  if (!rest.starts_with('"')) return std::string(rest.substr(0, rest.find(';')));
  rest.remove_prefix(1);
  return std::string(rest.substr(0, rest.find('"')));
}

/// The body as a window that grows to the right and is consumed from the left.
class Window {
 public:
  explicit Window(Request& request) : request_(request) {}

  std::string_view view() const noexcept { return buffer_; }
  void consume(std::size_t count) { buffer_.erase(0, count); }

  /// False at the end of the body.
  Result<bool> grow() {
    const auto old = buffer_.size();
    buffer_.resize(old + kReadBytes);
    const auto got = request_.read({reinterpret_cast<std::uint8_t*>(buffer_.data()) + old, kReadBytes});
    buffer_.resize(old + (got ? *got : 0));
    if (!got) return std::unexpected(got.error());
    return *got > 0;
  }

  /// Makes `count` bytes visible.
  Result<void> need(std::size_t count) {
    while (buffer_.size() < count) {
      TRY_ASSIGN(const bool more, grow());
      if (!more) return fail(Code::kMalformed, "read multipart: cut");
    }
    return {};
  }

 private:
  Request& request_;
  std::string buffer_;
};

class MultipartReader {
 public:
  MultipartReader(Request& request, std::string boundary, const MultipartSink& sink)
      : window_(request), delimiter_("\r\n--" + boundary), sink_(sink) {}

  Result<void> run() {
    TRY_DO(skip_preamble());
    for (std::size_t parts = 0;; ++parts) {
      TRY_DO(window_.need(2));
      if (window_.view().starts_with("--")) return drain();
      if (!window_.view().starts_with("\r\n")) return fail(Code::kMalformed, "read multipart: boundary");
      window_.consume(2);
      if (parts == kMaxFormFields) return fail(Code::kTooLarge, "read multipart: parts");
      TRY_DO(read_part());
    }
  }

 private:
  Result<void> skip_preamble() {
    const std::string_view first = std::string_view(delimiter_).substr(2);
    TRY_DO(window_.need(first.size()));
    if (!window_.view().starts_with(first)) return fail(Code::kMalformed, "read multipart: start");
    window_.consume(first.size());
    return {};
  }

  Result<void> drain() {
    for (;;) {
      window_.consume(window_.view().size());
      TRY_ASSIGN(const bool more, window_.grow());
      if (!more) return {};
    }
  }

  Result<FilePart> read_part_head(bool& is_file) {
    while (window_.view().find("\r\n\r\n") == std::string_view::npos) {
      if (window_.view().size() > kPartHeadBytes) return fail(Code::kTooLarge, "read multipart: part head");
      TRY_ASSIGN(const bool more, window_.grow());
      if (!more) return fail(Code::kMalformed, "read multipart: part head cut");
    }
    const auto end = window_.view().find("\r\n\r\n");
    if (end > kPartHeadBytes) return fail(Code::kTooLarge, "read multipart: part head");
    FilePart part;
    is_file = false;
    std::string_view head = window_.view().substr(0, end + 2);
    while (!head.empty()) {
      const auto line = head.substr(0, head.find("\r\n"));
      head.remove_prefix(line.size() + 2);
      const auto colon = std::min(line.find(':'), line.size());
      const auto name = ascii_lower(line.substr(0, colon));
      auto value = line.substr(std::min(colon + 1, line.size()));
      while (value.starts_with(' ')) value.remove_prefix(1);
      if (name == "content-disposition") {
        part.field = parameter(value, "name");
        part.file_name = parameter(value, "filename");
        is_file = value.find("; filename=") != std::string_view::npos;
      } else if (name == "content-type") {
        part.type = std::string(value.substr(0, 200));
      }
    }
    window_.consume(end + 4);
    if (part.field.empty() || !is_clean_text(part.field, false))
      return fail(Code::kMalformed, "read multipart: part name");
    return part;
  }

  /// Hands everything up to the next delimiter to `take`.
  template <typename Take>
  Result<void> read_content(Take take) {
    for (;;) {
      const auto found = window_.view().find(delimiter_);
      if (found != std::string_view::npos) {
        TRY_DO(take(window_.view().substr(0, found)));
        window_.consume(found + delimiter_.size());
        return {};
      }
      // The last bytes may be the start of a delimiter.
      const auto safe = window_.view().size() - std::min(window_.view().size(), delimiter_.size() - 1);
      if (safe > 0) TRY_DO(take(window_.view().substr(0, safe)));
      window_.consume(safe);
      TRY_ASSIGN(const bool more, window_.grow());
      if (!more) return fail(Code::kMalformed, "read multipart: part cut");
    }
  }

  Result<void> read_part() {
    bool is_file = false;
    TRY_ASSIGN(const auto part, read_part_head(is_file));
    if (is_file) {
      TRY_DO(sink_.file_begin(part));
      TRY_DO(read_content([&](std::string_view bytes) { return sink_.file_data(as_bytes(bytes)); }));
      return sink_.file_end();
    }
    std::string value;
    TRY_DO(read_content([&](std::string_view bytes) -> Result<void> {
      if (value.size() + bytes.size() > kMaxFieldBytes) return fail(Code::kTooLarge, "read multipart: field");
      value += bytes;
      return {};
    }));
    if (!is_clean_text(value, true)) return fail(Code::kMalformed, "read multipart: field text");
    return sink_.field(part.field, value);
  }

  Window window_;
  const std::string delimiter_;
  const MultipartSink& sink_;
};

}  // namespace

bool is_multipart(const Request& request) {
  return ascii_lower(request.header("content-type")).starts_with("multipart/form-data");
}

Result<void> read_multipart(Request& request, const MultipartSink& sink) {
  const auto type = request.header("content-type");
  auto boundary = parameter(type, "boundary");
  if (!is_multipart(request) || boundary.empty() || boundary.size() > 70)
    return fail(Code::kMalformed, "read multipart: boundary");
  return MultipartReader(request, std::move(boundary), sink).run();
}

}  // namespace zp::gateway
