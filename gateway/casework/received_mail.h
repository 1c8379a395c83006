// gateway/casework/received_mail.h - words that came in: a mail (the raw message, and what staff read of it), or what
// somebody wrote in a reply to a message in the secure mailbox.
//
// The raw message is an object of its dossier with role kRawMail, what was read in it one with role kMailText; the context
// of both is the submission. All that stands in it is untrusted text: escape when shown. What of a mail was encrypted
// stands in it opened; the raw message is as it came.
// Threads: values and free functions.
#ifndef GATEWAY_CASEWORK_RECEIVED_MAIL_H_
#define GATEWAY_CASEWORK_RECEIVED_MAIL_H_

#include "gateway/casework/casework.h"

namespace zp::gateway {

inline constexpr const char *kRawMail = "mail", *kMailText = "mail-text";

struct ReceivedMail {
  std::string from;             // "name <address>"
  std::vector<std::string> to;  // addresses, of copies too
  std::string date;             // ISO 8601, as the sender's program said; may be empty
  std::string subject, text;
  bool is_cut = false;      // `text` is the first intake::kMaxMailText bytes
  bool is_partial = false;  // not everything could be taken apart
  std::string sha256;       // hex, of the raw message, or of the words; empty: not known

  std::string json() const;
  /// kMalformed.
  static Result<ReceivedMail> parse(std::string_view json);
};

/// A document that came in a mail.
struct MailDocument {
  Id id;
  std::string name;
  Malware malware = Malware::kPending;
  bool may_be_used = false;
};
bool parts_may_be_used(const std::vector<MailDocument>& parts) noexcept;

struct FiledMail {
  Delivery delivery;
  std::optional<ObjectRow> raw;   // none: a reply in the mailbox, which is its text
  std::optional<ObjectRow> text;  // none: filed before it was kept
  std::vector<MailDocument> parts;
};
/// The mails of a dossier, and replies with words, in order of receipt.
Result<std::vector<FiledMail>> mails_of(StoreReader& store, const OpenDossier& open);
Result<ReceivedMail> read_mail(ObjectStore& objects, const OpenDossier& open, const FiledMail& filed);

/// What the page of a mail shows.
struct MailView {
  std::string reference;  // of the dossier
  FiledMail filed;
  ReceivedMail mail;
  bool may_download = false;  // this actor, by function; raw_mail() refuses while a part may not be used
};

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_RECEIVED_MAIL_H_
