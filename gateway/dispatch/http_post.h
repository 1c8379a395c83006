// gateway/dispatch/http_post.h - one POST to a server that an administrator named: the time-stamp authority, the SMS provider.
//
// https servers must prove who they are. Redirects are not followed. Threads: free functions.
// Errors: kUnavailable: no connection, no TLS, no answer in time, or an answer that does not end.
#ifndef GATEWAY_DISPATCH_HTTP_POST_H_
#define GATEWAY_DISPATCH_HTTP_POST_H_

#include <string>

#include "crypto/base/bytes.h"

namespace zp::gateway {

struct HttpPost {
  const char* operation;  // for errors: "send SMS"
  std::string url;        // http or https
  std::string ca_file;    // PEM anchors for https; empty: those of the system
  std::string content_type;
  std::string authorization = {};  // the header's value; empty: none
};

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  Bytes body;  // at most 64 KiB
};

/// At most 15 seconds.
Result<HttpAnswer> http_post(const HttpPost& post, ByteView body);

}  // namespace zp::gateway

#endif  // GATEWAY_DISPATCH_HTTP_POST_H_
