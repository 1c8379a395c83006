#include "gateway/dispatch/smtp_sender.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureSMTPClientSession.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <sstream>

#include "gateway/dispatch/dkim_signer.h"
#include "gateway/dispatch/tls_client.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

using Poco::Net::SecureSMTPClientSession;
using Poco::Net::SMTPClientSession;

const Poco::Timespan kTimeout(60, 0);

/// The enhanced status behind a reply code (RFC 2034): " 4.2.2"; empty: none.
std::string enhanced_status(std::string_view reply) {
  const std::string_view rest = reply.substr(std::min<std::size_t>(reply.size(), 4));
  const std::string_view code = rest.substr(0, rest.find_first_not_of("0123456789."));
  return code.size() >= 5 && code.size() <= 9 && code[1] == '.' ? fmt::format(" {}", code) : std::string();
}

std::unexpected<Error> refused(int status, const char* step, std::string_view reply) {
  return fail(status >= 500 ? Code::kRefused : Code::kUnavailable, "send mail",
              fmt::format("{} {}{}", step, status, enhanced_status(reply)));
}

Result<void> expect(int status, int wanted, const char* step, std::string_view reply) {
  if (status / 100 != wanted) return refused(status, step, reply);
  return {};
}

std::string own_name(const SmtpConfig& config) { return config.from.substr(config.from.rfind('@') + 1); }

/// A session that was greeted, and what the server says it can do.
struct Greeted {
  std::unique_ptr<SMTPClientSession> session;
  std::string extensions;
  bool offers(std::string_view name) const {
    for (std::size_t at = extensions.find(name); at != std::string::npos; at = extensions.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      const bool begins = at >= 4 && (at == 4 || extensions[at - 5] == '\n');
      if (begins && (end == extensions.size() || std::isspace(static_cast<unsigned char>(extensions[end]))))
        return true;
    }
    return false;
  }
};

void greet(Greeted& greeted, const SmtpConfig& config) {
  const int status = greeted.session->sendCommand("EHLO", own_name(config), greeted.extensions);
  if (status / 100 != 2) throw Poco::Net::SMTPException("EHLO", greeted.extensions, status);
}

/// Connected, encrypted as the configuration says, greeted.
Greeted connect(const SmtpConfig& config) {
  const auto port = static_cast<Poco::UInt16>(config.port);
  Greeted greeted;
  if (config.security == "tls") {
    Poco::Net::SecureStreamSocket socket(Poco::Net::SocketAddress(config.host, port), config.host,
                                         verifying_context(config.ca_file));
    greeted.session = std::make_unique<SMTPClientSession>(socket);
    greeted.session->setTimeout(kTimeout);
    greeted.session->open();
    greet(greeted, config);
    return greeted;
  }
  auto session = std::make_unique<SecureSMTPClientSession>(config.host, port);
  SecureSMTPClientSession& secure = *session;
  greeted.session = std::move(session);
  secure.setTimeout(kTimeout);
  secure.open();
  greet(greeted, config);
  if (config.security == "none") return greeted;
  // Without TLS nothing is sent: a line that somebody listens in on, or cuts STARTTLS out of, must not carry the
  // log-in.
  if (!secure.startTLS(verifying_context(config.ca_file))) throw Poco::Net::SSLException("STARTTLS is not offered");
  greet(greeted, config);
  return greeted;
}

Result<void> log_in(SMTPClientSession& session, const SmtpConfig& config) {
  if (config.user.empty()) return {};
  TRY_ASSIGN(const auto password, read_secret_file(config.password_file, 4096));
  std::string_view text = password.text();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const std::string plain = fmt::format("{0}{1}{0}{2}", '\0', config.user, text);
  std::string response;
  return expect(session.sendCommand("AUTH PLAIN", to_base64(as_bytes(plain)), response), 2, "AUTH", response);
}

/// Nothing may answer an answer (RFC 3834 section 3.3); what we send of our own accord may come back to us, with its head
/// alone (RFC 3461): the letter itself stays where it is.
Result<void> give_envelope(const Greeted& greeted, const OutgoingMail& mail) {
  const std::string to = wire_address(mail.to);
  const bool utf8 = !is_plain_address(to);  // RFC 6531
  if (utf8 && !greeted.offers("SMTPUTF8")) return fail(Code::kRefused, "send mail", "SMTPUTF8 is not offered");
  const bool reports = !mail.reply && greeted.offers("DSN");
  const std::string& back = mail.return_path.empty() ? mail.from : mail.return_path;
  std::string response;
  const std::string from = fmt::format("FROM:<{}>{}{}", mail.reply ? "" : back, reports ? " RET=HDRS" : "",
                                       utf8 ? " BODY=8BITMIME SMTPUTF8" : "");
  TRY_DO(expect(greeted.session->sendCommand("MAIL", from, response), 2, "MAIL", response));
  const std::string recipient = fmt::format("TO:<{}>{}", to, reports ? " NOTIFY=FAILURE,DELAY" : "");
  return expect(greeted.session->sendCommand("RCPT", recipient, response), 2, "RCPT", response);
}

Result<void> deliver(const Greeted& greeted, const OutgoingMail& mail, const std::string& wire) {
  TRY_DO(give_envelope(greeted, mail));
  std::string response;
  TRY_DO(expect(greeted.session->sendCommand("DATA", response), 3, "DATA", response));
  std::istringstream stream(wire);
  greeted.session->sendMessage(stream);
  return {};
}

}  // namespace

Result<void> SmtpSender::send(const OutgoingMail& mail) const {
  TRY_ASSIGN(const auto wire, compose(mail));
  return send(mail, wire);
}

Result<void> SmtpSender::send(const OutgoingMail& mail, const std::string& wire) const {
  const bool good = is_plain_address(mail.from) && !wire_address(mail.to).empty() &&
                    (mail.return_path.empty() || is_plain_address(mail.return_path));
  TRY_ASSIGN(const std::string ours, dkim_signed(config_, wire));
  if (!good) return fail(Code::kRefused, "send mail", "address");
  try {
    const auto greeted = connect(config_);
    TRY_DO(log_in(*greeted.session, config_));
    TRY_DO(deliver(greeted, mail, ours));
    try {
      greeted.session->close();
    } catch (const Poco::Exception&) {
      // The server has the mail already.
    }
    return {};
  } catch (const Poco::Net::SMTPException& exception) {
    return refused(exception.code(), "reply", {});
  } catch (const Poco::Net::SSLException&) {
    return fail(Code::kUnavailable, "send mail", "TLS with " + config_.host);
  } catch (const Poco::Exception& exception) {
    return fail(Code::kUnavailable, "send mail", "connection to " + config_.host, exception.code());
  }
}

}  // namespace zp::gateway
