#include "gateway/store/bundler.h"

namespace zp::gateway {

Result<void> Bundler::publish(const PackedItem& item) {
  Waiting mine{item, std::nullopt, {}};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&mine);
  mine.changed.wait(lock, [&] { return mine.outcome || !busy_; });
  if (!mine.outcome) publish_waiting(lock);
  return *mine.outcome;
}

void Bundler::publish_waiting(std::unique_lock<std::mutex>& lock) {
  std::vector<Waiting*> batch;
  std::swap(batch, waiting_);
  busy_ = true;
  lock.unlock();
  std::vector<const PackedItem*> items;
  for (const Waiting* one : batch) items.push_back(&one->item);
  const auto outcome = tray_.publish_bundle(items, open_);
  lock.lock();
  busy_ = false;
  for (Waiting* one : batch) {
    one->outcome = outcome;
    one->changed.notify_one();
  }
  if (!waiting_.empty()) waiting_.front()->changed.notify_one();  // publishes for all that came meanwhile
}

}  // namespace zp::gateway
