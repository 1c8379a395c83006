#include "gateway/public/mailbox_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "crypto/recipient_key.h"
#include "gateway/dispatch/protected_mail.h"
#include "gateway/http/csrf.h"
#include "gateway/http/form.h"
#include "gateway/process/process.h"
#include "gateway/public/download.h"
#include "gateway/public/portal.h"
#include "gateway/public/tus.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

Json thread_json(const MailboxLetter& letter) {
  Json steps = Json::array();
  for (const auto& one : letter.thread)
    steps.push_back({{"time", local_time_dutch(one.time_ms)},
                     {"from_us", one.from_us},
                     {"subject", one.subject},
                     {"words", one.words},
                     {"files", one.files},
                     {"link", one.link},
                     {"plain", one.link.empty() && !one.is_this},
                     {"is_this", one.is_this}});
  return steps;
}

std::string link_of(const Request& request) { return request.parameter("link"); }

OutgoingMail as_mail(const MailboxLetter& letter, const Id& id, const std::string& from) {
  OutgoingMail mail;
  mail.from = from;
  mail.from_name = letter.sender;
  mail.to = letter.email;
  mail.subject = letter.subject + (letter.reference.empty() ? "" : ", kenmerk " + letter.reference);
  mail.message_id = our_message_id(id, 0, from);
  mail.date = letter.sent_ms;
  for (const std::string& one : letter.paragraphs) mail.text += one + "\n\n";
  if (!letter.legal_effect.empty()) mail.text += "Wat dit betekent: " + letter.legal_effect + "\n";
  if (!letter.term.empty()) mail.text += "Termijn: " + letter.term + "\n";
  for (const auto& one : letter.thread) {
    if (one.is_this) continue;
    mail.text += fmt::format("\n{}: {} {}", local_time_dutch(one.time_ms),
                             one.from_us ? "wij stuurden u" : "wij ontvingen", one.subject);
    if (!one.files.empty()) mail.text += fmt::format(" ({})", fmt::join(one.files, ", "));
    if (!one.words.empty()) mail.text += "\n" + one.words + "\n";
  }
  return mail;
}

}  // namespace

void MailboxPages::add_routes(Router& router) {
  const auto bind = [this](Response (MailboxPages::*method)(Request&)) {
    return [this, method](Request& r) { return (this->*method)(r); };
  };
  router.add("GET", "/bericht/{link}", bind(&MailboxPages::show));
  router.add("POST", "/bericht/{link}", bind(&MailboxPages::open));
  router.add("GET", "/bericht/{link}/bijlage/{number}", bind(&MailboxPages::attachment));
  router.add("GET", "/bericht/{link}/bericht.eml", bind(&MailboxPages::whole));
  router.add("POST", "/bericht/{link}/antwoord", bind(&MailboxPages::reply));
  router.add("POST", "/bericht/{link}/sluiten", bind(&MailboxPages::close));
  router.add("GET", "/uitnodiging", [this](Request&) { return ask_invitation("", 200); });
  router.add("POST", "/uitnodiging", bind(&MailboxPages::accept_invitation));
}

Response MailboxPages::gone() const {
  return door_.page("bericht-weg", {{"title", "Dit bericht is er niet (meer)"}}, 404);
}

Response MailboxPages::ask_code(const Mailbox::Link& link, const std::string& path, const std::string& error,
                                int status) const {
  const auto until = mailbox_.locked_until(link, now_ms());
  return door_.page("bericht-code",
                    {{"title", "Een bericht voor u"},
                     {"path", path},
                     {"error", error},
                     {"hint", link.envelope.code_hint},
                     {"locked_until", until && !link.code_is_over ? local_time_dutch(until) : ""},
                     {"open", until == 0 && !link.code_is_over},
                     {"code_over", link.code_is_over},
                     {"code_until", link.envelope.code_until_ms ? local_time_dutch(link.envelope.code_until_ms) : ""},
                     {"expires", link.envelope.expires_ms ? local_time_dutch(link.envelope.expires_ms) : ""}},
                    status);
}

Response MailboxPages::render(const OpenedMessage& message, const Mailbox::Link& link, const std::string& path) const {
  const MailboxLetter& letter = message.letter;
  Json attachments = Json::array(), asked = Json::array();
  for (std::size_t i = 0; i < letter.attachments.size(); ++i)
    attachments.push_back({{"number", i},
                           {"name", letter.attachments[i].name},
                           {"size", dutch_size(letter.attachments[i].size)},
                           {"sha256", letter.attachments[i].sha256}});
  for (const auto& slot : letter.asked) asked.push_back({{"label", slot.label}, {"explanation", slot.explanation}});
  const bool has_other = std::ranges::any_of(letter.thread, [](const auto& one) { return !one.link.empty(); });
  return door_.page("bericht", {{"title", letter.subject.empty() ? "Bericht" : letter.subject},
                                {"path", path},
                                {"sender", letter.sender},
                                {"recipient", letter.recipient},
                                {"legal_effect", letter.legal_effect},
                                {"term", letter.term},
                                {"reference", letter.reference},
                                {"sent", letter.sent_ms ? local_time_dutch(letter.sent_ms) : ""},
                                {"paragraphs", letter.paragraphs},
                                {"attachments", attachments},
                                {"has_attachments", !attachments.empty()},
                                {"has_whole", !letter.email.empty()},
                                {"thread", thread_json(letter)},
                                {"has_thread", letter.thread.size() > 1},
                                {"has_other", has_other},
                                {"asked", asked},
                                {"has_asked", !asked.empty()},
                                {"can_reply", letter.may_reply},
                                {"expires", link.envelope.expires_ms ? local_time_dutch(link.envelope.expires_ms) : ""},
                                {"csrf", csrf_token(message.key.bytes())}});
}

Response MailboxPages::show(Request& request) {
  const auto link = mailbox_.find(link_of(request), now_ms());
  if (!link) return gone();
  const auto message = mailbox_.reopen(*link, request.cookie(kMessageCookie));
  return message ? render(*message, *link, request.path) : ask_code(*link, request.path, "", 200);
}

Response MailboxPages::open(Request& request) {
  if (!from_own_site(request, door_.config.public_door.base_url)) return Response::error(403);
  const auto link = mailbox_.find(link_of(request), now_ms());
  if (!link) return gone();
  auto form = read_form(request);
  if (!form) return Response::error(form.error());
  const auto code = (*form)["code"].substr(0, 200);
  if (code.empty()) return ask_code(*link, request.path, "Vul de toegangscode in.", 400);
  const auto answer = mailbox_.open(*link, code, now_ms());
  if (!answer) {
    log_error("message not opened", answer.error());
    return Response::error(answer.error());
  }
  if (answer->attempt.opened_often)
    return ask_code(*link, request.path,
                    fmt::format("Dit bericht is vandaag al {} keer geopend. U kunt het weer openen na {}.",
                                Attempts::kOpenings, local_time_dutch(answer->attempt.locked_until_ms)),
                    429);
  if (!answer->attempt.allowed) return ask_code(*link, request.path, "", link->code_is_over ? 403 : 429);
  if (!answer->message)
    return ask_code(*link, request.path,
                    answer->attempt.locks_now
                        ? "Deze code is niet goed."
                        : fmt::format("Deze code is niet goed. U kunt het nog {} keer proberen.", answer->attempt.left),
                    403);
  auto response = Response::redirect(request.path);
  response.set_cookie(kMessageCookie, answer->message->cookie(), kReadSeconds);
  return response;
}

Response MailboxPages::ask_invitation(const std::string& error, int status) const {
  return door_.page("uitnodiging", {{"title", "Documenten sturen met een code"}, {"error", error}}, status);
}

Response MailboxPages::accept_invitation(Request& request) {
  if (!from_own_site(request, door_.config.public_door.base_url)) return Response::error(403);
  auto form = read_form(request);
  if (!form) return Response::error(form.error());
  const auto code = (*form)["code"].substr(0, 200);
  const auto secret = crypto::link_secret_of_code(code);
  if (!secret) return ask_invitation("Een code heeft 12 letters en cijfers. Kijk uw code nog eens na.", 400);
  const std::string name = to_base64url(secret->view());
  const auto link = mailbox_.find(name, now_ms());
  if (!link) return ask_invitation("Deze code is niet goed, of niet meer geldig.", 403);
  const auto answer = mailbox_.open(*link, code, now_ms());
  if (!answer) {
    log_error("invitation not opened", answer.error());
    return Response::error(answer.error());
  }
  if (!answer->attempt.allowed)
    return ask_invitation("Er is te vaak een verkeerde code ingevuld. Probeer het later opnieuw.", 429);
  if (!answer->message) return ask_invitation("Deze code is niet goed, of niet meer geldig.", 403);
  auto response = Response::redirect("/bericht/" + name);
  response.set_cookie(kMessageCookie, answer->message->cookie(), kReadSeconds);
  return response;
}

Response MailboxPages::attachment(Request& request) {
  const auto link = mailbox_.find(link_of(request), now_ms());
  if (!link) return gone();
  const auto message = mailbox_.reopen(*link, request.cookie(kMessageCookie));
  const auto path = "/bericht/" + link_of(request);
  if (!message) return ask_code(*link, path, "", 403);
  const auto typed = request.parameter("number");
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
  if (error != std::errc() || end != typed.data() + typed.size()) return Response::error(404);
  auto content = mailbox_.attachment(*message, number);
  if (!content) return Response::error(content.error());
  const auto& about = message->letter.attachments[number];
  const bool pdf = about.type == "application/pdf";
  return std::move(
      Response::streamed(as_it_is(std::move(*content)), about.size, pdf ? about.type : "application/octet-stream")
          .as_download(about.name));
}

Response MailboxPages::whole(Request& request) {
  const auto link = mailbox_.find(link_of(request), now_ms());
  if (!link) return gone();
  const auto message = mailbox_.reopen(*link, request.cookie(kMessageCookie));
  if (!message) return ask_code(*link, "/bericht/" + link_of(request), "", 403);
  const MailboxLetter& letter = message->letter;
  if (letter.email.empty()) return Response::error(404);
  std::vector<crypto::ObjectReader> contents;
  std::vector<MailEnclosure> enclosures;
  for (std::uint32_t number = 0; number < letter.attachments.size(); ++number) {
    auto content = mailbox_.attachment(*message, number);
    if (!content) return Response::error(content.error());
    contents.push_back(std::move(*content));
    enclosures.push_back({letter.attachments[number].name, letter.attachments[number].type, {}});
  }
  auto frame = message_frame(as_mail(letter, message->id, door_.config.smtp.from), enclosures);
  if (!frame) {
    log_error("message not written as a mail", frame.error());
    return Response::error(frame.error());
  }
  std::uint64_t bytes = 0;
  for (const auto& piece : *frame) bytes += piece.size();
  for (const auto& one : letter.attachments) bytes += base64_lines_size(one.size);
  return std::move(Response::streamed(as_mail(std::move(*frame), std::move(contents)), bytes, "message/rfc822")
                       .as_download("bericht.eml"));
}

Response MailboxPages::reply(Request& request) {
  const auto link = mailbox_.find(link_of(request), now_ms());
  if (!link) return gone();
  const auto message = mailbox_.reopen(*link, request.cookie(kMessageCookie));
  if (!message) return ask_code(*link, "/bericht/" + link_of(request), "", 403);
  const auto form = door_.form(request, message->key.bytes());
  if (!form) return Response::error(form.error());
  const MailboxLetter& letter = message->letter;
  if (!letter.may_reply) return Response::error(404);
  NewDraft begun{.kind = letter.kind, .in_reply_to = message->id, .answers_reference = letter.reference};
  for (const auto& slot : letter.asked)
    begun.reply_slots.push_back({.slot = slot.slot, .label = slot.label, .explanation = slot.explanation});
  const auto secret = door_.begin(std::move(begun));
  if (!secret) {
    log_error("no reply begun", secret.error());
    return Response::error(secret.error());
  }
  const char* const page = form->contains("schrijven") ? "/inzending/bericht" : "/inzending/documenten";
  return door_.with_draft_cookie(Response::redirect(page), *secret);
}

Response MailboxPages::close(Request& request) {
  const auto link = mailbox_.find(link_of(request), now_ms());
  if (!link) return gone();
  auto response = Response::redirect("/bericht/" + link_of(request));
  response.drop_cookie(kMessageCookie);
  return response;
}

}  // namespace zp::gateway
