// intake/findings.h - what inspection found in one document.
//
// The fields and their JSON spelling are contract 7 of the design (`zegelpost check --json`). Boxes are fractions of
// the upright page, origin top left. Everything that came out of a cell is untrusted text until parse_findings() has
// bounded and cleaned it (lengths, counts, control characters, ranges).
// Threads: values.
#ifndef INTAKE_FINDINGS_H_
#define INTAKE_FINDINGS_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/result.h"

namespace zp::intake {

struct Box {
  double x = 0, y = 0, w = 0, h = 0;
};

inline constexpr double kSureSignature = 0.5;  // confidence; below it a person looks

inline constexpr double kSureKind = 0.5;  // the same for the kind of a document

struct HandwrittenSignature {
  Box box;
  double confidence = 0;  // 0 to 1
  /// paper | image: written on paper and scanned, or put on a page of a PDF as picture, annotation or drawing.
  std::string origin = "paper";
};

/// A place to sign that a known form has, or a label asks for.
struct SignatureField {
  Box box;
  std::string state = "empty";  // empty | doubtful | signed; doubtful: something is written there, perhaps no signature
  std::string whose;            // client | parent | representative, or empty where the form does not tell
};

struct PageFindings {
  int number = 1;
  bool looked_at = true;  // false: there was no time for it, or it could not be drawn; only a text layer was read
  bool blank = false;
  bool upside_down = false;
  double skew_degrees = 0;  // degrees counter-clockwise that level the page
  bool sharp = true;
  std::vector<HandwrittenSignature> handwritten_signatures;
  std::string form;                              // name of the known form that the page was made from, or empty
  int form_page = 0;                             // which page of it
  std::vector<SignatureField> signature_fields;  // by the known form, else by their labels
  std::vector<Box> empty_signature_fields;       // those of them that are empty, and empty fields of a PDF form
  std::string text;  // not part of the contract: for classification, sealed with the rest; at most 64 KiB a page
};

/// An OpenPGP signature that a cell, which has no keys, leaves to others; not part of the contract.
struct UncheckedOpenPgp {
  std::string signature;             // base64 of it, armoured or not
  std::uint64_t begin = 0, end = 0;  // the bytes of the document that it is over
};

struct DigitalSignature {
  std::string format;                 // "adbe.pkcs7.detached", "ETSI.CAdES.detached", ...
  std::string integrity = "unknown";  // ok | broken | unknown
  std::string coverage = "partial";   // whole | extended-allowed | extended-disallowed | partial
  std::string chain = "unknown";      // trusted | untrusted | expired | revoked | unknown
  std::string signer;
  std::string claimed_time;  // RFC 3339 or empty
  /// Techniques begin with a capital: "SHA1", "RSA-1024", "MD5". Others say what does not fit: "time-stamp",
  /// "byte-range", "changed-page".
  std::vector<std::string> weaknesses;
  std::string revocation = "unknown";        // good | revoked | unknown: by what came with the document
  std::string proven_time;                   // RFC 3339: a trusted time-stamp proves that it existed then; or empty
  std::string indication = "INDETERMINATE";  // TOTAL-PASSED | INDETERMINATE | TOTAL-FAILED (ETSI EN 319 102-1)
  std::string sub_indication;                // such as "HASH_FAILURE"; empty when passed
  std::optional<UncheckedOpenPgp> unchecked = {};

  /// A digest or key that is too weak to trust.
  bool uses_old_technique() const;
};

struct Mrz {
  std::vector<std::string> lines;
  bool checks_ok = false;
  bool corrected = false;  // a single OCR confusion was mended with the help of the check digits
  std::string issuing_state, document_number, birth_date, expiry_date;  // dates YYYY-MM-DD or empty
  std::string surname, given_names, personal_number;
};

struct IdentityDocument {
  int page = 1;
  std::string document_type;  // passport | identity-card | residence-permit | driving-licence | other
  std::optional<Mrz> mrz;
  Box area;  // where the document lies on the page
  std::optional<Box> photo_box;
  std::vector<Box> bsn_boxes;
  std::optional<Box> mrz_box;
  std::vector<std::string> shortcomings = {};  // cut-off | glare | unreadable: what keeps a copy from being used
  std::vector<Box> ghost_boxes = {};           // smaller repeats of the photo, faint or in a window
  std::string printed_expiry = {};             // YYYY-MM-DD by field 4b of a driving licence; empty: not read

  /// As its zone says if the check digits hold, else as printed; empty if neither was read.
  const std::string& expires_on() const noexcept;
};

/// What a beschikking about mentorschap, curatele or bewind seems to say. Proposals for a person to confirm; what was
/// not read is empty.
struct CourtOrder {
  std::string court;                  // "Rechtbank Den Haag"
  std::string date;                   // YYYY-MM-DD: when it was given
  std::vector<std::string> measures;  // mentorschap | curatele | bewind
  std::string represented, representative;
  std::string end_date;  // YYYY-MM-DD; empty: none was read
};

struct Message {
  std::string code, nl, en;  // stable code, B1 Dutch for the sender, English for developers
};

enum class Verdict { kUsable, kDoubtful, kUnusable, kRejected };
std::string_view verdict_name(Verdict verdict) noexcept;

struct Findings {
  std::string sha256;      // set by the trusted side
  std::uint64_t size = 0;  // set by the trusted side
  std::string name;        // attachments only: the name it has in its container, cleaned
  std::string type;        // by content: "application/pdf", "image/jpeg", "image/heic", "message/rfc822", ...
  Verdict verdict = Verdict::kDoubtful;
  /// form | court-order | mandate | consent | letter | decision | identity-document | unknown
  std::string kind = "unknown";
  double kind_confidence = 0;
  /// Finer than the kind: aanvraag | avg-verzoek | machtiging | volmacht | mentorschap | curatele | bewind | toestemming |
  /// medisch | indicatiebesluit, or empty.
  std::string subject;
  std::vector<std::string> kind_words;    // that decided, the weightiest first
  std::optional<CourtOrder> court_order;  // where the kind is court-order
  std::vector<PageFindings> pages;
  std::vector<DigitalSignature> digital_signatures;
  std::optional<IdentityDocument> identity_document;
  std::vector<IdentityDocument> other_identity_documents;  // where there are several
  /// encrypted, javascript, embedded-file, launch-action, xfa, malformed, image-bomb, crash, timeout, ...
  std::vector<std::string> hazards;
  std::vector<Findings> attachments;
  std::vector<Message> messages;
};

/// How findings spell a moment: "2026-11-22T10:15:00Z".
std::string rfc3339(std::int64_t unix_seconds);

/// "de cliënt", "de ouder", "de vertegenwoordiger"; empty for "".
std::string_view dutch_signer(std::string_view whose) noexcept;
/// "leeg", "niet zeker", "getekend".
std::string_view dutch_field_state(std::string_view state) noexcept;

/// The contract's object; `with_text` adds page text (for storage, never for `check`).
nlohmann::json to_json(const Findings& findings, bool with_text = false);
/// kMalformed for wrong types, kTooLarge over the bounds (200 pages, 200 signatures, depth 4, 1000 messages, ...).
Result<Findings> parse_findings(const nlohmann::json& untrusted_json);

}  // namespace zp::intake

#endif  // INTAKE_FINDINGS_H_
