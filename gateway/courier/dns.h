// gateway/courier/dns.h - answers of the name servers, each with whether DNSSEC vouches for it (RFC 4035), and what stands in them.
//
// Threads: a Dns may be shared. What parse_*() are given is untrusted; what does not follow its format is left out.
#ifndef GATEWAY_COURIER_DNS_H_
#define GATEWAY_COURIER_DNS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::gateway {

enum class RecordType { kA = 1, kSoa = 6, kMx = 15, kTxt = 16, kAaaa = 28, kTlsa = 52 };

enum class Trust {
  kSecure,    // signed up to the anchor, or proven not to be there
  kInsecure,  // its zone is proven to be unsigned
  kBogus,     // should be signed, and is not or wrongly: somebody may be lying
};

struct Answer {
  Trust trust = Trust::kBogus;
  std::vector<Bytes> records;  // RDATA; empty: there is none
  std::string name;            // where the records stand: another name than was asked for when that is an alias
};

class Dns {
 public:
  virtual ~Dns() = default;
  /// kUnavailable: no answer.
  virtual Result<Answer> ask(const std::string& name, RecordType type) const = 0;
};

struct MxRecord {
  unsigned preference = 0;
  std::string host;  // lower case, without the last dot; empty: the root (RFC 7505)
};
std::optional<MxRecord> parse_mx(ByteView rdata);

/// The strings of a TXT record as one (RFC 7208 section 3.3); nothing if it is not printable ASCII.
std::optional<std::string> parse_txt(ByteView rdata);

/// RFC 6698 section 2.1.
struct TlsaRecord {
  std::uint8_t usage = 0, selector = 0, matching = 0;
  Bytes data;
};
/// Only those that mail servers may use (RFC 7672 section 3.1): DANE-TA(2) and DANE-EE(3), with a digest of the right length.
std::optional<TlsaRecord> parse_tlsa(ByteView rdata);

/// "192.0.2.1" or "2001:db8::1".
std::optional<std::string> parse_address(ByteView rdata);

}  // namespace zp::gateway

#endif  // GATEWAY_COURIER_DNS_H_
