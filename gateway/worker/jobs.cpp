#include "gateway/worker/jobs.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "gateway/casework/mail_queue.h"
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
    Kind{"unopened", find_other_way},   Kind{"receipt-returned", receipt_came_back},
    Kind{"returned", send_again},       Kind{"direct-mail", mail_directly},
    Kind{"rewrap", rewrap_keys},        Kind{"code-sms", send_code_by_sms},
    Kind{"reseal", reseal_messages},    Kind{"hand-over", write_package},
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
  return job.attempts - std::min(job.attempts, job.failures) > 2 * tools.office.config.limits.job_attempts;
}

std::vector<std::string> kinds_of(Work work) {
  if (work == Work::kMails) return mail_jobs();
  std::vector<std::string> kinds;
  for (const Kind& kind : kKinds)
    if (work == Work::kOthers && !is_mail_job(kind.name)) kinds.emplace_back(kind.name);
  return kinds;
}

/// The days are over: a message goes another way, and of a receipt a person hears.
Result<void> give_up(const Tools& tools, const Job& job) {
  const char* const next = job.kind == "receipt-mail" ? "receipt-returned" : "undeliverable";
  TRY_DO(tools.office.store.write(
      [&](StoreWriter& store) { return store.add_job(new_job(next, job.subject, tools.office.now())); }));
  return tools.office.store.complete_job(job);
}

/// A mail that could not be handed over: tried for days, together with the others of its domain if it is about that. What can't go
/// straight to a domain that proves nothing must not hold back the notifications to it.
Result<void> put_off(const Tools& tools, const Job& job, MailTrouble trouble, const Error& error) {
  const TimeMs now = tools.office.now();
  log_error("mail not handed over, will be tried again", error, {{"job", job.id.hex()}, {"kind", job.kind}});
  if (now - job.first_try >= tools.office.config.smtp.give_up_days * kDay) return give_up(tools, job);
  TimeMs again = now + mail_back_off(job.failures + 1, trouble == MailTrouble::kOurServer);
  if (trouble == MailTrouble::kMailbox) {
    TRY_DO(note_success(tools.office.store, job.lane));
  } else if (trouble != MailTrouble::kStraight && job.lane != Id{}) {
    TRY_DO(tools.office.store.write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(again, note_failure(store, job.lane, trouble, error, now));
      return {};
    }));
  }
  return tools.office.store.retry_job(job, again, error.message(), false);
}

/// A fresh job with no tries counted, then the old one goes: a crash in between leaves both, and handlers bear that.
Result<void> do_again(const Tools& tools, const Job& job, const Next& next) {
  const std::string& payload = next.payload.empty() ? job.payload : next.payload;
  TRY_DO(tools.office.store.write([&](StoreWriter& store) {
    Job again = new_job(job.kind, job.subject, tools.office.now() + next.again_in, payload);
    again.lane = job.lane;
    return store.add_job(again, false);
  }));
  return tools.office.store.complete_job(job);
}

}  // namespace

TimeMs back_off(std::uint32_t attempts) noexcept {
  constexpr TimeMs kFirst = 5'000, kLongest = 3'600'000;
  return std::min(kFirst << std::min(attempts > 0 ? attempts - 1 : 0, 20u), kLongest);
}

Result<bool> do_one_job(const Tools& tools, Work work) {
  Store& store = tools.office.store;
  const std::uint32_t per_lane = work == Work::kOthers ? 0 : tools.office.config.smtp.connections_per_domain;
  auto job = store.lease_job(kinds_of(work), tools.office.now(), kLease, per_lane);
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
    TRY_DO(do_again(tools, *job, *next));
    return true;
  }
  if (next || gone(next.error())) {
    if (!next)
      log_error("job dropped, its subject is gone", next.error(), {{"job", job->id.hex()}, {"kind", job->kind}});
    TRY_DO(store.complete_job(*job));
    if (next && job->lane != Id{}) TRY_DO(note_success(store, job->lane));
    return true;
  }
  if (const MailTrouble trouble = trouble_of(next.error()); trouble != MailTrouble::kNone && is_mail_job(job->kind)) {
    TRY_DO(put_off(tools, *job, trouble, next.error()));
    return true;
  }
  const bool dead = hopeless(next.error()) || job->attempts >= tools.office.config.limits.job_attempts;
  log_error(dead ? "job is a dead letter" : "job failed, will be tried again", next.error(),
            {{"job", job->id.hex()}, {"kind", job->kind}});
  TRY_DO(store.retry_job(*job, tools.office.now() + back_off(job->attempts), next.error().message(), dead));
  return true;
}

}  // namespace zp::gateway
