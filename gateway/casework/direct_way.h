// gateway/casework/direct_way.h - whether a letter may go as mail straight to the recipient's own mail server, and why, for staff to see.
//
// That server must prove who it is: NTA 7516, DANE or MTA-STS (gateway/courier/route.h has the rule, and applies it anew when the mail
// leaves). Threads: free functions.
#ifndef GATEWAY_CASEWORK_DIRECT_WAY_H_
#define GATEWAY_CASEWORK_DIRECT_WAY_H_

#include <string>

#include "gateway/casework/casework.h"

namespace zp::gateway {

inline constexpr const char* kByTls = "tls";

struct DirectWay {
  bool possible = false;
  std::string proof = {};  // kByNta, kByDane, kByMtaSts
  std::string words = {};  // Dutch: what was found and when; empty: there is no courier, or no address
};
/// Asks the courier, who may ask name servers: up to 10 seconds. Not within a transaction.
DirectWay direct_way(const Office& office, const std::string& email);

/// Dutch, one sentence or two.
std::string words_of(const DomainFacts& facts);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_DIRECT_WAY_H_
