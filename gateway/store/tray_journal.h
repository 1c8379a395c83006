// gateway/store/tray_journal.h - ids in a file of a tray, a line each: `accepted` names each item that a giver acknowledged,
// `settled` what was lost or damaged and a person has dealt with.
//
// Givers may add to `accepted` and read neither. An id may stand there twice. Threads and processes: any number.
#ifndef GATEWAY_STORE_TRAY_JOURNAL_H_
#define GATEWAY_STORE_TRAY_JOURNAL_H_

#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "gateway/process/descriptor.h"

namespace zp::gateway {

class TrayJournal {
 public:
  /// Durable, unless it is there already.
  static Result<void> make(const std::string& path, unsigned mode);
  static Result<TrayJournal> open(const std::string& path);
  /// All of the ids or none. Durable after sync().
  Result<void> append(const std::vector<Id>& ids) const;
  Result<void> sync() const;
  /// Each id once, in the order in which they were first noted.
  static Result<std::vector<Id>> read(const std::string& path);

 private:
  explicit TrayJournal(Descriptor file) noexcept : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_TRAY_JOURNAL_H_
