#include "gateway/http/csrf.h"
#include "gateway/process/log.h"
#include "gateway/process/process.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

constexpr const char* kCookie = "__Host-werkplek";

std::string field(const Form& form, const char* name) {
  const auto found = form.find(name);
  return found == form.end() ? "" : found->second;
}

}  // namespace

Response Workbench::login_form(Request&, int status, const std::string& complaint) const {
  auto html = pages_.render("staff/inloggen",
                            {{"organisation", casework_.office().config.organisation.name}, {"complaint", complaint}});
  return html ? Response::html(std::move(*html), status) : Response::error(html.error());
}

Response Workbench::log_in(Request& request) {
  const auto form = read_form(request);
  if (!form || !from_own_site(request, casework_.office().config.staff.base_url)) return Response::error(400);
  const std::string login = field(*form, "login");
  auto logged_in = accounts_.log_in(login, field(*form, "password"), field(*form, "code"), now_ms());
  if (!logged_in) {
    const bool locked = logged_in.error().code == Code::kRefused;
    if (logged_in.error().code != Code::kDenied && !locked) return Response::error(logged_in.error());
    // A stranger's text never becomes part of the ledger: an unknown login is noted without its name.
    const auto noted = casework_.office().ledger.record({.name = "onbekend"}, "", "staff.log-in", {}, "denied");
    if (!noted) return Response::error(noted.error());
    return login_form(request, 403,
                      locked ? "Te vaak verkeerd geprobeerd. Wacht een kwartier en probeer het opnieuw."
                             : "Dit klopt niet. Controleer naam, wachtwoord en code. Een code werkt één keer: wacht zo "
                               "nodig op de volgende.");
  }
  if (const auto noted = casework_.office().ledger.record(
          {logged_in->user.id, logged_in->user.login, logged_in->user.roles, ""}, "", "staff.log-in", {});
      !noted)
    return Response::error(noted.error());
  const std::vector<std::string>& roles = logged_in->user.roles;
  Response response = Response::redirect(roles == std::vector<std::string>{"fg"}          ? "/logboek"
                                         : roles == std::vector<std::string>{"beheerder"} ? "/vastgelopen"
                                                                                          : "/");
  response.set_cookie(kCookie, to_base64url(logged_in->token.view()));
  return response;
}

Result<Response> Workbench::log_out(Visit& visit) {
  TRY_ASSIGN(const Bytes token, from_base64url(visit.request.cookie(kCookie)));
  TRY_DO(casework_.office().ledger.record(visit.actor, "", "staff.log-out", {}));
  TRY_DO(accounts_.log_out(token));
  Response response = Response::redirect("/inloggen");
  response.drop_cookie(kCookie);
  return response;
}

}  // namespace zp::gateway
