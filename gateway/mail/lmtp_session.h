// gateway/mail/lmtp_session.h - one LMTP conversation (RFC 2033), without a socket: bytes in, replies out.
//
// Extensions: PIPELINING (RFC 2920), 8BITMIME (RFC 6152), SIZE (RFC 1870), ENHANCEDSTATUSCODES (RFC 2034), SMTPUTF8
// (RFC 6531). A 250 after the final dot means that the message is sealed, synced and published; until then a lost
// connection leaves nothing.
// Threads: one session belongs to one thread. Errors: become replies; a message that can't be kept is answered 4xx and
// the MTA keeps it.
#ifndef GATEWAY_MAIL_LMTP_SESSION_H_
#define GATEWAY_MAIL_LMTP_SESSION_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "gateway/mail/dot_reader.h"

namespace zp::gateway {

struct MailEnvelope {
  std::string from;  // empty: <>
  std::vector<std::string> to;
  bool fetched = false;  // out of a mailbox: nobody knows the sender that its envelope had
};

/// One message on its way in. Destroying it before accept() leaves nothing behind.
class MailWriter {
 public:
  virtual ~MailWriter() = default;
  virtual Result<void> append(ByteView bytes) = 0;
  /// Durable on return.
  virtual Result<void> accept() = 0;
};

/// Where messages go.
class MailIntake {
 public:
  virtual ~MailIntake() = default;
  /// kNoSpace when the disk is nearly full.
  virtual Result<void> check_space() = 0;
  /// kUnavailable without a fresh key.
  virtual Result<std::unique_ptr<MailWriter>> begin(const MailEnvelope& envelope) = 0;
};

struct LmtpLimits {
  std::vector<std::string> recipients;  // ours
  std::uint64_t max_message_bytes = 0;
  std::size_t max_recipients = 100;   // RFC 5321 section 4.5.3.1.8 asks for at least 100
  std::size_t max_line_bytes = 2048;  // commands only: content is never held, so its lines need no bound
  unsigned max_mistakes = 20;
};

class LmtpSession {
 public:
  LmtpSession(const LmtpLimits& limits, MailIntake& intake);
  std::string greeting() const;
  /// The replies to send; after closed() nothing more is read.
  std::string take(ByteView bytes);
  bool closed() const noexcept { return closed_; }
  /// A message is being received: a stop had better wait a little.
  bool receiving() const noexcept { return receiving_; }

 private:
  std::size_t take_line(ByteView bytes, std::string& replies);
  std::size_t take_content(ByteView bytes, std::string& replies);
  std::string command(std::string_view line);
  std::string mail_from(std::string_view rest);
  std::string rcpt_to(std::string_view rest);
  std::string data();
  std::string end_of_data();
  std::string mistake(std::string reply);
  void reset();

  const LmtpLimits& limits_;
  MailIntake& intake_;
  std::string line_;
  bool greeted_ = false, has_sender_ = false, utf8_ = false, receiving_ = false, closed_ = false;
  unsigned mistakes_ = 0;
  MailEnvelope envelope_;
  DotReader dots_;
  std::uint64_t received_ = 0;
  std::unique_ptr<MailWriter> writer_;
  Result<void> outcome_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_LMTP_SESSION_H_
