// gateway/mail/scan_folder.h - taking what the mailroom's scanner puts into a folder.
//
// Order, per file: sealed and published in the tray; then removed. The tray item is named after the file as it lies
// there (name, inode, size, times), so one that a crash left behind is handed over again under the same name, and the
// worker files it once.
// A file is whole when it did not change between two looks that lie `settle_seconds` apart and ends the way a PDF does;
// any other after ten minutes without a change: then a person sees what it is. Hidden files are left alone.
// A file that can't be taken stays where it is and is tried again, later each time; the others go on.
// Threads: one.
#ifndef GATEWAY_MAIL_SCAN_FOLDER_H_
#define GATEWAY_MAIL_SCAN_FOLDER_H_

#include <sys/stat.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "gateway/config/config.h"
#include "gateway/mail/lmtp_session.h"
#include "gateway/store/mailbox_state.h"

namespace zp::gateway {

/// Where scans go.
class ScanIntake {
 public:
  virtual ~ScanIntake() = default;
  /// kExists while an item of this name is in the tray.
  virtual Result<std::unique_ptr<MailWriter>> begin_scan(const Id& id, const std::string& file_name) = 0;
};

class ScanFolder {
 public:
  using Save = std::function<Result<void>(const MailboxState&)>;
  /// Borrows all. `state`: uid is a file's inode, `kept` names items whose file could not be removed yet. `save` makes
  /// it durable.
  ScanFolder(const ScannerConfig& config, ScanIntake& intake, MailboxState& state, Save save)
      : config_(config), intake_(intake), state_(state), save_(std::move(save)) {}

  /// Takes every file that is whole. An Error: the folder can't be read, or what fails lies on our side.
  Result<void> look(std::int64_t now_ms);

 private:
  struct Seen {
    struct stat info {};
    std::int64_t since_ms = 0;  // when it was first seen as it is
  };
  bool is_whole(const std::string& name, const Seen& seen, std::int64_t now_ms) const;
  Result<void> take(const std::string& name, const struct stat& info, std::int64_t now_ms);
  Result<void> remove(const std::string& name, const struct stat& info, const Id& item, std::int64_t now_ms);
  Result<void> leave(const std::string& uid, const Error& error, std::int64_t now_ms);
  bool waits(const std::string& uid, std::int64_t now_ms) const;
  void forget_gone();

  const ScannerConfig& config_;
  ScanIntake& intake_;
  MailboxState& state_;
  Save save_;
  std::map<std::string, Seen> seen_;  // by name
};

/// The item's name for a file as it lies there.
Id scan_item(const std::string& name, const struct stat& info);

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_SCAN_FOLDER_H_
