#include "gateway/worker/sender_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace zp::gateway {
namespace {

std::string_view words_for(const std::string& result) {
  static const std::map<std::string_view, std::string_view> kWords = {{"pass", "klopt"},
                                                                      {"fail", "klopt niet"},
                                                                      {"softfail", "klopt waarschijnlijk niet"},
                                                                      {"none", "niet gebruikt"},
                                                                      {"neutral", "zegt niets"},
                                                                      {"policy", "klopt niet"},
                                                                      {"temperror", "nu niet na te gaan"},
                                                                      {"permerror", "niet na te gaan"}};
  const auto found = kWords.find(result);
  return found == kWords.end() ? "onbekende uitslag" : found->second;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::string sender_evidence(const std::vector<intake::AuthenticationResult>& results,
                            const std::vector<std::string>& trusted) {
  const auto is_trusted = [&](const intake::AuthenticationResult& one) {
    return std::ranges::any_of(trusted, [&](const std::string& name) { return same_name(name, one.server); });
  };
  const auto first = std::ranges::find_if(results, is_trusted);
  if (first == results.end()) return {};
  std::string said;
  for (auto one = first; one != results.end() && one->server == first->server; ++one) {
    std::string method = one->method;
    std::ranges::transform(method, method.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    said += fmt::format("{}{} {}{}", said.empty() ? "" : ", ", method, words_for(one->result),
                        one->domain.empty() ? "" : " (" + one->domain + ")");
  }
  return fmt::format("Onze mailserver {} over de herkomst: {}. Dat bewijst niet wie dit schreef.", first->server, said);
}

}  // namespace zp::gateway
