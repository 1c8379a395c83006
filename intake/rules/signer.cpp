// Who signed, beside who should: the client, or somebody with proof that he may sign for the client.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "intake/rules/judgement.h"
#include "intake/rules/names.h"

namespace zp::intake {
namespace {

constexpr std::array<std::string_view, 6> kRepresentatives = {"parent",  "voogd",         "mentor",
                                                              "curator", "bewindvoerder", "gemachtigde"};

std::string field(const Fields& fields, const char* name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

bool accepts(const DocumentRule& rule, std::string_view kind) {
  return std::ranges::find(rule.accepts, kind) != rule.accepts.end();
}

/// Whoever gives a mandate or consents does so himself.
bool only_client_signs(const DocumentRule& rule) { return accepts(rule, "mandate") || accepts(rule, "consent"); }

bool asks_for_another(const Fields& fields) {
  return std::ranges::find(kRepresentatives, field(fields, "requester_role")) != kRepresentatives.end();
}

/// The people who may sign, by name.
std::vector<std::string> who_should_sign(const DocumentRule& rule, const Fields& fields) {
  std::vector<std::string> names;
  for (const char* person : {"client_name", "requester_name"}) {
    const std::string name = field(fields, person);
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
    if (only_client_signs(rule)) break;
  }
  return names;
}

/// "Anna Voorbeeld <anna@post.example>" without the address; empty if there is no name.
std::string person_in(std::string_view signer) {
  std::string_view name = signer.substr(0, signer.find_first_of("<("));
  if (name.find('@') != std::string_view::npos) return "";
  while (name.ends_with(' ')) name.remove_suffix(1);
  return std::string(name);
}

/// Do the fields say who asks, so that another name is worth a look? Organisations sign with names of their own.
bool names_the_signer(const Fields& fields) {
  return field(fields, "requester_role") == "self" || asks_for_another(fields);
}

bool is_signed(const Findings& found, std::string_view whose) {
  return std::ranges::any_of(found.pages, [&](const PageFindings& page) {
    return std::ranges::any_of(page.signature_fields, [&](const SignatureField& place) {
      return place.whose == whose && place.state == "signed";
    });
  });
}

}  // namespace

void judge_signer(const DocumentRule& rule, const Fields& fields, const std::string& signer, Judgement& judgement) {
  const std::vector<std::string> expected = who_should_sign(rule, fields);
  const std::string person = person_in(signer);
  const std::string should = expected.empty() ? "niet ingevuld" : fmt::format("{}", fmt::join(expected, " of "));
  judgement.seen.push_back(fmt::format("Wie moet tekenen: {}.", should));
  if (person.empty() || expected.empty() || !names_the_signer(fields)) return;
  if (std::ranges::any_of(expected, [&](const auto& name) { return may_be_same_person(person, name); })) return;
  judgement.doubt(fmt::format("De digitale handtekening is van {}: een andere naam.", person),
                  "De digitale handtekening is van iemand anders dan de persoon die moet tekenen.");
}

void judge_signed_fields(const DocumentRule& rule, const Fields& fields, const Findings& found, Judgement& judgement) {
  if (is_signed(found, "client")) return;
  for (const char* whose : {"parent", "representative"}) {
    if (!is_signed(found, whose)) continue;
    const std::string_view signer = dutch_signer(whose);
    if (only_client_signs(rule)) {
      judgement.doubt(fmt::format("Getekend in het vak van {}; de cliënt moet zelf tekenen.", signer),
                      fmt::format("De handtekening staat in het vak van {}. De cliënt moet zelf tekenen.", signer));
    } else if (field(fields, "requester_role") == "self") {
      judgement.doubt(
          fmt::format("Getekend in het vak van {}, maar de cliënt vraagt dit zelf. Is er bewijs dat die mag tekenen?",
                      signer),
          fmt::format(
              "De handtekening staat in het vak van {}. Tekende iemand voor u? Stuur dan ook het bewijs dat die "
              "persoon dat mag.",
              signer));
    }
  }
}

void name_proof_of_signer(const std::vector<const DocumentRule*>& needed, const Fields& fields,
                          std::vector<RequirementResult>& results) {
  if (!asks_for_another(fields)) return;
  for (std::size_t i = 0; i < needed.size(); ++i) {
    if (!needed[i]->needs_signature || only_client_signs(*needed[i]) || results[i].document.empty()) continue;
    for (const DocumentRule* proof : needed)
      if (accepts(*proof, "court-order") || accepts(*proof, "custody") || only_client_signs(*proof))
        results[i].seen.push_back(fmt::format("Wie voor de cliënt tekent, bewijst dat met: {}.", proof->label));
  }
}

}  // namespace zp::intake
