// gateway/worker/clamd.h - asking clamd about one document (INSTREAM over its Unix socket).
//
// Four verdicts, and only "clean" passes alone (design section 6): what clamd could not look into (too big, encrypted,
// a limit reached) is not clean but kNotScannable; no answer is kScannerDown. For that clamd needs AlertEncrypted and
// AlertExceedsMax (docs/operators).
// Threads: may be shared; each call uses a connection of its own.
#ifndef GATEWAY_WORKER_CLAMD_H_
#define GATEWAY_WORKER_CLAMD_H_

#include <string>

#include "gateway/casework/profile.h"

namespace zp::gateway {

class Clamd {
 public:
  /// An empty path: no scanner, every answer is kScannerDown.
  explicit Clamd(std::string socket_path) : socket_path_(std::move(socket_path)) {}
  bool configured() const noexcept { return !socket_path_.empty(); }
  Malware scan(ByteView document) const;

 private:
  std::string socket_path_;
};

/// What clamd's answer means: "stream: OK", "stream: NAME FOUND", "INSTREAM size limit exceeded. ERROR".
Malware verdict_of_reply(std::string_view reply);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_CLAMD_H_
