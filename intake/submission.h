// intake/submission.h - one delivery by a sender, as a door hands it to the inner zone.
//
// Its JSON is the sealed `manifest` of a tray item; label {id, id}, key index 0. Files lie beside it as
// OBJECT-HEX.PART, sealed with label {id, object, part}.
#ifndef INTAKE_SUBMISSION_H_
#define INTAKE_SUBMISSION_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "intake/findings.h"

namespace zp::intake {

inline constexpr std::size_t kMaxWords = 20'000;  // bytes of UTF-8: five pages

struct ReceivedFile {
  Id object;
  std::string name;           // as sent, cleaned for show; never a path
  std::string slot;           // the requirement the sender says it is for, e.g. "request"; may be empty
  std::string declared_type;  // Content-Type, unchecked
  std::uint64_t size = 0;
  std::string sha256;                      // hex; empty of mail and scans until the worker has opened them
  std::vector<std::uint32_t> key_of_part;  // index into TrayItem::sealed_keys for part 0, 1, ...
  std::int64_t received_ms = 0;
};

struct SubmissionManifest {
  Id id;
  std::string reference;
  std::string channel;  // "web", "mail", "reply", "scan"
  std::string kind;     // requirement file; empty for mail: the worker decides
  std::int64_t received_ms = 0;
  std::map<std::string, std::string> fields;  // what was filled in, by field name of the requirement file
  std::vector<ReceivedFile> files;
  /// 32 bytes: the worker seals the receipt PDF under it; the sender's cookie gives it back to the door.
  Bytes receipt_key;
  std::string access_code;    // chosen by the sender for the answer; may be empty
  Id in_reply_to;             // shelf id of the message this answers; zero: none
  std::string words;          // what the sender of a reply wrote; plain text
  std::string envelope_from;  // mail only
  std::vector<std::string> envelope_to;
  bool fetched = false;  // mail out of a mailbox: envelope_from is not known

  std::string json() const;
  /// kMalformed or kTooLarge for anything a broken-into door could send: the inner zone does not trust it.
  static Result<SubmissionManifest> parse(std::string_view untrusted_json);
};

/// A file name fit to show: valid UTF-8, no path, no control or bidi characters, at most 120 characters; never empty
/// ("document").
std::string clean_file_name(std::string_view untrusted_name);

}  // namespace zp::intake

#endif  // INTAKE_SUBMISSION_H_
