// gateway/store/ledger_file.h - LedgerStorage as files: entries.jsonl (one line per entry), leaves (32 bytes each),
// checkpoints.
//
// Appends take a file lock, so several processes may share it. A whole line without its leaf hash (a crash in between)
// is completed at the next append, half a line dropped; neither counts before. kTampered if lines are missing or the
// last one does not match its leaf: nothing is appended to a ledger that was altered. A line is at most 64 KiB
// (kMalformed).
#ifndef GATEWAY_STORE_LEDGER_FILE_H_
#define GATEWAY_STORE_LEDGER_FILE_H_

#include <memory>
#include <string>

#include "crypto/ledger.h"

namespace zp::gateway {

Result<std::unique_ptr<crypto::LedgerStorage>> open_ledger_files(const std::string& folder);

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_LEDGER_FILE_H_
