// gateway/store/bundler.h - small items of many threads go into a tray together (group commit).
//
// What comes while others are being synced goes into the next group: the busier the door, the more messages share a sync;
// one that comes alone waits for nobody. Groups are added to one bundle for a while.
// Threads: any number.
#ifndef GATEWAY_STORE_BUNDLER_H_
#define GATEWAY_STORE_BUNDLER_H_

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "gateway/store/tray.h"

namespace zp::gateway {

class Bundler {
 public:
  explicit Bundler(const Tray& tray) : tray_(tray) {}  // outlives this
  /// Durable and noted as accepted on return, as after Tray::publish(). On an Error nothing of the item is left, with
  /// the exceptions that Tray::publish() names.
  Result<void> publish(const PackedItem& item);

 private:
  struct Waiting {
    const PackedItem& item;
    std::optional<Result<void>> outcome;
    std::condition_variable changed;  // of its own: whom nothing concerns sleeps on
  };
  void publish_waiting(std::unique_lock<std::mutex>& lock);

  const Tray& tray_;
  std::mutex mutex_;
  std::vector<Waiting*> waiting_;
  bool busy_ = false;               // one of the threads publishes for all that wait; two at once were slower
  std::optional<OpenBundle> open_;  // belongs to that thread
};

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_BUNDLER_H_
