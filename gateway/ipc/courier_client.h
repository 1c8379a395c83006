// gateway/ipc/courier_client.h - the inner zone's way to the courier, who talks to the name and mail servers of others.
//
// A request is a line of JSON, for a delivery followed by the message; the answer is a line of JSON, each with its length before it
// (UnixSocket::write_counted). The courier believes nothing of what decides whether a line is safe: it looks everything up anew.
// Threads: may be shared; each call uses a connection of its own.
#ifndef GATEWAY_IPC_COURIER_CLIENT_H_
#define GATEWAY_IPC_COURIER_CLIENT_H_

#include <cstddef>
#include <string>

#include "crypto/base/bytes.h"
#include "gateway/ipc/domain_facts.h"

namespace zp::gateway {

inline constexpr std::size_t kMaxCourierMail = std::size_t{128} << 20;

/// What became of a mail.
struct Handover {
  enum class Outcome {
    kDelivered,  // the server has taken responsibility
    kLater,      // not reached, or it says to try again (4xx)
    kUnsafe,     // no server of the domain proved who it is: nothing was said to it about the mail
    kRefused,    // it says never (5xx)
  };
  Outcome outcome = Outcome::kLater;
  std::string good_by;  // kByNta, kByDane, kByMtaSts
  std::string server;   // the last one that was spoken to
  std::string tls;      // "TLSv1.3 TLS_AES_256_GCM_SHA384"; empty: none
  std::string reply;    // code and step ("250 DATA"), or what went wrong in our own words

  std::string json() const;
  static Result<Handover> parse(std::string_view json);
};

struct CourierMail {
  std::string from, to;             // as wire_address() has them; `from` in ASCII
  std::string wire;                 // the message, lines ending with CR LF
  std::vector<std::string> accept;  // by what the server must prove itself: of kByNta, kByDane, kByMtaSts; never empty
};

class CourierClient {
 public:
  explicit CourierClient(std::string socket_path) : socket_path_(std::move(socket_path)) {}
  /// kUnavailable or kTimeout: the courier, or the name servers, did not answer within 10 s.
  Result<DomainFacts> facts(const std::string& domain) const;
  /// Returns when it is known what became of it, after at most 10 minutes.
  Result<Handover> hand_over(const CourierMail& mail) const;
  /// "secure" when the resolver's answers can be validated; otherwise what is wrong, in English.
  Result<std::string> self_test() const;

 private:
  std::string socket_path_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_IPC_COURIER_CLIENT_H_
