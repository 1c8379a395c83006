// gateway/casework/profile.h - what the sealed fields of dossiers, documents, letters and messages hold, as JSON.
//
// Everything that says something about a person lies here. Fields that a sender filled in are untrusted text: escape
// when shown. parse() accepts what json() of this or an earlier version wrote; unknown members are ignored, absent ones
// keep their default.
// Threads: values. Errors: kMalformed.
#ifndef GATEWAY_CASEWORK_PROFILE_H_
#define GATEWAY_CASEWORK_PROFILE_H_

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/secret_bytes.h"
#include "gateway/store/types.h"
#include "intake/findings.h"
#include "intake/rules/requirements.h"

namespace zp::gateway {

struct Person {
  std::string name;
  std::string role;        // "client", "mentor", "curator", "bewindvoerder", "gemachtigde", "ouder", ...; may be empty
  std::string birth_date;  // YYYY-MM-DD; may be empty
  std::string email;
  std::string telephone;
  std::vector<std::string> address;  // lines as on an envelope, without the name
};

/// A term that runs, with how its last day was found.
struct TermRecord {
  /// "avg", "avg-verlengd", "verlengingsbericht", "wlz", "aanvulling", "niet-behandelen", "weeks", "bezwaar", "beroep", or the record whose clock it is.
  std::string kind;
  std::string from;                // YYYY-MM-DD
  std::string last_day;            // YYYY-MM-DD
  std::vector<std::string> steps;  // Dutch
  bool running = true;
  std::string ended = {};  // YYYY-MM-DD, when it no longer runs; may be empty
  std::string told = {};   // what staff were told: "", "nadert" or "voorbij"
  std::string about = {};  // of several of one kind: which one (Dutch); may be empty
};

/// A right of the AVG that a request invokes (rights.h).
struct InvokedRight {
  std::string kind;      // name of its requirement file
  bool settled = false;  // decided on, or no decision is asked for any more
  std::string day = {};  // YYYY-MM-DD, of that; empty: not known
  Id letter = {};        // the decision; zero: none
  std::string why = {};  // why it needs no decision, by whom (Dutch)
};

/// One line of what happened, for staff (Dutch). The ledger is the proof; this is the story.
struct HistoryLine {
  TimeMs time = 0;
  std::string who;  // login of the member of staff, "afzender", or "zegelpost"
  std::string what;
  Id submission = {};  // of a mail that came in; zero: of none
};

/// One delivery within the dossier.
struct Delivery {
  Id submission;
  TimeMs received = 0;
  std::string channel;     // "web", "mail", "reply", "scan"
  Bytes receipt_key;       // the sender's; empty: none
  std::string message_id;  // mail: the sender's Message-ID, for In-Reply-To
  std::string subject;     // mail
  bool may_answer = true;  // false for auto-replies, bounces and lists (RFC 3834)
  // Of the receipt, once there is one: by which its holder finds out that it is genuine.
  std::string genuine_code = {};
  std::vector<std::string> receipt_hashes = {};  // hex; several when a crash made us draw it again
  std::string from = {};                         // who gave it, a name or an address; empty: the requester
};

/// One entry that staff put on record (intake/rules/records.h). It is never changed: who made a mistake strikes it out.
struct RecordEntry {
  Id id;
  TimeMs entered = 0;
  std::string by;  // login
  intake::FieldValues fields;
  std::string ended = {};     // YYYY-MM-DD, the first day on which it no longer holds; empty: not ended
  std::string ended_by = {};  // with which document, by whom (Dutch)
  std::string struck = {};    // why it no longer counts, by whom and when (Dutch); empty: it counts
};

/// What went to the authority's case system (hand_over.h), and the proof of it.
struct HandOver {
  Id id;  // names the package: the same however often it is written
  TimeMs asked = 0;
  std::string by = {};      // login
  TimeMs written = 0;       // 0: not yet
  std::string file = {};    // its name, without folder
  std::string sha256 = {};  // hex, of the package as it was put there
  std::string key = {};     // fingerprint of the key that opens it
  std::size_t documents = 0;
};

struct Profile {
  Person requester;
  Person client;                              // empty name: the requester is the client
  std::map<std::string, std::string> fields;  // as filled in, by field name of the requirement file
  std::string access_code;                    // for messages to the requester; empty until there is one
  std::string access_code_way;                // "zelf gekozen", "per brief", "telefonisch", "per sms naar ..."
  std::vector<std::string> confirmed_emails;  // other addresses of which staff know that they are the requester's
  TimeMs requester_since = 0;                 // when somebody else's place was taken; 0: the first
  TimeMs access_code_until = 0;  // from then on it opens nothing; 0, of before there were ends: its messages' end
  std::optional<intake::Evaluation> evaluation;
  std::vector<TermRecord> terms;
  std::vector<InvokedRight> rights;  // AVG, as staff and decisions left them; empty: as the sender asked
  std::vector<Delivery> deliveries;
  std::vector<HistoryLine> history;
  std::vector<std::string> tasks;    // Dutch: what waits for a person, e.g. an undeliverable message
  std::string mail_text;             // readable body of the mail that opened the dossier
  TimeMs restricted_since = 0;       // AVG art. 18, while Dossier::restricted
  std::string restriction_ground;    // the letter in AVG art. 18 lid 1, "a" to "d"
  std::vector<HandOver> hand_overs;  // oldest first
  std::map<std::string, std::vector<RecordEntry>> records;  // kind of entry -> entries, as they were made

  std::string json() const;
  static Result<Profile> parse(std::string_view json);
  /// The requester's own address, or one that staff confirmed.
  bool is_of_requester(std::string_view email) const;
  /// Who the dossier is about.
  const Person& subject() const noexcept { return client.name.empty() ? requester : client; }
};

/// The four verdicts of the malware scanner, and not asked yet. Only kClean passes alone.
enum class Malware { kPending, kClean, kInfected, kNotScannable, kScannerDown, kReleased };
std::string_view malware_name(Malware verdict) noexcept;

struct DocumentDetails {
  std::string name;         // as sent, cleaned
  std::string slot;         // what the sender says it is for; may be empty
  std::string origin = {};  // added by staff: out of which system; empty: it came in
  std::string declared_type;
  std::uint64_t size = 0;
  std::string sha256;  // hex, computed by the door; verified when inspected
  Malware malware = Malware::kPending;
  std::optional<intake::Findings> findings;        // with page text
  std::map<std::string, std::string> corrections;  // by staff, see intake::Evidence
  bool may_be_used() const noexcept { return malware == Malware::kClean || malware == Malware::kReleased; }

  std::string json() const;
  static Result<DocumentDetails> parse(std::string_view json);
};

/// One change of a letter. With those after it, it says what the letter was before.
struct LetterChange {
  TimeMs time = 0;
  std::string who;                                         // login
  nlohmann::json before;                                   // object: what each changed field was; null: not there
  std::optional<std::vector<std::string>> wording_before;  // as LetterData::wording; none: it did not change
};

/// One thing that goes with a letter.
struct Enclosure {
  Id object;    // what is sent: a document's original, or a file that Zegelpost made
  Id document;  // zero: made by Zegelpost
  std::string name, type, sha256;
  std::uint64_t size = 0;
};
/// The name under which LetterChange::before has the names of the enclosures.
inline constexpr std::string_view kEnclosuresChanged = "@bijlagen";

struct LetterData {
  nlohmann::json fields;  // what LetterPress::render gets
  /// Its text in other words (templates::Wording); empty: as the template has it. Other words need approval, always.
  std::vector<std::string> wording = {};
  std::vector<std::string> decides = {};  // AVG: the rights on which it decides (InvokedRight::kind)
  std::vector<Enclosure> enclosures = {};
  std::vector<LetterChange> changes = {};  // oldest first, and none is ever lost
  std::string return_reason = {};          // why the approver sent it back; may be empty
  std::string date = {};                   // YYYY-MM-DD printed on it; empty: today
  // From sending on: by which its holder finds out that it is genuine.
  std::string genuine_code = {};
  std::string sha256 = {};  // hex, of the signed PDF; empty until it was drawn
  std::string json() const;
  static Result<LetterData> parse(std::string_view json);
};

struct MessageData {
  std::string recipient;             // name
  std::string email;                 // where the notification goes; empty for post
  std::vector<std::string> address;  // post only
  std::string subject;               // kind of message, Dutch, no personal data: stands in the notification
  std::string legal_effect;          // Dutch
  std::string term;                  // Dutch: what must be done and by when; may be empty
  std::string last_day;              // YYYY-MM-DD; may be empty
  SecretBytes link_secret;           // 32 bytes
  std::string invitation_code;  // told by telephone: opens this message alone; empty: the dossier's access code does
  std::string file_name;        // of the attached PDF
  std::vector<std::pair<std::string, std::string>> asked;  // slot, label: what may be uploaded as an answer
  std::vector<std::string> mail_ids;                       // Message-IDs of the notifications sent
  std::string failure;                                     // why it could not be delivered (Dutch)
  std::string sent_by = {};                                // name of who sent it; empty: not known
  TimeMs locked = 0;         // when wrong codes closed it last; 0: not since it was opened
  std::uint32_t resent = 0;  // how often it was sent again after it came back for a passing reason

  std::string json() const;
  static Result<MessageData> parse(std::string_view json);
};

/// The lines of a text, trimmed, without empty ones.
std::vector<std::string> lines_of(std::string_view text);

nlohmann::json to_json(const intake::Evaluation& evaluation);
Result<intake::Evaluation> parse_evaluation(const nlohmann::json& json);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_PROFILE_H_
