#include <algorithm>

#include "crypto/base/text.h"
#include "gateway/staff/dossier_view.h"
#include "gateway/staff/letter_view.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

std::string path_of(const Visit& visit, const char* below) {
  return "/dossier/" + visit.request.parameter("dossier") + "/brief/" + visit.request.parameter("letter") + below +
         "?doel=" + percent_encode(visit.actor.purpose);
}

/// As a template has it: line feeds alone, and no empty lines around it.
std::string as_passage(std::string text) {
  std::erase(text, '\r');
  return std::string(trim(text)) + "\n";
}

templates::Wording typed_wording(const Visit& visit) {
  templates::Wording wording;
  for (auto part = visit.form.find("deel-1"); part != visit.form.end();
       part = visit.form.find("deel-" + std::to_string(wording.size() + 1)))
    wording.push_back(as_passage(part->second));
  return wording;
}

}  // namespace

Result<Response> Workbench::wording(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const Id id, visit.id("letter"));
  TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, dossier));
  const auto found = std::ranges::find(view.letters, id, [](const LetterView& letter) { return letter.row.id; });
  if (found == view.letters.end()) return fail(Code::kNotFound, "find letter", id.hex());
  TRY_ASSIGN(const auto passages, casework_.office().letters.passages(found->row.name));
  nlohmann::json fields = nlohmann::json::array();
  for (const auto& info : casework_.office().letters.letters())
    if (info.name == found->row.name)
      for (const auto& field : info.fields)
        fields.push_back({{"tag", "{{" + field.name + "}}"}, {"about", field.about}});
  return show("brieftekst",
              {{"id", id.hex()},
               {"dossier", dossier.hex()},
               {"reference", view.dossier.reference},
               {"title", found->title},
               {"may_edit", found->row.state == "draft" && may(view, Act::kReword)},
               {"own_words", !found->data.wording.empty()},
               {"parts", passages_json(passages, visit.refusal.empty() ? found->data.wording : typed_wording(visit))},
               {"fields", fields}},
              visit);
}

Result<Response> Workbench::reword(Visit& visit) {
  TRY_ASSIGN(const Id id, visit.id("letter"));
  const bool as_template = visit.value("actie") == "sjabloon";
  TRY_DO(casework_.reword_letter(visit.actor, id, as_template ? templates::Wording() : typed_wording(visit)));
  return Response::redirect(path_of(visit, ""));
}

}  // namespace zp::gateway
