#include "gateway/worker/jobs.h"

#include <algorithm>
#include <array>

#include "gateway/process/log.h"

namespace zp::gateway {
namespace {

/// Longer than the slowest cell (config.cells.wall_seconds) and scanner together.
constexpr TimeMs kLease = 15LL * 60 * 1000;

struct Kind {
  std::string_view name;
  Handler handler;
};

constexpr std::array kKinds = {
    Kind{"inspect", inspect_document},   Kind{"rescan", rescan_document},     Kind{"evaluate", evaluate_dossier},
    Kind{"status", publish_status},      Kind{"receipt", make_receipt},       Kind{"receipt-mail", mail_receipt},
    Kind{"publish", publish_message},    Kind{"notify", notify_recipient},    Kind{"remind", remind_recipient},
    Kind{"undeliverable", mark_undeliverable}, Kind{"print", print_message},  Kind{"remove-object", remove_object},
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
  return error.code == Code::kRefused || error.code == Code::kTampered || error.code == Code::kMalformed || error.code == Code::kConfig;
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
  auto next = handle(tools, *job);
  if (next && next->again_in > 0) {
    TRY_DO(store.retry_job(*job, tools.office.now() + next->again_in, "", false));
    return true;
  }
  if (next || gone(next.error())) {
    if (!next) log_error("job dropped, its subject is gone", next.error(), {{"job", job->id.hex()}, {"kind", job->kind}});
    TRY_DO(store.complete_job(*job));
    return true;
  }
  const bool dead = hopeless(next.error()) || job->attempts >= tools.office.config.limits.job_attempts;
  log_error(dead ? "job is a dead letter" : "job failed, will be tried again", next.error(), {{"job", job->id.hex()}, {"kind", job->kind}});
  TRY_DO(store.retry_job(*job, tools.office.now() + back_off(job->attempts), next.error().message(), dead));
  return true;
}

}  // namespace zp::gateway
