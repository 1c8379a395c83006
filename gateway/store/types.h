// gateway/store/types.h - the rows that the inner zone keeps.
//
// Nothing here says something about a person in the clear: names, addresses, file names, findings and texts lie in
// sealed blobs (`profile`, `details`, `data`), objects under the dossier's data keys (crypto/object.h).
// Times are unix milliseconds UTC; dates are "YYYY-MM-DD" in Europe/Amsterdam, empty for none.
#ifndef GATEWAY_STORE_TYPES_H_
#define GATEWAY_STORE_TYPES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::gateway {

using TimeMs = std::int64_t;

/// Where a dossier stands. The words stand in the database and never change.
enum class DossierState {
  kChecking,         // filed; inspection or evaluation runs
  kReview,           // the checks are done: a person of the mailroom looks
  kWaiting,          // asked the sender for what is missing
  kComplete,         // complete: ready for a decision
  kDeciding,         // a decision is drafted
  kApproval,         // a decision waits for another person's approval
  kAnswered,         // the answer is sent
  kClosed,           // nothing more to do: retention runs
  kErasureProposed,  // past retention: a person must confirm
  kErased,           // keys destroyed; only the tombstone stays
};
std::string_view state_name(DossierState state) noexcept;
std::optional<DossierState> parse_state(std::string_view name) noexcept;

struct Dossier {
  Id id;
  std::string reference;  // crypto/reference.h
  std::string kind;       // name of a requirement file (intake/rules), e.g. "avg-inzage"
  DossierState state = DossierState::kChecking;
  std::string channel;  // "web", "mail", "scan"
  TimeMs received = 0;
  TimeMs changed = 0;
  std::string due;            // last day of the running term
  std::string retain_until;   // erasure is proposed after this day; empty: not closed yet
  bool restricted = false;    // AVG art. 18: no processing but storage
  std::optional<Id> owner;    // the member of staff who has it
  std::uint32_t version = 1;  // optimistic lock: update_dossier refuses an older one (kConflict)
  Bytes profile;              // sealed JSON: requester, client, fields, evaluation, ... label {id, id}
};

/// One data key of a dossier, both ways it is kept. Lives in a database of its own so that shredding is certain.
struct KeyRow {
  Id id;
  Id dossier;
  Bytes sealed;     // OpenPGP
  Bytes wrapped;    // under the zone key
  Id keeping = {};  // names the zone key and the OpenPGP keys that it is kept under (Vault); zero: not known
};

/// Submission::channel of what staff add themselves.
inline constexpr std::string_view kStaffChannel = "staff";

struct Submission {
  Id id;
  Id dossier;
  std::string reference;
  std::string channel;
  TimeMs received = 0;
  std::uint32_t documents = 0;  // as the manifest counted them: balance compares
};

/// What a sealed blob in the object store is.
struct ObjectRow {
  Id id;
  Id dossier;
  Id document;           // zero for letters, mails, receipts
  Id context;            // label it was sealed with
  std::vector<Id> keys;  // key of part 0, 1, ...
  std::string role;      // "original", "page", "page-masked", "letter", "receipt", "mail", "mail-text"
  std::uint32_t page = 0;
  std::uint64_t bytes = 0;  // plaintext
};

struct Document {
  Id id;
  Id dossier;
  Id submission;
  Id object;          // its original
  std::string state;  // "filed", "inspected", "quarantined"
  TimeMs received = 0;
  Id key;         // key of `details`
  Bytes details;  // sealed JSON: name, type, size, sha256, findings, corrections; label {dossier, id}
};

struct Letter {
  Id id;
  Id dossier;
  std::string name;   // template
  std::string state;  // "draft", "proposed", "approved", "sent", "withdrawn"
  Id author;
  std::optional<Id> approver;
  TimeMs created = 0;
  TimeMs changed = 0;
  Id object;   // the PDF; zero while a draft
  Bytes data;  // sealed JSON of its fields; label {dossier, id}
  Id key;
};

/// One message to a recipient.
struct Message {
  Id id;
  Id dossier;
  Id letter;          // zero: none
  std::string route;  // "mailbox", "post"
  std::string state;  // "queued", "published", "notified", "read", "expired", "recalled", "undeliverable", "printed"
  Id shelf;           // its name on the shelf
  TimeMs created = 0;
  TimeMs expires = 0;
  TimeMs notified = 0;
  TimeMs read = 0;
  Id key;
  Bytes data;  // sealed JSON: address, subject, link secret, access code way; label {dossier, id}
};

struct Job {
  Id id;
  std::string kind;     // "inspect", "evaluate", "receipt", "notify", ...
  Id subject;           // what it is about: dossier, document, message
  std::string payload;  // small JSON of ids and numbers only
  TimeMs run_at = 0;
  std::uint32_t attempts = 0;
  std::string last_error;  // Error::message(): no content
  TimeMs lease_until = 0;
  bool dead = false;
  Id lane = {};                // of the mails to one domain; zero: none
  TimeMs first_try = 0;        // 0: not tried yet
  std::uint32_t failures = 0;  // tries that came to an end; the others of `attempts` ended the worker
};

inline constexpr TimeMs kUntilLifted = INT64_MAX;

/// The mails to one domain wait in a queue of their own: few go at the same time, all wait while nothing gets through or
/// while staff hold them back. There as long as a mail waits, it fails, or it is paused.
struct Lane {
  Id id;              // blind: HMAC of the domain
  Bytes domain = {};  // sealed under the zone key
  // In a row, about the domain as a whole. While there are any, one mail at a time tries.
  std::uint32_t failures = 0;
  TimeMs failing_since = 0, next = 0;  // nothing leaves before `next`
  std::string last_error = {};         // Error::message(): no content
  TimeMs paused_until = 0;             // 0: never paused; past: when the last pause was over
  Bytes pause = {};                    // sealed: who, and why
};

/// A lane with what is in it.
struct LaneLoad {
  Lane lane;
  std::uint64_t waiting = 0, sending = 0;
};

struct User {
  Id id;
  std::string login;
  std::string name;
  std::vector<std::string> roles;  // postkamer, informatiebalie, jurist, goedkeurder, fg, beheerder
  std::string password_hash;
  Bytes totp;  // wrapped under the zone key (seal_bytes with a derived key; label {id, id})
  std::int64_t totp_step = 0;
  std::uint32_t failures = 0;
  TimeMs locked_until = 0;
  bool disabled = false;
};

/// While somebody who approves letters is away, somebody else may. It is never changed; it may end early.
struct Absence {
  Id id;
  Id user, replacement;
  std::string from, until;  // first and last day
  Id entered_by;
  TimeMs entered = 0;
  TimeMs ended = 0;  // 0: not ended early
};

struct Session {
  Bytes token_hash;  // SHA-256 of the cookie
  Id user;
  TimeMs created = 0;
  TimeMs seen = 0;
  Bytes csrf;  // 32 random bytes
};

struct Tombstone {
  Id dossier;
  std::string reference;
  std::string kind;
  TimeMs erased = 0;
  Id confirmed_by;
  std::uint32_t documents = 0;
};

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_TYPES_H_
