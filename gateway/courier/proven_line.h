// gateway/courier/proven_line.h - a connection to a mail server, in the clear until the server has proved who it is, and only then of use.
//
// Threads: one. Every wait ends: each read and write after a minute, all together at the deadline.
#ifndef GATEWAY_COURIER_PROVEN_LINE_H_
#define GATEWAY_COURIER_PROVEN_LINE_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/courier/route.h"

struct ssl_st;
struct ssl_ctx_st;

namespace zp::gateway {

/// What a server answers: the code, and the lines behind it.
struct Reply {
  int code = 0;
  std::string text;  // lines end with LF; untrusted
};

class ProvenLine {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  /// kUnavailable.
  static Result<ProvenLine> connect(const std::string& address, std::uint32_t port, Deadline deadline);
  ProvenLine(ProvenLine&& other) noexcept;
  ProvenLine& operator=(ProvenLine&&) = delete;
  ~ProvenLine();

  /// A whole reply. kUnavailable: the line broke, or what came is no reply.
  Result<Reply> read();
  Result<void> write(std::string_view bytes);
  /// One command and its reply.
  Result<Reply> ask(const std::string& command);

  /// TLS 1.2 or later with a server that proves to be `server` of `domain`: by its TLSA records (RFC 7672) or, where it has none, by a
  /// certificate that holds for its name (RFC 8461). kDenied: it does not, and the line is of no more use.
  Result<void> prove(const MailServer& server, const std::string& domain, const std::string& ca_file);
  /// "TLSv1.3 TLS_AES_256_GCM_SHA384"; empty before prove().
  std::string tls() const;

 private:
  struct FreeSsl {
    void operator()(ssl_st* ssl) const noexcept;
    void operator()(ssl_ctx_st* context) const noexcept;
  };
  ProvenLine(int fd, Deadline deadline) noexcept : fd_(fd), deadline_(deadline) {}
  Result<void> fill();

  int fd_ = -1;
  Deadline deadline_;
  std::string ahead_;  // read and not used yet
  std::unique_ptr<ssl_ctx_st, FreeSsl> context_;
  std::unique_ptr<ssl_st, FreeSsl> ssl_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_COURIER_PROVEN_LINE_H_
