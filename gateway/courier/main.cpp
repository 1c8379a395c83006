// zegelpost-courier - talks to the name servers and mail servers of others: says to which domains mail may go straight, and hands it over.
//
// SECURITY: the one process that strangers' name, web and mail servers answer, so it holds no key, opens no file but the configuration, the
// trust anchor and CA certificates, and runs as the user of the cells. It sees a mail while it hands it over. What the inner zone asks it is
// bounded; what strangers answer is bounded and checked. Its log has neither names nor addresses.
#include <algorithm>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "gateway/courier/delivery.h"
#include "gateway/courier/policy_fetch.h"
#include "gateway/courier/resolver.h"
#include "gateway/dispatch/mail_address.h"
#include "gateway/ipc/unix_socket.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

constexpr int kThreads = 4, kTurnMs = 250, kClientMs = 30'000;
constexpr std::size_t kMaxRequest = 4096, kMaxKept = 10'000;
constexpr std::int64_t kKeptMs = 10 * 60'000;  // of what people are shown; a delivery looks anew

class Courier {
 public:
  Courier(const Config& config, const Dns& dns, std::string anchor)
      : config_(config), dns_(dns), anchor_(std::move(anchor)), policies_([this](const std::string& domain) {
          return fetch_sts_policy(dns_, domain, config_.courier.ca_file);
        }) {}

  Result<void> answer(UnixSocket& client) {
    TRY_ASSIGN(const Bytes line, client.read_counted(kMaxRequest));
    const Json request = Json::parse(as_text(line), nullptr, false);
    if (!request.is_object()) return fail(Code::kMalformed, "answer client");
    const std::string what = request.value("ask", "");
    const auto said = what == "facts"       ? facts(request.value("domain", ""))
                      : what == "hand-over" ? hand_over(request, client)
                      : what == "self-test" ? self_test()
                                            : fail(Code::kMalformed, "answer client");
    TRY_DO(client.write_counted(as_bytes(said ? *said : std::string())));
    return said ? Result<void>() : std::unexpected(said.error());
  }

 private:
  Result<Route> route_to(const std::string& domain, const std::vector<std::string>& accept) {
    if (domain_of_address("x@" + domain) != domain) return fail(Code::kMalformed, "look up domain");
    const std::int64_t now = now_ms();
    return find_route(dns_, policies_, domain, {accept, config_.courier.port}, local_date(now), now);
  }

  Result<std::string> facts(const std::string& domain) {
    if (const auto kept = kept_facts(domain)) return kept->json();
    TRY_ASSIGN(const Route route, route_to(domain, config_.courier.accept));
    const std::lock_guard lock(mutex_);
    if (kept_.size() >= kMaxKept) kept_.clear();
    kept_[domain] = route.facts;
    return route.facts.json();
  }

  std::optional<DomainFacts> kept_facts(const std::string& domain) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(domain);
    if (found == kept_.end() || found->second.asked + kKeptMs < now_ms()) return std::nullopt;
    return found->second;
  }

  Result<std::string> hand_over(const Json& request, UnixSocket& client) {
    TRY_ASSIGN(const Bytes wire, client.read_counted(kMaxCourierMail));
    CourierMail mail{request.value("from", ""), request.value("to", ""), std::string(as_text(wire)), accepted(request)};
    const bool writable = !mail.to.empty() && wire_address(mail.to) == mail.to;
    if (!is_plain_address(mail.from) || !writable) return fail(Code::kMalformed, "hand over mail");
    if (mail.accept.empty()) return fail(Code::kMalformed, "hand over mail: no proof is good enough");
    const auto route = route_to(domain_of_address(mail.to), mail.accept);
    if (!route && route.error().code != Code::kUnavailable) return std::unexpected(route.error());
    Handover result;
    result.reply = "the name servers do not answer";
    if (route && route->facts.good_by == kByNta && !config_.courier.nta_header.empty())
      mail.wire.insert(0, config_.courier.nta_header + "\r\n");
    if (route) result = deliver(*route, mail, {own_name(), config_.courier.ca_file, config_.courier.port});
    const bool delivered = result.outcome == Handover::Outcome::kDelivered;
    log(delivered ? Level::kInfo : Level::kWarning, delivered ? "mail handed over" : "mail not handed over",
        {{"by", result.good_by}, {"tls", result.tls}, {"reply", result.reply}});
    return result.json();
  }

  /// What both this mail and the configuration take for a proof.
  std::vector<std::string> accepted(const Json& request) const {
    const std::vector<std::string>& ours = config_.courier.accept;
    std::vector<std::string> both;
    for (const Json& one : request.value("accept", Json::array()))
      if (one.is_string() && (ours.empty() || std::ranges::find(ours, one.get<std::string>()) != ours.end()))
        both.push_back(one.get<std::string>());
    return both;
  }

  /// "secure", or what is wrong.
  Result<std::string> self_test() const {
    const auto answer = dns_.ask(anchor_, RecordType::kSoa);
    if (!answer) return std::string("the resolver does not answer");
    if (answer->trust == Trust::kSecure && !answer->records.empty()) return std::string("secure");
    return std::string(answer->trust == Trust::kBogus
                           ? "the answers do not fit the trust anchor, or their signatures are left out on the way"
                           : "the zone of the trust anchor is not signed");
  }

  std::string own_name() const {
    const std::string& from = config_.smtp.from;
    return config_.courier.hostname.empty() ? from.substr(from.rfind('@') + 1) : config_.courier.hostname;
  }

  const Config& config_;
  const Dns& dns_;
  const std::string anchor_;
  StsBook policies_;
  std::mutex mutex_;
  std::map<std::string, DomainFacts> kept_;  // guarded by mutex_
};

void serve_clients(Process& process, UnixListener& listener, Courier& courier) {
  while (!process.stop_requested()) {
    auto client = listener.accept(kTurnMs, kClientMs);
    if (!client) {
      log_error("client not accepted", client.error());
      if (process.wait(std::chrono::seconds(1))) return;
    } else if (*client) {
      if (const auto answered = courier.answer(**client); !answered) log_error("client not served", answered.error());
    }
  }
}

Result<void> serve(Process& process) {
  const Config& config = process.config();
  TRY_ASSIGN(const auto resolver, Resolver::open(config.courier));
  TRY_ASSIGN(auto listener, UnixListener::listen(config.courier_socket()));
  Courier courier(config, *resolver, resolver->anchor());
  process.ready();
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&] { serve_clients(process, listener, courier); });
  return {};
}

}  // namespace
}  // namespace zp::gateway

int main(int argc, char** argv) { return zp::gateway::run_process(argc, argv, "courier", zp::gateway::serve); }
