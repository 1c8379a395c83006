#include <algorithm>
#include <charconv>

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

/// What a document can be said to be; the word that holds now is chosen.
nlohmann::json kinds_json(const DocumentView& document) {
  static constexpr std::pair<const char*, const char*> kKinds[] = {{"form", "formulier"},
                                                                   {"court-order", "beschikking"},
                                                                   {"mandate", "machtiging"},
                                                                   {"consent", "toestemming"},
                                                                   {"letter", "brief"},
                                                                   {"decision", "besluit"},
                                                                   {"identity-document", "identiteitsbewijs"}};
  const auto& details = document.details;
  const auto corrected = details.corrections.find("kind");
  const std::string now = corrected != details.corrections.end() ? corrected->second
                          : details.findings                     ? details.findings->kind
                                                                 : "";
  nlohmann::json kinds = nlohmann::json::array();
  for (const auto& [kind, label] : kKinds) kinds.push_back({{"kind", kind}, {"label", label}, {"here", now == kind}});
  return kinds;
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
  for (auto& page : data["pages"]) page["show_masked"] = page.value("masked", false) && !unmasked;
  data["dossier"] = dossier.hex();
  data["reference"] = view.dossier.reference;
  data["unmasked"] = unmasked;
  data["may_unmask"] = found->masked && may(view, Act::kViewPageUnmasked);
  data["may_correct"] = may(view, Act::kCorrect);
  data["may_release"] =
      may(view, Act::kReleaseDocument) && !found->details.may_be_used() && found->details.malware != Malware::kInfected;
  data["may_download"] = may(view, Act::kDownloadOriginal);
  data["kinds"] = kinds_json(*found);
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
  TRY_DO(casework_.release(visit.actor, id));
  return Response::redirect(visit.request.path.substr(0, visit.request.path.rfind('/')) +
                            "?doel=" + percent_encode(visit.actor.purpose));
}

}  // namespace zp::gateway
