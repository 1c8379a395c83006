// gateway/courier/policy_fetch.h - fetching a policy of MTA-STS over HTTPS (RFC 8461 section 3.3).
//
// Threads: may be called from any. The address is looked up through `dns`; no redirect is followed; at most 8 seconds and kMaxStsPolicy bytes.
#ifndef GATEWAY_COURIER_POLICY_FETCH_H_
#define GATEWAY_COURIER_POLICY_FETCH_H_

#include <string>

#include "gateway/courier/dns.h"

namespace zp::gateway {

/// `ca_file`: PEM anchors; empty: those of the system. kUnavailable whatever went wrong.
Result<std::string> fetch_sts_policy(const Dns& dns, const std::string& domain, const std::string& ca_file);

}  // namespace zp::gateway

#endif  // GATEWAY_COURIER_POLICY_FETCH_H_
