#include <algorithm>

#include "crypto/base/text.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/process/process.h"
#include "gateway/staff/dossier_view.h"
#include "gateway/staff/letter_view.h"
#include "gateway/staff/workbench.h"
#include "templates/letter/preview.h"

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

/// Each part as it is written, and as it reads with what the letter holds now.
nlohmann::json parts_json(const Office& office, const templates::LetterInfo& letter,
                          const std::vector<templates::Passage>& passages, const LetterView& draft,
                          const templates::Wording& wording) {
  auto parts = passages_json(passages, wording);
  const std::string date = draft.data.date.empty() ? local_date(office.now()) : draft.data.date;
  for (auto& part : parts)
    if (auto reads =
            templates::preview(letter, letterhead(office.config.organisation), date, part["text"], draft.data.fields))
      part["blocks"] = std::move(*reads);
    else
      part["unreadable"] = true;
  return parts;
}

/// What can be printed, with what it is and what it says now.
nlohmann::json fields_json(const templates::LetterInfo& letter, const LetterData& data) {
  nlohmann::json fields = nlohmann::json::array();
  for (const auto& field : letter.fields) {
    const bool many = field.type == "list" || field.type == "table";
    const std::string now = field_text(field, data.fields.value(field.name, nlohmann::json()));
    fields.push_back({{"tag", many ? field.name : "{{" + field.name + "}}"},
                      {"about", field.about},
                      {"now", now},
                      {"many", many},
                      {"required", field.required}});
  }
  return fields;
}

}  // namespace

Result<Response> Workbench::wording(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const Id id, visit.id("letter"));
  TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, dossier));
  const auto found = std::ranges::find(view.letters, id, [](const LetterView& letter) { return letter.row.id; });
  if (found == view.letters.end()) return fail(Code::kNotFound, "find letter", id.hex());
  const Office& office = casework_.office();
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office, found->row.name));
  TRY_ASSIGN(const auto passages, office.letters.passages(info->name));
  const templates::Wording typed = typed_wording(visit);  // of a form that was refused, or only tried
  return show("brieftekst",
              {{"id", id.hex()},
               {"dossier", dossier.hex()},
               {"reference", view.dossier.reference},
               {"title", found->title},
               {"may_edit", found->row.state == "draft" && may(view, Act::kReword)},
               {"own_words", !found->data.wording.empty()},
               {"tried", !typed.empty() && visit.refusal.empty()},
               {"parts", parts_json(office, *info, passages, *found, typed.empty() ? found->data.wording : typed)},
               {"fields", fields_json(*info, found->data)}},
              visit);
}

/// How it reads, without keeping it.
Result<Response> Workbench::try_wording(Visit& visit) {
  TRY_ASSIGN(const Id id, visit.id("letter"));
  TRY_ASSIGN(const Letter row, letter_row(casework_.office(), id));
  if (const auto fits = casework_.office().letters.check_wording(row.name, typed_wording(visit)); !fits)
    visit.refusal = fits.error().subject;
  return wording(visit);
}

Result<Response> Workbench::reword(Visit& visit) {
  const std::string name = visit.value("actie");
  if (name == "voorbeeld") return try_wording(visit);
  TRY_ASSIGN(const Id id, visit.id("letter"));
  TRY_DO(casework_.reword_letter(visit.actor, id, name == "sjabloon" ? templates::Wording() : typed_wording(visit)));
  return Response::redirect(path_of(visit, ""));
}

}  // namespace zp::gateway
