#include "gateway/http/csrf.h"

#include "crypto/hash.h"

namespace zp::gateway {

std::string csrf_token(const SecretBytes& session_secret) {
  return to_base64url(crypto::hmac_sha256(session_secret, as_bytes("zegelpost form token")));
}

bool csrf_matches(const SecretBytes& session_secret, std::string_view untrusted_token) {
  return equal_constant_time(as_bytes(csrf_token(session_secret)), as_bytes(untrusted_token));
}

bool from_own_site(const Request& request, std::string_view base_url) {
  // Newer browsers say it themselves, whatever name the site is reached under; scripts can't set this header.
  const auto site = request.header("sec-fetch-site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  const auto origin = request.header("origin");
  return origin.empty() || origin == base_url;
}

}  // namespace zp::gateway
