// gateway/courier/sts_policy.h - MTA-STS (RFC 8461): a domain says over HTTPS which mail servers are its own, and that their certificates
// hold.
//
// A policy that was fetched is held for its max_age, at most until the courier is started anew; it is fetched again when the id of the TXT
// record changes (section 5.1). Threads: an StsBook may be shared.
#ifndef GATEWAY_COURIER_STS_POLICY_H_
#define GATEWAY_COURIER_STS_POLICY_H_

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/courier/dns.h"

namespace zp::gateway {

inline constexpr std::size_t kMaxStsPolicy = 64 * 1024;

/// The id of a TXT record "v=STSv1; id=...;" (section 3.1); nothing if it is no such record.
std::optional<std::string> parse_sts_id(std::string_view untrusted_text);

struct StsPolicy {
  std::string mode;                          // "enforce", "testing", "none"
  std::vector<std::string> hosts;            // lower case; may begin with "*."
  std::uint64_t max_age = 0;                 // seconds
  bool allows(std::string_view host) const;  // section 4.1
};
/// Section 3.2; nothing if it does not follow its grammar.
std::optional<StsPolicy> parse_sts_policy(std::string_view untrusted_text);

struct HeldPolicy {
  StsPolicy policy;
  std::string id;
  std::int64_t until = 0;  // unix milliseconds
};

class StsBook {
 public:
  /// The body of https://mta-sts.DOMAIN/.well-known/mta-sts.txt, at most kMaxStsPolicy.
  using Fetch = std::function<Result<std::string>(const std::string& domain)>;
  explicit StsBook(Fetch fetch) : fetch_(std::move(fetch)) {}

  struct Found {
    bool announced = false;            // there is a TXT record
    std::optional<HeldPolicy> policy;  // fetched now or held
  };
  Found find(const Dns& dns, const std::string& domain, std::int64_t now);

 private:
  std::optional<HeldPolicy> held(const std::string& domain, std::int64_t now);
  void hold(const std::string& domain, const HeldPolicy& policy, std::int64_t now);

  Fetch fetch_;
  std::mutex mutex_;
  std::map<std::string, HeldPolicy> held_;  // guarded by mutex_
};

}  // namespace zp::gateway

#endif  // GATEWAY_COURIER_STS_POLICY_H_
