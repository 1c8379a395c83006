// What the sender of a reply writes in it.
#include "gateway/http/csrf.h"
#include "gateway/http/form.h"
#include "gateway/public/portal.h"
#include "intake/submission.h"
#include "intake/text.h"

namespace zp::gateway {
namespace {

Response write_page(const Door& door, const Door::Session& session, const std::string& words,
                    const std::string& mistake) {
  return door.page("antwoord",
                   {{"title", "Uw bericht aan ons"},
                    {"answers_reference", session.draft.answers_reference},
                    {"words", words},
                    {"mistake", mistake},
                    {"csrf", csrf_token(session.secret.bytes())}},
                   mistake.empty() ? 200 : 400);
}

}  // namespace

Response Portal::words_page(Request& request) {
  const auto session = door_.session(request);
  if (!session) return no_draft(door_);
  if (session->draft.phase != DraftPhase::kOpen) return Response::redirect("/inzending/ontvangst");
  if (!session->draft.is_reply()) return Response::error(404);
  return write_page(door_, *session, session->draft.words, "");
}

Response Portal::keep_words(Request& request) {
  const auto session = door_.session(request);
  if (!session) return no_draft(door_);
  auto form = door_.form(request, session->secret.bytes());
  if (!form) return Response::error(form.error());
  if (session->draft.phase != DraftPhase::kOpen) return Response::redirect("/inzending/ontvangst");
  if (!session->draft.is_reply()) return Response::error(404);
  const std::string typed = intake::clean_text((*form)["bericht"], kMaxFieldBytes, intake::Lines::kKeep);
  const std::string words = typed.find_first_not_of(" \t\n") == std::string::npos ? "" : typed;
  if (words.size() > intake::kMaxWords)
    return write_page(door_, *session, words, "Uw bericht is te lang. Maak het korter, of stuur het als document mee.");
  const auto kept = door_.drafts.update(session->secret, [&](Draft& draft) -> Result<void> {
    if (draft.phase == DraftPhase::kOpen) draft.words = words;
    return {};
  });
  if (!kept) return Response::error(kept.error());
  return Response::redirect(form->contains("documenten") ? "/inzending/documenten" : "/inzending/controle");
}

}  // namespace zp::gateway
