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
        const auto* cr = static_cast<const std::uint8_t*>(std::memchr(&bytes[at], '\r', bytes.size() - at));
        at = cr ? static_cast<std::size_t>(cr - bytes.data()) + 1 : bytes.size();
        // Most lines end so and need no more looking at.
        if (cr && at + 1 < bytes.size() && bytes[at] == '\n' && bytes[at + 1] != '.')
          ++at;
        else if (cr)
          at_ = At::kCr;
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
