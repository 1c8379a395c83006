// gateway/courier/route.h - to which servers of a domain mail may be handed, and how each must prove who it is.
//
// The rule, best first: NTA 7516 (a signed, valid record, and servers with DANE); DANE (RFC 7672: MX, addresses and TLSA all signed); MTA-STS
// (RFC 8461: a policy in mode enforce that names the server). A server that fits none is not in the list, so nothing is ever said to it.
// An answer that DNSSEC calls bogus ends the search: what somebody lies about is no ground for a weaker proof.
// Threads: free functions.
#ifndef GATEWAY_COURIER_ROUTE_H_
#define GATEWAY_COURIER_ROUTE_H_

#include <string>
#include <vector>

#include "gateway/courier/sts_policy.h"
#include "gateway/ipc/domain_facts.h"

namespace zp::gateway {

struct MailServer {
  std::string name;
  std::vector<std::string> addresses;
  std::vector<TlsaRecord> tlsa;  // DANE; empty: its certificate must hold for its name (MTA-STS)
  std::string tlsa_base;  // the name under which these stand: what its certificate must be for, with usage DANE-TA
};

struct Route {
  DomainFacts facts;
  std::vector<MailServer> servers;  // in the order in which to try them
};

struct RouteOptions {
  std::vector<std::string> accept;  // of kByNta, kByDane, kByMtaSts; empty: all
  std::uint32_t port = 25;
};

/// `today`: YYYY-MM-DD. kUnavailable: the name servers do not answer.
Result<Route> find_route(const Dns& dns, StsBook& policies, const std::string& domain, const RouteOptions& options,
                         const std::string& today, std::int64_t now);

}  // namespace zp::gateway

#endif  // GATEWAY_COURIER_ROUTE_H_
