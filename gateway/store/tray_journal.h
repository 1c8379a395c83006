// gateway/store/tray_journal.h - `accepted` of a tray: the id of each item that a giver acknowledged, a line each.
//
// Givers may add and not read. An id may stand there twice. Threads and processes: any number.
#ifndef GATEWAY_STORE_TRAY_JOURNAL_H_
#define GATEWAY_STORE_TRAY_JOURNAL_H_

#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "gateway/process/descriptor.h"

namespace zp::gateway {

class TrayJournal {
 public:
  /// Durable, unless it is there already. `tray`: the folder.
  static Result<void> make(const std::string& tray);
  static Result<TrayJournal> open(const std::string& tray);
  /// All of the ids or none. Durable after sync().
  Result<void> append(const std::vector<Id>& ids) const;
  Result<void> sync() const;
  /// Each id once, in the order in which they were first noted.
  static Result<std::vector<Id>> read(const std::string& tray);

 private:
  explicit TrayJournal(Descriptor file) noexcept : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_TRAY_JOURNAL_H_
