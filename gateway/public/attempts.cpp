#include "gateway/public/attempts.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

constexpr std::int64_t kFirstLockMs = 15 * 60 * 1000;
constexpr std::int64_t kDayMs = 24 * 60 * 60 * 1000;
constexpr std::int64_t kLongestLockMs = kDayMs;

}  // namespace

Result<Attempts> Attempts::open(std::string folder) {
  TRY_DO(make_folder(folder));
  return Attempts(std::move(folder));
}

Attempts::Count Attempts::load(const Id& subject) const {
  const auto bytes = read_file(path(subject), 1024);
  if (!bytes) return {};
  const auto json = nlohmann::json::parse(as_text(*bytes), nullptr, false);
  if (!json.is_object()) return {};
  return {json.value("wrong", 0u), json.value("locked_until_ms", std::int64_t{0}), json.value("opened", 0u),
          json.value("day_ms", std::int64_t{0})};
}

Result<void> Attempts::save(const Id& subject, const Count& count) const {
  const auto json = nlohmann::json{
      {"wrong", count.wrong},
      {"locked_until_ms", count.locked_until_ms},
      {"opened", count.opened},
      {"day_ms",
       count.day_ms}}.dump();
  return replace_file(path(subject), as_bytes(json));
}

Result<Attempts::Try> Attempts::begin(const Id& subject, std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  Count count = load(subject);
  if (count.locked_until_ms > now_ms) return Try{.allowed = false, .left = 0, .locked_until_ms = count.locked_until_ms};
  if (count.opened >= kOpenings && now_ms < count.day_ms + kDayMs)
    return Try{.allowed = false, .opened_often = true, .left = 0, .locked_until_ms = count.day_ms + kDayMs};
  ++count.wrong;
  Try result;
  result.left = (kTries - count.wrong % kTries) % kTries;
  if (result.left == 0) {
    const auto locks_before = std::min<std::uint32_t>(count.wrong / kTries - 1, 10);
    result.locks_now = true;
    result.locked_until_ms = now_ms + std::min(kLongestLockMs, kFirstLockMs << locks_before);
    count.locked_until_ms = result.locked_until_ms;
  }
  TRY_DO(save(subject, count));
  return result;
}

void Attempts::succeeded(const Id& subject) const {
  const std::lock_guard lock(mutex_);
  ::unlink(path(subject).c_str());
}

Result<void> Attempts::opened(const Id& subject, std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  const Count before = load(subject);
  const bool same_day = now_ms < before.day_ms + kDayMs;
  return save(subject, {.opened = same_day ? before.opened + 1 : 1, .day_ms = same_day ? before.day_ms : now_ms});
}

std::int64_t Attempts::locked_until(const Id& subject, std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  const auto until = load(subject).locked_until_ms;
  return until > now_ms ? until : 0;
}

void Attempts::sweep(std::int64_t seconds) const {
  std::error_code error;
  const auto oldest = std::time(nullptr) - seconds;
  for (std::filesystem::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    struct stat info {};
    const std::lock_guard lock(mutex_);
    if (::stat(entry->path().c_str(), &info) == 0 && info.st_mtime < oldest) ::unlink(entry->path().c_str());
  }
}

}  // namespace zp::gateway
