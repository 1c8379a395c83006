// gateway/curl/curl_handle.h - libcurl, as each program here uses it.
//
// Threads: a handle belongs to one.
#ifndef GATEWAY_CURL_CURL_HANDLE_H_
#define GATEWAY_CURL_CURL_HANDLE_H_

#include <curl/curl.h>

#include <memory>
#include <string>

namespace zp::gateway {

struct CleanUpCurl {
  void operator()(CURL* curl) const noexcept { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, CleanUpCurl>;
using CurlList = std::unique_ptr<curl_slist, CleanUpCurl>;

/// Certificate checked, against `ca_file` (PEM) or, where that is empty, what the system trusts; TLS 1.2 at least; no
/// signals, no proxy from the environment; an answer that stops coming is an error.
CurlHandle new_curl(const std::string& ca_file);

}  // namespace zp::gateway

#endif  // GATEWAY_CURL_CURL_HANDLE_H_
