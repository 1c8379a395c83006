// gateway/public/draft.h - a submission that a sender has begun: what the door keeps of it, sealed so that
// only the sender's cookie opens it.
//
// The cookie holds 32 random bytes, S. The draft's id, the key of its state and the key of its receipt come
// from S by HKDF, so whoever has the disk but not the cookie can tell neither what was filled in nor open a
// file, and this process forgets S with the request. The data key that seals the files is kept within the
// state; its OpenPGP form goes to the inner zone. Threads: values.
#ifndef GATEWAY_PUBLIC_DRAFT_H_
#define GATEWAY_PUBLIC_DRAFT_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/data_key.h"
#include "intake/findings.h"

namespace zp::gateway {

/// S, and what follows from it.
class DraftSecret {
 public:
  static DraftSecret generate();
  /// kMalformed unless base64url of 32 bytes.
  static Result<DraftSecret> parse(std::string_view untrusted_cookie);
  static Result<DraftSecret> from(SecretBytes bytes);

  DraftSecret clone() const { return DraftSecret(bytes_.clone()); }
  std::string cookie() const { return to_base64url(bytes_.view()); }
  const Id& id() const noexcept { return id_; }
  crypto::DataKey state_key() const;
  /// The worker seals the receipt PDF under this (SubmissionManifest::receipt_key).
  crypto::DataKey receipt_key() const;
  const SecretBytes& bytes() const noexcept { return bytes_; }

 private:
  explicit DraftSecret(SecretBytes bytes);
  SecretBytes bytes_;
  Id id_;
};

/// Never changes its number: it stands in sealed states.
enum class DraftPhase { kOpen = 0, kSending = 1, kSent = 2 };

/// A form does not tell how long a file will be.
inline constexpr std::uint64_t kUnknownLength = UINT64_MAX;

struct DraftFile {
  Id object;
  std::string name;  // cleaned
  std::string slot;
  std::string declared_type;
  std::uint64_t length = 0;          // announced, or kUnknownLength
  std::vector<std::uint64_t> parts;  // plaintext bytes of each part that is on stable storage
  Bytes hashed;                      // crypto::Sha256::state() of what has come; empty before that and when complete
  std::string sha256;                // hex; set when complete
  std::int64_t received_ms = 0;
  bool inspected = false;  // findings are there, or it is too big for now
  std::optional<intake::Findings> findings;

  std::uint64_t offset() const noexcept;
  /// An empty file has one empty part.
  bool complete() const noexcept { return !sha256.empty(); }
};

/// A document asked for in a message that this draft answers.
struct ReplySlot {
  std::string slot, label, explanation, why, source, source_text;
};

/// What the receipt says about one missing or doubtful document.
struct MissingLine {
  std::string label, explanation, why, source, source_text;
  std::vector<std::string> lacking;
};

struct Draft {
  crypto::DataKey data_key;  // of every file and the manifest
  Id id;
  std::uint32_t changes = 0;  // counted by the store; not part of encode()
  DraftPhase phase = DraftPhase::kOpen;
  std::string reference;
  std::string kind;
  std::string access_code;  // normalised
  std::int64_t created_ms = 0;
  std::map<std::string, std::string> fields;
  std::vector<DraftFile> files;
  Bytes sealed_data_key;  // crypto/key_batch.h

  Id in_reply_to;                 // zero: a new request
  std::string answers_reference;  // the dossier that the message was about
  std::vector<ReplySlot> reply_slots;
  std::string words;  // of a reply: what the sender writes in it

  std::int64_t received_ms = 0;  // once sent
  std::vector<MissingLine> missing;
  bool all_inspected = false;   // when it was sent
  std::string complete_before;  // Dutch date; empty: nothing is missing
  std::string answer_before;    // Dutch date of the term that the law gives us; empty: none

  bool is_reply() const noexcept { return in_reply_to != Id{}; }
  bool empty() const noexcept { return files.empty() && words.empty(); }
  DraftFile* find(const Id& object) noexcept;
  std::uint64_t total_bytes() const noexcept;  // as announced; what has come where that is unknown

  /// The data key, then JSON.
  SecretBytes encode() const;
  static Result<Draft> decode(ByteView state);
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_DRAFT_H_
