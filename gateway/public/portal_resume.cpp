#include <fmt/format.h>

#include "crypto/reference.h"
#include "gateway/http/csrf.h"
#include "gateway/http/form.h"
#include "gateway/process/process.h"
#include "gateway/public/portal.h"

namespace zp::gateway {

Response Portal::resume_page(Request&) {
  return door_.page("verder", {{"title", "Verdergaan met uw inzending"},
                               {"error", ""},
                               {"reference", ""},
                               {"expiry_hours", door_.config.public_door.upload_expiry_hours}});
}

Response Portal::resume(Request& request) {
  if (!from_own_site(request, door_.config.public_door.base_url)) return Response::error(403);
  auto form = read_form(request);
  if (!form) return Response::error(form.error());
  const auto refuse = [&](const std::string& sentence, int status) {
    return door_.page("verder",
                      {{"title", "Verdergaan met uw inzending"},
                       {"error", sentence},
                       {"reference", (*form)["reference"].substr(0, 40)},
                       {"expiry_hours", door_.config.public_door.upload_expiry_hours}},
                      status);
  };
  const auto reference = crypto::parse_reference((*form)["reference"].substr(0, 100));
  if (!reference) return refuse("Dit kenmerk klopt niet. Een kenmerk ziet er zo uit: ZP-4K7M-9XQ2-R.", 400);
  const auto code = (*form)["code"].substr(0, 200);
  if (code.empty()) return refuse("Vul uw persoonlijke code in.", 400);
  const auto opened = door_.resume->open_draft(*reference, code, now_ms());
  if (!opened) {
    log_error("resume failed", opened.error());
    return Response::error(opened.error());
  }
  if (!opened->attempt.allowed || (!opened->secret && opened->attempt.locks_now))
    return refuse(fmt::format("Er is te vaak een verkeerde code ingevuld. U kunt het weer proberen na {}.",
                              local_time_dutch(opened->attempt.locked_until_ms)),
                  429);
  if (!opened->secret)
    return refuse(fmt::format("Dit kenmerk en deze code horen niet bij elkaar, of de inzending is verlopen. "
                              "U kunt het nog {} keer proberen.",
                              opened->attempt.left),
                  403);
  return door_.with_draft_cookie(Response::redirect("/inzending/documenten"), *opened->secret);
}

}  // namespace zp::gateway
