// gateway/casework/casework.h - what worker and staff do with dossiers.
//
// Every method that shows or changes something checks the table of flow.h, then writes the ledger, and only then acts:
// what is denied is in the ledger as denied (kDenied), and what the ledger can't hold does not happen. kRefused: the
// state or a rule says no. Changes are one store transaction; two people at once: the second gets kConflict and must
// look again.
// Threads: may be shared. Processes: worker and staff each have one.
#ifndef GATEWAY_CASEWORK_CASEWORK_H_
#define GATEWAY_CASEWORK_CASEWORK_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/casework/flow.h"
#include "gateway/casework/overview.h"
#include "gateway/casework/vault.h"
#include "gateway/ipc/domain_facts.h"
#include "gateway/store/shelf.h"
#include "intake/rules/terms.h"
#include "intake/rules/ways.h"
#include "templates/letter/letter.h"

namespace zp::gateway {

/// What casework works with; all of it outlives the Casework.
struct Office {
  const Config& config;
  Store& store;
  ObjectStore& objects;
  const Shelf& shelf;
  const Vault& vault;
  LedgerBook& ledger;
  const intake::RuleBook& rules;
  const intake::Calendar& calendar;
  const intake::WayPolicy& ways;
  const templates::LetterPress& letters;
  std::function<TimeMs()> now;
  /// A data key for a dossier that staff begin, sealed to zone and recovery key like any other (the keymaker).
  std::function<Result<crypto::FreshKey>()> fresh_key = {};
  /// What the courier finds out about a domain; empty: there is no courier, and no mail goes straight to a domain.
  std::function<Result<DomainFacts>(const std::string& domain)> domain_facts = {};
};

/// A dossier with its keys and its readable profile, within one transaction.
struct OpenDossier {
  Dossier dossier;
  DossierKeys keys;
  Profile profile;
};
Result<OpenDossier> open_dossier(const Vault& vault, StoreReader& store, const Id& dossier);
/// The public page where a letter is found genuine.
std::string genuine_page(const Config& config);
/// A job about `subject`, due at `run_at`.
Job new_job(std::string kind, const Id& subject, TimeMs run_at, std::string payload = "{}");
/// `message` asks for each document that is not there or not in order.
void ask_for_missing(const OpenDossier& open, MessageData& message);
/// Addresses, not known to be the requester's, from which mail came into the dossier.
std::vector<std::string> other_emails(const Profile& profile);
/// What the dossier can be found by: reference, names, birth dates, e-mail, address.
std::vector<Bytes> search_tokens(const Vault& vault, const OpenDossier& open);
/// Seals the profile, marks the time and stores the row.
Result<void> save_dossier(StoreWriter& store, OpenDossier& open, TimeMs now);

/// A row of a work list. Names come out of the sealed profile.
struct DossierRow {
  Dossier dossier;
  std::string kind_title, requester, subject;
  std::size_t tasks = 0;
};

/// What falls due in a dossier.
struct CalendarRow {
  Dossier dossier;
  std::string kind_title,
      undecided,  // of several rights those still to decide on; empty: one right, or none
      subject;    // no subject for who may not list dossiers: the FG sees that terms are kept, not of whom
  std::vector<TermRecord> terms;  // those that run, the first last day first; never empty
};

struct DueCounts {
  std::uint64_t overdue = 0;  // the last day lies before today
  std::uint64_t near = 0;     // today or within kWarnDays
};

struct TermCalendar {
  DueCounts counts;
  std::vector<CalendarRow> rows;  // overdue first, then by last day
  bool more = false;
};

inline constexpr TimeMs kHour = 3600LL * 1000, kDay = 24 * kHour;

/// Days before a last day on which staff are warned, and that the calendar looks ahead.
inline constexpr int kWarnDays = 7, kAheadDays = 62;

struct DocumentView {
  Document row;
  DocumentDetails details;
  std::vector<ObjectRow> pages;  // role "page" or "page-masked", by page
  bool masked = false;           // its requirement asks for masking: show "page-masked" where there is one
};
struct LetterView {
  Letter row;
  LetterData data;
  std::string title;
  bool needs_approval = true;
};
struct MessageView {
  Message row;
  MessageData data;
};

struct ClientRegister;
struct MailView;

/// A dossier as staff see it.
struct DossierView {
  Dossier dossier;
  Profile profile;
  const intake::RequestRule* rule = nullptr;  // null: kind still unknown
  std::vector<InvokedRight> rights;           // AVG: all that the request invokes (rights.h)
  std::vector<Submission> submissions;
  std::vector<DocumentView> documents;
  std::vector<LetterView> letters;
  std::vector<MessageView> messages;
  std::vector<Id> mails;                        // submissions that are a mail, for Casework::mail()
  std::string hand_over_failure;                // why the package is not made and nobody tries; empty: it did not fail
  std::vector<Act> acts;                        // what this actor may do now
  std::shared_ptr<const ClientRegister> known;  // what the client's register says (register.h); null: there is none
};

/// How the recipient gets an answer.
struct Delivering {
  std::string route = "mailbox";  // "mailbox" or "post"
  std::string code_way;           // mailbox, when there is no access code yet: "per brief", "telefonisch" or "per sms"
  std::vector<std::string> address;  // post, and codes by letter: lines below the name
};

struct AccessCode {
  std::string code;
  TimeMs until = 0;  // it opens nothing from then on
};

/// What a caller types at /uitnodiging to send what is missing.
struct Invitation {
  std::string code;
  TimeMs expires = 0;
  std::vector<std::string> asked;  // labels
};

/// What goes with a letter, as the recipient gets it.
struct EnclosureContent {
  Enclosure about;
  SecretBytes content;
};

class Casework {
 public:
  explicit Casework(const Office& office) : office_(office) {}
  const Office& office() const noexcept { return office_; }

  // Looking
  Result<std::vector<DossierRow>> list(const Actor& actor, const DossierFilter& filter);
  /// Every word of `text` must fit: names, birth date, e-mail, postcode, reference.
  Result<std::vector<DossierRow>> search(const Actor& actor, const std::string& text);
  /// Every term that runs, of all dossiers or of those that the actor has: `offset` dossiers skipped, at most 100.
  Result<TermCalendar> calendar(const Actor& actor, bool mine, std::uint32_t offset);
  /// For a line on the work list; kDenied for who may not see terms.
  Result<DueCounts> due_counts(const Actor& actor);
  Result<DossierView> open(const Actor& actor, const Id& dossier);
  /// One page as PNG. Without a masked image for it, `masked` is kNotFound: never falls back to the unmasked one.
  Result<SecretBytes> page(const Actor& actor, const Id& document, std::uint32_t page, bool masked);
  /// The original, bit-exact. Refused (kRefused) while the malware scanner has not said "clean".
  Result<void> original(const Actor& actor, const Id& document, const crypto::ByteSink& sink);
  /// A mail that came in (received_mail.h); kNotFound if `submission` is none.
  Result<MailView> mail(const Actor& actor, const Id& dossier, const Id& submission);
  /// The raw message, bit-exact. Refused (kRefused) while a document that came in it may not be used.
  Result<void> raw_mail(const Actor& actor, const Id& dossier, const Id& submission, const crypto::ByteSink& sink);
  /// The PDF of a letter: drawn anew while a draft, the kept object after that.
  Result<Bytes> letter_pdf(const Actor& actor, const Id& letter);
  Result<std::vector<crypto::LedgerEntry>> ledger_about(const Actor& actor, const Id& dossier);
  Result<std::vector<crypto::LedgerEntry>> ledger_latest(const Actor& actor, std::size_t offset, std::size_t limit);
  /// AVG art. 15: what is held about the person whom the dossier is about, in every dossier, who looked, to whom it went.
  /// Each of those dossiers has an entry in the ledger.
  Result<Overview> overview(const Actor& actor, const Id& dossier);
  /// The access code, to be told by telephone after the control questions. kRefused once it has run out.
  Result<AccessCode> reveal_code(const Actor& actor, const Id& dossier);
  /// A fresh code by `how.code_way`, for who lost it, or locked a message, or waited too long. What lies in the mailbox opens
  /// with that one alone.
  Result<void> renew_code(const Actor& actor, const Id& dossier, const Delivering& how);

  /// A telephone call, without what was said: who asked what kind of question, by which rule it was answered, and how it
  /// went. `reference` may be empty. All are names of the rules' files; nothing that a caller said may be among them.
  Result<void> record_call(const Actor& actor, const std::string& rule, const std::string& caller,
                           const std::string& question, const std::string& outcome, const std::string& reference);

  // Handling
  Result<void> take(const Actor& actor, const Id& dossier, bool mine);
  /// `others`: rights of the AVG that the request invokes beside this one.
  Result<void> classify(const Actor& actor, const Id& dossier, const std::string& kind,
                        const std::vector<std::string>& others = {});
  /// AVG: what the request asks for, all of it. What is settled stays; what is left out was never asked.
  Result<void> invoke_rights(const Actor& actor, const Id& dossier, const std::vector<std::string>& kinds);
  /// AVG: the requester asks for it no longer, so that no decision is needed.
  Result<void> settle_right(const Actor& actor, const Id& dossier, const std::string& kind, const std::string& reason);
  Result<void> edit_person(const Actor& actor, const Id& dossier, const Person& requester, const Person& client);
  /// Mail that came from `email`, another address than the requester's, is the requester's own, and so is what comes from there
  /// later; `how` is how staff know. kRefused for an address from which nothing came.
  Result<void> confirm_email(const Actor& actor, const Id& dossier, const std::string& email, const std::string& how);
  /// keys "signature" (present|absent), "kind", "slot", ... of intake::Evidence; an empty value takes the correction
  /// back.
  Result<void> correct(const Actor& actor, const Id& document, const std::string& key, const std::string& value);
  /// A person answers for a document that the scanner could not pass. For one in which it found malware that takes
  /// Act::kReleaseInfected and a reason: scanners are wrong at times.
  Result<void> release(const Actor& actor, const Id& document, const std::string& reason = {});
  /// The scanner looks once more at what it did not pass: it knows more every day.
  Result<void> scan_again(const Actor& actor, const Id& document);
  /// A document out of another system, `origin`; inspected like any other before it can be used. Its id.
  Result<Id> add_document(const Actor& actor, const Id& dossier, const std::string& name, const std::string& origin,
                          ByteView content);
  Result<void> note(const Actor& actor, const Id& dossier, const std::string& text);
  Result<void> finish_task(const Actor& actor, const Id& dossier, std::size_t task);
  /// AVG art. 18, on one of its grounds (restriction.h).
  Result<void> restrict(const Actor& actor, const Id& dossier, const std::string& ground);
  /// kRefused until the person was told (restriction.h); what came in meanwhile is judged now.
  Result<void> lift_restriction(const Actor& actor, const Id& dossier);
  /// AVG art. 12(3): two further months, once, within the first month; the letter that tells so is drafted too.
  Result<void> extend_term(const Actor& actor, const Id& dossier);
  Result<void> confirm_complete(const Actor& actor, const Id& dossier);
  /// The complete request to the authority's case system: a job writes the package, and then terms end (hand_over.h).
  Result<void> hand_over(const Actor& actor, const Id& dossier);
  /// Both for a hand-over that failed: once more, or the dossier is complete again as if it had not been handed over.
  Result<void> retry_hand_over(const Actor& actor, const Id& dossier);
  Result<void> take_back_hand_over(const Actor& actor, const Id& dossier);
  Result<void> reopen_review(const Actor& actor, const Id& dossier);
  /// Rules and documents once more; a complete dossier in kChecking goes on by itself, any other waits for a person.
  Result<intake::Evaluation> evaluate(const Actor& actor, const Id& dossier);

  /// By the worker, every hour: a term whose last day comes near becomes a task in its dossier, one that went by a task
  /// and an entry in the ledger, each once. Looks at every term that runs, however many there are. How many tasks.
  Result<std::size_t> watch_terms(const Actor& actor);

  // On record (casework_records.cpp): facts, contacts, people, consents, as the request's file names them.
  /// A dossier of a kind that staff begin themselves, with the first entry of its first record. Its id.
  Result<Id> make_dossier(const Actor& actor, const std::string& kind, const intake::FieldValues& fields);
  /// kRefused names every missing or wrong field.
  Result<void> add_record(const Actor& actor, const Id& dossier, const std::string& record,
                          const intake::FieldValues& fields);
  /// It holds until the day before `from` (YYYY-MM-DD): a consent that is withdrawn, a representation that ends.
  Result<void> end_record(const Actor& actor, const Id& dossier, const std::string& record, const Id& entry,
                          const std::string& from, const std::string& proof);
  /// It stays readable and no longer counts.
  Result<void> strike_record(const Actor& actor, const Id& dossier, const std::string& record, const Id& entry,
                             const std::string& reason);
  /// By the worker, after the register of a client changed or a day of it came: who no longer speaks for the client loses
  /// the messages that lie ready and the access code, and whoever came in the place becomes the requester. How many dossiers.
  Result<std::size_t> move_access(const Actor& actor, const Id& register_dossier);

  // Letters. Author and approver are never the same person.
  /// A draft with the fields that the dossier can fill in; `fields` win. The letter's id.
  Result<Id> draft(const Actor& actor, const Id& dossier, const std::string& name, const nlohmann::json& fields = {});
  Result<void> edit_letter(const Actor& actor, const Id& letter, const nlohmann::json& fields);
  /// AVG: on which of the rights that it is for a letter decides.
  Result<void> decide_on(const Actor& actor, const Id& letter, const std::vector<std::string>& kinds);
  /// The letter in other words, or, when `wording` is empty or says what the template says, in the template's again.
  /// Fixed passages can't be changed (templates::Passage).
  Result<void> reword_letter(const Actor& actor, const Id& letter, const templates::Wording& wording);
  /// A copy of a document of the dossier goes with the letter; a newer scan that finds malware stops it.
  Result<void> enclose_document(const Actor& actor, const Id& letter, const Id& document);
  /// What Zegelpost holds goes with the letter, as JSON and CSV; in a letter about portability only what was given (AVG
  /// art. 20 lid 1). Made anew it replaces what was made before.
  Result<void> enclose_overview(const Actor& actor, const Id& letter);
  Result<void> leave_out(const Actor& actor, const Id& letter, const Id& object);
  Result<EnclosureContent> enclosure(const Actor& actor, const Id& letter, const Id& object);
  Result<void> propose(const Actor& actor, const Id& letter);
  Result<void> approve(const Actor& actor, const Id& letter);
  Result<void> give_back(const Actor& actor, const Id& letter, const std::string& reason);
  Result<void> withdraw(const Actor& actor, const Id& letter);
  /// Approved letters, and drafts of letters that need no approval (the request for missing documents). Draws and seals
  /// the PDF, makes the Message and its job. The message's id.
  Result<Id> send(const Actor& actor, const Id& letter, const Delivering& how);
  Result<void> recall(const Actor& actor, const Id& message);
  /// For a caller who answered the control questions, or by a letter to `address` (lines below the name), which then has
  /// the code. kRefused when nothing is missing.
  Result<Invitation> invite(const Actor& actor, const Id& dossier, const std::vector<std::string>& address = {});

  // Absence (casework_absence.cpp)
  /// The same actor, with the function of goedkeurder while an approver who is away has named him or her, and only then.
  Result<Actor> with_replacements(Actor actor);
  /// From the first to the last day `replacement` approves in the place of `user`. Approvers for themselves, an
  /// administrator for anybody.
  Result<void> record_absence(const Actor& actor, const Id& user, const Id& replacement, const std::string& from,
                              const std::string& until);
  Result<void> end_absence(const Actor& actor, const Id& absence);

  // The end
  Result<void> close(const Actor& actor, const Id& dossier);
  /// By the worker: every closed dossier past its retention term. How many.
  Result<std::size_t> propose_erasures(const Actor& actor);
  /// Not yet: kept until `until` (YYYY-MM-DD, after today), with a reason for the history.
  Result<void> keep(const Actor& actor, const Id& dossier, const std::string& until, const std::string& reason);
  /// Destroys the keys, plans the removal of the objects, leaves the tombstone.
  Result<void> erase(const Actor& actor, const Id& dossier);
  Result<void> revive_job(const Actor& actor, const Id& job);

  // Mail out (mail_queue.cpp)
  /// Nothing goes to `domain` until then (kUntilLifted: until resume_mail()). `why` is shown to all staff.
  Result<void> pause_mail(const Actor& actor, const std::string& domain, const std::string& why, TimeMs until);
  Result<void> resume_mail(const Actor& actor, const Id& lane);
  /// Without waiting for the end of the back-off.
  Result<void> try_mail_now(const Actor& actor, const Id& lane);

 private:
  using Body = std::function<Result<void>(StoreWriter&, OpenDossier&)>;
  using EnclosureChange = std::function<Result<void>(StoreWriter&, OpenDossier&, Letter&, LetterData&)>;
  Result<void> change_enclosures(const Actor& actor, const Id& letter, const std::string& detail,
                                 const EnclosureChange& body);
  Result<void> enter(const Actor& actor, Act act, const Touched& touched);
  Result<void> enter_restricted(const Actor& actor, Act act, const Touched& touched);
  Result<void> look(const Actor& actor, Act act, const Id& dossier, const Id& object = {},
                    const std::string& detail = {});
  Result<void> change(const Actor& actor, Act act, const Id& dossier, const Id& object, const std::string& detail,
                      const Body& body);
  Result<std::vector<DossierRow>> rows(const DossierFilter& filter, const std::vector<std::string>& addresses = {});
  Result<Dossier> dossier_of_document(const Id& document, Document& into);
  Office office_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_CASEWORK_H_
