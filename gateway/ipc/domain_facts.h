// gateway/ipc/domain_facts.h - what was found out about the mail servers of a domain, and what that is good for.
//
// A value; everything in it comes from strangers' name servers, so it is shown to people and decides on a way, and no more: the
// courier finds it all out anew before it hands a mail over.
#ifndef GATEWAY_IPC_DOMAIN_FACTS_H_
#define GATEWAY_IPC_DOMAIN_FACTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/result.h"

namespace zp::gateway {

/// Why mail may go straight to a domain, best first.
inline constexpr const char *kByNta = "nta", *kByDane = "dane", *kByMtaSts = "mta-sts";

struct DomainFacts {
  std::string domain;                // lower case
  std::int64_t asked = 0;            // unix milliseconds
  std::string good_by;               // kByNta, kByDane, kByMtaSts; empty: mail may not go straight to it
  std::vector<std::string> servers;  // those that mail may be handed to, the most wanted first

  std::string
      mx;  // "secure", "insecure" (DNSSEC, RFC 4035 section 4.3), "bogus", "null" (RFC 7505) or "unknown": no answer
  std::uint32_t mx_servers = 0, dane_servers = 0;  // how many there are, and how many of these have usable TLSA records

  std::string nta;           // "": no record; "good", "unsigned", "over" (not valid this month), "no-dane"
  std::string nta_provider;  // as the record says
  std::string nta_until;     // YYYY-MM

  std::string sts;             // "": no record; "enforce", "testing", "none", "unreachable": record without policy
  std::int64_t sts_until = 0;  // unix milliseconds until which the policy is held

  bool good() const noexcept { return !good_by.empty(); }
  std::string json() const;
  /// kMalformed.
  static Result<DomainFacts> parse(std::string_view json);
};

/// The part behind the '@' in lower case, if it is a name of letters, digits and hyphens with a dot; empty otherwise.
std::string domain_of_address(std::string_view address);

}  // namespace zp::gateway

#endif  // GATEWAY_IPC_DOMAIN_FACTS_H_
