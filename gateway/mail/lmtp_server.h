// gateway/mail/lmtp_server.h - LMTP sessions on a listening socket (POCO TCPServer).
//
// Deadlines: a command within 5 minutes (RFC 5321 section 4.5.3.2.7), a message within 10 minutes plus a second for
// every 16 KiB, a session within an hour. More than kMaxSessions at once wait in the queue and are closed beyond it;
// the MTA tries again.
#ifndef GATEWAY_MAIL_LMTP_SERVER_H_
#define GATEWAY_MAIL_LMTP_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/mail/lmtp_session.h"

namespace zp::gateway {

class LmtpServer {
 public:
  static constexpr int kMaxSessions = 64;
  /// Listens on "ADDRESS:PORT" (port 0: the kernel chooses). `limits` and `intake` outlive the server.
  static Result<LmtpServer> start(const std::string& listen, const LmtpLimits& limits, MailIntake& intake);
  LmtpServer(LmtpServer&&) noexcept;
  ~LmtpServer();
  std::uint16_t port() const;
  /// Takes no new sessions; messages being received have ten seconds to come in.
  void stop();

 private:
  struct Impl;
  explicit LmtpServer(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_LMTP_SERVER_H_
