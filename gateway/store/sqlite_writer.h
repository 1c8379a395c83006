// gateway/store/sqlite_writer.h - StoreWriter on SQLite: one transaction, over the main database and, once a
// key is added, over the key database too.
#ifndef GATEWAY_STORE_SQLITE_WRITER_H_
#define GATEWAY_STORE_SQLITE_WRITER_H_

#include <optional>

#include "gateway/store/sqlite_reader.h"

namespace zp::gateway::sqlite {

class Writing final : public Reading<StoreWriter> {
 public:
  /// kUnavailable if other writers keep the lock.
  static Result<Writing> begin(Connections& connections);
  Writing(Writing&&) = default;
  /// Keys first: a dossier never stands without them, whenever the machine stops.
  Result<void> commit();
  /// shred() was called: finish_shreds() must follow the commit.
  bool shredded() const noexcept { return shredded_; }

  Result<void> add_dossier(const Dossier& dossier, const std::vector<Bytes>& tokens) override;
  Result<void> update_dossier(const Dossier& dossier) override;
  Result<void> set_tokens(const Id& dossier, const std::vector<Bytes>& tokens) override;
  Result<void> add_key(const KeyRow& key) override;
  Result<void> replace_key(const KeyRow& before, const KeyRow& after) override;
  Result<void> add_submission(const Submission& submission) override;
  Result<void> add_document(const Document& document) override;
  Result<void> update_document(const Document& document) override;
  Result<void> add_object(const ObjectRow& object) override;
  Result<void> remove_object(const Id& id) override;
  Result<void> put_letter(const Letter& letter) override;
  Result<void> put_message(const Message& message) override;
  Result<void> add_sent_mail(const std::string& message_id, const Id& dossier) override;
  Result<void> add_job(const Job& job, bool once) override;
  Result<void> add_lane(const Lane& lane) override;
  Result<void> put_lane(const Lane& lane) override;
  Result<void> hasten_lane(const Id& lane, TimeMs now) override;
  Result<void> remove_idle_lanes(TimeMs now) override;
  Result<void> put_user(const User& user) override;
  Result<void> put_absence(const Absence& absence) override;
  Result<void> put_session(const Session& session) override;
  Result<void> remove_session(ByteView token_hash) override;
  Result<void> remove_sessions_seen_before(TimeMs time) override;
  Result<bool> note_once(const std::string& what, ByteView token, TimeMs now, TimeMs since) override;
  Result<std::vector<ObjectRow>> shred(const Tombstone& tombstone) override;

 private:
  Writing(Connections& connections, Transaction main) : Reading(connections), main_(std::move(main)) {}
  Result<bool> exists(std::string_view sql, const Id& id);
  Result<void> open_keys();

  Transaction main_;
  std::optional<Transaction> keys_;
  bool shredded_ = false;
};

/// Destroys the keys of every dossier whose erasure is committed, overwrites them in keys.db, empties its
/// log, then forgets that they were pending. Harmless when there is nothing to do.
Result<void> finish_shreds(Connections& connections);

}  // namespace zp::gateway::sqlite

#endif  // GATEWAY_STORE_SQLITE_WRITER_H_
