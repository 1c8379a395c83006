// gateway/public/attempts.h - counts wrong codes, so that nobody can try them all.
//
// A counter is a small file, written and synced before the code is tried: stopping the process gives no free
// tries. After kTries wrong codes the subject is locked for 15 minutes, then 30, 60, ... up to a day. A right
// code clears that. Where each opening goes on record, right codes are counted too: even who has the code can't fill the record.
// Threads: all members may be called from any thread.
#ifndef GATEWAY_PUBLIC_ATTEMPTS_H_
#define GATEWAY_PUBLIC_ATTEMPTS_H_

#include <array>
#include <cstdint>
#include <mutex>
#include <string>

#include "crypto/base/bytes.h"

namespace zp::gateway {

class Attempts {
 public:
  static constexpr std::uint32_t kTries = 5;
  static constexpr std::uint32_t kOpenings = 30;  // with the right code, in a day

  static Result<Attempts> open(std::string folder);
  Attempts(Attempts&& other) noexcept : folder_(std::move(other.folder_)) {}

  struct Try {
    bool allowed = true;
    bool opened_often = false;         // why not allowed: with the right code, kOpenings times
    bool locks_now = false;            // a wrong code this time locks the subject
    std::uint32_t left = kTries;       // tries after this one
    std::int64_t locked_until_ms = 0;  // if not allowed, or if locks_now and the code is wrong
  };
  /// Notes one try at `subject` as wrong. Call before looking at the code.
  Result<Try> begin(const Id& subject, std::int64_t now_ms) const;
  /// The code was right.
  void succeeded(const Id& subject) const;
  /// The same, and it counts as one of kOpenings.
  Result<void> opened(const Id& subject, std::int64_t now_ms) const;
  /// When it may be tried again; 0: now.
  std::int64_t locked_until(const Id& subject, std::int64_t now_ms) const;
  /// Forgets counters that were not touched for `seconds`.
  void sweep(std::int64_t seconds) const;

 private:
  struct Count {
    std::uint32_t wrong = 0;
    std::int64_t locked_until_ms = 0;
    std::uint32_t opened = 0;  // since day_ms, for a day
    std::int64_t day_ms = 0;
  };
  explicit Attempts(std::string folder) : folder_(std::move(folder)) {}
  std::string path(const Id& subject) const { return folder_ + "/" + subject.hex(); }
  Count load(const Id& subject) const;
  Result<void> save(const Id& subject, const Count& count) const;

  std::string folder_;
  mutable std::mutex mutex_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_ATTEMPTS_H_
