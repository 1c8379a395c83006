// gateway/http/head.h - the strict reading of a request head (RFC 9112).
//
// POCO 1.11 takes the first of two Content-Lengths, both framings at once, "Content-Length : 5", bare LF, NUL
// and a missing Host: each is a way to make two programs in a row disagree about where a request ends. All of
// them are refused here. Threads: free functions.
#ifndef GATEWAY_HTTP_HEAD_H_
#define GATEWAY_HTTP_HEAD_H_

#include <expected>
#include <string_view>

#include "gateway/http/message.h"

namespace zp::gateway {

inline constexpr std::size_t kMaxHeadBytes = 32 * 1024;
inline constexpr std::size_t kMaxTargetBytes = 4 * 1024;
inline constexpr std::size_t kMaxHeaderFields = 100;

/// Why a head is refused; the connection is closed after the answer because nobody knows where the next
/// request starts.
struct BadHead {
  int status;          // 400, 411, 414, 417, 431, 501, 505
  const char* reason;  // for the log: our own words
};

struct Head {
  Request request;
  bool keep_alive = true;
  bool expects_continue = false;
};

/// `untrusted_head`: everything up to and including the empty line. A Transfer-Encoding is refused with 411:
/// POCO and others take a cut chunked body for a whole one, and every client of ours knows its length.
std::expected<Head, BadHead> parse_head(std::string_view untrusted_head);

}  // namespace zp::gateway

#endif  // GATEWAY_HTTP_HEAD_H_
