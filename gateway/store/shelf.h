// gateway/store/shelf.h - what the inner zone publishes for the public door.
//
//   messages/ID/envelope.json, body, att-0, ...   a message to a recipient: sealed under recipient_key (crypto/recipient_key.h)
//   receipts/ID                                    the signed receipt PDF of submission ID, sealed under a key the sender holds
//   letters/ID                                     the day on which a letter went out, under what only its holder knows
//   status/ID                                      one word: "filed", "complete", "incomplete", "answered"
//
// The door reads only. Folders are written aside and renamed: readers see all or nothing.
#ifndef GATEWAY_STORE_SHELF_H_
#define GATEWAY_STORE_SHELF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/recipient_key.h"
#include "gateway/store/files.h"

namespace zp::gateway {

/// What anyone with the link may know before the access code: nothing about a person.
struct Envelope {
  crypto::RecipientLock lock;
  std::int64_t expires_ms = 0;
  std::int64_t code_until_ms = 0;  // from then on the access code opens it no longer; 0: only with the message itself
  std::string code_hint;           // how the recipient got the code: "zelf gekozen", "per brief"
  std::uint32_t attachments = 0;
  std::string json() const;
  static Result<Envelope> parse(std::string_view json);
};

/// The sealed `body` of a message: what the door shows once link and code have opened it.
struct MailboxLetter {
  struct Attachment {
    std::string name, type, sha256;
    std::uint64_t size = 0;
  };  // att-0, att-1, ... in this order
  struct Asked {
    std::string slot, label, explanation;
  };  // what may be sent back
  std::string sender, recipient, reference;
  std::string email;                    // of the recipient; empty for who has none
  std::string kind;                     // requirement file of the request that it answers
  std::string subject;                  // "Verzoek om aanvulling"
  std::string legal_effect, term;       // Dutch; may be empty
  std::vector<std::string> paragraphs;  // Dutch, plain text
  std::int64_t sent_ms = 0;
  std::vector<Attachment> attachments;
  std::vector<Asked> asked;
  /// What went to and fro in this matter, the oldest first; this message is among it.
  struct Step {
    std::int64_t time_ms = 0;
    bool from_us = true;
    std::string subject;             // of what we sent; of what came in: Dutch, how
    std::vector<std::string> files;  // what the recipient sent
    std::string
        link;  // the link secret (base64url) of a message that lies on the shelf too; it asks for its code as ever
    bool is_this = false;
    std::string words = {};  // what the recipient wrote
  };
  std::vector<Step> thread;
  bool may_reply = true;
  std::string json() const;
  static Result<MailboxLetter> parse(std::string_view json);
};

/// The shelf id that belongs to a link secret: SHA-256 under a label, cut to 16 bytes.
Id shelf_id(const SecretBytes& link_secret);

/// The shelf id of a letter for who types its reference and code (crypto::normalise_access_code), and for who has the file.
/// Neither says anything about the letter to who has only the id.
Id genuine_id(std::string_view reference, std::string_view code);
Id genuine_id_of_file(ByteView sha256);

/// The shelf id of the OpenPGP key of our address with this hashed local part (crypto/keyring/web_key.h).
Id web_key_id(std::string_view hash);

class Shelf {
 public:
  static Result<Shelf> open(std::string folder);

  // Inner zone. body and attachments are objects sealed with label {id, id, 0} and {id, id, n + 1}.
  Result<void> publish_message(const Id& id, const Envelope& envelope, ByteView body,
                               const std::vector<Bytes>& attachments) const;
  /// Recall or expiry; no error if gone.
  Result<void> remove_message(const Id& id) const;
  Result<std::vector<Id>> messages() const;
  /// `sealed` has the label {submission, submission, 0}.
  Result<void> publish_receipt(const Id& submission, ByteView sealed) const;
  Result<void> publish_status(const Id& submission, std::string_view word) const;
  Result<void> publish_letter(const Id& id, std::string_view day) const;
  Result<void> remove_letter(const Id& id) const;
  /// A public key, binary; the only one there.
  Result<void> publish_web_key(const Id& id, ByteView key) const;
  /// Receipt and status of a submission that is erased; no error if gone.
  Result<void> remove_submission(const Id& submission) const;

  // Door
  Result<Envelope> envelope(const Id& id) const;
  Result<Bytes> body(const Id& id) const;
  Result<FileReader> attachment(const Id& id, std::uint32_t number) const;
  Result<Bytes> receipt(const Id& submission) const;
  Result<std::string> status(const Id& submission) const;
  /// YYYY-MM-DD; kNotFound: no such letter went out.
  Result<std::string> letter_day(const Id& id) const;
  Result<Bytes> web_key(const Id& id) const;

 private:
  explicit Shelf(std::string folder);
  std::string folder_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_SHELF_H_
