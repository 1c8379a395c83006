#include "gateway/public/inspections.h"

#include <algorithm>

#include "gateway/process/process.h"

namespace zp::gateway {
namespace {
constexpr std::size_t kLongestQueue = 1000;
}

Inspections::Inspections(const DraftStore& drafts, intake::Inspector& inspector, Options options)
    : drafts_(drafts), inspector_(inspector), options_(std::move(options)) {}

void Inspections::start(const Uploads& uploads) {
  uploads_ = &uploads;
  for (std::uint32_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

Inspections::~Inspections() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  for (auto& thread : threads_) thread.join();
}

void Inspections::add(const DraftSecret& secret, const Id& object) {
  const std::lock_guard lock(mutex_);
  if (tasks_.size() >= kLongestQueue || !busy_.try_emplace(object).second) return;
  tasks_.push_back({secret.clone(), object});
  changed_.notify_all();
}

void Inspections::add_all(const DraftSecret& secret, const Draft& draft) {
  for (const auto& file : draft.files)
    if (file.complete() && !file.inspected) add(secret, file.object);
}

void Inspections::wait_for(const Draft& draft, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] {
    return std::ranges::none_of(draft.files, [&](const DraftFile& file) { return busy_.contains(file.object); });
  });
}

Inspections::PagesSeen Inspections::seen(const Id& object) const {
  const std::lock_guard lock(mutex_);
  const auto found = busy_.find(object);
  return found == busy_.end() ? PagesSeen{} : found->second;
}

void Inspections::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ended_ || !tasks_.empty(); });
    if (ended_) return;
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    if (const auto done = inspect(task); !done && done.error().code != Code::kNotFound)
      log_error("document not inspected", done.error(), {{"submission", task.secret.id().hex()}});
    lock.lock();
    busy_.erase(task.object);
    changed_.notify_all();
  }
}

Result<void> Inspections::inspect(const Task& task) {
  TRY_ASSIGN(auto draft, drafts_.read(task.secret));
  const auto* file = draft.find(task.object);
  if (!file || file->inspected || draft.phase != DraftPhase::kOpen) return {};
  std::optional<intake::Findings> findings;
  if (file->offset() <= options_.inspect_bytes) {
    TRY_ASSIGN(const auto bytes, uploads_->read(draft, *file, options_.inspect_bytes));
    TRY_ASSIGN(auto inspection, inspector_.inspect(bytes.view(), {.declared_kind = file->slot,
                                                                  .trust_anchors_pem = options_.trust_anchors_pem,
                                                                  .as_of = local_date(now_ms()),
                                                                  .somebody_waits = true,
                                                                  .progress = [&](int page, int pages) {
                                                                    const std::lock_guard lock(mutex_);
                                                                    busy_[task.object] = {page, pages};
                                                                  }}));
    inspection.findings.sha256 = file->sha256;
    inspection.findings.size = file->offset();
    findings = std::move(inspection.findings);
  }
  TRY_DO(drafts_.update(task.secret, [&](Draft& newest) -> Result<void> {
    auto* kept = newest.find(task.object);
    if (!kept || newest.phase != DraftPhase::kOpen) return {};
    kept->inspected = true;
    kept->findings = findings;
    return {};
  }));
  return {};
}

}  // namespace zp::gateway
