#include "gateway/casework/direct_way.h"

#include <fmt/format.h>

#include "gateway/dispatch/mail_address.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

std::string why_good(const DomainFacts& facts) {
  if (facts.good_by == kByNta)
    return fmt::format(
        "Het domein {} werkt volgens NTA 7516 ({}, tot en met {}), en de mailservers bewijzen met DANE wie ze zijn.",
        facts.domain, facts.nta_provider.empty() ? "aanbieder onbekend" : facts.nta_provider, facts.nta_until);
  if (facts.good_by == kByDane)
    return fmt::format("Mailservers van {} bewijzen met DANE wie ze zijn: {} van de {}. DNSSEC klopt.", facts.domain,
                       facts.dane_servers, facts.mx_servers);
  return fmt::format("Het domein {} eist dat het certificaat van de mailserver klopt (MTA-STS, bekend tot {}).",
                     facts.domain, local_time_dutch(facts.sts_until));
}

std::string why_not(const DomainFacts& facts) {
  if (facts.mx == "bogus") return "de antwoorden van de naamservers zijn niet te vertrouwen (DNSSEC klopt niet)";
  if (facts.mx == "null") return "het domein neemt geen mail aan";
  std::string why = facts.mx == "secure"
                        ? (facts.dane_servers > 0 ? "DANE alleen is volgens de instellingen niet genoeg"
                                                  : "geen mailserver heeft een bruikbaar DANE-record")
                        : "het domein is niet ondertekend (DNSSEC)";
  if (facts.sts.empty()) why += ", en er is geen MTA-STS";
  if (facts.sts == "unreachable") why += ", en het beleid van MTA-STS is niet op te halen";
  if (facts.sts == "testing" || facts.sts == "none") why += ", en MTA-STS wordt niet afgedwongen";
  if (facts.sts == "enforce") why += ", en MTA-STS noemt geen mailserver die wij mogen gebruiken";
  if (facts.nta == "unsigned") why += ". Het NTA 7516-record telt niet: het is niet ondertekend";
  if (facts.nta == "over") why += ". Het NTA 7516-record geldt deze maand niet";
  if (facts.nta == "no-dane") why += ". Het NTA 7516-record telt niet: de mailservers hebben geen DANE";
  return why;
}

}  // namespace

std::string words_of(const DomainFacts& facts) {
  const std::string when = " Nagegaan op " + local_time_dutch(facts.asked) + ".";
  if (facts.good()) return why_good(facts) + when;
  return fmt::format("Mail rechtstreeks naar {} is niet veilig: {}.", facts.domain, why_not(facts)) + when;
}

DirectWay direct_way(const Office& office, const std::string& email) {
  const std::string domain = domain_of_address(wire_address(email));
  if (!office.domain_facts || domain.empty()) return {};
  const auto facts = office.domain_facts(domain);
  if (!facts)
    return {false, {}, "Of mail rechtstreeks kan, was nu niet na te gaan: de naamservers geven geen antwoord."};
  return {facts->good(), facts->good_by, words_of(*facts)};
}

}  // namespace zp::gateway
