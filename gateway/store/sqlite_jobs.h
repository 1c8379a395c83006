// gateway/store/sqlite_jobs.h - the job queue on SQLite. Who holds a job is told by its attempts and lease
// together: a later lease changes both.
#ifndef GATEWAY_STORE_SQLITE_JOBS_H_
#define GATEWAY_STORE_SQLITE_JOBS_H_

#include "gateway/store/sqlite.h"
#include "gateway/store/types.h"

namespace zp::gateway::sqlite {

/// " AND kind IN (?, ...)", or nothing when any will do.
std::string of_kinds(const std::vector<std::string>& kinds);

Result<Job> lease_job(Database& database, const std::vector<std::string>& kinds, TimeMs now, TimeMs lease,
                      std::uint32_t per_lane);
Result<void> release_leases(Database& database);
Result<void> renew_job(Database& database, Job& job, TimeMs until);
Result<void> complete_job(Database& database, const Job& job);
Result<void> retry_job(Database& database, const Job& job, TimeMs run_at, const std::string& error, bool dead);
Result<void> revive_job(Database& database, const Id& id, TimeMs now);

}  // namespace zp::gateway::sqlite

#endif  // GATEWAY_STORE_SQLITE_JOBS_H_
