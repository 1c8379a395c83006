// intake/rules/requirements.h - what a request needs: readable files with their sources, and the evaluator.
//
// One YAML file per kind of request in intake/rules/requests/*.yaml (installed as data): title, who may make
// it, fields to fill in, required documents with condition, why (B1 Dutch), ground, and the term it starts.
// docs/rules.md describes the format. A program advises: an evaluation says what it saw and why; people
// decide. Threads: const objects may be shared.
#ifndef INTAKE_RULES_REQUIREMENTS_H_
#define INTAKE_RULES_REQUIREMENTS_H_

#include <map>
#include <string>
#include <vector>

#include "crypto/base/result.h"
#include "intake/findings.h"
#include "intake/rules/records.h"

namespace zp::intake {

/// One proof that may be needed.
struct DocumentRule {
  std::string slot;              // "request", "client-identity", "court-order"
  std::string label;             // "Kopie identiteitsbewijs van de cliënt"
  std::string explanation;       // B1: what exactly, and a tip
  std::string why;               // B1: why we ask it
  std::string source;            // "CIZ, Raadplegen gegevens: mentor/curator of bewindvoerder"
  std::string source_text;       // the sentence it rests on
  Condition when;                // needed only then; empty: always
  bool needs_signature = false;  // handwritten or digital
  bool identity_document = false;
  std::vector<std::string> holders;  // whose identity document: "client", "requester"; compared with the
                                     // fields HOLDER_name and HOLDER_birth_date; one of them must match
  bool mask = false;                 // photo and BSN are not needed: pointed out and masked
  std::string on_file;               // also met by this record of the client's register; empty: by documents only
  std::vector<std::string> before;   // letters that wait for it, whatever else may be missing
  std::vector<std::string> accepts;  // document kinds (Findings::kind) that count; "unknown": also what was
                                     // not recognised; empty: any
};

/// A term of the Awb for our answer, counted in weeks (Awb 7:10, 4:17, 9:11).
struct WeeksRule {
  std::string label;  // "Beslissing op het bezwaar", for lists
  int weeks = 0;
  std::string ground;         // "Awb art. 7:10 lid 1"
  bool after_remedy = false;  // counts from the end of the term for objection to the decision that the request is about
  bool carried = true;        // past closed days (Algemene termijnenwet)
  /// With an advisory committee, put on record as kCommittee; 0: the same weeks.
  int committee_weeks = 0;
  std::string committee_ground;
  /// May be put off once by so many weeks, by the measure kAdjourns; 0: it can't be.
  int adjourned_weeks = 0;
  std::string adjourned_ground;
  std::string stands_still;  // where it stands that it stands still until a defect is mended; empty: it runs on
  int refusal_weeks = 0;     // not to deal with it at all is told within so many weeks; 0: no such term
  std::string refusal_ground;
};
/// What the request is about (`bekendgemaakt`, `gepost`, `beslissen_voor`: dates), the committee, and the measure that puts off.
inline constexpr std::string_view kMatter = "zaak", kCommittee = "adviescommissie", kAdjourns = "verdaging";

struct RequestRule {
  std::string name;  // "informatie-mentor-curator-bewindvoerder"
  std::string title, intro;
  std::string group;  // heading on the start page; empty: not offered there
  std::vector<FieldRule> fields;
  std::vector<DocumentRule> documents;
  RecordBook book;             // what staff put on record; empty for most requests
  bool made_by_staff = false;  // staff may begin such a dossier themselves
  bool is_register = false;    // about a person for as long as it is true, not a request: nothing is classified as one
  bool hand_over = false;      // once complete, staff may hand it over to the authority's case system
  std::string term;            // avg | wlz | weeks | none
  WeeksRule weeks;             // of the term `weeks`
  std::string term_source;
  std::string term_ground;   // where that term stands, as letters print it: "AVG artikel 12 lid 3"; may be empty
  bool application = false;  // it asks for a decision (Awb 1:3 lid 3): Awb 4:5 and 4:15 hold
  int completion_days = 14;  // Awb 4:5 term we give
  int retention_days = 0;    // after closing; 0: need not be kept; from the file, no default in code
  std::string asks_with = "verzoek-om-aanvulling";  // the letter that asks for what is missing
  std::vector<std::string> phrases;                 // lower case: a mail with one of these seems to be such a request
  std::string legal_ground;                         // "AVG art. 15"
  std::string purpose;  // Dutch, what such a dossier uses personal data for (AVG art. 15 lid 1 onder a); empty: for
                        // nothing but the request itself
  std::string source, source_text;  // where it stands that one may ask this, and the sentence; may be empty
};

class RuleBook {
 public:
  /// Reads every *.yaml in `folder` in order of name; kConfig names file and line of the first mistake. A
  /// request is named after its file; lists shared by several requests stand in `folder`/parts.
  static Result<RuleBook> load(const std::string& folder);
  const RequestRule* find(std::string_view name) const;
  const std::vector<RequestRule>& requests() const noexcept { return requests_; }

 private:
  std::vector<RequestRule> requests_;
};

/// One document as the evaluator sees it.
struct Evidence {
  std::string document;  // id or name, echoed back
  std::string slot;      // what the sender said it is for; may be empty
  Findings findings;
  // By staff, and stronger than what was found: "slot", "kind" -> their new value; "signature" -> "present" |
  // "absent"; "usable" -> "yes" | "no"; "identity" -> "match" | "differs"; "order.court", ".date", ".measure", ".represented",
  // ".representative", ".end_date" -> what a person read in a beschikking.
  std::map<std::string, std::string> corrections;
  std::string received_on = {};  // YYYY-MM-DD: an identity document must be valid then; empty: not judged
};

enum class RequirementState { kMet, kMissing, kDoubtful };

struct RequirementResult {
  std::string slot, label, why, source, source_text, explanation;
  RequirementState state = RequirementState::kMissing;
  std::string document;              // which document is the evidence
  std::vector<std::string> seen;     // Dutch, for staff: "Handtekening op pagina 1 (zekerheid 0,93)"
  std::vector<std::string> lacking;  // B1 Dutch, for the sender: "Wij zien geen handtekening."
  bool mask = false;
};

struct Evaluation {
  // Every requirement met, none doubtful; never where nothing is required: a person sorts that.
  bool complete = false;
  std::vector<RequirementResult> requirements;
  std::vector<std::string> unused;  // documents that no requirement asked for
};

/// What the client's register says about a proof that a requirement asks for.
struct ProofOnFile {
  RequirementState state = RequirementState::kMet;
  std::string seen, lacking;  // for staff; for the sender, when not met
};
/// By DocumentRule::on_file. Met on file is met; a register that contradicts a document makes it doubtful.
void apply_register(const RequestRule& rule, const std::map<std::string, ProofOnFile>& on_file, Evaluation& evaluation);

/// Assigns documents to requirements (the sender's slot first, then the kind found) and judges each.
Evaluation evaluate(const RequestRule& rule, const FieldValues& fields, const std::vector<Evidence>& evidence);

}  // namespace zp::intake

#endif  // INTAKE_RULES_REQUIREMENTS_H_
