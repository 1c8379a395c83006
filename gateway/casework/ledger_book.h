// gateway/casework/ledger_book.h - writing the ledger: who, when, what for, and a signed checkpoint now and then.
//
// Threads: may be shared. Processes: several may write one ledger (crypto/ledger.h). Errors: of the storage; an act
// whose entry can't be written does not happen.
#ifndef GATEWAY_CASEWORK_LEDGER_BOOK_H_
#define GATEWAY_CASEWORK_LEDGER_BOOK_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crypto/keyring/openpgp.h"
#include "crypto/ledger.h"
#include "gateway/config/config.h"

namespace zp::gateway {

/// Who acts, in which roles, and for which purpose.
struct Actor {
  Id user;                         // zero for a process
  std::string name;                // login of a member of staff, or the process ("worker")
  std::vector<std::string> roles;  // postkamer, informatiebalie, jurist, goedkeurder, fg, beheerder, worker
  std::string purpose = {};        // key of purposes() in flow.h; empty for processes
  std::string ground = {};         // the legal ground that goes with it
  /// Approvers who are away and whom this actor replaces today; then `roles` has goedkeurder because of them alone.
  std::vector<Id> replaces = {};
  bool has(std::string_view role) const noexcept;
};

/// What an act touched.
struct Touched {
  std::string dossier = {}, object = {}, detail = {};
};

class LedgerBook {
 public:
  using Clock = std::function<std::int64_t()>;  // unix milliseconds
  static constexpr std::uint64_t kCheckpointEvery = 256;

  /// Opens config.ledger() and, through `opener`, the signer's seed. The origin is config.ledger_origin().
  static Result<std::unique_ptr<LedgerBook>> open(const Config& config, const crypto::Opener& opener, Clock clock);
  LedgerBook(std::unique_ptr<crypto::LedgerStorage> storage, crypto::NoteSigner signer, std::string origin,
             Clock clock);

  /// Durable on return. `function` is the role in which the actor acts; `outcome` "ok", "denied" or "failed".
  Result<void> record(const Actor& actor, std::string_view function, std::string_view action, const Touched& touched,
                      std::string_view outcome = "ok");
  /// Entries about one dossier, oldest first (at most `limit`, the newest).
  Result<std::vector<crypto::LedgerEntry>> about(const std::string& dossier, std::size_t limit = 10'000) const;
  /// Newest entries first, `offset` from the end.
  Result<std::vector<crypto::LedgerEntry>> latest(std::size_t offset, std::size_t limit) const;
  /// Signs a checkpoint over all entries unless the newest one covers them already. kTampered if an entry no longer
  /// fits its leaf.
  Result<void> checkpoint();

 private:
  std::unique_ptr<crypto::LedgerStorage> storage_;
  crypto::NoteSigner signer_;
  std::string origin_;
  Clock clock_;
  std::mutex mutex_;
  crypto::TreeHasher tree_;        // guarded by mutex_
  std::uint64_t signed_size_ = 0;  // guarded by mutex_
};

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_LEDGER_BOOK_H_
