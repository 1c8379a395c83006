#include "gateway/store/sqlite_jobs.h"

#include <fmt/format.h>

#include "gateway/store/sqlite_rows.h"

namespace zp::gateway::sqlite {
namespace {

Result<Job> next_due(Database& database, const std::vector<std::string>& kinds, TimeMs now) {
  std::string sql = fmt::format("SELECT {} FROM jobs WHERE dead = 0 AND run_at <= ? AND lease_until <= ?", kJobColumns);
  if (!kinds.empty()) {
    sql += " AND kind IN (?";
    for (std::size_t i = 1; i < kinds.size(); ++i) sql += ", ?";
    sql += ")";
  }
  TRY_ASSIGN(auto query, database.query(sql + " ORDER BY run_at, seq LIMIT 1", now, now));
  for (std::size_t i = 0; i < kinds.size(); ++i) query.bind(static_cast<int>(i) + 3, kinds[i]);
  return one_row(query, job_row, "lease job");
}

Result<void> held(std::int64_t changed, const char* operation, const Job& job) {
  if (changed == 0) return fail(Code::kConflict, operation, job.id.hex());
  return {};
}

}  // namespace

Result<Job> lease_job(Database& database, const std::vector<std::string>& kinds, TimeMs now, TimeMs lease) {
  TRY_DO(next_due(database, kinds, now));  // an idle worker that asks must not take the write lock each time
  TRY_ASSIGN(auto transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  TRY_ASSIGN(Job job, next_due(database, kinds, now));
  job.attempts += 1;
  job.lease_until = now + lease;
  TRY_DO(database.run("UPDATE jobs SET attempts = ?, lease_until = ? WHERE id = ?", job.attempts, job.lease_until,
                      job.id));
  TRY_DO(transaction.commit());
  return job;
}

Result<void> renew_job(Database& database, Job& job, TimeMs until) {
  TRY_ASSIGN(
      const auto changed,
      database.run("UPDATE jobs SET lease_until = ? WHERE id = ? AND attempts = ? AND lease_until = ? AND dead = 0",
                   until, job.id, job.attempts, job.lease_until));
  TRY_DO(held(changed, "renew job", job));
  job.lease_until = until;
  return {};
}

Result<void> complete_job(Database& database, const Job& job) {
  TRY_ASSIGN(const auto changed,
             database.run("DELETE FROM jobs WHERE id = ? AND attempts = ? AND lease_until = ? AND dead = 0", job.id,
                          job.attempts, job.lease_until));
  return held(changed, "complete job", job);
}

Result<void> retry_job(Database& database, const Job& job, TimeMs run_at, const std::string& error, bool dead) {
  TRY_ASSIGN(const auto changed, database.run("UPDATE jobs SET run_at = ?, last_error = ?, dead = ?, lease_until = 0 "
                                              "WHERE id = ? AND attempts = ? AND lease_until = ? AND dead = 0",
                                              run_at, error, dead, job.id, job.attempts, job.lease_until));
  return held(changed, "retry job", job);
}

Result<void> revive_job(Database& database, const Id& id, TimeMs now) {
  TRY_ASSIGN(const auto changed,
             database.run("UPDATE jobs SET dead = 0, attempts = 0, run_at = ? WHERE id = ? AND dead = 1", now, id));
  if (changed == 0) return fail(Code::kNotFound, "revive job", id.hex());
  return {};
}

}  // namespace zp::gateway::sqlite
