// Small things about a dossier: its status word on the shelf, who may still read, the removal of what was erased.
#include <nlohmann/json.hpp>

#include "gateway/worker/jobs.h"

namespace zp::gateway {
namespace {

std::string_view status_word(DossierState state) noexcept {
  switch (state) {
    case DossierState::kChecking:
    case DossierState::kReview:
      return "filed";
    case DossierState::kWaiting:
      return "incomplete";
    case DossierState::kComplete:
    case DossierState::kDeciding:
    case DossierState::kApproval:
      return "complete";
    default:
      return "answered";
  }
}

}  // namespace

Result<Next> publish_status(const Tools& tools, const Job& job) {
  Dossier dossier;
  std::vector<Submission> submissions;
  bool handed_over = false;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(dossier, store.dossier(job.subject));
    if (dossier.state == DossierState::kErased) return {};
    TRY_ASSIGN(const auto open, open_dossier(tools.office.vault, store, job.subject));
    handed_over = !open.profile.hand_overs.empty();
    TRY_ASSIGN(submissions, store.submissions(job.subject));
    return {};
  }));
  if (dossier.state == DossierState::kErased) return Next{};
  // What was handed over is complete; the answer comes from elsewhere.
  const std::string_view word = status_word(dossier.state);
  const std::string_view told = handed_over && word == "answered" ? "complete" : word;
  for (const Submission& submission : submissions)
    if (submission.channel == "web" || submission.channel == "reply")
      TRY_DO(tools.office.shelf.publish_status(submission.id, told));
  return Next{};
}

Result<Next> move_access(const Tools& tools, const Job& job) {
  TRY_DO(tools.casework.move_access(tools.actor, job.subject));
  return Next{};
}

Result<Next> remove_object(const Tools& tools, const Job& job) {
  const auto payload = nlohmann::json::parse(job.payload, nullptr, false);
  const std::uint32_t parts = payload.is_object() ? payload.value("parts", 1u) : 1u;
  TRY_DO(tools.office.objects.remove(job.subject, parts));
  return Next{};
}

}  // namespace zp::gateway
