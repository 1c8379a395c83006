// Dossiers that staff begin, and what is put on record in them.
#include "gateway/staff/record_view.h"
#include "gateway/staff/sentences.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

const intake::RequestRule* kind_of(const Office& office, const Visit& visit) {
  const intake::RequestRule* const rule = office.rules.find(visit.request.parameter("kind"));
  return rule && rule->made_by_staff ? rule : nullptr;
}

std::string records_path(const Visit& visit, const Id& dossier, const std::string& record) {
  return "/dossier/" + dossier.hex() + "/vastlegging?doel=" + percent_encode(visit.actor.purpose) +
         (record.empty() ? "" : "#" + percent_encode(record));
}

/// A rule's answer is shown beside the form, with what was typed; anything else is a page of its own.
bool is_mistake(const Error& error) { return error.code == Code::kRefused && error.subject.ends_with('.'); }

}  // namespace

Result<Response> Workbench::new_dossier(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  return new_dossier_form(visit, {});
}

Result<Response> Workbench::new_dossier_form(Visit& visit, const Attempt& attempt) const {
  const intake::RequestRule* const rule = kind_of(casework_.office(), visit);
  if (!rule) return fail(Code::kNotFound, "begin dossier");
  if (!role_for(visit.actor, Act::kMakeDossier)) return fail(Code::kDenied, "begin dossier");
  const intake::RecordRule& first = rule->book.records.front();
  return show("nieuw",
              {{"kind", rule->name},
               {"title", rule->title},
               {"intro", rule->intro},
               {"record", first.title},
               {"about", first.about},
               {"complaint", attempt.complaint},
               {"fields", form_fields(first.fields, attempt.typed, first.name)}},
              visit);
}

Result<Response> Workbench::make_dossier(Visit& visit) {
  const intake::RequestRule* const rule = kind_of(casework_.office(), visit);
  if (!rule) return fail(Code::kNotFound, "begin dossier");
  const intake::RecordRule& first = rule->book.records.front();
  const intake::FieldValues typed = typed_fields(first.fields, visit.form);
  const auto made = casework_.make_dossier(visit.actor, rule->name, typed);
  if (made) return Response::redirect(records_path(visit, *made, {}));
  if (!is_mistake(made.error())) return std::unexpected(made.error());
  return new_dossier_form(visit, {first.name, made.error().subject, typed});
}

Result<Response> Workbench::records(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  return records_page(visit, {});
}

Result<Response> Workbench::records_page(Visit& visit, const Attempt& attempt) {
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, dossier));
  if (!view.rule || view.rule->book.records.empty()) return fail(Code::kNotFound, "show records", dossier.hex());
  return show("vastlegging", records_json(view, attempt), visit);
}

Result<Response> Workbench::record_act(Visit& visit) {
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  const std::string record = visit.value("vastlegging");
  if (visit.value("actie") == "doorhalen") {
    TRY_ASSIGN(const Id entry, Id::parse(visit.value("regel")));
    TRY_DO(casework_.strike_record(visit.actor, dossier, record, entry, visit.value("reden")));
    return Response::redirect(records_path(visit, dossier, record));
  }
  if (visit.value("actie") == "eindigen") {
    TRY_ASSIGN(const Id entry, Id::parse(visit.value("regel")));
    TRY_DO(casework_.end_record(visit.actor, dossier, record, entry, visit.value("vanaf"), visit.value("bewijs")));
    return Response::redirect(records_path(visit, dossier, record));
  }
  TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, dossier));
  const intake::RecordRule* const rule = view.rule ? view.rule->book.record(record) : nullptr;
  if (!rule) return fail(Code::kNotFound, "put on record", record);
  const intake::FieldValues typed = typed_fields(rule->fields, visit.form);
  const auto added = casework_.add_record(visit.actor, dossier, record, typed);
  if (added) return Response::redirect(records_path(visit, dossier, record));
  if (!is_mistake(added.error())) return std::unexpected(added.error());
  return records_page(visit, {record, added.error().subject, typed});
}

}  // namespace zp::gateway
