// gateway/store/sqlite_reader.h - StoreReader on SQLite, below a reader and a writer alike.
#ifndef GATEWAY_STORE_SQLITE_READER_H_
#define GATEWAY_STORE_SQLITE_READER_H_

#include "gateway/store/sqlite.h"
#include "gateway/store/store.h"

namespace zp::gateway::sqlite {

/// One connection to each of the two databases. Stays where it is: transactions point to it.
struct Connections {
  Database main;
  Database keys;
};

/// `Base` is StoreReader or StoreWriter. Transactions are the caller's.
template <class Base>
class Reading : public Base {
 public:
  explicit Reading(Connections& connections) : db_(connections) {}

  Result<Dossier> dossier(const Id& id) override;
  Result<Dossier> dossier_by_reference(const std::string& reference) override;
  Result<std::vector<Dossier>> dossiers(const DossierFilter& filter) override;
  Result<std::uint64_t> count_dossiers(const DossierFilter& filter) override;
  Result<std::vector<Dossier>> past_retention(const std::string& today) override;
  Result<std::vector<KeyRow>> keys(const Id& dossier) override;
  Result<KeyRow> key(const Id& id) override;
  Result<std::vector<KeyRow>> keys_kept_otherwise(const Id& keeping, const Id& after, std::uint32_t limit) override;
  Result<KeyCounts> count_keys(const Id& keeping) override;
  Result<Submission> submission(const Id& id) override;
  Result<std::vector<Submission>> submissions(const Id& dossier) override;
  Result<std::vector<Id>> submission_ids() override;
  Result<std::vector<Document>> documents(const Id& dossier) override;
  Result<Document> document(const Id& id) override;
  Result<ObjectRow> object(const Id& id) override;
  Result<std::vector<ObjectRow>> objects(const Id& dossier) override;
  Result<Letter> letter(const Id& id) override;
  Result<std::vector<Letter>> letters(const Id& dossier) override;
  Result<Message> message(const Id& id) override;
  Result<Message> message_on_shelf(const Id& shelf) override;
  Result<std::vector<Message>> messages(const Id& dossier) override;
  Result<std::vector<Message>> messages_in_state(const std::string& state) override;
  Result<std::vector<Message>> messages_past_expiry(TimeMs now) override;
  Result<std::vector<Message>> messages_unopened(TimeMs from, TimeMs to, const std::string& but_noted) override;
  Result<Id> dossier_of_mail(const std::string& message_id) override;
  Result<std::vector<Job>> jobs(bool dead, const std::vector<std::string>& kinds, std::uint32_t limit) override;
  Result<std::uint64_t> count_jobs(bool dead, const std::vector<std::string>& kinds) override;
  Result<Lane> lane(const Id& id) override;
  Result<std::vector<LaneLoad>> lanes(TimeMs now) override;
  Result<User> user(const Id& id) override;
  Result<User> user_by_login(const std::string& login) override;
  Result<std::vector<User>> users() override;
  Result<std::vector<Absence>> absences(const std::string& day) override;
  Result<Session> session(ByteView token_hash) override;
  Result<std::vector<Tombstone>> tombstones() override;
  Result<StoreCounts> counts() override;

 protected:
  Connections& db_;
};

extern template class Reading<StoreReader>;
extern template class Reading<StoreWriter>;

}  // namespace zp::gateway::sqlite

#endif  // GATEWAY_STORE_SQLITE_READER_H_
