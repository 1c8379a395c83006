#include "gateway/public/web_keys.h"

#include <algorithm>

namespace zp::gateway {
namespace {

constexpr std::size_t kHashCharacters = 32;

/// Anybody may read it, from any page.
Response for_everybody(std::string_view body) {
  Response response;
  response.content_type = "application/octet-stream";
  response.body = body;
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  return response;
}

}  // namespace

void WebKeys::add_routes(Router& router) {
  const auto direct = [this](Request& request) { return key(request.parameters["hash"]); };
  const auto advanced = [this](Request& request) {
    return is_ours(request.parameters["domain"]) ? key(request.parameters["hash"]) : Response::error(404);
  };
  router.add("GET", "/.well-known/openpgpkey/hu/{hash}", direct);
  router.add("GET", "/.well-known/openpgpkey/{domain}/hu/{hash}", advanced);
  // The draft asks for it, and it may be empty: clients take it for the sign that there is a directory.
  router.add("GET", "/.well-known/openpgpkey/policy", [](Request&) { return for_everybody(""); });
  router.add("GET", "/.well-known/openpgpkey/{domain}/policy", [this](Request& request) {
    return is_ours(request.parameters["domain"]) ? for_everybody("") : Response::error(404);
  });
}

bool WebKeys::is_ours(std::string_view domain) const {
  const auto at_domain = [&](const std::string& address) { return address.substr(address.find('@') + 1) == domain; };
  return at_domain(door_.config.smtp.from) || std::ranges::any_of(door_.config.mail.recipients, at_domain);
}

Response WebKeys::key(const std::string& hash) const {
  if (hash.size() != kHashCharacters) return Response::error(404);
  const auto found = door_.shelf.web_key(web_key_id(hash));
  if (!found) return Response::error(found.error());
  return for_everybody(as_text(*found));
}

}  // namespace zp::gateway
