#include "gateway/curl/curl_handle.h"

#include "crypto/base/result.h"

namespace zp::gateway {
namespace {

constexpr long kConnectSeconds = 30;
constexpr long kAnswerSeconds = 60;

}  // namespace

CurlHandle new_curl(const std::string& ca_file) {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  CurlHandle curl(started ? curl_easy_init() : nullptr);
  ZP_CHECK(curl != nullptr);
  CURL* const raw = curl.get();
  curl_easy_setopt(raw, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(raw, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(raw, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(raw, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(raw, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file.empty()) curl_easy_setopt(raw, CURLOPT_CAINFO, ca_file.c_str());
  curl_easy_setopt(raw, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(raw, CURLOPT_SERVER_RESPONSE_TIMEOUT, kAnswerSeconds);
  curl_easy_setopt(raw, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(raw, CURLOPT_LOW_SPEED_TIME, kAnswerSeconds);
  return curl;
}

}  // namespace zp::gateway
