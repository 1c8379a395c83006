// gateway/store/store.h - the inner zone's database behind an interface.
//
// One implementation per database (sqlite_store.h now, PostgreSQL later); tests/integration/store holds the conformance
// suite that each must pass unchanged. Opened by worker, staff and the CLI; doors never link it.
// Transactions: write() is all or nothing and durable (synced) when it returns; read() sees one consistent state.
// Threads and processes: any number may call; writers wait for each other (kUnavailable after 30 s).
// Errors: kConflict for a stale version or a broken unique rule, kNotFound for a missing row, kNoSpace for a full disk.
#ifndef GATEWAY_STORE_STORE_H_
#define GATEWAY_STORE_STORE_H_

#include <functional>

#include "gateway/store/types.h"

namespace zp::gateway {

struct DossierFilter {
  std::vector<DossierState> states;  // empty: all but erased
  std::vector<Bytes> tokens;         // search tokens that must all be there
  std::string kind;                  // empty: any
  std::vector<std::string> but;      // not of these kinds
  std::string due_before;            // empty: any; else only what has a due date
  std::optional<Id> owner;           // only what this member of staff has
  std::uint32_t offset = 0;
  std::uint32_t limit = 100;  // ordered by due date (none last), then received
};

/// `documents` counts those of erased dossiers too: what was declared once is there or has a tombstone.
struct StoreCounts {
  std::uint64_t submissions = 0, documents_declared = 0, documents = 0, dossiers = 0, tombstones = 0, jobs = 0,
                dead_jobs = 0;
};

/// How many data keys there are, and how many of them are kept otherwise than is asked for.
struct KeyCounts {
  std::uint64_t keys = 0, other = 0;
};

class StoreReader {
 public:
  virtual ~StoreReader() = default;
  virtual Result<Dossier> dossier(const Id& id) = 0;
  virtual Result<Dossier> dossier_by_reference(const std::string& reference) = 0;
  virtual Result<std::vector<Dossier>> dossiers(const DossierFilter& filter) = 0;
  virtual Result<std::uint64_t> count_dossiers(const DossierFilter& filter) = 0;
  /// Closed dossiers whose `retain_until` lies before `today`, restricted ones too.
  virtual Result<std::vector<Dossier>> past_retention(const std::string& today) = 0;
  virtual Result<std::vector<KeyRow>> keys(const Id& dossier) = 0;
  virtual Result<KeyRow> key(const Id& id) = 0;
  /// At most `limit` keys whose `keeping` is another, by id, from the one behind `after`.
  virtual Result<std::vector<KeyRow>> keys_kept_otherwise(const Id& keeping, const Id& after, std::uint32_t limit) = 0;
  virtual Result<KeyCounts> count_keys(const Id& keeping) = 0;
  virtual Result<Submission> submission(const Id& id) = 0;
  virtual Result<std::vector<Submission>> submissions(const Id& dossier) = 0;
  virtual Result<std::vector<Id>> submission_ids() = 0;
  virtual Result<std::vector<Document>> documents(const Id& dossier) = 0;
  virtual Result<Document> document(const Id& id) = 0;
  virtual Result<ObjectRow> object(const Id& id) = 0;
  virtual Result<std::vector<ObjectRow>> objects(const Id& dossier) = 0;
  virtual Result<Letter> letter(const Id& id) = 0;
  virtual Result<std::vector<Letter>> letters(const Id& dossier) = 0;
  virtual Result<Message> message(const Id& id) = 0;
  /// By its name on the shelf: what an event or a reply knows.
  virtual Result<Message> message_on_shelf(const Id& shelf) = 0;
  virtual Result<std::vector<Message>> messages(const Id& dossier) = 0;
  virtual Result<std::vector<Message>> messages_in_state(const std::string& state) = 0;
  /// Those in the secure mailbox whose last moment came at or before `now`.
  virtual Result<std::vector<Message>> messages_past_expiry(TimeMs now) = 0;
  /// Those of which the recipient was notified after `from` and at or before `to`, and that were not read since; without those
  /// that note_once() knows as `but_noted`.
  virtual Result<std::vector<Message>> messages_unopened(TimeMs from, TimeMs to, const std::string& but_noted) = 0;
  /// The dossier to which a mail we sent belongs, by its Message-ID.
  virtual Result<Id> dossier_of_mail(const std::string& message_id) = 0;
  /// By the time at which they are due; of these `kinds` (empty: any), at most `limit` (0: all).
  virtual Result<std::vector<Job>> jobs(bool dead, const std::vector<std::string>& kinds = {},
                                        std::uint32_t limit = 0) = 0;
  virtual Result<std::uint64_t> count_jobs(bool dead, const std::vector<std::string>& kinds) = 0;
  virtual Result<Lane> lane(const Id& id) = 0;
  /// Those with most mails first.
  virtual Result<std::vector<LaneLoad>> lanes(TimeMs now) = 0;
  virtual Result<User> user(const Id& id) = 0;
  virtual Result<User> user_by_login(const std::string& login) = 0;
  virtual Result<std::vector<User>> users() = 0;
  /// Whose last day is `day` or later, by first day.
  virtual Result<std::vector<Absence>> absences(const std::string& day) = 0;
  virtual Result<Session> session(ByteView token_hash) = 0;
  virtual Result<std::vector<Tombstone>> tombstones() = 0;
  virtual Result<StoreCounts> counts() = 0;
};

class StoreWriter : public StoreReader {
 public:
  virtual Result<void> add_dossier(const Dossier& dossier, const std::vector<Bytes>& tokens) = 0;
  /// Stores all fields and raises version by one; kConflict unless `dossier.version` is the stored one.
  virtual Result<void> update_dossier(const Dossier& dossier) = 0;
  virtual Result<void> set_tokens(const Id& dossier, const std::vector<Bytes>& tokens) = 0;
  /// Adding the same key to the same dossier again is harmless.
  virtual Result<void> add_key(const KeyRow& key) = 0;
  /// The same data key as `before`, kept in another way; nothing happens if that row is gone or was replaced meanwhile.
  /// Where no dossier stands behind it, `sealed` stays: what a crash left behind is found by it (shred).
  virtual Result<void> replace_key(const KeyRow& before, const KeyRow& after) = 0;
  /// kExists if the submission was filed before: filing the same tray item twice is harmless.
  virtual Result<void> add_submission(const Submission& submission) = 0;
  virtual Result<void> add_document(const Document& document) = 0;
  virtual Result<void> update_document(const Document& document) = 0;
  virtual Result<void> add_object(const ObjectRow& object) = 0;
  virtual Result<void> remove_object(const Id& id) = 0;
  virtual Result<void> put_letter(const Letter& letter) = 0;     // insert or replace
  virtual Result<void> put_message(const Message& message) = 0;  // insert or replace
  virtual Result<void> add_sent_mail(const std::string& message_id, const Id& dossier) = 0;
  /// With `once` it does nothing if a job with this kind and subject waits to be leased. One that is leased now does
  /// not count: it may have read before what this one is about.
  virtual Result<void> add_job(const Job& job, bool once = true) = 0;
  /// Unless it is there already.
  virtual Result<void> add_lane(const Lane& lane) = 0;
  virtual Result<void> put_lane(const Lane& lane) = 0;  // insert or replace
  /// All in it that wait for another try are due now.
  virtual Result<void> hasten_lane(const Id& lane, TimeMs now) = 0;
  /// Lanes in which nothing waits, fails or is paused.
  virtual Result<void> remove_idle_lanes(TimeMs now) = 0;
  virtual Result<void> put_user(const User& user) = 0;
  virtual Result<void> put_absence(const Absence& absence) = 0;  // insert or replace
  virtual Result<void> put_session(const Session& session) = 0;
  virtual Result<void> remove_session(ByteView token_hash) = 0;
  virtual Result<void> remove_sessions_seen_before(TimeMs time) = 0;
  /// True the first time `token` is noted at or after `since`: one receipt per sender and day, counters of replays.
  /// Notes of the same `what` from before `since` are forgotten.
  virtual Result<bool> note_once(const std::string& what, ByteView token, TimeMs now, TimeMs since) = 0;
  /// Destroys the dossier's keys for good (overwritten in the key database and its log), removes its documents,
  /// objects, letters, messages, sent mails, tokens, profile and the jobs about any of these, keeps dossier row (state
  /// erased), submissions and tombstone (whose `documents` is counted here). The objects to delete from the object
  /// store are returned; none if it was shredded before. The keys go after the rest is committed. If they can't be
  /// reached then, write() says so (operation "destroy keys"): the erasure stands, and every later write and opening
  /// tries to finish it.
  virtual Result<std::vector<ObjectRow>> shred(const Tombstone& tombstone) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<void> read(const std::function<Result<void>(StoreReader&)>& body) = 0;
  /// Commits if `body` succeeds, else rolls back and hands its Error on.
  virtual Result<void> write(const std::function<Result<void>(StoreWriter&)>& body) = 0;

  // The job queue. A lease that runs out goes to the next asker; complete() and retry() by a former holder are
  // kConflict.
  /// The next due job of one of `kinds` (empty: any), leased to the caller until now + lease; kNotFound if there is
  /// none. Of one lane at most `per_lane` at the same time, one while it fails, none before its `next` or while it is
  /// paused; jobs in lanes are leased whatever their kind. With `per_lane` 0: none of them.
  virtual Result<Job> lease_job(const std::vector<std::string>& kinds, TimeMs now, TimeMs lease,
                                std::uint32_t per_lane = 0) = 0;
  /// For whoever knows that nobody else is at work: what a killed worker held is due at once.
  virtual Result<void> release_leases() = 0;
  /// The holder needs longer: the lease runs until `until`, also in `job`.
  virtual Result<void> renew_job(Job& job, TimeMs until) = 0;
  virtual Result<void> complete_job(const Job& job) = 0;
  /// Puts it back for `run_at`, counts a failure and notes `error`; with `dead` it goes to the dead letters, visible to staff.
  virtual Result<void> retry_job(const Job& job, TimeMs run_at, const std::string& error, bool dead) = 0;
  /// A dead letter lives again, with no attempts counted.
  virtual Result<void> revive_job(const Id& id, TimeMs now) = 0;
};

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_STORE_H_
