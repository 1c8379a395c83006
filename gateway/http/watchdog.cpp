#include "gateway/http/watchdog.h"

#include <sys/socket.h>

#include <algorithm>
#include <vector>

namespace zp::gateway {
namespace {
constexpr auto kLookEvery = std::chrono::milliseconds(100);

bool reading(Phase phase) { return phase == Phase::kHead || phase == Phase::kBody; }
}  // namespace

Watchdog::Watch::Watch(Watchdog& dog, int fd)
    : dog_(dog), fd_(fd), deadline_(Clock::time_point::max()), since_(Clock::now()) {
  const std::lock_guard lock(dog_.mutex_);
  place_ = dog_.watches_.insert(dog_.watches_.end(), this);
}

Watchdog::Watch::~Watch() {
  const std::lock_guard lock(dog_.mutex_);
  dog_.watches_.erase(place_);
  dog_.changed_.notify_all();
}

void Watchdog::Watch::set(Phase phase, Clock::time_point deadline) {
  const std::lock_guard lock(dog_.mutex_);
  // A head that has begun keeps the time of the silence before it: one byte buys no place.
  if (phase != phase_ && phase != Phase::kHead) since_ = Clock::now();
  phase_ = phase;
  deadline_ = deadline;
}

bool Watchdog::Watch::late() const {
  const std::lock_guard lock(dog_.mutex_);
  return late_;
}

void Watchdog::Watch::interrupt() {
  const std::lock_guard lock(dog_.mutex_);
  ::shutdown(fd_, SHUT_RD);
}

Watchdog::Watchdog(std::size_t places) : places_(places), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    look(Clock::now());
    changed_.wait_for(lock, kLookEvery, [this] { return ended_; });
  }
}

void Watchdog::look(Clock::time_point now) {
  std::vector<Watch*> idle;
  for (Watch* watch : watches_) {
    if (watch->phase_ == Phase::kWorking) continue;
    if (now > watch->deadline_) {
      watch->late_ = true;
      ::shutdown(watch->fd_, reading(watch->phase_) ? SHUT_RD : SHUT_RDWR);
    } else if (watch->phase_ == Phase::kIdle || watch->phase_ == Phase::kHead) {
      idle.push_back(watch);
    }
  }
  const std::size_t wanted = places_ - places_ / 4;
  if (watches_.size() <= wanted && !stopping_) return;
  std::ranges::sort(idle, {}, [](const Watch* watch) { return watch->since_; });
  const auto excess = stopping_ ? idle.size() : std::min(idle.size(), watches_.size() - wanted);
  for (std::size_t i = 0; i < excess; ++i) {
    idle[i]->late_ = true;
    ::shutdown(idle[i]->fd_, SHUT_RDWR);
  }
}

void Watchdog::begin_stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  look(Clock::now());
}

bool Watchdog::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Watchdog::finish_stop(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_until(lock, deadline, [this] { return watches_.empty(); })) return;
  for (Watch* watch : watches_) ::shutdown(watch->fd_, SHUT_RDWR);
  changed_.wait_for(lock, std::chrono::seconds(5), [this] { return watches_.empty(); });
}

}  // namespace zp::gateway
