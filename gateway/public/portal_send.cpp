#include <algorithm>

#include "crypto/object.h"
#include "gateway/http/csrf.h"
#include "gateway/process/process.h"
#include "gateway/public/portal.h"
#include "gateway/public/tus.h"

namespace zp::gateway {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

using Json = nlohmann::json;
constexpr auto kFindingsPatience = std::chrono::milliseconds(4000);

Json requirement_view(const intake::RequirementResult& result) {
  return {{"label", result.label},
          {"explanation", result.explanation},
          {"why", result.why},
          {"source", result.source},
          {"source_text", result.source_text},
          {"lacking", result.lacking},
          {"met", result.state == intake::RequirementState::kMet},
          {"missing", result.state == intake::RequirementState::kMissing},
          {"doubtful", result.state == intake::RequirementState::kDoubtful}};
}

Json missing_view(const MissingLine& line) {
  return {{"label", line.label},   {"explanation", line.explanation}, {"why", line.why},
          {"source", line.source}, {"source_text", line.source_text}, {"lacking", line.lacking}};
}

}  // namespace

nlohmann::json filled_in(const Draft& draft, const intake::RequestRule* rule) {
  Json lines = Json::array();
  if (!rule) return lines;
  for (const auto& field : rule->fields) {
    const auto found = draft.fields.find(field.name);
    if (found != draft.fields.end())
      lines.push_back({{"label", field.label}, {"value", shown_value(field, found->second)}});
  }
  return lines;
}

Response Portal::overview(Request& request) {
  auto session = door_.session(request);
  if (!session) return no_draft(door_);
  if (session->draft.phase != DraftPhase::kOpen) return Response::redirect("/inzending/ontvangst");
  door_.inspections->add_all(session->secret, session->draft);
  door_.inspections->wait_for(session->draft, kFindingsPatience);
  if (auto newest = door_.drafts.read(session->secret)) session->draft = std::move(*newest);
  const Draft& draft = session->draft;
  Json files = Json::array(), requirements = Json::array();
  bool all_complete = true, all_met = true;
  const auto results = door_.submitter->requirements(draft);
  for (const auto& file : draft.files) {
    files.push_back(file_view(file, results));
    all_complete = all_complete && file.complete();
  }
  for (const auto& result : results) {
    requirements.push_back(requirement_view(result));
    all_met = all_met && result.state == intake::RequirementState::kMet;
  }
  const auto* rule = door_.rules.find(draft.kind);
  const auto lines = filled_in(draft, rule);
  return door_.page("controle", {{"title", "Controleren en versturen"},
                                 {"reference", draft.reference},
                                 {"fields", lines},
                                 {"has_fields", !lines.empty()},
                                 {"files", files},
                                 {"has_files", !files.empty()},
                                 {"requirements", requirements},
                                 {"has_requirements", !requirements.empty()},
                                 {"all_met", all_met},
                                 {"something_open", !all_met},
                                 {"half_files", !all_complete},
                                 {"can_send", !draft.empty() && all_complete},
                                 {"is_reply", draft.is_reply()},
                                 {"words", draft.words},
                                 {"csrf", csrf_token(session->secret.bytes())}});
}

Response Portal::send(Request& request) {
  const auto session = door_.session(request);
  if (!session) return no_draft(door_);
  if (const auto form = door_.form(request, session->secret.bytes()); !form) return Response::error(form.error());
  const auto sent = door_.submitter->submit(session->secret);
  if (sent) return Response::redirect("/inzending/ontvangst");
  if (sent.error().code == Code::kRefused) return Response::redirect("/inzending/controle");
  log_error("submission not accepted", sent.error());
  return Response::error(sent.error());
}

Response Portal::receipt(Request& request) {
  const auto session = door_.session(request);
  if (!session) return no_draft(door_);
  const Draft& draft = session->draft;
  if (draft.phase != DraftPhase::kSent) return Response::redirect("/inzending/documenten");
  Json files = Json::array(), missing = Json::array();
  for (const auto& file : draft.files) files.push_back(file_view(file, {}));
  for (const auto& line : draft.missing) missing.push_back(missing_view(line));
  const auto* rule = door_.rules.find(draft.kind);
  const auto lines = filled_in(draft, rule);
  const bool pdf = door_.shelf.receipt(draft.id).has_value();
  const auto email = draft.fields.find("email");
  return door_.page(
      "ontvangst", {{"title", files.empty() ? "Wij hebben uw bericht ontvangen" : "Wij hebben uw documenten ontvangen"},
                    {"words", draft.words},
                    {"reference", draft.reference},
                    {"answers_reference", draft.answers_reference},
                    {"request_title", rule ? rule->title : ""},
                    {"received", local_time_dutch(draft.received_ms)},
                    {"files", files},
                    {"fields", lines},
                    {"has_fields", !lines.empty()},
                    {"missing", missing},
                    {"has_missing", !missing.empty()},
                    {"nothing_missing", missing.empty()},
                    {"complete_before", draft.complete_before},
                    {"answer_before", draft.answer_before},
                    {"not_all_seen", !draft.all_inspected},
                    {"code", draft.is_reply() ? "" : draft.access_code},
                    {"code_until", local_time_dutch(draft.received_ms + kDayMs * door_.config.limits.own_code_days)},
                    {"has_pdf", pdf},
                    {"no_pdf", !pdf},
                    {"by_mail", email != draft.fields.end() && !email->second.empty()},
                    {"csrf", csrf_token(session->secret.bytes())}});
}

Response Portal::receipt_pdf(Request& request) {
  const auto session = door_.session(request);
  if (!session || session->draft.phase != DraftPhase::kSent) return no_draft(door_);
  const auto& id = session->draft.id;
  const auto sealed = door_.shelf.receipt(id);
  if (!sealed) return Response::redirect("/inzending/ontvangst");
  const auto pdf = crypto::open_bytes(session->secret.receipt_key(), {id, id, 0}, *sealed);
  if (!pdf) {
    log_error("receipt not opened", pdf.error());
    return Response::error(500);
  }
  return std::move(Response::bytes(std::string(pdf->text()), "application/pdf")
                       .as_download("ontvangstbewijs-" + session->draft.reference + ".pdf"));
}

Response Portal::stop(Request& request) {
  const auto session = door_.session(request);
  if (!session) return no_draft(door_);
  if (const auto form = door_.form(request, session->secret.bytes()); !form) return Response::error(form.error());
  // What was sent is kept by the inner zone; here only this browser forgets it.
  if (session->draft.phase == DraftPhase::kOpen)
    if (const auto removed = door_.drafts.remove(session->draft.id); !removed) return Response::error(removed.error());
  auto response = Response::redirect("/");
  response.drop_cookie(kDraftCookie);
  return response;
}

}  // namespace zp::gateway
