#include <fmt/format.h>

#include <algorithm>

#include "gateway/http/csrf.h"
#include "gateway/http/form.h"
#include "gateway/process/process.h"
#include "gateway/public/portal.h"
#include "gateway/public/tus.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;
constexpr auto kFindingsPatience = std::chrono::milliseconds(3000);

const char* verdict_class(const DraftFile& file) {
  if (!file.findings) return "wait";
  switch (file.findings->verdict) {
    case intake::Verdict::kUsable:
      return "good";
    case intake::Verdict::kDoubtful:
      return "doubt";
    case intake::Verdict::kUnusable:
    case intake::Verdict::kRejected:
      return "bad";
  }
  return "doubt";
}

/// One file that a form sends, on its way into the draft.
class FormUpload {
 public:
  FormUpload(Door& door, const DraftSecret& secret) : door_(door), secret_(secret) {}

  Result<void> begin(const FilePart& part, const std::string& slot) {
    // A browser sends an empty part for an input without a file.
    skip_ = part.file_name.empty();
    if (skip_) return {};
    TRY_ASSIGN(const auto file,
               door_.uploads->create(secret_, {.name = part.file_name, .type = part.type, .slot = slot}));
    object_ = file.object;
    offset_ = 0;
    return {};
  }

  Result<void> data(ByteView bytes) {
    if (skip_) return {};
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    return pending_.size() < kPartBytes ? Result<void>() : flush();
  }

  Result<void> end() {
    if (skip_) return {};
    if (!pending_.empty()) TRY_DO(flush());
    TRY_DO(door_.uploads->finish(secret_, object_));
    ++count_;
    object_ = {};
    return {};
  }

  /// After a failure: a half file must not stand between the sender and sending.
  void discard() {
    if (object_ != Id{}) (void)door_.uploads->remove(secret_, object_);
  }

  int count() const noexcept { return count_; }

 private:
  Result<void> flush() {
    std::size_t at = 0;
    const BodySource source = [&](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
      const auto count = std::min(buffer.size(), pending_.size() - at);
      std::copy_n(pending_.begin() + static_cast<std::ptrdiff_t>(at), count, buffer.begin());
      at += count;
      return count;
    };
    TRY_ASSIGN(const auto file, door_.uploads->append(secret_, object_, offset_, source, {}));
    offset_ = file.offset();
    pending_.clear();
    return {};
  }

  Door& door_;
  const DraftSecret& secret_;
  Id object_{};
  Bytes pending_;
  std::uint64_t offset_ = 0;
  bool skip_ = false;
  int count_ = 0;
};

}  // namespace

nlohmann::json file_view(const DraftFile& file, const std::vector<intake::RequirementResult>& requirements) {
  Json messages = Json::array();
  std::string verdict = verdict_class(file);
  const auto id = file.object.hex();
  if (file.findings) {
    for (const auto& message : file.findings->messages)
      messages.push_back({{"code", message.code}, {"text", message.nl}});
    for (const auto& requirement : requirements) {
      if (requirement.document != id || requirement.state == intake::RequirementState::kMet) continue;
      if (verdict == "good") verdict = "doubt";
      for (const auto& lacking : requirement.lacking)
        if (std::ranges::none_of(messages, [&](const Json& said) { return said["text"] == lacking; }))
          messages.push_back({{"code", "lacking"}, {"text", lacking}});
    }
  }
  const bool later = file.inspected && !file.findings;
  if (later)
    messages.push_back(
        {{"code", "later"}, {"text", "Dit bestand is groot. Wij bekijken het nadat u het heeft verstuurd."}});
  return {{"id", id},
          {"name", file.name},
          {"slot", file.slot},
          {"size", dutch_size(file.offset())},
          {"sha256", file.sha256},
          {"complete", file.complete()},
          {"incomplete", !file.complete()},
          {"checked", file.inspected},
          {"waiting", file.complete() && !file.inspected},
          {"verdict", verdict},
          {"messages", messages},
          {"has_messages", !messages.empty()},
          {"quiet", file.inspected && messages.empty()},
          {"received", file.received_ms ? local_time_dutch(file.received_ms) : ""}};
}

Response Portal::render_documents(const Door::Session& session, const std::string& mistake, int status) const {
  const Draft& draft = session.draft;
  Json slots = Json::array(), others = Json::array();
  const auto documents = door_.submitter->documents(draft);
  const auto requirements = door_.submitter->requirements(draft);
  for (const auto& document : documents) {
    Json files = Json::array();
    for (const auto& file : draft.files)
      if (file.slot == document.slot) files.push_back(file_view(file, requirements));
    slots.push_back({{"slot", document.slot},
                     {"label", document.label},
                     {"explanation", document.explanation},
                     {"why", document.why},
                     {"source", document.source},
                     {"source_text", document.source_text},
                     {"mask", document.mask},
                     {"signature", document.needs_signature},
                     {"files", files},
                     {"has_files", !files.empty()}});
  }
  for (const auto& file : draft.files)
    if (std::ranges::find(documents, file.slot, &intake::DocumentRule::slot) == documents.end())
      others.push_back(file_view(file, requirements));
  const auto* rule = door_.rules.find(draft.kind);
  const auto& limits = door_.config.public_door;
  return door_.page("documenten",
                    {{"title", draft.is_reply() ? "Documenten aanvullen" : "Documenten toevoegen"},
                     {"request_title", rule && !draft.is_reply() ? rule->title : ""},
                     {"reference", draft.reference},
                     {"code", draft.access_code},
                     {"answers_reference", draft.answers_reference},
                     {"is_reply", draft.is_reply()},
                     {"has_words", !draft.words.empty()},
                     {"slots", slots},
                     {"others", others},
                     // Who was asked for certain documents is offered a place for each, and no more.
                     {"may_add_others", draft.reply_slots.empty() || !others.empty()},
                     {"csrf", csrf_token(session.secret.bytes())},
                     {"mistake", mistake},
                     {"max_file", dutch_size(limits.max_file_bytes)},
                     {"max_file_bytes", std::to_string(limits.max_file_bytes)},
                     {"max_total", dutch_size(limits.max_submission_bytes)},
                     {"max_files", limits.max_files},
                     {"expiry_hours", limits.upload_expiry_hours}},
                    status);
}

Response Portal::documents(Request& request) {
  const auto session = door_.session(request);
  if (!session) return no_draft(door_);
  if (session->draft.phase != DraftPhase::kOpen) return Response::redirect("/inzending/ontvangst");
  door_.inspections->add_all(session->secret, session->draft);
  return render_documents(*session, "");
}

Response Portal::upload_form(Request& request) {
  auto session = door_.session(request);
  if (!session) return no_draft(door_);
  if (session->draft.phase != DraftPhase::kOpen) return Response::redirect("/inzending/ontvangst");
  if (!from_own_site(request, door_.config.public_door.base_url)) return Response::error(403);
  bool proven = false;
  std::string slot;
  FormUpload upload(door_, session->secret);
  const auto taken =
      read_multipart(request, {.field = [&](const std::string& name, const std::string& value) -> Result<void> {
                                 if (name == kCsrfField) proven = csrf_matches(session->secret.bytes(), value);
                                 if (name == "slot") slot = value;
                                 return {};
                               },
                               .file_begin = [&](const FilePart& part) -> Result<void> {
                                 if (!proven) return fail(Code::kDenied, "upload form: token");
                                 return upload.begin(part, slot);
                               },
                               .file_data = [&](ByteView bytes) { return upload.data(bytes); },
                               .file_end = [&] { return upload.end(); }});
  if (taken && upload.count() > 0) {
    // Without JavaScript the next page is the only one that shows what was found.
    if (const auto newest = door_.drafts.read(session->secret)) door_.inspections->wait_for(*newest, kFindingsPatience);
    return Response::redirect("/inzending/documenten");
  }
  upload.discard();
  if (taken) return render_documents(*session, "U heeft nog geen bestand gekozen.", 400);
  const auto& limits = door_.config.public_door;
  switch (taken.error().code) {
    case Code::kTooLarge:
      return render_documents(*session,
                              fmt::format("Dit bestand is te groot. Een bestand mag {} zijn, alles samen {}.",
                                          dutch_size(limits.max_file_bytes), dutch_size(limits.max_submission_bytes)),
                              413);
    case Code::kRefused:
      return render_documents(*session, fmt::format("U kunt niet meer dan {} bestanden sturen.", limits.max_files),
                              400);
    case Code::kIo:
    case Code::kMalformed:
      return render_documents(*session, "Het bestand kwam niet heel aan. Probeer het opnieuw.", 400);
    default:
      return Response::error(taken.error());
  }
}

Response Portal::remove_file(Request& request) {
  const auto session = door_.session(request);
  if (!session) return no_draft(door_);
  if (const auto form = door_.form(request, session->secret.bytes()); !form) return Response::error(form.error());
  const auto id = Id::parse(request.parameter("id"));
  if (!id) return Response::error(404);
  const auto removed = door_.uploads->remove(session->secret, *id);
  if (!removed && removed.error().code != Code::kNotFound) return Response::error(removed.error());
  return Response::redirect("/inzending/documenten");
}

Response Portal::findings(Request& request) {
  const auto session = door_.session(request);
  if (!session)
    return Response::json({{"status", 404}, {"title", "Geen inzending"}, {"detail", "Uw inzending is verlopen."}}, 404);
  if (session->draft.phase == DraftPhase::kOpen) door_.inspections->add_all(session->secret, session->draft);
  Json documents = Json::array();
  const auto requirements = door_.submitter->requirements(session->draft);
  for (const auto& file : session->draft.files) {
    Json view = file_view(file, requirements);
    if (const auto seen = door_.inspections->seen(file.object); seen.pages > 1)
      view["progress"] = fmt::format("Wij bekijken pagina {} van {}…", seen.page, seen.pages);
    documents.push_back(std::move(view));
  }
  return Response::json({{"reference", session->draft.reference}, {"documents", documents}});
}

}  // namespace zp::gateway
