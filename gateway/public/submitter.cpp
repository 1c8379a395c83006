#include "gateway/public/submitter.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "crypto/object.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "intake/submission.h"

namespace zp::gateway {
namespace {

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

/// The rule of a reply holds only what the message asked for.
intake::RequestRule rule_of_reply(const Draft& draft, const intake::RequestRule* original) {
  intake::RequestRule rule;
  if (original) rule = *original;
  rule.fields.clear();
  rule.documents.clear();
  for (const auto& slot : draft.reply_slots) {
    intake::DocumentRule document;
    if (original) {
      const auto known = std::ranges::find(original->documents, slot.slot, &intake::DocumentRule::slot);
      if (known != original->documents.end()) document = *known;
    }
    document.slot = slot.slot;
    document.when.clear();  // its condition was judged when we asked
    for (auto [from, to] : {std::pair{&slot.label, &document.label},
                            {&slot.explanation, &document.explanation},
                            {&slot.why, &document.why},
                            {&slot.source, &document.source},
                            {&slot.source_text, &document.source_text}})
      if (!from->empty()) *to = *from;
    rule.documents.push_back(std::move(document));
  }
  return rule;
}

intake::SubmissionManifest manifest_of(const DraftSecret& secret, const Draft& draft) {
  intake::SubmissionManifest manifest{.id = draft.id,
                                      .reference = draft.reference,
                                      .channel = draft.is_reply() ? "reply" : "web",
                                      .kind = draft.kind,
                                      .received_ms = draft.received_ms,
                                      .fields = draft.fields};
  for (const auto& file : draft.files)
    manifest.files.push_back({.object = file.object,
                              .name = file.name,
                              .slot = file.slot,
                              .declared_type = file.declared_type,
                              .size = file.offset(),
                              .sha256 = file.sha256,
                              .key_of_part = std::vector<std::uint32_t>(file.parts.size(), 0),
                              .received_ms = file.received_ms});
  const auto receipt_key = secret.receipt_key();
  manifest.receipt_key.assign(receipt_key.bytes().view().begin(), receipt_key.bytes().view().end());
  // The code of a reply only resumes the reply: answers go on under the code that the sender has already.
  if (!draft.is_reply()) manifest.access_code = draft.access_code;
  manifest.in_reply_to = draft.in_reply_to;
  manifest.words = draft.words;
  return manifest;
}

/// Removes what a crash or a failed check left: parts that no file names.
Result<void> remove_strays(const Draft& draft, const std::string& folder) {
  std::set<std::string> wanted;
  for (const auto& file : draft.files)
    for (std::size_t i = 0; i < file.parts.size(); ++i) wanted.insert(file.object.hex() + "." + std::to_string(i));
  std::error_code error;
  std::vector<std::filesystem::path> strays;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (!wanted.contains(entry.path().filename().string())) strays.push_back(entry.path());
  for (const auto& stray : strays) std::filesystem::remove(stray, error);
  if (error) return fail(Code::kIo, "clean item", draft.id.hex(), error.value());
  return {};
}

}  // namespace

std::vector<intake::DocumentRule> Submitter::documents(const Draft& draft) const {
  const auto* rule = rules_.find(draft.kind);
  if (draft.is_reply()) return rule_of_reply(draft, rule).documents;
  std::vector<intake::DocumentRule> documents;
  if (!rule) return documents;
  for (const auto& document : rule->documents)
    if (intake::holds(document.when, draft.fields)) documents.push_back(document);
  return documents;
}

std::vector<intake::RequirementResult> Submitter::requirements(const Draft& draft) const {
  const auto* rule = rules_.find(draft.kind);
  std::vector<intake::Evidence> evidence;
  for (const auto& file : draft.files)
    if (file.complete())
      evidence.push_back({.document = file.object.hex(),
                          .slot = file.slot,
                          .findings = file.findings.value_or(intake::Findings{}),
                          .received_on = local_date(now_ms())});
  if (draft.is_reply()) return intake::evaluate(rule_of_reply(draft, rule), draft.fields, evidence).requirements;
  if (!rule) return {};
  return intake::evaluate(*rule, draft.fields, evidence).requirements;
}

Result<void> Submitter::freeze(Draft& draft) const {
  if (draft.phase != DraftPhase::kOpen) return {};
  if (draft.empty() || !std::ranges::all_of(draft.files, &DraftFile::complete))
    return fail(Code::kRefused, "submit: a file is missing or not complete", draft.id.hex());
  draft.phase = DraftPhase::kSending;
  draft.received_ms = now_ms();
  draft.all_inspected =
      std::ranges::all_of(draft.files, [](const DraftFile& file) { return file.findings.has_value(); });
  draft.missing.clear();
  for (const auto& result : requirements(draft))
    if (result.state != intake::RequirementState::kMet)
      draft.missing.push_back(
          {result.label, result.explanation, result.why, result.source, result.source_text, result.lacking});
  const auto* rule = rules_.find(draft.kind);
  const auto today = intake::parse_date(local_date(draft.received_ms));
  if (!rule || !today) return {};
  if (!draft.missing.empty())
    draft.complete_before = intake::dutch_date(
        intake::completion_term(calendar_, *today, std::max(1, rule->completion_days)).last_day, true);
  if (!draft.is_reply() && rule->term == "avg")
    draft.answer_before = intake::dutch_date(intake::avg_term(calendar_, *today).last_day, true);
  if (!draft.is_reply() && rule->term == "wlz")
    draft.answer_before = intake::dutch_date(intake::wlz_term(calendar_, *today).last_day, true);
  return {};
}

Result<void> Submitter::publish(const DraftSecret& secret, const Draft& draft) const {
  const auto folder = drafts_.item_folder(draft.id);
  if (!exists(folder)) return {};  // published before a crash
  TRY_DO(remove_strays(draft, folder));
  const auto json = manifest_of(secret, draft).json();
  TRY_DO(
      replace_file(folder + "/manifest", crypto::seal_bytes(draft.data_key, {draft.id, draft.id, 0}, as_bytes(json))));
  const TrayItem item{.kind = "submission",
                      .accepted_ms = draft.received_ms,
                      .sealed_keys = {draft.sealed_data_key},
                      .event = {},
                      .subject = {}};
  TRY_DO(replace_file(folder + "/item.json", as_bytes(item.json())));
  return tray_.publish(draft.id, folder);
}

Result<Draft> Submitter::submit(const DraftSecret& secret) {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(auto draft, drafts_.update(secret, [&](Draft& open) { return freeze(open); }));
  if (draft.phase == DraftPhase::kSent) return draft;
  if (auto published = publish(secret, draft); !published) {
    // Still ours: the sender may change it and try again.
    if (exists(drafts_.item_folder(draft.id)))
      (void)drafts_.update(secret, [](Draft& back) -> Result<void> {
        back.phase = DraftPhase::kOpen;
        return {};
      });
    return std::unexpected(published.error());
  }
  log(Level::kInfo, "submission accepted", {{"submission", draft.id.hex()}, {"documents", draft.files.size()}});
  return drafts_.update(secret, [](Draft& sent) -> Result<void> {
    sent.phase = DraftPhase::kSent;
    return {};
  });
}

}  // namespace zp::gateway
