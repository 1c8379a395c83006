// gateway/mail/curl_session.h - one connection of libcurl to a mail server; private to gateway/mail.
//
// libcurl would connect anew when the line broke between two commands; here that is an error, see remote_mailbox.h.
// Threads: one.
#ifndef GATEWAY_MAIL_CURL_SESSION_H_
#define GATEWAY_MAIL_CURL_SESSION_H_

#include <functional>
#include <string>
#include <string_view>

#include "crypto/object.h"
#include "gateway/config/mailboxes.h"
#include "gateway/curl/curl_handle.h"

namespace zp::gateway {

class CurlSession {
 public:
  CurlSession(const MailboxConfig& config, const SecretBytes& secret, std::function<bool()> stop);
  CurlSession(const CurlSession&) = delete;
  CurlSession& operator=(const CurlSession&) = delete;

  /// `path`: behind the host in the address. `command`: instead of what libcurl does with that address; may be empty.
  /// What the server says goes to `body`, without framing.
  Result<void> get(const std::string& path, const std::string& command, const crypto::ByteSink& body);
  /// The same, for answers that are collected; kUnavailable over 64 MiB.
  Result<std::string> text(const std::string& path, const std::string& command);
  /// A command that has no body in its answer.
  Result<void> tell(const std::string& path, const std::string& command);
  /// Each line that the server said, as it came; for what libcurl does not hand out otherwise.
  void listen(std::function<void(std::string_view)> to) { on_line_ = std::move(to); }
  std::string escaped(const std::string& text) const;

 private:
  static std::size_t take_body(char* bytes, std::size_t one, std::size_t count, void* self);
  static std::size_t take_line(char* bytes, std::size_t one, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address);
  static int ask_stop(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  Result<void> perform(const std::string& path, const std::string& command, bool no_body);

  std::string base_;
  std::function<bool()> stop_;
  std::function<void(std::string_view)> on_line_;
  const crypto::ByteSink* body_ = nullptr;
  Result<void> taken_;  // what the sink said
  bool connected_ = false;
  CurlHandle curl_;  // last: it says goodbye when it goes, and calls back
};

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_CURL_SESSION_H_
