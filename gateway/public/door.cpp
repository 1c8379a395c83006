#include "gateway/public/door.h"

#include <chrono>

#include "crypto/recipient_key.h"
#include "crypto/reference.h"
#include "gateway/http/csrf.h"
#include "gateway/http/form.h"
#include "gateway/http/server.h"
#include "gateway/ipc/cell_client.h"
#include "gateway/process/process.h"
#include "gateway/public/tus.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

Result<std::string> read_anchors(const std::string& path) {
  if (path.empty()) return std::string();
  TRY_ASSIGN(const auto bytes, read_file(path));
  return std::string(as_text(bytes));
}

}  // namespace

Door::Door(const Config& c, intake::RuleBook r, intake::Calendar cal, std::unique_ptr<templates::PageBook> p,
           StaticFiles a, Shelf s, Tray t, DraftStore d, Attempts at)
    : config(c),
      rules(std::move(r)),
      calendar(std::move(cal)),
      pages(std::move(p)),
      assets(std::move(a)),
      keymaker(c.keymaker_socket()),
      shelf(std::move(s)),
      tray(std::move(t)),
      drafts(std::move(d)),
      attempts(std::move(at)),
      inspector(connect_cells(c.broker_socket(), {.in_all = std::chrono::seconds(110)})) {}

Result<std::unique_ptr<Door>> Door::open(const Config& config) {
  TRY_ASSIGN(auto rules, intake::RuleBook::load(config.rules + "/requests"));
  TRY_ASSIGN(auto calendar, intake::Calendar::load(config.rules + "/holidays.yaml"));
  TRY_ASSIGN(auto pages, templates::PageBook::load(config.pages));
  TRY_ASSIGN(auto assets, StaticFiles::load(config.assets));
  TRY_ASSIGN(auto shelf, Shelf::open(config.shelf()));
  TRY_ASSIGN(auto tray, Tray::open(config.incoming(), config.limits.disk_reserve_bytes));
  TRY_ASSIGN(auto drafts, DraftStore::open(config.spool()));
  TRY_ASSIGN(auto attempts, Attempts::open(config.spool() + "/attempts"));
  TRY_ASSIGN(auto anchors, read_anchors(config.keys.trust_anchors));
  std::unique_ptr<Door> door(new Door(config, std::move(rules), std::move(calendar), std::move(pages),
                                      std::move(assets), std::move(shelf), std::move(tray), std::move(drafts),
                                      std::move(attempts)));
  Door& d = *door;
  TRY_ASSIGN(auto resume, ResumeBook::open(config.spool() + "/resume", d.attempts, d.code_slots));
  d.resume.emplace(std::move(resume));
  const auto& limits = config.public_door;
  d.inspections.emplace(
      d.drafts, *d.inspector,
      Inspections::Options{.inspect_bytes = limits.inspect_bytes, .trust_anchors_pem = std::move(anchors)});
  d.uploads.emplace(
      d.drafts, d.tray,
      UploadLimits{limits.max_file_bytes, limits.max_submission_bytes, limits.max_files, limits.inspect_bytes},
      [&d](const DraftSecret& secret, const Id& object) { d.inspections->add(secret, object); });
  d.inspections->start(*d.uploads);
  d.submitter.emplace(d.drafts, d.tray, d.rules, d.calendar);
  return door;
}

Response Door::page(const std::string& name, nlohmann::json data, int status) const {
  data["organisation"] = {{"name", config.organisation.name},
                          {"telephone", config.organisation.telephone},
                          {"address", config.organisation.return_address},
                          {"fg_email", config.organisation.fg_email}};
  const auto html = pages->render("portal/" + name, data);
  if (!html) {
    log_error("page not rendered", html.error(), {{"page", name}});
    return plain_error_page(500);
  }
  return Response::html(*html, status);
}

std::optional<Door::Session> Door::session(const Request& request) {
  auto secret = DraftSecret::parse(request.cookie(kDraftCookie));
  if (!secret) return std::nullopt;
  auto draft = drafts.read(*secret);
  if (draft && draft->phase == DraftPhase::kSending) draft = submitter->submit(*secret);
  if (!draft) {
    if (draft.error().code != Code::kNotFound) log_error("draft not read", draft.error());
    return std::nullopt;
  }
  return Session{std::move(*secret), std::move(*draft)};
}

Result<std::map<std::string, std::string>> Door::form(Request& request, const SecretBytes& session_secret) const {
  if (!from_own_site(request, config.public_door.base_url)) return fail(Code::kDenied, "read form: from another site");
  TRY_ASSIGN(auto form, read_form(request));
  if (!csrf_matches(session_secret, form[kCsrfField])) return fail(Code::kDenied, "read form: token");
  return form;
}

Result<DraftSecret> Door::begin(NewDraft begun) {
  TRY_DO(tray.check_space());
  TRY_ASSIGN(auto key, keymaker.fresh_key());
  auto secret = DraftSecret::generate();
  const auto code = begun.access_code.empty() ? crypto::random_access_code() : begun.access_code;
  Draft draft{.data_key = std::move(key.key)};
  draft.reference = crypto::random_reference();
  draft.kind = std::move(begun.kind);
  draft.fields = std::move(begun.fields);
  draft.access_code = code;
  draft.created_ms = now_ms();
  draft.sealed_data_key = std::move(key.sealed.openpgp);
  draft.in_reply_to = begun.in_reply_to;
  draft.answers_reference = std::move(begun.answers_reference);
  draft.reply_slots = std::move(begun.reply_slots);
  const auto reference = draft.reference;
  TRY_DO(drafts.create(secret, std::move(draft)));
  TRY_DO(resume->add(reference, code, secret));
  return secret;
}

Response Door::with_draft_cookie(Response response, const DraftSecret& secret) const {
  response.set_cookie(kDraftCookie, secret.cookie(), std::int64_t{config.public_door.upload_expiry_hours} * 3600);
  return response;
}

bool Door::keys_flow() {
  const std::lock_guard lock(keys_mutex_);
  if (now_ms() - keys_asked_ms_ > 30'000) {
    keys_flow_ = keymaker.fresh_key().has_value();
    keys_asked_ms_ = now_ms();
  }
  return keys_flow_;
}

void Door::sweep() {
  const auto seconds = std::int64_t{config.public_door.upload_expiry_hours} * 3600;
  if (const auto removed = drafts.sweep(seconds); !removed)
    log_error("expired drafts not removed", removed.error());
  else if (*removed > 0)
    log(Level::kInfo, "expired drafts removed", {{"count", *removed}});
  resume->sweep(seconds);
  attempts.sweep(7 * 24 * 3600);
}

}  // namespace zp::gateway
