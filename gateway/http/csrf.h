// gateway/http/csrf.h - proof that a form was filled in on a page of ours.
//
// Cookies are SameSite=Strict; beside that every form carries a token that only somebody who read our page
// can know, and browsers tell where a request comes from (Sec-Fetch-Site, Origin). Threads: free functions.
#ifndef GATEWAY_HTTP_CSRF_H_
#define GATEWAY_HTTP_CSRF_H_

#include <string>
#include <string_view>

#include "crypto/base/secret_bytes.h"
#include "gateway/http/message.h"

namespace zp::gateway {

inline constexpr const char* kCsrfField = "csrf";

/// HMAC of `session_secret`: the same for a whole session.
std::string csrf_token(const SecretBytes& session_secret);
bool csrf_matches(const SecretBytes& session_secret, std::string_view untrusted_token);
/// False if the browser says that the request was started by another site. `base_url` as configured.
bool from_own_site(const Request& request, std::string_view base_url);

}  // namespace zp::gateway

#endif  // GATEWAY_HTTP_CSRF_H_
