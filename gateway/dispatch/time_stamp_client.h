// gateway/dispatch/time_stamp_client.h - asks a time-stamp authority (RFC 3161 section 3.4: over HTTP).
//
// Threads: may be shared; each call makes a connection of its own. A server that failed is left alone for a minute, so that a
// batch of letters does not wait for it again and again.
// Errors: kUnavailable: no connection, no TLS, no answer in time, or not the answer of such a server.
#ifndef GATEWAY_DISPATCH_TIME_STAMP_CLIENT_H_
#define GATEWAY_DISPATCH_TIME_STAMP_CLIENT_H_

#include <atomic>

#include "crypto/base/bytes.h"
#include "gateway/config/config.h"

namespace zp::gateway {

class TimeStampClient {
 public:
  explicit TimeStampClient(const KeysConfig& config) : config_(config) {}
  /// False: the configuration names no server.
  bool configured() const noexcept { return !config_.time_stamp_url.empty(); }
  /// DER TimeStampReq to DER TimeStampResp; at most 15 seconds.
  Result<Bytes> ask(ByteView request) const;

 private:
  Result<Bytes> post(ByteView request) const;
  const KeysConfig& config_;
  mutable std::atomic<std::int64_t> not_before_{0};  // steady clock, milliseconds
};

}  // namespace zp::gateway

#endif  // GATEWAY_DISPATCH_TIME_STAMP_CLIENT_H_
