#include <array>
#include <chrono>
#include <ctime>
#include <mutex>

#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

/// Civil time in Europe/Amsterdam, wherever the server thinks it is: terms are Dutch (tzdata of the system).
void use_amsterdam() {
  static const bool set = [] {
    ::setenv("TZ", "Europe/Amsterdam", 1);
    ::tzset();
    return true;
  }();
  (void)set;
}

std::tm amsterdam(std::int64_t ms) {
  use_amsterdam();
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return parts;
}

std::string format(const char* pattern, const std::tm& parts) {
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), pattern, &parts)};
}

}  // namespace

std::int64_t now_ms() noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string utc_time(std::int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  const std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
  return format("%Y-%m-%dT%H:%M:%S.", parts) + fraction + "Z";
}

std::string local_date(std::int64_t ms) { return format("%Y-%m-%d", amsterdam(ms)); }

std::string local_time_dutch(std::int64_t ms) {
  static constexpr const char* kMonths[] = {"januari", "februari", "maart",     "april",   "mei",      "juni",
                                            "juli",    "augustus", "september", "oktober", "november", "december"};
  const std::tm parts = amsterdam(ms);
  return std::to_string(parts.tm_mday) + " " + kMonths[parts.tm_mon] + format(" %Y, %H:%M", parts);
}

Result<std::int64_t> local_moment(const std::string& text) {
  use_amsterdam();
  std::tm parts{};
  const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M", &parts);
  parts.tm_isdst = -1;
  const std::time_t seconds = end && *end == '\0' ? ::mktime(&parts) : -1;
  if (seconds == -1) return fail(Code::kMalformed, "read moment");
  return std::int64_t{seconds} * 1000;
}

}  // namespace zp::gateway
