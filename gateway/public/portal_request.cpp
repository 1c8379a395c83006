#include <algorithm>

#include "crypto/recipient_key.h"
#include "gateway/http/csrf.h"
#include "gateway/http/form.h"
#include "gateway/process/log.h"
#include "gateway/public/portal.h"
#include "gateway/public/tus.h"
#include "intake/text.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kShortestOwnCode = 8;
constexpr const char* kCodeField = "access_code";

using intake::value_of;

bool is_chosen(const intake::FieldRule& field, const std::string& choice, const std::string& value) {
  if (field.type != "choices") return choice == value;
  return (" " + value + " ").contains(" " + choice + " ");
}

/// Of several choices the request itself is none: the sender is asking for that already.
Json field_view(const intake::FieldRule& field, const std::string& kind, const std::string& value,
                const std::string& mistake) {
  Json choices = Json::array();
  for (const auto& [choice, label] : field.choices)
    if (choice != kind)
      choices.push_back(
          {{"value", choice}, {"label", label}, {"checked", is_chosen(field, choice, value)}, {"field", field.name}});
  const bool optional = !field.required && field.required_when.empty();
  return {{"name", field.name},
          {"label", field.label},
          {"help", field.help},
          {"value", value},
          {"error", mistake},
          {"optional", optional},
          {"required", field.required},
          {"autocomplete", field.autocomplete},
          {"choices", choices},
          {"is_choice", field.type.starts_with("choice")},
          {"is_several", field.type == "choices"},
          {"is_textarea", field.type == "textarea"},
          {"is_line", !field.type.starts_with("choice") && field.type != "textarea"},
          {"input_type", field.type == "email"  ? "email"
                         : field.type == "date" ? "date"
                                                : "text"}};
}

}  // namespace

Response no_draft(const Door& door) {
  return door.page("geen-inzending", {{"title", "Uw inzending is niet gevonden"}}, 404);
}

void Portal::add_routes(Router& router) {
  const auto bind = [this](Response (Portal::*method)(Request&)) {
    return [this, method](Request& r) { return (this->*method)(r); };
  };
  router.add("GET", "/", bind(&Portal::start));
  router.add("GET", "/inzenden/{kind}", bind(&Portal::form_page));
  router.add("POST", "/inzenden/{kind}", bind(&Portal::begin));
  router.add("GET", "/inzending/documenten", bind(&Portal::documents));
  router.add("POST", "/inzending/documenten", bind(&Portal::upload_form));
  router.add("POST", "/inzending/documenten/{id}/verwijderen", bind(&Portal::remove_file));
  router.add("GET", "/inzending/bevindingen", bind(&Portal::findings));
  router.add("GET", "/inzending/bericht", bind(&Portal::words_page));
  router.add("POST", "/inzending/bericht", bind(&Portal::keep_words));
  router.add("GET", "/inzending/controle", bind(&Portal::overview));
  router.add("POST", "/inzending/versturen", bind(&Portal::send));
  router.add("GET", "/inzending/ontvangst", bind(&Portal::receipt));
  router.add("GET", "/inzending/ontvangstbewijs.pdf", bind(&Portal::receipt_pdf));
  router.add("POST", "/inzending/stoppen", bind(&Portal::stop));
  router.add("GET", "/verder", bind(&Portal::resume_page));
  router.add("POST", "/verder", bind(&Portal::resume));
  router.add("GET", "/toegankelijkheid", bind(&Portal::accessibility));
  router.add("GET", "/privacy", bind(&Portal::privacy));
  router.add("GET", "/.well-known/security.txt", bind(&Portal::security_txt));
  router.add("GET", "/gezond", bind(&Portal::health));
  router.add("GET", "/middelen/{name}", [this](Request& r) { return door_.assets.serve(r, r.parameter("name")); });
}

Response Portal::start(Request& request) {
  Json groups = Json::array();
  for (const auto& rule : door_.rules.requests()) {
    if (rule.group.empty()) continue;
    auto group = std::ranges::find_if(groups, [&](const Json& one) { return one["group"] == rule.group; });
    if (group == groups.end()) {
      groups.push_back({{"group", rule.group}, {"requests", Json::array()}});
      group = std::prev(groups.end());
    }
    (*group)["requests"].push_back({{"name", rule.name}, {"label", rule.title}, {"intro", rule.intro}});
  }
  // The long list comes last: then a phone shows every heading soon.
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Json& a, const Json& b) { return a["requests"].size() < b["requests"].size(); });
  const auto session = door_.session(request);
  const bool open = session && session->draft.phase == DraftPhase::kOpen;
  return door_.page(
      "start",
      {{"title", "Documenten sturen"}, {"groups", groups}, {"open_reference", open ? session->draft.reference : ""}});
}

Response Portal::render_form(const intake::RequestRule& rule, const std::map<std::string, std::string>& values,
                             const std::vector<std::pair<std::string, std::string>>& mistakes) const {
  Json fields = Json::array(), errors = Json::array();
  const auto mistake_in = [&](const std::string& name) {
    const auto found = std::ranges::find(mistakes, name, &std::pair<std::string, std::string>::first);
    return found == mistakes.end() ? std::string() : found->second;
  };
  for (const auto& field : rule.fields)
    fields.push_back(field_view(field, rule.name, value_of(values, field.name), mistake_in(field.name)));
  for (const auto& [name, sentence] : mistakes) errors.push_back({{"field", name}, {"sentence", sentence}});
  Json documents = Json::array();
  for (const auto& document : rule.documents)
    documents.push_back({{"label", document.label}, {"conditional", !document.when.empty()}});
  const auto& limits = door_.config.public_door;
  return door_.page("formulier",
                    {{"title", rule.title},
                     {"intro", rule.intro},
                     {"kind", rule.name},
                     {"fields", fields},
                     {"errors", errors},
                     {"has_errors", !errors.empty()},
                     {"documents", documents},
                     {"code_error", mistake_in(kCodeField)},
                     {"max_file", dutch_size(limits.max_file_bytes)},
                     {"expiry_hours", limits.upload_expiry_hours}},
                    mistakes.empty() ? 200 : 400);
}

Response Portal::form_page(Request& request) {
  const auto* rule = door_.rules.find(request.parameter("kind"));
  if (!rule || rule->group.empty()) return Response::error(404);
  return render_form(*rule, {}, {});
}

Response Portal::begin(Request& request) {
  const auto* rule = door_.rules.find(request.parameter("kind"));
  if (!rule || rule->group.empty()) return Response::error(404);
  if (!from_own_site(request, door_.config.public_door.base_url)) return Response::error(403);
  auto form = read_form(request);
  if (!form) return Response::error(form.error());
  std::map<std::string, std::string> values;
  for (const auto& field : rule->fields) {
    auto value = field.type == "choices" ? intake::chosen(field, *form)
                                         : intake::clean_text(value_of(*form, field.name), 4000, intake::Lines::kKeep);
    if (!value.empty()) values[field.name] = std::move(value);
  }
  auto mistakes = intake::check_fields(rule->fields, values);
  const auto code = value_of(*form, kCodeField);
  if (!code.empty() && (crypto::normalise_access_code(code).size() < kShortestOwnCode || code.size() > 64))
    mistakes.emplace_back(kCodeField,
                          "Kies een code van 8 tot 64 letters en cijfers. Of laat dit veld leeg: dan maken "
                          "wij een code voor u.");
  if (!mistakes.empty()) return render_form(*rule, values, mistakes);
  const auto secret = door_.begin({.kind = rule->name, .fields = std::move(values), .access_code = code});
  if (!secret) {
    log_error("no new submission", secret.error());
    return Response::error(secret.error());
  }
  return door_.with_draft_cookie(Response::redirect("/inzending/documenten"), *secret);
}

}  // namespace zp::gateway
