// gateway/store/open_bundle.h - a published bundle to which its giver still adds: one sync for each group of items, where
// a file of its own has two and costs making and removing it.
//
// Giver and taker agree by two things: the taker moves the bundle away before it reads it, and the giver holds a lock
// (flock) while it looks whether the bundle is still there and adds. So what is added before the move is complete is
// waited for, and nothing is added after it. A giver that dies leaves at most a cut group at the end, which it never
// acknowledged: one without its beginning. Threads: belongs to one thread at a time.
#ifndef GATEWAY_STORE_OPEN_BUNDLE_H_
#define GATEWAY_STORE_OPEN_BUNDLE_H_

#include <chrono>
#include <string>
#include <vector>

#include "gateway/process/descriptor.h"
#include "gateway/store/tray_journal.h"

namespace zp::gateway {

class OpenBundle {
 public:
  /// What damage to one file may concern, and what the taker has in memory at once.
  static constexpr std::size_t kFullBytes = 4 * 1024 * 1024;
  static constexpr std::chrono::seconds kOpenFor{1};

  /// kNotFound if the taker has it already. `path`: published and complete.
  static Result<OpenBundle> open(std::string path);
  /// Adds a group (bundle_head() and files) and syncs it, then notes `ids`. False if nothing more is to be added, and
  /// nothing was. After an Error nothing of the group is left, and nothing more may be added.
  Result<bool> add(ByteView group, const std::vector<Id>& ids, const TrayJournal& journal);

 private:
  OpenBundle(Descriptor file, std::string path, std::size_t bytes)
      : file_(std::move(file)), path_(std::move(path)), bytes_(bytes) {}
  Result<bool> add_locked(ByteView group, const std::vector<Id>& ids, const TrayJournal& journal);
  Result<void> write_at(std::size_t at, ByteView bytes) const;
  void make_room(std::size_t bytes);

  Descriptor file_;
  std::string path_;
  std::size_t bytes_, room_ = bytes_;  // of groups; of the file, with zeros behind them
  std::chrono::steady_clock::time_point opened_ = std::chrono::steady_clock::now();
};

/// Waits until no giver is in the middle of adding to a bundle that was moved away. kConflict after a second: whoever
/// holds the lock that long is no giver of ours.
Result<void> settle_bundle(const std::string& path);

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_OPEN_BUNDLE_H_
