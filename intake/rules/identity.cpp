#include <fmt/format.h>

#include "intake/rules/judgement.h"
#include "intake/rules/names.h"
#include "intake/rules/terms.h"

namespace zp::intake {
namespace {

/// YYYY-MM-DD as "5 april 1950"; anything else as it is.
std::string dutch(const std::string& written) {
  const auto date = parse_date(written);
  return date ? dutch_date(*date) : written;
}

std::string field(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

struct Comparison {
  std::vector<std::string> same, different;  // for staff: what is equal, and both sides of what is not
  bool name_compared = false;
};

Comparison compare(const Mrz& mrz, const std::string& name, const std::string& birth_date) {
  Comparison result;
  if (!name.empty() && !mrz.surname.empty()) {
    result.name_compared = true;
    if (same_person_name(name, mrz.surname, mrz.given_names))
      result.same.push_back(fmt::format("naam ({})", name));
    else
      result.different.push_back(fmt::format("Naam verschilt: op het identiteitsbewijs {}, {}; ingevuld {}.",
                                             mrz.surname, mrz.given_names, name));
  }
  if (!birth_date.empty() && !mrz.birth_date.empty()) {
    if (birth_date == mrz.birth_date)
      result.same.push_back(fmt::format("geboortedatum ({})", dutch(birth_date)));
    else
      result.different.push_back(fmt::format("Geboortedatum verschilt: op het identiteitsbewijs {}; ingevuld {}.",
                                             dutch(mrz.birth_date), dutch(birth_date)));
  }
  return result;
}

struct Belonging {
  bool compared = false;  // a name could be
  std::vector<std::string> same,
      different;  // with the holder it belongs to, else with the first whose name could be compared

  bool belongs() const { return compared && different.empty(); }
};

Belonging belonging_of(const DocumentRule& rule, const Fields& fields, const Mrz& mrz) {
  Belonging found;
  for (std::string holder : rule.holders) {
    if (field(fields, holder + "_name").empty()) holder = "client";  // who asks for himself fills in one name
    Comparison comparison = compare(mrz, field(fields, holder + "_name"), field(fields, holder + "_birth_date"));
    if (!comparison.name_compared) continue;
    if (comparison.different.empty()) return {true, std::move(comparison.same), {}};
    if (!found.compared) found = {true, std::move(comparison.same), std::move(comparison.different)};
  }
  return found;
}

/// Of several documents the one that belongs to one of the rule's holders; the first if none does.
const IdentityDocument& document_of_holder(const DocumentRule& rule, const Fields& fields, const Findings& findings) {
  for (const IdentityDocument& other : findings.other_identity_documents) {
    const auto& first = findings.identity_document->mrz;
    if (first && belonging_of(rule, fields, *first).belongs()) break;
    if (other.mrz && belonging_of(rule, fields, *other.mrz).belongs()) return other;
  }
  return *findings.identity_document;
}

void judge_holder(const DocumentRule& rule, const Fields& fields, const Mrz& mrz, Judgement& judgement) {
  const Belonging found = belonging_of(rule, fields, mrz);
  if (found.belongs()) {
    judgement.seen.push_back(fmt::format("Gelijk aan wat is ingevuld: {}.", fmt::join(found.same, ", ")));
    return;
  }
  if (!found.compared) {
    judgement.worsen(RequirementState::kDoubtful);
    judgement.seen.emplace_back("De naam is niet vergeleken: er is geen naam ingevuld of gelezen.");
  }
  for (const std::string& difference : found.different)
    judgement.doubt(difference, "De naam of geboortedatum op het identiteitsbewijs is anders dan wat u hebt ingevuld.");
}

void judge_expiry(const IdentityDocument& found, const std::string& received_on, Judgement& judgement) {
  const bool by_zone = found.mrz && !found.mrz->expiry_date.empty();
  const std::string& expiry = by_zone ? found.mrz->expiry_date : found.printed_expiry;
  const char* where = by_zone || expiry.empty() ? "" : " (veld 4b)";
  if (expiry.empty()) {
    judgement.seen.emplace_back("De geldigheidsdatum is niet gelezen.");
  } else if (!received_on.empty() && expiry < received_on) {
    judgement.doubt(fmt::format("Verlopen op {}{}, ontvangen op {}.", dutch(expiry), where, dutch(received_on)),
                    "Dit identiteitsbewijs was niet meer geldig toen wij het ontvingen.");
  } else {
    judgement.seen.push_back(fmt::format("Geldig tot {}{}.", dutch(expiry), where));
  }
}

std::string dutch_type(const std::string& type) {
  if (type == "passport") return "Paspoort";
  if (type == "identity-card") return "Identiteitskaart";
  if (type == "residence-permit") return "Verblijfsdocument";
  if (type == "driving-licence") return "Rijbewijs";
  return "Identiteitsbewijs";
}

}  // namespace

void judge_identity(const DocumentRule& rule, const Fields& fields, const Evidence& evidence, Judgement& judgement) {
  const std::string by_staff = correction(evidence, "identity");
  if (by_staff == "match") {
    judgement.seen.emplace_back("Een medewerker heeft het identiteitsbewijs vergeleken: het klopt.");
    return;
  }
  if (by_staff == "differs") {
    judgement.miss("Een medewerker heeft het identiteitsbewijs vergeleken: het is van iemand anders.",
                   "Dit identiteitsbewijs hoort niet bij de persoon die u hebt ingevuld.");
    return;
  }
  if (!evidence.findings.identity_document) {
    judgement.doubt("Geen identiteitsbewijs herkend.",
                    "Wij herkennen hierop geen identiteitsbewijs. Is dit de goede foto? Staat het hele document erop?");
    return;
  }
  const IdentityDocument& found = document_of_holder(rule, fields, evidence.findings);
  judgement.seen.push_back(fmt::format(
      "{} op pagina {}{}.", dutch_type(found.document_type), found.page,
      found.mrz && !found.mrz->issuing_state.empty() ? ", afgegeven door " + found.mrz->issuing_state : ""));
  if (!found.mrz || !found.mrz->checks_ok) {
    judgement.doubt(
        "De machineleesbare regels zijn niet foutloos gelezen: vergelijk zelf naam, geboortedatum en "
        "geldigheid.",
        "Wij kunnen de regels onder aan uw identiteitsbewijs niet goed lezen.");
  }
  if (found.mrz) judge_holder(rule, fields, *found.mrz, judgement);
  if (found.mrz || !found.printed_expiry.empty()) judge_expiry(found, evidence.received_on, judgement);
  if (rule.mask && (found.photo_box || !found.bsn_boxes.empty()))
    judgement.seen.emplace_back("Foto of BSN is zichtbaar. Dat is hier niet nodig: wij schermen het af.");
}

}  // namespace zp::intake
