// crypto/ledger.h - the record of who did what, that cannot be altered unnoticed.
//
// Entries carry the fields of NEN 7513:2018 and Logboek Dataverwerkingen that apply. Each entry is one line of JSON;
// the lines are the leaves of a Merkle tree (RFC 6962 section 2.1: leaf hash SHA-256(0x00 || line), node SHA-256(0x01
// || l || r)). Checkpoints are signed notes in the C2SP tlog-checkpoint form with an Ed25519 key, so that an outside
// witness can cosign. The ledger itself has no file, clock or key store: `LedgerStorage` is handed in (gateway/store).
// Threads: a Ledger may be shared; append() is serialised by its storage across processes as well.
#ifndef CRYPTO_LEDGER_H_
#define CRYPTO_LEDGER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"

namespace zp::crypto {

/// One event. No names of clients, no content: a dossier by its id, a document by its object id.
struct LedgerEntry {
  std::string time;      // RFC 3339, UTC, milliseconds (EventDateTime)
  std::string actor;     // user id or process name (UserID)
  std::string function;  // role in which the actor acted: "postkamer", "worker" (RoleIDCode)
  std::string action;    // "dossier.open", "document.view", "letter.send", ... (EventTypeCode, from a closed list)
  std::string object;    // id of what was touched (ParticipantObjectID); may be empty
  std::string dossier;   // dossier id; may be empty (log-in, configuration)
  /// PurposeOfUse: a key of the purposes list, e.g. "behandelen-verzoek"; may be empty for processes.
  std::string purpose;
  std::string ground;   // legal ground that goes with it, e.g. "AVG art. 15"; may be empty
  std::string outcome;  // "ok", "denied", "failed" (EventOutcomeIndicator)
  std::string detail;   // closed vocabulary or numbers ("pages=1-3"), never free text about a person; may be empty

  /// The line that is hashed: JSON object, keys in the order above, no spaces, UTF-8, no line break inside.
  std::string line() const;
  static Result<LedgerEntry> parse(std::string_view line);
};

/// Durable, append-only storage of lines and their leaf hashes; one writer at a time across processes.
class LedgerStorage {
 public:
  virtual ~LedgerStorage() = default;
  /// Appends under an exclusive lock and syncs before it returns; the index (from 0) of the first new line.
  virtual Result<std::uint64_t> append(const std::vector<std::string>& lines) = 0;
  /// Calls `visit(index, line, recorded_leaf_hash)` for [from, to) in order; stops at the first Error of visit.
  using Visit = std::function<Result<void>(std::uint64_t, std::string_view, const Digest&)>;
  virtual Result<void> read(std::uint64_t from, std::uint64_t to, const Visit& visit) const = 0;
  /// Number of complete entries.
  virtual Result<std::uint64_t> size() const = 0;
  /// Signed checkpoints, oldest first; append keeps all.
  virtual Result<void> append_checkpoint(std::string_view note) = 0;
  virtual Result<std::vector<std::string>> checkpoints() const = 0;
};

/// A tree head. `note` text: origin, size, base64 root, blank line, signatures (C2SP tlog-checkpoint, signed-note).
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
};

/// Ed25519 note signing key; `name` is the key name in the note ("zegelpost.example/ledger").
class NoteSigner {
 public:
  static NoteSigner generate(std::string name);
  static Result<NoteSigner> from(std::string name, SecretBytes seed);
  const SecretBytes& seed() const noexcept { return seed_; }
  /// "name+hash+base64(type||key)": what a verifier needs, public.
  std::string verifier_key() const;
  std::string sign(const Checkpoint& checkpoint) const;

 private:
  NoteSigner(std::string name, SecretBytes seed);
  std::string name_;
  SecretBytes seed_;
};

/// kTampered if no signature of `verifier_key` on `note` holds.
Result<Checkpoint> open_note(std::string_view note, std::string_view verifier_key);

Digest leaf_hash(std::string_view line);

/// Incremental RFC 6962 root: O(log n) state.
class TreeHasher {
 public:
  void add(const Digest& leaf);
  std::uint64_t size() const noexcept { return size_; }
  Digest root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;
};

/// RFC 6962 section 2.1.1 audit path for `index` in the tree of `leaves`.
std::vector<Digest> inclusion_proof(const std::vector<Digest>& leaves, std::uint64_t index);
bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t tree_size,
                      const std::vector<Digest>& proof, const Digest& root);

/// What verify_ledger found. `problems` is empty when all is well; each names an entry or a checkpoint.
struct LedgerReport {
  std::uint64_t entries = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t covered = 0;  // entries below the newest valid checkpoint
  Digest root{};
  std::vector<std::string> problems;
};
/// Recomputes every hash and checks every checkpoint. An Error only when the storage cannot be read at all.
Result<LedgerReport> verify_ledger(const LedgerStorage& storage, std::string_view verifier_key);

}  // namespace zp::crypto

#endif  // CRYPTO_LEDGER_H_
