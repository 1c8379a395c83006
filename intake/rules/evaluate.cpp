#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "intake/rules/judgement.h"

namespace zp::intake {
namespace {

int rank(RequirementState state) {
  return state == RequirementState::kMet ? 2 : state == RequirementState::kDoubtful ? 1 : 0;
}

std::string with_comma(double number) {
  std::string text = fmt::format("{:.2f}", number);
  std::ranges::replace(text, '.', ',');
  return text;
}

bool contains(const std::vector<std::string>& list, const std::string& what) {
  return std::ranges::find(list, what) != list.end();
}

std::string slot_of(const Evidence& evidence) {
  const std::string corrected = correction(evidence, "slot");
  return corrected.empty() ? evidence.slot : corrected;
}

std::string kind_of(const Evidence& evidence) {
  const std::string corrected = correction(evidence, "kind");
  return corrected.empty() ? evidence.findings.kind : corrected;
}

std::string dutch_kind(const std::string& kind) {
  static const std::map<std::string, std::string> kNames = {{"form", "formulier"},
                                                            {"court-order", "beschikking van de rechter"},
                                                            {"mandate", "machtiging"},
                                                            {"consent", "toestemming"},
                                                            {"letter", "brief"},
                                                            {"decision", "besluit"},
                                                            {"identity-document", "identiteitsbewijs"},
                                                            {"custody", "bewijs van gezag"}};
  const auto found = kNames.find(kind);
  return found == kNames.end() ? "niet herkend" : found->second;
}

/// What the inspection said about signatures and identity documents is judged here, requirement by
/// requirement and with the corrections of staff; the rest (blurred, blank, locked, ...) holds for the
/// document as a whole.
std::vector<Message> not_judged_here(const Findings& findings) {
  std::vector<Message> others;
  std::ranges::copy_if(findings.messages, std::back_inserter(others), [](const Message& message) {
    return !message.code.starts_with("signature-") && !message.code.starts_with("digital-signature-") &&
           !message.code.starts_with("identity-document-");
  });
  return others;
}

/// Can this document be read at all? False when there is no point in looking further.
bool judge_usable(const Evidence& evidence, Judgement& judgement) {
  const std::string by_staff = correction(evidence, "usable");
  if (by_staff == "yes") {
    judgement.seen.emplace_back("Een medewerker vindt dit document bruikbaar.");
    return true;
  }
  if (by_staff == "no") {
    judgement.miss("Een medewerker vindt dit document niet bruikbaar.",
                   "Wij kunnen dit document niet gebruiken. Stuur het opnieuw.");
    return false;
  }
  const std::vector<Message> others = not_judged_here(evidence.findings);
  const Verdict verdict = evidence.findings.verdict;
  if (verdict == Verdict::kUsable) return true;
  if (verdict != Verdict::kRejected && others.empty() && !evidence.findings.messages.empty()) return true;
  const bool unusable = verdict != Verdict::kDoubtful;
  judgement.worsen(unusable ? RequirementState::kMissing : RequirementState::kDoubtful);
  for (const Message& message : others) judgement.doubt(message.nl, message.nl);
  if (others.empty() && unusable)
    judgement.miss("Dit document is niet bruikbaar.", "Wij kunnen dit document niet gebruiken. Stuur het opnieuw.");
  return !unusable;
}

/// "misschien machtiging (zekerheid 0,40), gelezen aan: machtiging, gemachtigde"
std::string kind_words(const Evidence& evidence) {
  const Findings& findings = evidence.findings;
  if (!correction(evidence, "kind").empty())
    return fmt::format("{} (door een medewerker)", dutch_kind(kind_of(evidence)));
  std::string words = dutch_kind(findings.kind);
  if (findings.kind == "unknown") return words;
  if (findings.kind_confidence < kSureKind) words.insert(0, "misschien ");
  words += fmt::format(" (zekerheid {})", with_comma(findings.kind_confidence));
  if (!findings.kind_words.empty()) words += fmt::format(", gelezen aan: {}", fmt::join(findings.kind_words, ", "));
  return words;
}

void judge_kind(const DocumentRule& rule, const Evidence& evidence, Judgement& judgement) {
  if (rule.accepts.empty()) return;
  const std::string kind = kind_of(evidence);
  const bool by_staff = !correction(evidence, "kind").empty();
  const bool sure = by_staff || evidence.findings.kind_confidence >= kSureKind;
  const std::string words = kind_words(evidence);
  const std::string lacking =
      fmt::format("Wij zien niet zeker dat dit het goede document is. Wij vragen: {}.", rule.label);
  if (contains(rule.accepts, kind)) {
    const std::string seen = fmt::format("Soort document: {}.", words);
    if (!sure && !contains(rule.accepts, "unknown"))
      judgement.doubt(seen, lacking);
    else if (kind != "unknown")
      judgement.seen.push_back(seen);
    return;
  }
  const std::string seen = fmt::format("Soort document: {}; gevraagd is: {}.", words, rule.label);
  if (by_staff)
    judgement.miss(seen, lacking);
  else
    judgement.doubt(seen, lacking);
}

/// A time-stamp says when, not who.
bool is_time_stamp(const DigitalSignature& signature) {
  return signature.format == "ETSI.RFC3161" && signature.integrity != "broken";
}

/// True when one digital signature stands; a broken one is always a doubt.
bool judge_digital(const DocumentRule& rule, const Findings& found, const Fields& fields, Judgement& judgement) {
  bool stands = false;
  for (const DigitalSignature& signature : found.digital_signatures) {
    const std::string signer = signature.signer.empty() ? "onbekend" : signature.signer;
    if (is_time_stamp(signature)) {
      judgement.seen.push_back(fmt::format("Digitaal tijdstempel van {}.", signer));
      continue;
    }
    const bool whole = signature.coverage == "whole" || signature.coverage == "extended-allowed";
    if (signature.integrity == "broken" || !whole) {
      judgement.doubt(
          fmt::format("Digitale handtekening van {}: het document is na het ondertekenen veranderd, of maar "
                      "voor een deel ondertekend.",
                      signer),
          "De digitale handtekening klopt niet: het document lijkt veranderd na het ondertekenen.");
    } else if (signature.integrity != "ok") {
      judgement.doubt(fmt::format("Digitale handtekening van {}: niet te controleren.", signer),
                      "Wij kunnen de digitale handtekening niet controleren.");
    } else if (signature.chain == "revoked" || signature.chain == "expired") {
      judgement.doubt(fmt::format("Digitale handtekening van {}: het certificaat is verlopen of ingetrokken.", signer),
                      "Het certificaat van de digitale handtekening is verlopen of ingetrokken.");
    } else if (signature.uses_old_technique()) {
      judgement.doubt(fmt::format("Digitale handtekening van {}: verouderde techniek ({}).", signer,
                                  fmt::join(signature.weaknesses, ", ")),
                      "De digitale handtekening gebruikt verouderde techniek.");
    } else if (!signature.weaknesses.empty()) {
      judgement.doubt(fmt::format("Digitale handtekening van {}: het tijdstempel past er niet bij.", signer),
                      "Het tijdstempel van de digitale handtekening past er niet bij.");
    } else {
      stands = true;
      judgement.seen.push_back(fmt::format("Digitale handtekening van {}: klopt; herkomst {}.", signer,
                                           signature.chain == "trusted" ? "vertrouwd" : "niet bevestigd"));
      judge_signer(rule, fields, signature.signer, judgement);
    }
  }
  return stands;
}

/// What the places to sign on a page look like, as staff read it.
std::vector<std::string> signature_fields_of(const PageFindings& page) {
  std::vector<std::string> seen;
  const std::string form = page.form.empty() ? "" : fmt::format(" (formulier {})", page.form);
  for (const SignatureField& field : page.signature_fields) {
    const std::string_view signer = dutch_signer(field.whose);
    seen.push_back(fmt::format("Vak voor de handtekening{}{} op pagina {}{}: {}.", signer.empty() ? "" : " van ",
                               signer, page.number, form, dutch_field_state(field.state)));
  }
  return seen;
}

bool looked_at_all(const Findings& findings) {
  return !contains(findings.hazards, "too-many-pages") && std::ranges::all_of(findings.pages, &PageFindings::looked_at);
}

bool is_signed(const SignatureField& field) { return field.state == "signed"; }

void judge_signature(const DocumentRule& rule, const Fields& fields, const Evidence& evidence, Judgement& judgement) {
  const std::string by_staff = correction(evidence, "signature");
  if (by_staff == "present") {
    judgement.seen.emplace_back("Een medewerker ziet een handtekening.");
    return;
  }
  if (by_staff == "absent") {
    judgement.miss("Een medewerker ziet geen handtekening.", "Wij zien geen handtekening op dit document.");
    return;
  }
  double best = 0;
  std::string empty_field;
  for (const PageFindings& page : evidence.findings.pages) {
    for (const HandwrittenSignature& signature : page.handwritten_signatures) {
      best = std::max(best, signature.confidence);
      judgement.seen.push_back(fmt::format("Handtekening op pagina {} (zekerheid {}){}.", page.number,
                                           with_comma(signature.confidence),
                                           signature.origin == "image" ? ", met de computer gezet" : ""));
    }
    std::ranges::move(signature_fields_of(page), std::back_inserter(judgement.seen));
    const bool one_is_signed = std::ranges::any_of(page.signature_fields, is_signed);
    if (empty_field.empty() && !page.empty_signature_fields.empty() && !one_is_signed)
      empty_field = fmt::format("het vak voor de handtekening op pagina {} is leeg", page.number);
  }
  if (!empty_field.empty()) judgement.seen.push_back(fmt::format("Let op: {}.", empty_field));
  judge_signed_fields(rule, fields, evidence.findings, judgement);
  if (judge_digital(rule, evidence.findings, fields, judgement) || best >= kSureSignature) return;
  if (!std::ranges::all_of(evidence.findings.digital_signatures, is_time_stamp)) return;  // its doubt is told already
  if (best > 0) {
    judgement.doubt("Niet zeker of dit een handtekening is.",
                    "Wij zien niet duidelijk of er een handtekening op staat.");
  } else if (empty_field.empty() && !looked_at_all(evidence.findings)) {
    judgement.doubt(
        "Geen handtekening gevonden op de pagina's die bekeken zijn.",
        "Wij zien nog geen handtekening. Een medewerker bekijkt de pagina's die wij nog niet bekeken hebben.");
  } else {
    judgement.miss("Geen handtekening gevonden.", empty_field.empty()
                                                      ? "Wij zien geen handtekening op dit document."
                                                      : fmt::format("Wij zien geen handtekening: {}.", empty_field));
  }
}

Judgement judge(const DocumentRule& rule, const Fields& fields, const Evidence& evidence) {
  Judgement judgement;
  if (!judge_usable(evidence, judgement)) return judgement;
  judge_kind(rule, evidence, judgement);
  if (kind_of(evidence) == "court-order") judge_court_order(fields, evidence, judgement);
  if (rule.needs_signature) judge_signature(rule, fields, evidence, judgement);
  if (rule.identity_document) judge_identity(rule, fields, evidence, judgement);
  return judgement;
}

/// Would this document, that nobody put in a slot, be the one the rule asks for?
bool looks_like(const DocumentRule& rule, const Evidence& evidence) {
  const std::string kind = kind_of(evidence);
  if (rule.identity_document) return kind == "identity-document" || evidence.findings.identity_document.has_value();
  return kind != "unknown" && contains(rule.accepts, kind);
}

using Candidates = std::vector<std::vector<const Evidence*>>;  // by requirement

/// The sender's slot (or the staff's) first; then the kind found; then what was not recognised, where that is
/// allowed. An identity document on a page of another document counts too: people scan it along.
Candidates assign(const std::vector<const DocumentRule*>& rules, const std::vector<Evidence>& evidence,
                  std::vector<bool>& used) {
  Candidates candidates(rules.size());
  const auto give = [&](std::size_t rule, std::size_t document) {
    candidates[rule].push_back(&evidence[document]);
    used[document] = true;
  };
  for (std::size_t document = 0; document < evidence.size(); ++document)
    for (std::size_t rule = 0; rule < rules.size(); ++rule)
      if (slot_of(evidence[document]) == rules[rule]->slot) give(rule, document);
  for (std::size_t rule = 0; rule < rules.size(); ++rule)
    for (std::size_t document = 0; document < evidence.size(); ++document)
      if (!used[document] && looks_like(*rules[rule], evidence[document])) give(rule, document);
  for (std::size_t rule = 0; rule < rules.size(); ++rule)
    for (std::size_t document = 0; document < evidence.size() && candidates[rule].empty(); ++document)
      if (!used[document] && slot_of(evidence[document]).empty() && kind_of(evidence[document]) == "unknown" &&
          contains(rules[rule]->accepts, "unknown"))
        give(rule, document);
  for (std::size_t rule = 0; rule < rules.size(); ++rule)
    for (std::size_t document = 0; document < evidence.size() && candidates[rule].empty(); ++document)
      if (rules[rule]->identity_document && evidence[document].findings.identity_document) give(rule, document);
  return candidates;
}

RequirementResult result_for(const DocumentRule& rule, const Fields& fields,
                             const std::vector<const Evidence*>& candidates) {
  RequirementResult result{.slot = rule.slot,
                           .label = rule.label,
                           .why = rule.why,
                           .source = rule.source,
                           .source_text = rule.source_text,
                           .explanation = rule.explanation};
  result.mask = rule.mask;
  if (candidates.empty()) {
    result.seen.emplace_back("Niet ontvangen.");
    result.lacking.emplace_back("Dit hebben wij nog niet ontvangen.");
    return result;
  }
  int best = -1;
  for (const Evidence* evidence : candidates) {  // of equals the last one sent: people send again to mend
    Judgement judgement = judge(rule, fields, *evidence);
    if (rank(judgement.state) < best) continue;
    best = rank(judgement.state);
    result.state = judgement.state;
    result.document = evidence->document;
    result.seen = std::move(judgement.seen);
    result.lacking = std::move(judgement.lacking);
  }
  return result;
}

void add_once(std::vector<std::string>& list, std::string text) {
  if (!contains(list, text)) list.push_back(std::move(text));
}

/// Where nothing is required a person sorts it: never complete by itself.
void judge_whole(Evaluation& evaluation) {
  evaluation.complete = !evaluation.requirements.empty() &&
                        std::ranges::all_of(evaluation.requirements, [](const RequirementResult& result) {
                          return result.state == RequirementState::kMet;
                        });
}

}  // namespace

std::string correction(const Evidence& evidence, const std::string& what) {
  const auto found = evidence.corrections.find(what);
  return found == evidence.corrections.end() ? "" : found->second;
}

void Judgement::worsen(RequirementState to) {
  if (rank(to) < rank(state)) state = to;
}

void Judgement::doubt(std::string for_staff, std::string for_sender) {
  worsen(RequirementState::kDoubtful);
  add_once(seen, std::move(for_staff));
  add_once(lacking, std::move(for_sender));
}

void Judgement::miss(std::string for_staff, std::string for_sender) {
  worsen(RequirementState::kMissing);
  add_once(seen, std::move(for_staff));
  add_once(lacking, std::move(for_sender));
}

Evaluation evaluate(const RequestRule& rule, const Fields& fields, const std::vector<Evidence>& evidence) {
  std::vector<const DocumentRule*> needed;
  for (const DocumentRule& document : rule.documents)
    if (holds(document.when, fields)) needed.push_back(&document);
  std::vector<bool> used(evidence.size());
  const Candidates candidates = assign(needed, evidence, used);

  Evaluation evaluation;
  for (std::size_t i = 0; i < needed.size(); ++i)
    evaluation.requirements.push_back(result_for(*needed[i], fields, candidates[i]));
  name_proof_of_signer(needed, fields, evaluation.requirements);
  for (std::size_t i = 0; i < evidence.size(); ++i)
    if (!used[i]) evaluation.unused.push_back(evidence[i].document);
  judge_whole(evaluation);
  return evaluation;
}

void apply_register(const RequestRule& rule, const std::map<std::string, ProofOnFile>& on_file,
                    Evaluation& evaluation) {
  for (RequirementResult& result : evaluation.requirements) {
    const auto document = std::ranges::find(rule.documents, result.slot, &DocumentRule::slot);
    const auto proof = document == rule.documents.end() ? on_file.end() : on_file.find(document->on_file);
    if (proof == on_file.end()) continue;
    const ProofOnFile& said = proof->second;
    const bool better = rank(said.state) > rank(result.state);
    const bool contradicts = said.state == RequirementState::kMissing && result.state == RequirementState::kMet;
    if (better) {
      result.state = said.state;
      result.seen.clear();
      result.lacking.clear();
    } else if (contradicts) {
      result.state = RequirementState::kDoubtful;
    }
    add_once(result.seen, said.seen);
    if ((better || contradicts) && !said.lacking.empty()) add_once(result.lacking, said.lacking);
  }
  judge_whole(evaluation);
}

}  // namespace zp::intake
