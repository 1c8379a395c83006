// gateway/ipc/keymaker.h - a door's way to a fresh data key.
//
// The keymaker listens on a Unix socket; a request is one byte 'K'; the answer is a 4-byte big-endian length,
// the 32 key bytes, then the sealed key (crypto/key_batch.h). Length 0: no key can be made now (gpg is missing, the zone key
// has expired): the door refuses politely. Threads: a client may be shared; each call uses a connection of
// its own.
#ifndef GATEWAY_IPC_KEYMAKER_H_
#define GATEWAY_IPC_KEYMAKER_H_

#include <string>

#include "crypto/data_key.h"

namespace zp::gateway {

class KeymakerClient {
 public:
  explicit KeymakerClient(std::string socket_path) : socket_path_(std::move(socket_path)) {}
  /// kUnavailable if the keymaker does not answer within 5 s.
  Result<crypto::FreshKey> fresh_key() const;

 private:
  std::string socket_path_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_IPC_KEYMAKER_H_
