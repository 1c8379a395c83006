#include "gateway/mail/dot_reader.h"

#include <cstring>

namespace zp::gateway {

std::size_t DotReader::take(ByteView bytes, const Sink& sink) {
  static constexpr std::uint8_t kCrByte[] = {'\r'};
  std::size_t at = 0;    // next byte to look at
  std::size_t from = 0;  // first byte not handed out yet
  const auto flush = [&](std::size_t to) {
    if (to > from) sink(bytes.subspan(from, to - from));
    from = to;
  };
  while (at < bytes.size() && at_ != At::kEnd) {
    const std::uint8_t byte = bytes[at];
    switch (at_) {
      case At::kLineStart:
        if (byte != '.') {
          at_ = At::kText;
          break;
        }
        flush(at);
        from = ++at;
        at_ = At::kDot;
        break;
      case At::kText: {
        // Looking for dots, not for ends of lines: in base64, of which most of a large mail consists, there are none.
        const auto* dot = static_cast<const std::uint8_t*>(std::memchr(&bytes[at], '.', bytes.size() - at));
        const std::size_t to = dot ? static_cast<std::size_t>(dot - bytes.data()) : bytes.size();
        const std::string_view passed = as_text(bytes.subspan(at, to - at));
        at_ = passed.ends_with("\r\n") ? At::kLineStart : passed.ends_with('\r') ? At::kCr : At::kText;
        at = to;
        if (!dot || at_ == At::kLineStart) break;
        at_ = At::kText;
        ++at;
        break;
      }
      case At::kCr:
        if (byte == '\n' || byte == '\r') ++at;
        at_ = byte == '\n' ? At::kLineStart : byte == '\r' ? At::kCr : At::kText;
        break;
      case At::kDot:
        if (byte != '\r') {
          at_ = At::kText;
          break;
        }
        // Held back: it belongs to the content unless LF follows.
        from = ++at;
        at_ = At::kDotCr;
        break;
      case At::kDotCr:
        if (byte == '\n') {
          from = ++at;
          at_ = At::kEnd;
          break;
        }
        sink(kCrByte);
        at_ = At::kCr;
        break;
      case At::kEnd:
        break;
    }
  }
  flush(at_ == At::kEnd ? from : at);
  return at;
}

}  // namespace zp::gateway
