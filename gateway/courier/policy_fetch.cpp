#include "gateway/courier/policy_fetch.h"

#include "gateway/courier/sts_policy.h"
#include "gateway/curl/curl_handle.h"

namespace zp::gateway {
namespace {

constexpr long kSeconds = 8, kOk = 200;

std::size_t collect(char* bytes, std::size_t, std::size_t count, void* into) {
  auto& text = *static_cast<std::string*>(into);
  if (text.size() + count > kMaxStsPolicy) return 0;
  text.append(bytes, count);
  return count;
}

/// "host:443:address[,address...]" for CURLOPT_RESOLVE; empty: it has no address that may be believed.
std::string resolved(const Dns& dns, const std::string& host) {
  std::string addresses;
  for (const RecordType type : {RecordType::kA, RecordType::kAaaa}) {
    const auto answer = dns.ask(host, type);
    if (!answer || answer->trust == Trust::kBogus) continue;
    for (const Bytes& record : answer->records)
      if (const auto address = parse_address(record)) addresses += (addresses.empty() ? "" : ",") + *address;
  }
  return addresses.empty() ? std::string() : host + ":443:" + addresses;
}

std::unexpected<Error> unavailable(const char* why) { return fail(Code::kUnavailable, "fetch policy of MTA-STS", why); }

}  // namespace

Result<std::string> fetch_sts_policy(const Dns& dns, const std::string& domain, const std::string& ca_file) {
  const std::string host = "mta-sts." + domain, address = resolved(dns, host);
  if (address.empty()) return unavailable("no address");
  const CurlHandle curl = new_curl(ca_file);
  const CurlList known(curl_slist_append(nullptr, address.c_str()));
  ZP_CHECK(known != nullptr);
  CURL* const raw = curl.get();
  std::string body;
  curl_easy_setopt(raw, CURLOPT_URL, ("https://" + host + "/.well-known/mta-sts.txt").c_str());
  curl_easy_setopt(raw, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(raw, CURLOPT_RESOLVE, known.get());
  curl_easy_setopt(raw, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(raw, CURLOPT_TIMEOUT, kSeconds);
  curl_easy_setopt(raw, CURLOPT_WRITEFUNCTION, &collect);
  curl_easy_setopt(raw, CURLOPT_WRITEDATA, &body);
  if (const CURLcode code = curl_easy_perform(raw); code != CURLE_OK) return unavailable(curl_easy_strerror(code));
  long status = 0;
  const char* type = nullptr;
  curl_easy_getinfo(raw, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(raw, CURLINFO_CONTENT_TYPE, &type);
  if (status != kOk) return unavailable("another status than 200");
  if (!type || !std::string_view(type).starts_with("text/plain")) return unavailable("not text/plain");
  return body;
}

}  // namespace zp::gateway
