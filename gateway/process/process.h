// gateway/process/process.h - the skeleton of every process: arguments, configuration, signals, log, then its role.
//
// A role's main() is one line: return run_process(argc, argv, "worker", role). The skeleton reads --config FILE, sets
// up the log, forbids core dumps and ptrace, ignores SIGPIPE, dies with its supervisor, tells the supervisor when it is
// ready (ready()), and turns SIGTERM and SIGINT into stop_requested().
#ifndef GATEWAY_PROCESS_PROCESS_H_
#define GATEWAY_PROCESS_PROCESS_H_

#include <chrono>
#include <functional>

#include "gateway/config/config.h"
#include "gateway/process/log.h"

namespace zp::gateway {

class Process {
 public:
  virtual ~Process() = default;
  virtual const Config& config() const = 0;
  /// Listening sockets are open, keys are loaded: the supervisor may go on.
  virtual void ready() = 0;
  virtual bool stop_requested() const = 0;
  /// Sleeps until `duration` is over or a stop is requested; true if a stop was requested.
  virtual bool wait(std::chrono::milliseconds duration) = 0;
};

/// Exit status: 0 clean stop, 78 (EX_CONFIG) wrong configuration, 1 otherwise. The role returns an Error that ends the
/// process.
int run_process(int argc, char** argv, const char* name, const std::function<Result<void>(Process&)>& role);

/// Unix milliseconds now.
std::int64_t now_ms() noexcept;
/// RFC 3339 UTC with milliseconds.
std::string utc_time(std::int64_t ms);
/// "YYYY-MM-DD" in Europe/Amsterdam.
std::string local_date(std::int64_t ms);
/// "22 november 2026, 14:05" in Europe/Amsterdam.
std::string local_time_dutch(std::int64_t ms);
/// "YYYY-MM-DDTHH:MM" in Europe/Amsterdam, as browsers send it, to unix milliseconds. kMalformed.
Result<std::int64_t> local_moment(const std::string& text);

}  // namespace zp::gateway

#endif  // GATEWAY_PROCESS_PROCESS_H_
