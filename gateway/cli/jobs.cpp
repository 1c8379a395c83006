#include <iostream>

#include "gateway/cli/inner_zone.h"
#include "gateway/cli/parse.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

void print_job(const Job& job) {
  std::cout << job.id.hex() << "  " << job.kind << "  subject=" << job.subject.hex() << "  attempts=" << job.attempts
            << "  next=" << utc_time(job.run_at);
  if (!job.last_error.empty()) std::cout << "  " << job.last_error;
  std::cout << "\n";
}

Result<void> list_jobs(const std::string& config, bool dead) {
  TRY_ASSIGN(InnerZone zone, open_inner_zone(config));
  return zone.store->read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(const auto jobs, reader.jobs(dead));
    for (const Job& job : jobs) print_job(job);
    return {};
  });
}

Result<void> revive(const std::string& config, const std::string& id_text) {
  TRY_ASSIGN(const Id id, Id::parse(id_text));
  TRY_ASSIGN(InnerZone zone, open_inner_zone(config));
  TRY_DO(zone.ledger->record(zone.actor, "beheerder", "job.revive", {.object = id.hex()}));
  return zone.store->revive_job(id, now_ms());
}

int jobs(const Arguments& arguments) {
  CLI::App app{
      "The work that waits, and the dead letters: jobs that failed too often and need a person.\n"
      "Example: zegelpost jobs list --dead; zegelpost jobs revive 0123...",
      "zegelpost jobs"};
  std::string config, id;
  bool dead = false;
  app.require_subcommand(1);
  CLI::App* list = app.add_subcommand("list", "one line per job");
  add_config_option(*list, config);
  list->add_flag("--dead", dead, "dead letters only");
  CLI::App* again = app.add_subcommand("revive", "try a dead letter again, now");
  add_config_option(*again, config);
  again->add_option("id", id, "job, 32 hex digits")->required();
  if (const auto status = parse(app, arguments)) return *status;
  const auto done = again->parsed() ? revive(config, id) : list_jobs(config, dead);
  return done ? 0 : report("jobs", done.error());
}

}  // namespace

const Command kJobs{"jobs", "work that waits, and dead letters", jobs};

}  // namespace zp::gateway
