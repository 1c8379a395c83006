// gateway/http/router.h - which handler answers which method and path.
//
// A pattern is a path whose segments are literal or {name}: "/bericht/{link}/bijlage/{number}". Literal
// segments win over names. HEAD is answered by GET's handler unless it has one of its own. Threads: add()
// first, then dispatch() from any thread.
#ifndef GATEWAY_HTTP_ROUTER_H_
#define GATEWAY_HTTP_ROUTER_H_

#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.h"

namespace zp::gateway {

class Router {
 public:
  void add(std::string method, std::string pattern, Handler handler);
  /// Sets request.parameters and request.route. 404 without a matching path, 405 with Allow without a
  /// matching method.
  Response dispatch(Request& request) const;

 private:
  struct Route {
    std::string method, pattern;
    std::vector<std::string> segments;
    Handler handler;
  };
  const Route* find(const Request& request, const std::vector<std::string_view>& segments, std::string& allowed) const;
  std::vector<Route> routes_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_HTTP_ROUTER_H_
