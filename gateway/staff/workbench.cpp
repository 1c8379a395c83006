#include "gateway/staff/workbench.h"

#include <map>

#include "gateway/http/csrf.h"
#include "gateway/process/log.h"
#include "gateway/process/process.h"
#include "gateway/staff/sentences.h"

namespace zp::gateway {
namespace {

constexpr const char* kCookie = "__Host-werkplek";

SecretBytes csrf_secret(const Session& session) { return SecretBytes::copy_of(session.csrf); }

/// For the window and the browser's history: never a name of a person.
std::string title_of(const std::string& page, const nlohmann::json& data) {
  static const std::map<std::string, const char*> kTitles = {{"balie", "Informatiebalie"},
                                                             {"brief", "Brief"},
                                                             {"brieftekst", "Tekst van een brief"},
                                                             {"document", "Document"},
                                                             {"doel", "Doel kiezen"},
                                                             {"dossier", "Dossier"},
                                                             {"fout", "Dit ging niet"},
                                                             {"logboek", "Logboek"},
                                                             {"mail", "E-mail"},
                                                             {"medewerkers", "Medewerkers"},
                                                             {"nieuw", "Nieuw dossier"},
                                                             {"overzicht", "Wat Zegelpost heeft"},
                                                             {"postvakken", "Postvakken"},
                                                             {"regels", "Regels"},
                                                             {"termijnen", "Termijnen"},
                                                             {"toegangscode", "Toegangscode"},
                                                             {"uitnodiging", "Code om te sturen"},
                                                             {"vastgelopen", "Vastgelopen werk"},
                                                             {"vastlegging", "Vastleggingen"},
                                                             {"vervanging", "Vervanging"},
                                                             {"verzendbewijs", "Bewijs van verzending"},
                                                             {"verzending", "Uitgaande post"},
                                                             {"werkvoorraad", "Werkvoorraad"}};
  const auto found = kTitles.find(page);
  const std::string reference = data.value("reference", "");
  return (found == kTitles.end() ? page : std::string(found->second)) + (reference.empty() ? "" : " " + reference);
}

}  // namespace

std::string Visit::value(const std::string& field) const {
  const auto found = form.find(field);
  return found == form.end() ? "" : found->second;
}

Workbench::Workbench(Casework& casework, Accounts& accounts, const templates::PageBook& pages, const StaticFiles& files,
                     const intake::Desk& desk, const std::vector<intake::CitedRule>& rules)
    : casework_(casework), accounts_(accounts), pages_(pages), files_(files), desk_(desk), rules_(rules) {
  router_.add("GET", "/assets/{name}",
              [this](Request& request) { return files_.serve(request, request.parameter("name")); });
  router_.add("GET", "/inloggen", [this](Request& request) { return login_form(request, 200, ""); });
  router_.add("POST", "/inloggen", [this](Request& request) { return log_in(request); });
  router_.add("GET", "/gezond", [](Request&) { return Response::text("ok\n"); });
  action("/uitloggen", &Workbench::log_out);
  page("/", &Workbench::queue);
  page("/termijnen", &Workbench::calendar);
  page("/dossier/{dossier}", &Workbench::dossier);
  action("/dossier/{dossier}", &Workbench::act, &Workbench::dossier);
  page("/dossier/{dossier}/document/{document}", &Workbench::document);
  action("/dossier/{dossier}/document/{document}/verbeteren", &Workbench::correct, &Workbench::document);
  action("/dossier/{dossier}/document/{document}/vrijgeven", &Workbench::release, &Workbench::document);
  action("/dossier/{dossier}/document/{document}/opnieuw-controleren", &Workbench::scan_again, &Workbench::document);
  page("/document/{document}/pagina/{page}", &Workbench::page_image);
  page("/document/{document}/origineel", &Workbench::original);
  page("/dossier/{dossier}/mail/{submission}", &Workbench::mail);
  page("/dossier/{dossier}/mail/{submission}/origineel", &Workbench::raw_mail);
  action("/dossier/{dossier}/brief", &Workbench::draft, &Workbench::dossier);
  page("/dossier/{dossier}/brief/{letter}", &Workbench::letter);
  action("/dossier/{dossier}/brief/{letter}", &Workbench::letter_act, &Workbench::letter);
  page("/dossier/{dossier}/brief/{letter}/tekst", &Workbench::wording);
  action("/dossier/{dossier}/brief/{letter}/tekst", &Workbench::reword, &Workbench::wording);
  page("/brief/{letter}", &Workbench::letter_pdf);
  page("/dossier/{dossier}/bericht/{message}/bewijs", &Workbench::message_record);
  action("/dossier/{dossier}/bericht/{message}/bewijs", &Workbench::send_message_record, &Workbench::message_record);
  action("/dossier/{dossier}/bericht/{message}/intrekken", &Workbench::recall, &Workbench::dossier);
  page("/dossier/{dossier}/brief/{letter}/bijlage/{object}", &Workbench::enclosure);
  page("/dossier/{dossier}/overzicht", &Workbench::overview);
  upload("/dossier/{dossier}/document", &Workbench::add_document);
  page("/nieuw/{kind}", &Workbench::new_dossier);
  action("/nieuw/{kind}", &Workbench::make_dossier);
  page("/dossier/{dossier}/vastlegging", &Workbench::records);
  action("/dossier/{dossier}/vastlegging", &Workbench::record_act, &Workbench::records);
  page("/balie", &Workbench::desk);
  action("/balie", &Workbench::record_call, &Workbench::desk);
  page("/regels", &Workbench::rules);
  page("/logboek", &Workbench::ledger);
  page("/vastgelopen", &Workbench::jobs);
  action("/vastgelopen/{job}", &Workbench::revive, &Workbench::jobs);
  page("/vervanging", &Workbench::absences);
  action("/vervanging", &Workbench::absence_act, &Workbench::absences);
  page("/medewerkers", &Workbench::users);
  page("/postvakken", &Workbench::mailboxes);
  page("/verzending", &Workbench::outgoing);
  action("/verzending", &Workbench::outgoing_act);
}

void Workbench::page(const char* pattern, View view) {
  router_.add("GET", pattern, [this, view](Request& request) { return with_visit(request, view, false); });
}

void Workbench::action(const char* pattern, View view, View asked_on) {
  router_.add("POST", pattern,
              [this, view, asked_on](Request& request) { return with_visit(request, view, true, asked_on); });
}

void Workbench::upload(const char* pattern, View view) {
  router_.add("POST", pattern, [this, view](Request& request) { return with_visit(request, view, false); });
}

bool Workbench::is_own_form(const Visit& visit, const std::string& token) const {
  return from_own_site(visit.request, casework_.office().config.staff.base_url) &&
         csrf_matches(csrf_secret(visit.session), token);
}

Response Workbench::handle(Request& request) { return router_.dispatch(request); }

Result<Visit> Workbench::enter(Request& request, bool is_action) {
  TRY_ASSIGN(const Bytes token, from_base64url(request.cookie(kCookie)));
  TRY_ASSIGN(auto person, accounts_.resume(token, now_ms()));
  Visit visit{request, std::move(person.first), std::move(person.second), {}, {}};
  visit.actor = {visit.user.id, visit.user.login, visit.user.roles, request.query_value("doel")};
  TRY_ASSIGN(visit.actor, casework_.with_replacements(std::move(visit.actor)));
  if (!is_action) return visit;
  TRY_ASSIGN(visit.form, read_form(request));
  if (!is_own_form(visit, visit.value(kCsrfField))) return fail(Code::kDenied, "check form token");
  return visit;
}

Response Workbench::with_visit(Request& request, View view, bool is_action, View asked_on) {
  auto visit = enter(request, is_action);
  if (!visit) {
    const Code code = visit.error().code;
    if (code == Code::kNotFound || code == Code::kExpired || code == Code::kMalformed)
      return Response::redirect("/inloggen");
    return complain(visit.error(), nullptr);
  }
  auto response = (this->*view)(*visit);
  if (response) return std::move(*response);
  const Code code = response.error().code;
  if (asked_on && (code == Code::kRefused || code == Code::kConflict)) {
    visit->refusal = sentence_for(response.error());
    if (auto shown = (this->*asked_on)(*visit)) {
      shown->status = http_status(response.error());
      return std::move(*shown);
    }
  }
  return complain(response.error(), &*visit);
}

Result<Response> Workbench::show(const std::string& page, nlohmann::json data, const Visit& visit) const {
  const auto has = [&](std::string_view role) { return visit.actor.has(role); };
  data["who"] = visit.user.name;
  data["page_title"] = title_of(page, data);
  data["refusal"] = visit.refusal;
  data["csrf"] = csrf_token(csrf_secret(visit.session));
  data["organisation"] = casework_.office().config.organisation.name;
  data["doel"] = visit.actor.purpose;
  data["may_list"] = role_for(visit.actor, Act::kListDossiers).has_value();
  data["may_see_terms"] = role_for(visit.actor, Act::kListTerms).has_value();
  data["may_desk"] = role_for(visit.actor, Act::kDeskCall).has_value();
  data["may_read_ledger"] = has("fg");
  const bool may_see_jobs = has("postkamer") || has("jurist") || has("beheerder");
  data["may_see_jobs"] = may_see_jobs;
  data["mailbox_alarm"] = may_see_jobs && mailbox_alarm();
  data["may_name_replacement"] = role_for(visit.actor, Act::kAbsence) && visit.actor.replaces.empty();
  data["is_beheerder"] = has("beheerder");
  TRY_ASSIGN(std::string html, pages_.render("staff/" + page, data));
  return Response::html(std::move(html));
}

Response Workbench::complain(const Error& error, const Visit* visit) const {
  if (error.code != Code::kDenied && error.code != Code::kRefused && error.code != Code::kConflict &&
      error.code != Code::kNotFound)
    log_error("page failed", error);
  nlohmann::json data{{"sentence", sentence_for(error)}, {"logged_in", visit != nullptr}};
  if (visit && visit->request.parameters.contains("dossier")) {
    // With another purpose the same page may open.
    const bool by_purpose = visit->request.method == "GET" && error.code == Code::kRefused;
    data["back"] = by_purpose ? visit->request.path
                              : "/dossier/" + visit->request.parameter("dossier") +
                                    "?doel=" + percent_encode(visit->actor.purpose);
    data["back_words"] = by_purpose ? "Kies een ander doel" : "Terug naar het dossier";
  }
  auto html = visit ? show("fout", data, *visit) : plain_page("fout", data);
  if (!html) return Response::error(error);
  html->status = http_status(error);
  return std::move(*html);
}

Result<Response> Workbench::plain_page(const std::string& page, const nlohmann::json& data) const {
  TRY_ASSIGN(std::string html, pages_.render("staff/" + page, data));
  return Response::html(std::move(html));
}

void Workbench::error_page(Response& response) const {
  const nlohmann::json data{{"sentence", sentence_for_status(response.status)}, {"logged_in", false}};
  if (auto html = pages_.render("staff/fout", data)) {
    response.body = std::move(*html);
    response.content_type = "text/html; charset=utf-8";
  }
}

Response Workbench::back_to_dossier(const Visit& visit, const Id& dossier) {
  return Response::redirect("/dossier/" + dossier.hex() + "?doel=" + percent_encode(visit.actor.purpose));
}

}  // namespace zp::gateway
