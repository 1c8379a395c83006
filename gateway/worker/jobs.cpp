#include "gateway/worker/jobs.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "gateway/process/log.h"

namespace zp::gateway {
namespace {

/// Short, so that the jobs of a worker that was killed go on soon; renewed for as long as a job takes.
constexpr TimeMs kLease = 20'000;
constexpr std::chrono::seconds kRenewEvery{5};

struct Kind {
  std::string_view name;
  Handler handler;
};

constexpr std::array kKinds = {
    Kind{"inspect", inspect_document},  Kind{"rescan", rescan_document},
    Kind{"evaluate", evaluate_dossier}, Kind{"status", publish_status},
    Kind{"receipt", make_receipt},      Kind{"receipt-mail", mail_receipt},
    Kind{"publish", publish_message},   Kind{"notify", notify_recipient},
    Kind{"remind", remind_recipient},   Kind{"undeliverable", mark_undeliverable},
    Kind{"print", print_message},       Kind{"remove-object", remove_object},
    Kind{"access", move_access},        Kind{"mail", mail_letter},
    Kind{"unopened", find_other_way},
};

Result<Next> handle(const Tools& tools, const Job& job) {
  const auto kind = std::ranges::find(kKinds, job.kind, &Kind::name);
  if (kind == kKinds.end()) return fail(Code::kRefused, "do job: unknown kind", job.id.hex());
  return kind->handler(tools, job);
}

/// The dossier was erased while the job waited: nothing is left to do.
bool gone(const Error& error) noexcept { return error.code == Code::kNotFound; }

/// Trying again changes nothing.
bool hopeless(const Error& error) noexcept {
  return error.code == Code::kRefused || error.code == Code::kTampered || error.code == Code::kMalformed ||
         error.code == Code::kConfig;
}

/// Renews the lease from a thread of its own until it is let go.
class LeaseKeeper {
 public:
  LeaseKeeper(const Tools& tools, Job& job)
      : thread_([this, &tools, &job](std::stop_token stop) { keep(stop, tools, job); }) {}

 private:
  void keep(const std::stop_token& stop, const Tools& tools, Job& job) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, stop, kRenewEvery, [&] { return stop.stop_requested(); }))
      if (auto renewed = tools.office.store.renew_job(job, tools.office.now() + kLease); !renewed)
        log_error("lease not renewed", renewed.error());
  }
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;  // last: it uses the others
};

/// A job that ends the worker each time would end it for ever.
bool is_poison(const Tools& tools, const Job& job) {
  return job.attempts > 2 * tools.office.config.limits.job_attempts;
}

/// A fresh job with no tries counted, then the old one goes: a crash in between leaves both, and handlers bear that.
Result<void> do_again(const Tools& tools, const Job& job, TimeMs after) {
  TRY_DO(tools.office.store.write([&](StoreWriter& store) {
    return store.add_job(new_job(job.kind, job.subject, tools.office.now() + after, job.payload), false);
  }));
  return tools.office.store.complete_job(job);
}

}  // namespace

TimeMs back_off(std::uint32_t attempts) noexcept {
  constexpr TimeMs kFirst = 5'000, kLongest = 3'600'000;
  return std::min(kFirst << std::min(attempts > 0 ? attempts - 1 : 0, 20u), kLongest);
}

Result<bool> do_one_job(const Tools& tools) {
  Store& store = tools.office.store;
  auto job = store.lease_job({}, tools.office.now(), kLease);
  if (!job && job.error().code == Code::kNotFound) return false;
  if (!job) return std::unexpected(job.error());
  if (is_poison(tools, *job)) {
    log(Level::kError, "job is a dead letter: it never came to an end", {{"job", job->id.hex()}, {"kind", job->kind}});
    TRY_DO(store.retry_job(*job, tools.office.now(), "never came to an end", true));
    return true;
  }
  auto next = [&] {
    const LeaseKeeper keeper(tools, *job);
    return handle(tools, *job);
  }();
  if (next && next->again_in > 0) {
    TRY_DO(do_again(tools, *job, next->again_in));
    return true;
  }
  if (next || gone(next.error())) {
    if (!next)
      log_error("job dropped, its subject is gone", next.error(), {{"job", job->id.hex()}, {"kind", job->kind}});
    TRY_DO(store.complete_job(*job));
    return true;
  }
  const bool dead = hopeless(next.error()) || job->attempts >= tools.office.config.limits.job_attempts;
  log_error(dead ? "job is a dead letter" : "job failed, will be tried again", next.error(),
            {{"job", job->id.hex()}, {"kind", job->kind}});
  TRY_DO(store.retry_job(*job, tools.office.now() + back_off(job->attempts), next.error().message(), dead));
  return true;
}

}  // namespace zp::gateway
