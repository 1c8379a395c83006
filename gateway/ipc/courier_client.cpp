#include "gateway/ipc/courier_client.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "gateway/ipc/unix_socket.h"

namespace zp::gateway {
namespace {

constexpr int kFactsMs = 10'000, kHandoverMs = 600'000;
constexpr std::size_t kMaxAnswer = 64 * 1024;
constexpr std::array<const char*, 4> kOutcomes = {"delivered", "later", "unsafe", "refused"};

Result<std::string> ask(const std::string& path, int patience, const nlohmann::json& request, const std::string* mail) {
  TRY_ASSIGN(UnixSocket courier, UnixSocket::connect(path, patience));
  const std::string line = request.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  TRY_DO(courier.write_counted(as_bytes(line)));
  if (mail) TRY_DO(courier.write_counted(as_bytes(*mail)));
  TRY_ASSIGN(const Bytes answer, courier.read_counted(kMaxAnswer));
  if (answer.empty()) return fail(Code::kUnavailable, "ask courier");
  return std::string(as_text(answer));
}

}  // namespace

std::string Handover::json() const {
  return nlohmann::json{{"outcome", kOutcomes[static_cast<std::size_t>(outcome)]},
                        {"good_by", good_by},
                        {"server", server},
                        {"tls", tls},
                        {"reply", reply}}
      .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

Result<Handover> Handover::parse(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    Handover result;
    const auto outcome = std::ranges::find(kOutcomes, json.at("outcome").get<std::string>());
    if (outcome == kOutcomes.end()) return fail(Code::kMalformed, "read courier's answer");
    result.outcome = static_cast<Outcome>(outcome - kOutcomes.begin());
    json.at("good_by").get_to(result.good_by);
    json.at("server").get_to(result.server);
    json.at("tls").get_to(result.tls);
    json.at("reply").get_to(result.reply);
    return result;
  } catch (const nlohmann::json::exception&) {
    return fail(Code::kMalformed, "read courier's answer");
  }
}

Result<DomainFacts> CourierClient::facts(const std::string& domain) const {
  TRY_ASSIGN(const auto answer, ask(socket_path_, kFactsMs, {{"ask", "facts"}, {"domain", domain}}, nullptr));
  return DomainFacts::parse(answer);
}

Result<Handover> CourierClient::hand_over(const CourierMail& mail) const {
  if (mail.wire.size() > kMaxCourierMail) return fail(Code::kTooLarge, "hand over mail");
  TRY_ASSIGN(const auto answer,
             ask(socket_path_, kHandoverMs,
                 {{"ask", "hand-over"}, {"from", mail.from}, {"to", mail.to}, {"accept", mail.accept}}, &mail.wire));
  return Handover::parse(answer);
}

Result<std::string> CourierClient::self_test() const {
  return ask(socket_path_, kFactsMs, {{"ask", "self-test"}}, nullptr);
}

}  // namespace zp::gateway
