// intake/inspector.h - asking for an inspection; the cell that does it is out of reach here.
//
// gateway/ipc/cell_client.h implements this over the broker's socket. One document per call, in a fresh cell.
// Threads: implementations may be called from any number of threads; calls wait for a free cell.
#ifndef INTAKE_INSPECTOR_H_
#define INTAKE_INSPECTOR_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "intake/findings.h"

namespace zp::intake {

struct InspectionRequest {
  /// What the sender says it is: "request", "identity-document", "court-order", ...; may be empty.
  std::string declared_kind;
  std::string trust_anchors_pem;  // for digital signatures; may be empty
  std::string as_of;              // YYYY-MM-DD: the day of receipt
  bool want_pages = false;        // also page images
  int page_dpi = 110;             // 36 to 300
  /// Also page images with photo, BSN and MRZ blacked out, where there is an identity document.
  bool want_masked = false;
  bool somebody_waits = false;  // then no page is read whole, which takes a second or two
  /// Called from the thread that asks, each time a page was looked at, with how many there are. Not sent to the cell.
  std::function<void(int page, int pages)> progress = {};
};

/// One rendered page, 8-bit RGB, rows without padding.
struct PageImage {
  int page = 1;
  bool masked = false;
  std::uint32_t width = 0, height = 0;  // at most 10,000 each
  Bytes rgb;
};

struct Inspection {
  Findings findings;
  std::vector<PageImage> images;
};

/// What protects one text or attachment of a mail.
struct MailCover {
  enum class Came { kPlain, kOpened, kClosed };  // a cell, which has no keys, opens nothing: kPlain
  std::vector<std::size_t> signatures = {};      // places in ParsedMail::signatures: over all of it, holding or not
  Came came = Came::kPlain;
};
/// A mail taken apart: every non-text part is a candidate whatever its disposition.
struct MailPart {
  std::string name;  // cleaned, may be empty
  std::string type;  // as declared
  Bytes content;
  MailCover cover = {};
  bool wrapping = false;  // the signature itself, or the message that encloses what it signs
};
struct MailText {
  std::string text;
  MailCover cover = {};
};
/// What a mail server says became of one recipient of a mail (RFC 3464).
struct DeliveryReport {
  std::string action;      // "failed", "delayed", "delivered", "relayed", "expanded"
  std::string status;      // "5.1.1" (RFC 3463); empty: not told
  std::string diagnostic;  // one line, in that server's words; may be empty
};
/// One result out of an Authentication-Results field. Whoever sent the mail may have written it.
struct AuthenticationResult {
  std::string server;          // lower case, as is all of it
  std::string method, result;  // "spf", "dkim", "dmarc" or "arc"; "pass", "fail", "none", ...
  std::string domain;          // that it is about; may be empty
};
inline constexpr std::size_t kMaxMailText = 256 * 1024;

struct ParsedMail {
  std::string from_address, from_name, subject, message_id, in_reply_to, date;
  std::vector<std::string> to;
  bool automatic = false;  // RFC 3834 Auto-Submitted, RFC 3464 report, list mail, empty return path: never answer
  std::string text;        // the readable body, at most kMaxMailText bytes; hazard "text-cut": there is more
  /// The same, cut where other signatures begin to count. What a signature is said to cover was read from the bytes that
  /// were signed, and from nothing else.
  std::vector<MailText> texts;
  /// "openpgp", "smime": all of the body is one encrypted message, and that is the last of `parts`. Empty: it is not.
  std::string encrypted;
  std::vector<MailPart> parts;
  std::vector<std::string> hazards;
  std::vector<DeliveryReport> reports;               // of a multipart/report alone
  std::vector<DigitalSignature> signatures;          // of the mail itself, not of documents in it
  std::vector<AuthenticationResult> authentication;  // from the top, at most kMaxAuthentication
};

/// A scanner's batch, taken apart at its cover and separator sheets.
struct ScanPart {
  std::string reference;              // of the cover sheet; empty: a separator sheet, or none before it
  int first_page = 1, last_page = 1;  // of the batch, without sheets; last_page < first_page: nothing but the sheet
  Bytes sheet, content;               // PDF; both empty: there was no sheet, and the batch is one part
};
struct ScanBatch {
  int pages = 0;
  std::vector<ScanPart> parts;  // at least one
};

inline constexpr std::size_t kMaxAuthentication = 30;

class Inspector {
 public:
  virtual ~Inspector() = default;
  /// Of a crash, hang or hostile file: Findings with hazards, rejected. "not-inspected": the machine gave the cell too
  /// little time, so try again, some times. An Error: no cell could be had (kUnavailable); try again.
  virtual Result<Inspection> inspect(ByteView document, const InspectionRequest& request) = 0;
  /// kMalformed if nothing could be made of it: then it waits for a person, with the raw bytes. kTimeout: try again.
  /// Of `request` the trust anchors and the day count.
  virtual Result<ParsedMail> parse_mail(ByteView raw, const InspectionRequest& request) = 0;
  Result<ParsedMail> parse_mail(ByteView raw) { return parse_mail(raw, {}); }
  /// kMalformed if it can't be taken apart: no PDF, damaged, too many pages. kTimeout: try again.
  virtual Result<ScanBatch> split_scan(ByteView batch) = 0;
};

}  // namespace zp::intake

#endif  // INTAKE_INSPECTOR_H_
