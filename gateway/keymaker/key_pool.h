// gateway/keymaker/key_pool.h - data keys made ahead of need, so that a burst of senders or a short failure
// of gpg is not felt.
//
// Keys are single use and lie in locked memory (SecretBytes). A key that nobody took within kMaxAge is
// dropped, so that a changed set of recipients takes effect soon. Threads: all members may be called from any
// thread.
#ifndef GATEWAY_KEYMAKER_KEY_POOL_H_
#define GATEWAY_KEYMAKER_KEY_POOL_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "crypto/data_key.h"

namespace zp::gateway {

class KeyPool {
 public:
  /// At least as many as are made at once.
  static constexpr std::size_t kKeys = 64, kBatch = 32;
  static constexpr std::chrono::minutes kMaxAge{10};

  /// Makes `kBatch` keys, which cost hardly more than one.
  using Maker = std::function<Result<std::vector<crypto::FreshKey>>()>;
  using Now = std::function<std::chrono::steady_clock::time_point()>;
  /// `make` is called from the pool's own thread only; after a failure again a second later.
  explicit KeyPool(
      Maker make, Now now = [] { return std::chrono::steady_clock::now(); });
  ~KeyPool();

  /// Waits up to `wait` for a key; up to `wanted` of those that are there then. None if none can be made.
  std::vector<crypto::FreshKey> take(std::size_t wanted, std::chrono::milliseconds wait);
  std::size_t size() const;

 private:
  struct Kept {
    crypto::FreshKey key;
    std::chrono::steady_clock::time_point made;
  };
  void fill();
  void drop_old();

  const Maker make_;
  const Now now_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Kept> keys_;
  bool failing_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_KEYMAKER_KEY_POOL_H_
