#include "gateway/keymaker/key_pool.h"

#include "gateway/process/log.h"

namespace zp::gateway {

KeyPool::KeyPool(Maker make, Now now) : make_(std::move(make)), now_(std::move(now)), thread_([this] { fill(); }) {}

KeyPool::~KeyPool() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void KeyPool::drop_old() {
  const auto oldest = now_() - kMaxAge;
  while (!keys_.empty() && keys_.front().made < oldest) keys_.pop_front();
}

void KeyPool::fill() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    drop_old();
    if (keys_.size() > kKeys - kBatch) {
      changed_.wait_for(lock, std::chrono::seconds(1));
      continue;
    }
    lock.unlock();
    auto made = make_();
    lock.lock();
    if (made) {
      for (auto& key : *made) keys_.push_back({std::move(key), now_()});
      failing_ = false;
    } else {
      // Once per row of failures: gpg may be away for hours.
      if (!failing_)
        log_error("cannot make keys: check gpg and the zone and recovery keys (zegelpost doctor)", made.error());
      failing_ = true;
    }
    changed_.notify_all();
    if (failing_) changed_.wait_for(lock, std::chrono::seconds(1), [this] { return ended_; });
  }
}

std::vector<crypto::FreshKey> KeyPool::take(std::size_t wanted, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  drop_old();
  changed_.wait_for(lock, wait, [this] { return !keys_.empty() || failing_ || ended_; });
  std::vector<crypto::FreshKey> taken;
  for (; taken.size() < wanted && !keys_.empty(); keys_.pop_front()) taken.push_back(std::move(keys_.front().key));
  changed_.notify_all();
  return taken;
}

std::size_t KeyPool::size() const {
  const std::lock_guard lock(mutex_);
  return keys_.size();
}

}  // namespace zp::gateway
