// gateway/worker/inbox.h - taking items out of the incoming tray, one after the other.
//
// An item leaves the tray when its rows are committed and its objects are durable. One that can't be opened or
// understood stays in taken/, where `zegelpost balance` names it, and is tried again after a start; one that can't be
// filed now (gpg, disk, cells) soon. What cells have no time for is filed as it came after some tries.
// Threads: one.
#ifndef GATEWAY_WORKER_INBOX_H_
#define GATEWAY_WORKER_INBOX_H_

#include <functional>
#include <map>

#include "crypto/keyring/batch_opener.h"
#include "gateway/store/tray.h"
#include "gateway/worker/filing.h"

namespace zp::gateway {

/// Files what an item holds. `slow`: how often a cell had no time for it; from kSlowTries on it is not asked again, and a
/// person gets it whole. kTimeout: no time once more.
Result<Id> file_item(const Tools& tools, const std::string& kind, const std::string& folder,
                     intake::SubmissionManifest manifest, OpenedKeys keys, unsigned slow);

class Inbox {
 public:
  Inbox(const Tools& tools, const Tray& tray, const crypto::Opener& opener)
      : tools_(tools), tray_(tray), opener_(opener) {}
  /// Files all that waits, or until `stop` says so between two items; how many were filed. An Error only when the tray
  /// itself can't be read.
  Result<std::size_t> empty(const std::function<bool()>& stop);

 private:
  Result<void> unpack(const std::function<bool()>& stop);
  Result<void> file(const Id& item, const std::string& folder);
  Result<OpenedKeys> open_keys(const std::vector<Bytes>& sealed);
  Result<void> file_delivery_item(const Id& item, const std::string& folder, const TrayItem& about);
  bool waits(const Id& item) const;
  void note_failure(const Id& item, const Error& error);

  struct Failure {
    TimeMs next = 0;
    unsigned times = 0;
    unsigned slow = 0;  // of them for want of a cell's time
  };
  const Tools& tools_;
  const Tray& tray_;
  crypto::BatchOpener opener_;
  std::map<Id, Failure> failures_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_INBOX_H_
