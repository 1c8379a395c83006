#include <array>
#include <chrono>
#include <ctime>
#include <mutex>

#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

/// Civil time in Europe/Amsterdam, wherever the server thinks it is: terms are Dutch (tzdata of the system).
std::tm amsterdam(std::int64_t ms) {
  static const bool set = [] {
    ::setenv("TZ", "Europe/Amsterdam", 1);
    ::tzset();
    return true;
  }();
  (void)set;
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

}  // namespace zp::gateway
