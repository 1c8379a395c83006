#include "gateway/courier/route.h"

#include <algorithm>
#include <optional>

#include "gateway/courier/nta_record.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxServers = 8, kMaxAddresses = 4, kMaxTlsa = 32;

bool accepts(const RouteOptions& options, const char* way) {
  return options.accept.empty() || std::ranges::find(options.accept, way) != options.accept.end();
}

/// The servers of the domain and how far they can be believed.
struct Exchange {
  Trust trust = Trust::kBogus;
  bool null = false;  // RFC 7505
  std::vector<MxRecord> servers;
};

Result<Exchange> exchange_of(const Dns& dns, const std::string& domain) {
  TRY_ASSIGN(const Answer answer, dns.ask(domain, RecordType::kMx));
  Exchange found{answer.trust, false, {}};
  for (const Bytes& record : answer.records)
    if (auto mx = parse_mx(record)) found.servers.push_back(std::move(*mx));
  std::ranges::stable_sort(found.servers, {}, &MxRecord::preference);
  found.null = found.servers.size() == 1 && found.servers[0].host.empty();
  std::erase_if(found.servers, [](const MxRecord& one) { return one.host.empty(); });
  // RFC 5321 section 5.1: without an MX record the domain is its own server.
  if (answer.records.empty()) found.servers.push_back({0, domain});
  if (found.servers.size() > kMaxServers) found.servers.resize(kMaxServers);
  return found;
}

/// Addresses with the weaker trust of the two answers; bogus also when one of them did not come.
struct Addresses {
  Trust trust = Trust::kBogus;
  std::string name;  // behind aliases
  std::vector<std::string> list;
};

Addresses addresses_of(const Dns& dns, const std::string& host) {
  Addresses found{Trust::kSecure, host, {}};
  for (const RecordType type : {RecordType::kAaaa, RecordType::kA}) {
    const auto answer = dns.ask(host, type);
    if (!answer) return {};
    found.trust = std::max(found.trust, answer->trust);
    if (!answer->records.empty()) found.name = answer->name;
    for (const Bytes& record : answer->records)
      if (auto address = parse_address(record); address && found.list.size() < kMaxAddresses)
        found.list.push_back(std::move(*address));
  }
  while (found.name.ends_with('.')) found.name.pop_back();
  return found;
}

/// What is known about the TLSA records of a server.
enum class Dane { kUsable, kAbsent, kUnusable };

/// RFC 7672 section 2.2.2 and 2.2.3: first where the alias leads, then under its own name.
Dane dane_of(const Dns& dns, const Addresses& addresses, std::uint32_t port, MailServer& server) {
  if (addresses.trust != Trust::kSecure) return Dane::kAbsent;
  std::vector<std::string> names = {addresses.name};
  if (addresses.name != server.name) names.push_back(server.name);
  for (const std::string& name : names) {
    const auto answer = dns.ask("_" + std::to_string(port) + "._tcp." + name, RecordType::kTlsa);
    if (!answer || answer->trust == Trust::kBogus) return Dane::kUnusable;
    if (answer->trust != Trust::kSecure || answer->records.empty()) continue;
    for (const Bytes& record : answer->records)
      if (auto tlsa = parse_tlsa(record); tlsa && server.tlsa.size() < kMaxTlsa)
        server.tlsa.push_back(std::move(*tlsa));
    server.tlsa_base = name;
    return server.tlsa.empty() ? Dane::kUnusable : Dane::kUsable;
  }
  return Dane::kAbsent;
}

std::vector<MailServer> dane_servers(const Dns& dns, const std::vector<MxRecord>& names, std::uint32_t port) {
  std::vector<MailServer> servers;
  for (const MxRecord& one : names) {
    const Addresses addresses = addresses_of(dns, one.host);
    MailServer server{one.host, addresses.list, {}, {}};
    if (!addresses.list.empty() && dane_of(dns, addresses, port, server) == Dane::kUsable)
      servers.push_back(std::move(server));
  }
  return servers;
}

/// Servers that the policy names. One that has TLSA records proves itself by these or not at all (RFC 8461 section 2).
std::vector<MailServer> sts_servers(const Dns& dns, const Exchange& exchange, const StsPolicy& policy,
                                    std::uint32_t port) {
  std::vector<MailServer> servers;
  for (const MxRecord& one : exchange.servers) {
    if (!policy.allows(one.host)) continue;
    const Addresses addresses = addresses_of(dns, one.host);
    MailServer server{one.host, addresses.list, {}, {}};
    if (addresses.list.empty() || addresses.trust == Trust::kBogus) continue;
    const Dane dane = exchange.trust == Trust::kSecure ? dane_of(dns, addresses, port, server) : Dane::kAbsent;
    if (dane == Dane::kAbsent) servers.push_back(std::move(server));
  }
  return servers;
}

std::optional<NtaRecord> nta_record(const Answer& answer) {
  for (const Bytes& record : answer.records)
    if (const auto text = parse_txt(record))
      if (auto nta = parse_nta(*text)) return nta;
  return std::nullopt;
}

class Search {
 public:
  Search(const Dns& dns, const RouteOptions& options, const std::string& today)
      : dns_(dns), options_(options), today_(today) {}

  void by_nta(const Answer& answer, const Exchange& exchange, Route& route) const {
    const auto record = nta_record(answer);
    if (!record) return;
    DomainFacts& facts = route.facts;
    facts.nta_provider = record->provider;
    facts.nta_until = record->end;
    facts.nta = answer.trust != Trust::kSecure ? "unsigned" : !record->holds_on(today_) ? "over" : "no-dane";
    const bool own = record->servers.empty() && exchange.trust != Trust::kSecure;
    if (facts.nta != "no-dane" || own) return;
    auto servers = dane_servers(dns_, record->servers.empty() ? exchange.servers : record->servers, options_.port);
    if (servers.empty()) return;
    facts.nta = "good";
    if (accepts(options_, kByNta)) use(kByNta, std::move(servers), route);
  }

  void by_dane(const Exchange& exchange, Route& route) const {
    if (exchange.trust != Trust::kSecure) return;
    auto servers = dane_servers(dns_, exchange.servers, options_.port);
    route.facts.dane_servers = static_cast<std::uint32_t>(servers.size());
    if (!route.facts.good() && !servers.empty() && accepts(options_, kByDane)) use(kByDane, std::move(servers), route);
  }

  void by_sts(const StsBook::Found& found, const Exchange& exchange, Route& route) const {
    DomainFacts& facts = route.facts;
    facts.sts = found.policy ? found.policy->policy.mode : found.announced ? "unreachable" : "";
    if (!found.policy) return;
    facts.sts_until = found.policy->until;
    if (facts.sts != "enforce" || !accepts(options_, kByMtaSts) || facts.good()) return;
    auto servers = sts_servers(dns_, exchange, found.policy->policy, options_.port);
    if (!servers.empty()) use(kByMtaSts, std::move(servers), route);
  }

 private:
  static void use(const char* way, std::vector<MailServer> servers, Route& route) {
    route.facts.good_by = way;
    for (const MailServer& one : servers) route.facts.servers.push_back(one.name);
    route.servers = std::move(servers);
  }

  const Dns& dns_;
  const RouteOptions& options_;
  const std::string& today_;
};

const char* trust_word(const Exchange& exchange) {
  if (exchange.trust == Trust::kBogus) return "bogus";
  if (exchange.null) return "null";
  return exchange.trust == Trust::kSecure ? "secure" : "insecure";
}

}  // namespace

Result<Route> find_route(const Dns& dns, StsBook& policies, const std::string& domain, const RouteOptions& options,
                         const std::string& today, std::int64_t now) {
  Route route;
  route.facts.domain = domain;
  route.facts.asked = now;
  TRY_ASSIGN(const Exchange exchange, exchange_of(dns, domain));
  route.facts.mx = trust_word(exchange);
  if (exchange.trust == Trust::kBogus || exchange.null) return route;
  route.facts.mx_servers = static_cast<std::uint32_t>(exchange.servers.size());
  const Search search(dns, options, today);
  TRY_ASSIGN(const Answer texts, dns.ask(domain, RecordType::kTxt));
  search.by_nta(texts, exchange, route);
  search.by_dane(exchange, route);
  search.by_sts(policies.find(dns, domain, now), exchange, route);
  return route;
}

}  // namespace zp::gateway
