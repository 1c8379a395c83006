// gateway/ipc/keymaker.h - a door's way to fresh data keys.
//
// The keymaker listens on a Unix socket; a request is one byte, how many keys are wanted at most; the answer is one byte,
// how many follow, and for each the 32 key bytes, a 4-byte big-endian length, then the sealed key (crypto/key_batch.h).
// None: no key can be made now (gpg is missing, the zone key has expired): the door refuses politely. Threads: may be
// shared; each question uses a connection of its own.
#ifndef GATEWAY_IPC_KEYMAKER_H_
#define GATEWAY_IPC_KEYMAKER_H_

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "crypto/data_key.h"

namespace zp::gateway {

class KeymakerClient {
 public:
  explicit KeymakerClient(std::string socket_path) : socket_path_(std::move(socket_path)) {}
  /// kUnavailable if the keymaker does not answer within 5 s.
  Result<crypto::FreshKey> fresh_key() const;
  /// At least one, at most `wanted`, of which there can't be more than 255.
  Result<std::vector<crypto::FreshKey>> fresh_keys(std::uint8_t wanted) const;

 private:
  std::string socket_path_;
};

/// For a door that needs many: several keys for each question. One that nobody took within a minute is dropped, so that
/// a changed set of recipients takes effect soon.
class KeyStock {
 public:
  explicit KeyStock(KeymakerClient keymaker) : keymaker_(std::move(keymaker)) {}
  Result<crypto::FreshKey> take();

 private:
  const KeymakerClient keymaker_;
  std::mutex mutex_;
  std::vector<crypto::FreshKey> keys_;
  std::chrono::steady_clock::time_point got_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_IPC_KEYMAKER_H_
