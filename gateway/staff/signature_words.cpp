#include "gateway/staff/signature_words.h"

#include <map>

namespace zp::gateway {
namespace {

struct Words {
  std::string_view meaning, to_do;
};

constexpr std::string_view kAskAgain = "Vraag de afzender om het document opnieuw te ondertekenen.";
constexpr std::string_view kAskWhen =
    "Vraag de afzender wanneer het document is ondertekend, of om het opnieuw te ondertekenen.";
constexpr std::string_view kAskWhole =
    "Vraag de afzender om het document nog een keer te sturen, zoals het is ondertekend.";
constexpr std::string_view kOtherProof = "Kijk op een andere manier of dit document van deze persoon komt.";
constexpr std::string_view kUnknown = "GENERIC";
constexpr std::string_view kSpecialist = "Vraag een specialist om mee te kijken.";

// ETSI EN 319 102-1, clause 5.1.3; those that a main indication alone says stand under it.
const std::map<std::string_view, Words, std::less<>>& words() {
  static const std::map<std::string_view, Words, std::less<>> kWords = {
      {"TOTAL-PASSED", {"De handtekening is goed.", "U hoeft niets te doen."}},
      {"TOTAL-FAILED", {"De handtekening is niet geldig.", kAskAgain}},
      {"INDETERMINATE", {"Of de handtekening geldig is, is niet vast te stellen.", kOtherProof}},
      {"FORMAT_FAILURE", {"De handtekening is niet gemaakt zoals het hoort. Zij is niet geldig.", kAskAgain}},
      {"HASH_FAILURE",
       {"Het document is niet meer zoals het is ondertekend. De handtekening is niet geldig.", kAskWhole}},
      {"SIG_CRYPTO_FAILURE", {"De handtekening hoort niet bij het certificaat van de ondertekenaar.", kAskAgain}},
      {"REVOKED", {"Het certificaat was al ingetrokken toen het document werd ondertekend.", kAskAgain}},
      {"EXPIRED", {"Het certificaat was al verlopen toen het document werd ondertekend.", kAskAgain}},
      {"NOT_YET_VALID", {"Het certificaat was nog niet geldig toen het document werd ondertekend.", kAskAgain}},
      {"SIG_CONSTRAINTS_FAILURE",
       {"De handtekening geldt niet voor het document zoals het nu is: er is iets veranderd of niet alles is "
        "ondertekend.",
        kAskWhole}},
      {"CHAIN_CONSTRAINTS_FAILURE", {"Het certificaat voldoet niet aan onze eisen.", kOtherProof}},
      {"CERTIFICATE_CHAIN_GENERAL_FAILURE",
       {"Het is niet gelukt om te controleren wie het certificaat heeft uitgegeven.", kOtherProof}},
      {"CRYPTO_CONSTRAINTS_FAILURE", {"De techniek van deze handtekening kunnen wij niet vertrouwen.", kAskAgain}},
      {"CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
       {"De techniek van deze handtekening is te oud om te vertrouwen. Het is niet zeker dat het document is "
        "ondertekend toen dat nog wel kon.",
        kAskAgain}},
      {"POLICY_PROCESSING_ERROR",
       {"De regels die de ondertekenaar noemt, zijn niet te lezen. Wij konden er niet aan toetsen.", kSpecialist}},
      {"SIGNATURE_POLICY_NOT_AVAILABLE",
       {"De regels die de ondertekenaar noemt, hebben wij niet. Wij konden er niet aan toetsen.", kSpecialist}},
      {"TIMESTAMP_ORDER_FAILURE",
       {"De tijdstempels in het document spreken elkaar tegen. Wanneer het is ondertekend, is niet zeker.", kAskWhen}},
      {"NO_SIGNING_CERTIFICATE_FOUND",
       {"Het certificaat of de sleutel van de ondertekenaar ontbreekt. Wie heeft ondertekend, is niet te controleren.",
        "Vraag de afzender om de openbare sleutel of om een document met het certificaat erin."}},
      {"NO_CERTIFICATE_CHAIN_FOUND",
       {"De handtekening klopt, maar wij weten niet zeker van wie zij is: de uitgever van het certificaat vertrouwen "
        "of kennen wij niet.",
        kOtherProof}},
      {"NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
       {"De uitgever van het certificaat vertrouwen wij nu niet. Of dat bij het ondertekenen anders was, is niet "
        "zeker.",
        kOtherProof}},
      {"REVOKED_NO_POE",
       {"Het certificaat is ingetrokken. Het is niet zeker dat het document daarvóór is ondertekend.", kAskWhen}},
      {"REVOKED_CA_NO_POE",
       {"Het certificaat van de uitgever is ingetrokken. Het is niet zeker dat het document daarvóór is ondertekend.",
        kAskWhen}},
      {"OUT_OF_BOUNDS_NOT_REVOKED",
       {"Het certificaat is nu verlopen of nog niet geldig. Het is niet ingetrokken.", kAskWhen}},
      {"OUT_OF_BOUNDS_NO_POE",
       {"Het certificaat is verlopen of nog niet geldig. Het is niet zeker dat het gold toen het document werd "
        "ondertekend.",
        kAskWhen}},
      {"REVOCATION_OUT_OF_BOUNDS_NO_POE",
       {"De gegevens over intrekken zijn te oud. Of het certificaat was ingetrokken, is niet zeker.", kOtherProof}},
      {"NO_POE",
       {"Er is geen bewijs van de dag waarop het document is ondertekend. De handtekening is daarom niet zeker.",
        kAskWhen}},
      {"TRY_LATER",
       {"De handtekening klopt, maar wij weten niet of het certificaat of de sleutel is ingetrokken.",
        "Is de handtekening belangrijk voor het besluit? Vraag dan een specialist om dit na te gaan."}},
      {"SIGNED_DATA_NOT_FOUND", {"Wat is ondertekend, zit niet bij dit document.", kAskWhole}},
      {kUnknown, {"Of de handtekening geldig is, is niet vast te stellen.", kSpecialist}},
  };
  return kWords;
}

// What pdf_revisions and the checks of signatures say.
const std::map<std::string_view, std::string_view, std::less<>>& weaknesses() {
  static const std::map<std::string_view, std::string_view, std::less<>> kWeaknesses = {
      {"byte-range", "zegt niet goed welk deel is ondertekend"},
      {"time-stamp", "tijdstempel klopt niet"},
      {"changed-page-list", "daarna zijn pagina's toegevoegd of weggehaald"},
      {"changed-field-list", "daarna zijn velden toegevoegd of weggehaald"},
      {"changed-trailer", "daarna is de opbouw van het bestand gewijzigd"},
      {"changed-catalog", "daarna is de opbouw van het document gewijzigd"},
      {"changed-form", "daarna is het formulier gewijzigd"},
      {"changed-page", "daarna is een pagina gewijzigd"},
      {"widened-permissions", "daarna mocht meer dan de ondertekenaar toestond"},
      {"unreadable-revision", "wat daarna is gewijzigd, is niet te lezen"},
  };
  return kWeaknesses;
}

}  // namespace

std::string signature_sentence(std::string_view indication, std::string_view sub_indication) {
  const auto found = words().find(sub_indication.empty() ? indication : sub_indication);
  const Words& said = (found == words().end() ? words().find(kUnknown) : found)->second;
  return std::string(said.meaning) + " " + std::string(said.to_do);
}

std::string signature_term(std::string_view indication, std::string_view sub_indication) {
  std::string term(indication);
  if (!sub_indication.empty()) term.append(", ").append(sub_indication);
  return term;
}

std::string weakness_words(const std::string& weakness) {
  const auto known = weaknesses().find(weakness);
  if (known != weaknesses().end()) return std::string(known->second);
  const bool technique = !weakness.empty() && weakness.front() >= 'A' && weakness.front() <= 'Z';
  return technique ? "oude techniek: " + weakness : "er is iets aan gewijzigd (" + weakness + ")";
}

nlohmann::json digital_json(const intake::Findings& findings) {
  static const std::map<std::string, std::string> kIntegrity = {
      {"ok", "klopt"}, {"broken", "klopt niet"}, {"unknown", "niet te controleren"}};
  static const std::map<std::string, std::string> kChain = {{"trusted", "vertrouwde uitgever"},
                                                            {"untrusted", "uitgever niet vertrouwd"},
                                                            {"expired", "certificaat verlopen"},
                                                            {"revoked", "certificaat ingetrokken"},
                                                            {"unknown", "uitgever onbekend"}};
  static const std::map<std::string, std::string> kCoverage = {{"whole", "hele document"},
                                                               {"extended-allowed", "daarna toegestaan aangevuld"},
                                                               {"extended-disallowed", "daarna gewijzigd"},
                                                               {"partial", "deel van het document"}};
  const auto word = [](const auto& words, const std::string& key) { return words.contains(key) ? words.at(key) : key; };
  nlohmann::json list = nlohmann::json::array();
  for (const auto& signature : findings.digital_signatures) {
    nlohmann::json weak = nlohmann::json::array();
    for (const std::string& weakness : signature.weaknesses) weak.push_back(weakness_words(weakness));
    list.push_back({{"signer", signature.signer},
                    {"time", signature.claimed_time},
                    {"integrity", word(kIntegrity, signature.integrity)},
                    {"coverage", word(kCoverage, signature.coverage)},
                    {"chain", word(kChain, signature.chain)},
                    {"verdict", signature_sentence(signature.indication, signature.sub_indication)},
                    {"term", signature_term(signature.indication, signature.sub_indication)},
                    {"good", signature.integrity == "ok" &&
                                 (signature.coverage == "whole" || signature.coverage == "extended-allowed")},
                    {"weak", std::move(weak)}});
  }
  return list;
}

}  // namespace zp::gateway
