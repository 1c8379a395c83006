// What a beschikking says, as far as it bears on the request.
#include <fmt/format.h>

#include "intake/rules/judgement.h"
#include "intake/rules/names.h"
#include "intake/rules/terms.h"

namespace zp::intake {
namespace {

struct Said {
  std::string value;
  bool confirmed = false;  // by a person
};

Said said(const Evidence& evidence, const char* what, const std::string& proposed) {
  const std::string confirmed = correction(evidence, what);
  return confirmed.empty() ? Said{proposed} : Said{confirmed, true};
}

std::string dutch(const std::string& date) {
  const auto parsed = parse_date(date);
  return parsed ? dutch_date(*parsed, true) : date;
}

/// A person of the beschikking beside the one who was filled in. What only a program read is told, not judged by.
void compare(const char* who, const Said& said, const Fields& fields, const char* name, Judgement& judgement) {
  const auto given = fields.find(name);
  if (said.value.empty() || given == fields.end() || given->second.empty()) return;
  if (may_be_same_person(said.value, given->second) || may_be_same_person(given->second, said.value)) return;
  std::string differs = fmt::format("{} volgens de beschikking: {}; ingevuld: {}.", who, said.value, given->second);
  if (said.confirmed)
    judgement.doubt(std::move(differs), "In de beschikking staat een andere naam dan u hebt ingevuld.");
  else
    judgement.seen.push_back("Let op: " + differs);
}

}  // namespace

void judge_court_order(const Fields& fields, const Evidence& evidence, Judgement& judgement) {
  const CourtOrder order = evidence.findings.court_order.value_or(CourtOrder{});
  const Said representative = said(evidence, "order.representative", order.representative);
  const Said represented = said(evidence, "order.represented", order.represented);
  const Said end = said(evidence, "order.end_date", order.end_date);
  const auto how = [](const Said& one) { return one.confirmed ? "bevestigd" : "gelezen, nog niet bevestigd"; };
  if (!representative.value.empty())
    judgement.seen.push_back(fmt::format("Vertegenwoordiger: {} ({}).", representative.value, how(representative)));
  if (!represented.value.empty())
    judgement.seen.push_back(fmt::format("Vertegenwoordigt: {} ({}).", represented.value, how(represented)));
  compare("Vertegenwoordiger", representative, fields, "requester_name", judgement);
  compare("Vertegenwoordigd", represented, fields, "client_name", judgement);
  if (end.value.empty()) return;
  judgement.seen.push_back(fmt::format("De maatregel loopt tot {} ({}).", dutch(end.value), how(end)));
  if (evidence.received_on.empty() || end.value >= evidence.received_on) return;
  constexpr const char* kLacking = "De beschikking geldt niet meer. Stuur de beschikking die nu geldt.";
  const std::string ended = fmt::format("Op de dag van ontvangst, {}, was dat voorbij.", dutch(evidence.received_on));
  if (end.confirmed)
    judgement.miss(ended, kLacking);
  else
    judgement.doubt(ended, kLacking);
}

}  // namespace zp::intake
