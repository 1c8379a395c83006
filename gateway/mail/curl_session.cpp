#include "gateway/mail/curl_session.h"

#include <sys/socket.h>

#include <utility>

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxText = 64 * 1024 * 1024;

std::string text_of(const SecretBytes& secret) {
  std::string_view text = secret.text();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return std::string(text);
}

/// What libcurl says when the server says no to one command, and not to the whole session.
bool is_refusal(CURLcode code) noexcept {
  return code == CURLE_REMOTE_FILE_NOT_FOUND || code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_QUOTE_ERROR ||
         code == CURLE_PARTIAL_FILE;
}

}  // namespace

CurlSession::CurlSession(const MailboxConfig& config, const SecretBytes& secret, std::function<bool()> stop)
    : stop_(std::move(stop)), curl_(new_curl(config.ca_file)) {
  const std::uint32_t usual = config.protocol == "imaps" ? 993 : 995;
  base_ = config.protocol + "://" + config.host + ":" + std::to_string(config.port == 0 ? usual : config.port) + "/";
  CURL* const raw = curl_.get();
  curl_easy_setopt(raw, CURLOPT_PROTOCOLS_STR, config.protocol.c_str());
  curl_easy_setopt(raw, CURLOPT_USERNAME, config.user.c_str());
  const std::string plain = text_of(secret);
  if (config.login == "xoauth2") {
    curl_easy_setopt(raw, CURLOPT_XOAUTH2_BEARER, plain.c_str());
    curl_easy_setopt(raw, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
  } else {
    curl_easy_setopt(raw, CURLOPT_PASSWORD, plain.c_str());
  }
  curl_easy_setopt(raw, CURLOPT_WRITEFUNCTION, &CurlSession::take_body);
  curl_easy_setopt(raw, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(raw, CURLOPT_HEADERFUNCTION, &CurlSession::take_line);
  curl_easy_setopt(raw, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(raw, CURLOPT_OPENSOCKETFUNCTION, &CurlSession::open_socket);
  curl_easy_setopt(raw, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(raw, CURLOPT_XFERINFOFUNCTION, &CurlSession::ask_stop);
  curl_easy_setopt(raw, CURLOPT_XFERINFODATA, this);
  curl_easy_setopt(raw, CURLOPT_NOPROGRESS, 0L);
}

Result<void> CurlSession::get(const std::string& path, const std::string& command, const crypto::ByteSink& body) {
  body_ = &body;
  auto done = perform(path, command, false);
  body_ = nullptr;
  return done;
}

Result<std::string> CurlSession::text(const std::string& path, const std::string& command) {
  std::string text;
  TRY_DO(get(path, command, [&text](ByteView bytes) -> Result<void> {
    if (text.size() + bytes.size() > kMaxText) return fail(Code::kUnavailable, "read mailbox: the list is too long");
    text += as_text(bytes);
    return {};
  }));
  return text;
}

Result<void> CurlSession::tell(const std::string& path, const std::string& command) {
  return perform(path, command, true);
}

std::string CurlSession::escaped(const std::string& text) const {
  char* const raw = curl_easy_escape(curl_.get(), text.c_str(), static_cast<int>(text.size()));
  ZP_CHECK(raw != nullptr);
  std::string result = raw;
  curl_free(raw);
  return result;
}

Result<void> CurlSession::perform(const std::string& path, const std::string& command, bool no_body) {
  CURL* const raw = curl_.get();
  curl_easy_setopt(raw, CURLOPT_URL, (base_ + path).c_str());
  curl_easy_setopt(raw, CURLOPT_CUSTOMREQUEST, command.empty() ? nullptr : command.c_str());
  curl_easy_setopt(raw, CURLOPT_NOBODY, no_body ? 1L : 0L);
  taken_ = {};
  const CURLcode code = curl_easy_perform(raw);
  connected_ = true;
  if (!taken_) return std::exchange(taken_, {});
  if (code == CURLE_OK) return {};
  if (code == CURLE_ABORTED_BY_CALLBACK) return fail(Code::kTimeout, "talk to mailbox: asked to stop");
  return fail(is_refusal(code) ? Code::kRefused : Code::kUnavailable, "talk to mailbox", curl_easy_strerror(code));
}

std::size_t CurlSession::take_body(char* bytes, std::size_t, std::size_t count, void* self) {
  auto& session = *static_cast<CurlSession*>(self);
  if (!session.body_ || !session.taken_) return session.body_ ? 0 : count;
  session.taken_ = (*session.body_)(as_bytes({bytes, count}));
  return session.taken_ ? count : 0;
}

std::size_t CurlSession::take_line(char* bytes, std::size_t one, std::size_t count, void* self) {
  auto& session = *static_cast<CurlSession*>(self);
  if (session.on_line_) session.on_line_({bytes, one * count});
  return one * count;
}

curl_socket_t CurlSession::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& session = *static_cast<CurlSession*>(self);
  if (session.connected_) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int CurlSession::ask_stop(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<CurlSession*>(self)->stop_() ? 1 : 0;
}

}  // namespace zp::gateway
