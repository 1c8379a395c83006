// gateway/process/log.h - one event, one line on standard error: readable, or JSON for machines.
//
// Events are literals in our own words; fields are ids, counts, codes, durations, paths of our own. Never content,
// names, addresses, file names of senders, links or codes.
// Threads and processes: a line is one write().
#ifndef GATEWAY_PROCESS_LOG_H_
#define GATEWAY_PROCESS_LOG_H_

#include <initializer_list>
#include <string>
#include <string_view>

#include "crypto/base/result.h"

namespace zp::gateway {

enum class Level { kInfo, kWarning, kError };

struct LogField {
  std::string_view name;
  std::string value;
  LogField(std::string_view n, std::string v) : name(n), value(std::move(v)) {}
  LogField(std::string_view n, const char* v) : name(n), value(v) {}
  template <typename Number>
  requires std::is_arithmetic_v<Number> LogField(std::string_view n, Number v) : name(n), value(std::to_string(v)) {}
};

/// Once, before the first line. `process` is the role's name.
void log_setup(std::string_view process, bool json);
void log(Level level, const char* event, std::initializer_list<LogField> fields = {});
/// An Error as fields code, operation, subject, errno.
void log_error(const char* event, const Error& error, std::initializer_list<LogField> fields = {});

}  // namespace zp::gateway

#endif  // GATEWAY_PROCESS_LOG_H_
