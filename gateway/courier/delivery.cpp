#include "gateway/courier/delivery.h"

#include <algorithm>
#include <sstream>

#include "gateway/courier/proven_line.h"
#include "gateway/dispatch/mail_address.h"

namespace zp::gateway {
namespace {

using Outcome = Handover::Outcome;

constexpr std::chrono::minutes kPatience{5};

/// RFC 5321 section 4.1.1.1: one keyword for each line behind the greeting.
bool offers(const Reply& ehlo, std::string_view keyword) {
  std::istringstream lines(ehlo.text);
  for (std::string line; std::getline(lines, line);) {
    std::string word = line.substr(0, line.find(' '));
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (word == keyword) return true;
  }
  return false;
}

/// One try at one address of one server.
class Try {
 public:
  Try(const MailServer& server, const std::string& domain, const CourierMail& mail, const DeliveryOptions& options,
      Handover& result)
      : server_(server), domain_(domain), mail_(mail), options_(options), result_(result) {}

  /// False: the next address or server may be tried.
  bool at(const std::string& address, ProvenLine::Deadline deadline) {
    auto line = ProvenLine::connect(address, options_.port, deadline);
    if (!line) return passed_over(Outcome::kLater, line.error().subject);
    if (!opened(*line)) return false;
    result_.tls = line->tls();
    return handed_over(*line);
  }

 private:
  bool passed_over(Outcome outcome, const std::string& why) {
    // That a server did not prove itself weighs more than that another was not reached.
    if (result_.outcome != Outcome::kUnsafe) result_.outcome = outcome;
    result_.reply = why;
    return false;
  }

  bool opened(ProvenLine& line) {
    const auto greeting = line.read();
    if (!greeting || greeting->code != 220) return passed_over(Outcome::kLater, "no greeting");
    const auto hello = line.ask("EHLO " + options_.own_name);
    if (!hello || hello->code != 250) return passed_over(Outcome::kLater, "no answer to EHLO");
    if (!offers(*hello, "STARTTLS")) return passed_over(Outcome::kUnsafe, "STARTTLS is not offered");
    const auto ready = line.ask("STARTTLS");
    if (!ready || ready->code != 220) return passed_over(Outcome::kUnsafe, "STARTTLS is refused");
    const auto proved = line.prove(server_, domain_, options_.ca_file);
    if (!proved) return passed_over(Outcome::kUnsafe, proved.error().subject);
    const auto again = line.ask("EHLO " + options_.own_name);
    utf8_ = again && offers(*again, "SMTPUTF8");
    return (again && again->code == 250) || passed_over(Outcome::kLater, "no answer to EHLO");
  }

  /// The reply ends the matter; a 4xx may be better elsewhere, but greylisting is not: it is tried again later.
  bool ends(const Result<Reply>& reply, int wanted, const char* step) {
    if (reply && reply->code / 100 == wanted) return false;
    result_.reply = reply ? std::to_string(reply->code) + " " + step : std::string("the line broke at ") + step;
    result_.outcome = reply && reply->code / 100 == 5 ? Outcome::kRefused : Outcome::kLater;
    return true;
  }

  bool handed_over(ProvenLine& line) {
    const bool beyond_ascii = !is_plain_address(mail_.to);
    if (beyond_ascii && !utf8_) {
      result_.outcome = Outcome::kRefused;
      result_.reply = "SMTPUTF8 is not offered";
      return true;
    }
    const char* const more = beyond_ascii ? " BODY=8BITMIME SMTPUTF8" : "";
    if (ends(line.ask("MAIL FROM:<" + mail_.from + ">" + more), 2, "MAIL")) return true;
    if (ends(line.ask("RCPT TO:<" + mail_.to + ">"), 2, "RCPT")) return true;
    if (ends(line.ask("DATA"), 3, "DATA")) return true;
    const auto written = line.write(dotted(mail_.wire));
    const auto taken = written ? line.read() : Result<Reply>(std::unexpected(written.error()));
    if (ends(taken, 2, "message")) return true;
    result_.outcome = Outcome::kDelivered;
    result_.reply = std::to_string(taken->code) + " message";
    (void)line.write("QUIT\r\n");
    return true;
  }

  const MailServer& server_;
  const std::string& domain_;
  const CourierMail& mail_;
  const DeliveryOptions& options_;
  Handover& result_;
  bool utf8_ = false;  // the server takes addresses beyond ASCII (RFC 6531)
};

}  // namespace

std::string dotted(std::string_view wire) {
  std::string out;
  out.reserve(wire.size() + wire.size() / 64 + 8);
  bool at_begin = true;
  for (const char c : wire) {
    if (at_begin && c == '.') out += '.';
    out += c;
    at_begin = c == '\n';
  }
  if (!at_begin) out += "\r\n";
  return out + ".\r\n";
}

Handover deliver(const Route& route, const CourierMail& mail, const DeliveryOptions& options) {
  Handover result;
  result.good_by = route.facts.good_by;
  if (route.servers.empty()) {
    result.outcome = Outcome::kUnsafe;
    result.reply = "the domain names no server that can prove itself";
    return result;
  }
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (const MailServer& server : route.servers) {
    result.server = server.name;
    Try attempt(server, route.facts.domain, mail, options, result);
    for (const std::string& address : server.addresses)
      if (attempt.at(address, deadline)) return result;
  }
  return result;
}

}  // namespace zp::gateway
