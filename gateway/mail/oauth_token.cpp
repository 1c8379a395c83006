#include "gateway/mail/oauth_token.h"

#include <string.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/curl/curl_handle.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxAnswer = 256 * 1024;
constexpr std::size_t kMaxToken = 64 * 1024;
constexpr std::int64_t kSpareMs = 60'000;
constexpr std::int64_t kMaxLifeSeconds = 24 * 3600;

std::size_t collect(char* bytes, std::size_t, std::size_t count, void* into) {
  auto& text = *static_cast<std::string*>(into);
  if (text.size() + count > kMaxAnswer) return 0;
  text.append(bytes, count);
  return count;
}

std::string form_field(CURL* curl, const char* name, std::string_view value) {
  char* const escaped = curl_easy_escape(curl, value.data(), static_cast<int>(value.size()));
  ZP_CHECK(escaped != nullptr);
  const std::string field = std::string(name) + "=" + escaped;
  curl_free(escaped);
  return field;
}

Result<std::string> ask(const MailboxConfig& config) {
  TRY_ASSIGN(const SecretBytes secret, read_secret_file(config.secret_file, 4096));
  std::string_view plain = secret.text();
  plain = plain.substr(0, plain.find_first_of("\r\n"));
  const CurlHandle curl = new_curl(config.ca_file);
  std::string form = "grant_type=client_credentials&" + form_field(curl.get(), "client_id", config.client_id) + "&" +
                     form_field(curl.get(), "client_secret", plain);
  if (!config.scope.empty()) form += "&" + form_field(curl.get(), "scope", config.scope);
  std::string answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, config.token_url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, form.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &collect);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  const CURLcode code = curl_easy_perform(curl.get());
  ::explicit_bzero(form.data(), form.size());
  if (code != CURLE_OK) return fail(Code::kUnavailable, "ask for a token", curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200)
    return fail(status / 100 == 4 ? Code::kDenied : Code::kUnavailable, "ask for a token",
                "the server answers " + std::to_string(status));
  return answer;
}

}  // namespace

Result<const SecretBytes*> OauthToken::get(std::int64_t now_ms) {
  if (now_ms + kSpareMs < good_until_ms_) return &token_;
  TRY_ASSIGN(std::string answer, ask(config_));
  const Json json = Json::parse(answer, nullptr, false);
  ::explicit_bzero(answer.data(), answer.size());
  const auto token = json.is_object() ? json.find("access_token") : json.end();
  if (token == json.end() || !token->is_string() || token->get_ref<const std::string&>().size() > kMaxToken)
    return fail(Code::kUnavailable, "ask for a token: there is none in the answer");
  token_ = SecretBytes::copy_of(as_bytes(token->get_ref<const std::string&>()));
  const auto life = json.find("expires_in");
  const std::int64_t seconds = life != json.end() && life->is_number_integer() ? life->get<std::int64_t>() : 0;
  good_until_ms_ = now_ms + std::clamp<std::int64_t>(seconds, 0, kMaxLifeSeconds) * 1000;
  return &token_;
}

}  // namespace zp::gateway
