// gateway/public/door.h - everything that the public door's pages work with, made once at the start.
#ifndef GATEWAY_PUBLIC_DOOR_H_
#define GATEWAY_PUBLIC_DOOR_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "gateway/config/config.h"
#include "gateway/http/router.h"
#include "gateway/http/static_files.h"
#include "gateway/ipc/keymaker.h"
#include "gateway/public/inspections.h"
#include "gateway/public/resume_book.h"
#include "gateway/public/submitter.h"
#include "gateway/public/uploads.h"
#include "gateway/store/shelf.h"
#include "templates/page/page.h"

namespace zp::gateway {

/// What a sender begins with.
struct NewDraft {
  std::string kind;
  std::map<std::string, std::string> fields;
  std::string access_code;  // as typed; empty: one is made
  Id in_reply_to{};
  std::string answers_reference{};
  std::vector<ReplySlot> reply_slots{};
};

struct Door {
  static Result<std::unique_ptr<Door>> open(const Config& config);

  const Config& config;
  intake::RuleBook rules;
  intake::Calendar calendar;
  std::unique_ptr<templates::PageBook> pages;
  StaticFiles assets;
  KeymakerClient keymaker;
  Shelf shelf;
  Tray tray;
  DraftStore drafts;
  Attempts attempts;
  CodeSlots code_slots{4};
  std::unique_ptr<intake::Inspector> inspector;
  std::optional<ResumeBook> resume;
  std::optional<Inspections> inspections;
  std::optional<Uploads> uploads;
  std::optional<Submitter> submitter;

  /// Page `name` of templates/pages/portal with `data` and what every page shows.
  Response page(const std::string& name, nlohmann::json data, int status = 200) const;
  /// The draft of the request's cookie. One that a crash left half sent is sent first.
  struct Session {
    DraftSecret secret;
    Draft draft;
  };
  std::optional<Session> session(const Request& request);
  /// A form of this session, its token checked. kDenied otherwise.
  Result<std::map<std::string, std::string>> form(Request& request, const SecretBytes& session_secret) const;
  /// A new draft with a fresh data key and a way to resume it.
  Result<DraftSecret> begin(NewDraft begun);
  Response with_draft_cookie(Response response, const DraftSecret& secret) const;
  /// Whether the keymaker gives keys; asked at most every 30 seconds, since asking uses one up.
  bool keys_flow();
  /// Destroys what has expired.
  void sweep();

 private:
  Door(const Config& config, intake::RuleBook rules, intake::Calendar calendar,
       std::unique_ptr<templates::PageBook> pages, StaticFiles assets, Shelf shelf, Tray tray, DraftStore drafts,
       Attempts attempts);
  std::mutex keys_mutex_;
  std::int64_t keys_asked_ms_ = 0;
  bool keys_flow_ = false;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_DOOR_H_
