// gateway/mail/dot_reader.h - the end of a message, and nothing else that looks like it (RFC 5321 section 4.5.2).
//
// Only CR LF "." CR LF ends a message. A bare LF or CR is content, kept as it came: "LF . LF" and its cousins, by which
// one message is smuggled inside another (CVE-2023-51764), end nothing here. The stuffed dot is taken out after CR LF
// only.
// Threads: one reader belongs to one session.
#ifndef GATEWAY_MAIL_DOT_READER_H_
#define GATEWAY_MAIL_DOT_READER_H_

#include <functional>

#include "crypto/base/bytes.h"

namespace zp::gateway {

class DotReader {
 public:
  using Sink = std::function<void(ByteView)>;
  /// Hands content to `sink` and stops behind the end of the message; how many bytes were used.
  std::size_t take(ByteView bytes, const Sink& sink);
  bool ended() const noexcept { return at_ == At::kEnd; }

 private:
  enum class At { kLineStart, kText, kCr, kDot, kDotCr, kEnd };
  At at_ = At::kLineStart;
};

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_DOT_READER_H_
