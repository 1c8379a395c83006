#include <algorithm>
#include <charconv>
#include <map>

#include "gateway/staff/dossier_view.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

Result<std::uint32_t> page_number(const std::string& text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return fail(Code::kMalformed, "read page number");
  return number;
}

constexpr std::pair<std::string_view, std::string_view> kKinds[] = {{"form", "formulier"},
                                                                    {"court-order", "beschikking"},
                                                                    {"mandate", "machtiging"},
                                                                    {"consent", "toestemming"},
                                                                    {"letter", "brief"},
                                                                    {"decision", "besluit"},
                                                                    {"identity-document", "identiteitsbewijs"},
                                                                    {"custody", "bewijs van gezag"}};

/// What a document can be said to be; the word that holds now is chosen.
nlohmann::json kinds_json(const DocumentDetails& details) {
  const auto corrected = details.corrections.find("kind");
  const std::string now = corrected != details.corrections.end() ? corrected->second
                          : details.findings                     ? details.findings->kind
                                                                 : "";
  nlohmann::json kinds = nlohmann::json::array();
  for (const auto& [kind, label] : kKinds) kinds.push_back({{"kind", kind}, {"label", label}, {"here", now == kind}});
  return kinds;
}

/// What the program takes it for, also where a person said otherwise.
std::string_view kind_found(const DocumentDetails& details) {
  if (!details.findings) return {};
  const auto kind = std::ranges::find(kKinds, details.findings->kind, [](const auto& one) { return one.first; });
  return kind == std::end(kKinds) ? "niet herkend" : kind->second;
}

/// A hazard of the findings in words of the mailroom.
std::string hazard_words(const std::string& hazard) {
  static const std::map<std::string_view, std::string_view> kWords = {
      {"crash", "de controle brak af bij dit bestand"},
      {"decompression-bomb", "wordt uitgepakt veel te groot"},
      {"detached-signature", "losse handtekening bij een ander bestand"},
      {"embedded-file", "er zitten bestanden in"},
      {"empty", "leeg bestand"},
      {"encrypted", "versleuteld"},
      {"executable", "programma, geen document"},
      {"external-action", "verwijst naar buiten of verstuurt gegevens"},
      {"image-bomb", "afbeelding met veel te veel beeldpunten"},
      {"javascript", "er zit JavaScript in"},
      {"launch-action", "probeert een programma te starten"},
      {"location-data", "de foto vertelt waar hij gemaakt is"},
      {"macros", "er zitten macro's in"},
      {"malformed", "beschadigd, hersteld om te kunnen lezen"},
      {"needs-password", "opent alleen met een wachtwoord"},
      {"not-inspected", "nog niet bekeken: het was te druk op de computer"},
      {"not-scannable", "niet te bekijken"},
      {"office-document", "Office-document: ziet er niet overal hetzelfde uit"},
      {"packed-files", "pakket met andere bestanden"},
      {"hidden-archive", "is voor andere programma's een pakket met bestanden; die zijn niet bekeken"},
      {"page-unreadable", "een bladzijde is niet te tekenen"},
      {"rich-media", "er zit film of geluid in"},
      {"timeout", "de controle duurde te lang"},
      {"too-many-attachments", "niet alle bijlagen zijn bekeken"},
      {"too-many-pages", "niet alle pagina's zijn bekeken"},
      {"unknown-type", "onbekend soort bestand"},
      {"unreadable", "niet te lezen"},
      {"web-page", "webpagina of bestand voor programma's: ziet er niet overal hetzelfde uit"},
      {"xfa", "XFA-formulier: ziet er niet overal hetzelfde uit"}};
  const auto known = kWords.find(hazard);
  return known == kWords.end() ? hazard : std::string(known->second);
}

/// What the rules make of this document: which requirement it is judged for, and who signed beside who should.
nlohmann::json judged_json(const DossierView& view, const Id& document) {
  nlohmann::json rows = nlohmann::json::array();
  if (!view.profile.evaluation) return rows;
  for (const auto& requirement : view.profile.evaluation->requirements)
    if (requirement.document == document.hex())
      rows.push_back({{"label", requirement.label}, {"seen", requirement.seen}});
  return rows;
}

}  // namespace

Result<Response> Workbench::document(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const Id id, visit.id("document"));
  TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, dossier));
  const auto found =
      std::ranges::find(view.documents, id, [](const DocumentView& document) { return document.row.id; });
  if (found == view.documents.end()) return fail(Code::kNotFound, "find document", id.hex());
  const bool unmasked = visit.request.query_value("afdekking") == "uit";
  nlohmann::json data = document_json(*found);
  if (data.contains("hazards"))
    for (auto& hazard : data["hazards"]) hazard = hazard_words(hazard.get<std::string>());
  const std::string asked_for = visit.request.query_value("pagina");
  for (auto& page : data["pages"]) {
    page["show_masked"] = page.value("masked", false) && !unmasked;
    page["hidden"] = page.value("unseen", false) && std::to_string(page.value("number", 0)) != asked_for;
    page["may_ask"] = may(view, Act::kViewPageUnmasked);
  }
  data["dossier"] = dossier.hex();
  data["reference"] = view.dossier.reference;
  data["unmasked"] = unmasked;
  data["may_unmask"] = found->masked && may(view, Act::kViewPageUnmasked);
  data["may_correct"] = may(view, Act::kCorrect);
  const bool infected = found->details.malware == Malware::kInfected;
  data["infected"] = infected;
  data["may_release"] =
      may(view, infected ? Act::kReleaseInfected : Act::kReleaseDocument) && !found->details.may_be_used();
  data["may_scan_again"] = may(view, Act::kScanAgain) && found->row.state == "quarantined";
  data["may_download"] = may(view, Act::kDownloadOriginal);
  data["kinds"] = kinds_json(found->details);
  data["kind_found"] = kind_found(found->details);
  data["judged"] = judged_json(view, id);
  data["slots"] = nlohmann::json::array();
  if (view.rule)
    for (const auto& rule : view.rule->documents)
      data["slots"].push_back({{"slot", rule.slot}, {"label", rule.label}, {"here", rule.slot == found->details.slot}});
  return show("document", std::move(data), visit);
}

Result<Response> Workbench::page_image(Visit& visit) {
  TRY_ASSIGN(const Id id, visit.id("document"));
  TRY_ASSIGN(const std::uint32_t number, page_number(visit.request.parameter("page")));
  TRY_ASSIGN(const SecretBytes png,
             casework_.page(visit.actor, id, number, visit.request.query_value("afdekking") != "uit"));
  return Response::bytes(std::string(png.text()), "image/png");
}

Result<Response> Workbench::original(Visit& visit) {
  TRY_ASSIGN(const Id id, visit.id("document"));
  std::string content;
  TRY_DO(casework_.original(visit.actor, id, [&](ByteView chunk) -> Result<void> {
    content.append(as_text(chunk));
    return {};
  }));
  // Never shown inside the browser: what a stranger sent is not ours to render.
  Response response = Response::bytes(std::move(content), "application/octet-stream");
  response.as_download("origineel-" + id.hex().substr(0, 8));
  return response;
}

Result<Response> Workbench::correct(Visit& visit) {
  TRY_ASSIGN(const Id id, visit.id("document"));
  TRY_DO(casework_.correct(visit.actor, id, visit.value("sleutel"), visit.value("waarde")));
  return Response::redirect(visit.request.path.substr(0, visit.request.path.rfind('/')) +
                            "?doel=" + percent_encode(visit.actor.purpose));
}

Result<Response> Workbench::release(Visit& visit) {
  TRY_ASSIGN(const Id id, visit.id("document"));
  TRY_DO(casework_.release(visit.actor, id, visit.value("reden")));
  return Response::redirect(visit.request.path.substr(0, visit.request.path.rfind('/')) +
                            "?doel=" + percent_encode(visit.actor.purpose));
}

Result<Response> Workbench::scan_again(Visit& visit) {
  TRY_ASSIGN(const Id id, visit.id("document"));
  TRY_DO(casework_.scan_again(visit.actor, id));
  return Response::redirect(visit.request.path.substr(0, visit.request.path.rfind('/')) +
                            "?doel=" + percent_encode(visit.actor.purpose));
}

}  // namespace zp::gateway
