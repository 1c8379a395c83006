#include "gateway/http/router.h"

namespace zp::gateway {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::size_t start = 1; start <= path.size();) {
    const auto end = std::min(path.find('/', start), path.size());
    segments.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  return segments;
}

bool is_name(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string_view>& segments) {
  if (pattern.size() != segments.size()) return false;
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (is_name(pattern[i]) ? segments[i].empty() : pattern[i] != segments[i]) return false;
  return true;
}

std::size_t literals(const std::vector<std::string>& pattern) {
  std::size_t count = 0;
  for (const auto& segment : pattern) count += !is_name(segment);
  return count;
}

}  // namespace

void Router::add(std::string method, std::string pattern, Handler handler) {
  std::vector<std::string> segments;
  for (const auto segment : split(pattern)) segments.emplace_back(segment);
  routes_.push_back({std::move(method), std::move(pattern), std::move(segments), std::move(handler)});
}

const Router::Route* Router::find(const Request& request, const std::vector<std::string_view>& segments,
                                  std::string& allowed) const {
  const Route* best = nullptr;
  bool best_is_exact = false;
  for (const auto& route : routes_) {
    if (!matches(route.segments, segments)) continue;
    if (!allowed.contains(route.method)) allowed += (allowed.empty() ? "" : ", ") + route.method;
    const bool exact = route.method == request.method;
    if (!exact && !(request.method == "HEAD" && route.method == "GET")) continue;
    const bool better = !best || literals(route.segments) > literals(best->segments) ||
                        (literals(route.segments) == literals(best->segments) && exact && !best_is_exact);
    if (better) {
      best = &route;
      best_is_exact = exact;
    }
  }
  return best;
}

Response Router::dispatch(Request& request) const {
  const auto segments = split(request.path);
  std::string allowed;
  const Route* route = find(request, segments, allowed);
  if (!route) {
    auto response = Response::error(allowed.empty() ? 404 : 405);
    if (!allowed.empty()) response.set("Allow", allowed);
    return response;
  }
  request.route = route->pattern;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto& pattern = route->segments[i];
    if (is_name(pattern)) request.parameters[pattern.substr(1, pattern.size() - 2)] = std::string(segments[i]);
  }
  return route->handler(request);
}

}  // namespace zp::gateway
