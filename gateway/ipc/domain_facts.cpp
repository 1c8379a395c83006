#include "gateway/ipc/domain_facts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxName = 253, kMaxLabel = 63;

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label,
                             [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

std::string DomainFacts::json() const {
  return nlohmann::json{{"domain", domain},
                        {"asked", asked},
                        {"good_by", good_by},
                        {"servers", servers},
                        {"mx", mx},
                        {"mx_servers", mx_servers},
                        {"dane_servers", dane_servers},
                        {"nta", nta},
                        {"nta_provider", nta_provider},
                        {"nta_until", nta_until},
                        {"sts", sts},
                        {"sts_until", sts_until}}
      .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

Result<DomainFacts> DomainFacts::parse(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    DomainFacts facts;
    json.at("domain").get_to(facts.domain);
    json.at("asked").get_to(facts.asked);
    json.at("good_by").get_to(facts.good_by);
    json.at("servers").get_to(facts.servers);
    json.at("mx").get_to(facts.mx);
    json.at("mx_servers").get_to(facts.mx_servers);
    json.at("dane_servers").get_to(facts.dane_servers);
    json.at("nta").get_to(facts.nta);
    json.at("nta_provider").get_to(facts.nta_provider);
    json.at("nta_until").get_to(facts.nta_until);
    json.at("sts").get_to(facts.sts);
    json.at("sts_until").get_to(facts.sts_until);
    return facts;
  } catch (const nlohmann::json::exception&) {
    return fail(Code::kMalformed, "read facts about a domain");
  }
}

std::string domain_of_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return {};
  std::string domain(address.substr(at + 1));
  std::ranges::transform(domain, domain.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (domain.size() > kMaxName || domain.find('.') == std::string::npos) return {};
  for (std::size_t begin = 0; begin <= domain.size();) {
    const std::size_t end = std::min(domain.find('.', begin), domain.size());
    if (!is_label(std::string_view(domain).substr(begin, end - begin))) return {};
    begin = end + 1;
  }
  return domain;
}

}  // namespace zp::gateway
