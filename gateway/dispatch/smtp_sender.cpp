#include "gateway/dispatch/smtp_sender.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureSMTPClientSession.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <fmt/format.h>

#include <memory>
#include <sstream>

#include "gateway/dispatch/tls_client.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

using Poco::Net::SecureSMTPClientSession;
using Poco::Net::SMTPClientSession;

const Poco::Timespan kTimeout(60, 0);

std::unexpected<Error> refused(int status, const char* step) {
  return fail(status >= 500 ? Code::kRefused : Code::kUnavailable, "send mail", fmt::format("{} {}", step, status));
}

Result<void> expect(int status, int wanted, const char* step) {
  if (status / 100 != wanted) return refused(status, step);
  return {};
}

std::string own_name(const SmtpConfig& config) { return config.from.substr(config.from.rfind('@') + 1); }

/// Connected, encrypted as the configuration says, greeted.
std::unique_ptr<SMTPClientSession> connect(const SmtpConfig& config) {
  const auto port = static_cast<Poco::UInt16>(config.port);
  if (config.security == "tls") {
    Poco::Net::SecureStreamSocket socket(Poco::Net::SocketAddress(config.host, port), config.host,
                                         verifying_context(config.ca_file));
    auto session = std::make_unique<SMTPClientSession>(socket);
    session->setTimeout(kTimeout);
    session->login(own_name(config));
    return session;
  }
  auto session = std::make_unique<SecureSMTPClientSession>(config.host, port);
  session->setTimeout(kTimeout);
  session->login(own_name(config));
  if (config.security == "none") return session;
  // Without TLS nothing is sent: a line that somebody listens in on, or cuts STARTTLS out of, must not carry the
  // log-in.
  if (!session->startTLS(verifying_context(config.ca_file))) throw Poco::Net::SSLException("STARTTLS is not offered");
  std::string response;
  session->sendCommand("EHLO", own_name(config), response);
  return session;
}

Result<void> log_in(SMTPClientSession& session, const SmtpConfig& config) {
  if (config.user.empty()) return {};
  TRY_ASSIGN(const auto password, read_secret_file(config.password_file, 4096));
  std::string_view text = password.text();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const std::string plain = fmt::format("{0}{1}{0}{2}", '\0', config.user, text);
  std::string response;
  return expect(session.sendCommand("AUTH PLAIN", to_base64(as_bytes(plain)), response), 2, "AUTH");
}

Result<void> deliver(SMTPClientSession& session, const OutgoingMail& mail, const std::string& wire) {
  std::string response;
  // Nothing may answer an answer (RFC 3834 section 3.3); what we send of our own accord may bounce to us.
  TRY_DO(
      expect(session.sendCommand("MAIL", fmt::format("FROM:<{}>", mail.reply ? "" : mail.from), response), 2, "MAIL"));
  TRY_DO(expect(session.sendCommand("RCPT", fmt::format("TO:<{}>", mail.to), response), 2, "RCPT"));
  TRY_DO(expect(session.sendCommand("DATA", response), 3, "DATA"));
  std::istringstream stream(wire);
  session.sendMessage(stream);
  return {};
}

}  // namespace

Result<void> SmtpSender::send(const OutgoingMail& mail) const {
  TRY_ASSIGN(const auto wire, compose(mail));
  return send(mail, wire);
}

Result<void> SmtpSender::send(const OutgoingMail& mail, const std::string& wire) const {
  if (!is_plain_address(mail.from) || !is_plain_address(mail.to)) return fail(Code::kRefused, "send mail", "address");
  try {
    const auto session = connect(config_);
    TRY_DO(log_in(*session, config_));
    TRY_DO(deliver(*session, mail, wire));
    try {
      session->close();
    } catch (const Poco::Exception&) {
      // The server has the mail already.
    }
    return {};
  } catch (const Poco::Net::SMTPException& exception) {
    return refused(exception.code(), "reply");
  } catch (const Poco::Net::SSLException&) {
    return fail(Code::kUnavailable, "send mail", "TLS with " + config_.host);
  } catch (const Poco::Exception& exception) {
    return fail(Code::kUnavailable, "send mail", "connection to " + config_.host, exception.code());
  }
}

}  // namespace zp::gateway
