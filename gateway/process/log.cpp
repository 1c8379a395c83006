#include "gateway/process/log.h"

#include <unistd.h>

#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>

#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

std::string g_process = "zegelpost";
bool g_json = false;

const char* level_name(Level level) {
  switch (level) {
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "";
}

/// Values are ours, but a path or an errno text may hold anything: no control characters reach a terminal.
std::string printable(const std::string& value) {
  std::string text;
  for (const char c : value) text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  if (text.find_first_of(" \"=") == std::string::npos && !text.empty()) return text;
  std::string quoted = "\"";
  for (const char c : text) (c == '"' || c == '\\' ? quoted += '\\' : quoted) += c;
  return quoted + "\"";
}

template <typename Fields>
std::string line_of(Level level, const char* event, const Fields& fields) {
  const std::string time = utc_time(now_ms());
  if (g_json) {
    nlohmann::ordered_json line{{"time", time}, {"level", level_name(level)}, {"process", g_process}, {"event", event}};
    for (const LogField& field : fields) line[std::string(field.name)] = field.value;
    return line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
  }
  std::string line =
      time + " " + g_process + " " + (level == Level::kInfo ? "" : std::string(level_name(level)) + ": ") + event;
  for (const LogField& field : fields) line += " " + std::string(field.name) + "=" + printable(field.value);
  return line + "\n";
}

template <typename Fields>
void write_line(Level level, const char* event, const Fields& fields) {
  const std::string line = line_of(level, event, fields);
  // A log that can't be written must not stop the work it reports on.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void log_setup(std::string_view process, bool json) {
  g_process = process;
  g_json = json;
}

void log(Level level, const char* event, std::initializer_list<LogField> fields) { write_line(level, event, fields); }

void log_error(const char* event, const Error& error, std::initializer_list<LogField> fields) {
  std::vector<LogField> all(fields);
  all.emplace_back("code", code_name(error.code));
  all.emplace_back("operation", error.operation);
  if (!error.subject.empty()) all.emplace_back("subject", error.subject);
  if (error.sys_errno) all.emplace_back("errno", std::string(strerrordesc_np(error.sys_errno)));
  write_line(Level::kError, event, all);
}

}  // namespace zp::gateway
