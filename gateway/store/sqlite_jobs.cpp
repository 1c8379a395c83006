#include "gateway/store/sqlite_jobs.h"

#include <fmt/format.h>

#include "gateway/store/sqlite_rows.h"

namespace zp::gateway::sqlite {

std::string of_kinds(const std::vector<std::string>& kinds) {
  if (kinds.empty()) return {};
  std::string sql = " AND kind IN (?";
  for (std::size_t i = 1; i < kinds.size(); ++i) sql += ", ?";
  return sql + ")";
}

namespace {

Result<Job> without_lane(Database& database, const std::vector<std::string>& kinds, TimeMs now) {
  std::string sql = fmt::format(
      "SELECT {} FROM jobs WHERE lane IS NULL AND dead = 0 AND run_at <= ? AND lease_until <= ?{} "
      "ORDER BY run_at, seq LIMIT 1",
      kJobColumns, of_kinds(kinds));
  TRY_ASSIGN(auto query, database.query(sql, now, now));
  for (std::size_t i = 0; i < kinds.size(); ++i) query.bind(static_cast<int>(i) + 3, kinds[i]);
  return one_row(query, job_row, "lease job");
}

/// Goes from lane to lane, never along the jobs of one that must wait: how long it takes follows from the number of lanes.
Result<Job> in_lanes(Database& database, TimeMs now, std::uint32_t per_lane) {
  static const std::string sql = fmt::format(
      "SELECT {} FROM jobs WHERE seq = (SELECT j.seq FROM lanes l JOIN jobs j ON j.seq = "
      "(SELECT w.seq FROM jobs w WHERE w.lane = l.id AND w.dead = 0 AND w.run_at <= ?1 AND w.lease_until <= ?1 "
      "ORDER BY w.run_at, w.seq LIMIT 1) "
      "WHERE l.next <= ?1 AND l.paused_until <= ?1 AND (SELECT count(*) FROM jobs b WHERE b.lane = l.id AND "
      "b.lease_until > 0 AND b.lease_until > ?1) < (CASE WHEN l.failures > 0 THEN 1 ELSE ?2 END) "
      "ORDER BY j.run_at, j.seq LIMIT 1)",
      kJobColumns);
  TRY_ASSIGN(auto query, database.query(sql, now, per_lane));
  return one_row(query, job_row, "lease job");
}

Result<Job> next_due(Database& database, const std::vector<std::string>& kinds, TimeMs now, std::uint32_t per_lane) {
  auto job = without_lane(database, kinds, now);
  if (per_lane == 0 || (!job && job.error().code != Code::kNotFound)) return job;
  auto other = in_lanes(database, now, per_lane);
  if (!other && other.error().code != Code::kNotFound) return other;
  const bool other_first = other && (!job || other->run_at < job->run_at);
  return other_first ? other : job;
}

Result<void> held(std::int64_t changed, const char* operation, const Job& job) {
  if (changed == 0) return fail(Code::kConflict, operation, job.id.hex());
  return {};
}

}  // namespace

Result<Job> lease_job(Database& database, const std::vector<std::string>& kinds, TimeMs now, TimeMs lease,
                      std::uint32_t per_lane) {
  TRY_DO(next_due(database, kinds, now, per_lane));  // an idle worker that asks must not take the write lock each time
  TRY_ASSIGN(auto transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  TRY_ASSIGN(Job job, next_due(database, kinds, now, per_lane));
  job.attempts += 1;
  job.lease_until = now + lease;
  if (job.first_try == 0) job.first_try = now;
  TRY_DO(database.run("UPDATE jobs SET attempts = ?, lease_until = ?, first_try = ? WHERE id = ?", job.attempts,
                      job.lease_until, job.first_try, job.id));
  TRY_DO(transaction.commit());
  return job;
}

Result<void> release_leases(Database& database) {
  TRY_DO(database.run("UPDATE jobs SET lease_until = 0 WHERE lease_until > 0"));
  return {};
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
  TRY_ASSIGN(
      const auto changed,
      database.run("UPDATE jobs SET run_at = ?, last_error = ?, dead = ?, lease_until = 0, failures = failures + 1 "
                   "WHERE id = ? AND attempts = ? AND lease_until = ? AND dead = 0",
                   run_at, error, dead, job.id, job.attempts, job.lease_until));
  return held(changed, "retry job", job);
}

Result<void> revive_job(Database& database, const Id& id, TimeMs now) {
  TRY_ASSIGN(
      const auto changed,
      database.run(
          "UPDATE jobs SET dead = 0, attempts = 0, failures = 0, first_try = 0, run_at = ? WHERE id = ? AND dead = 1",
          now, id));
  if (changed == 0) return fail(Code::kNotFound, "revive job", id.hex());
  return {};
}

}  // namespace zp::gateway::sqlite
