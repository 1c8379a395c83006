// Erasing a dossier: all but its keys go in one transaction of the main database, which also notes that the
// keys are to go. That note is the intent: whenever the machine stops, the next opening finishes what it
// says.
#include "gateway/store/sqlite_rows.h"
#include "gateway/store/sqlite_writer.h"

namespace zp::gateway::sqlite {
namespace {

constexpr std::string_view kForgetDossier[] = {
    "DELETE FROM jobs WHERE subject = ?1 OR subject IN (SELECT id FROM documents WHERE dossier = ?1 UNION "
    "SELECT id FROM letters WHERE dossier = ?1 UNION SELECT id FROM messages WHERE dossier = ?1)",
    "DELETE FROM tokens WHERE dossier = (SELECT seq FROM dossiers WHERE id = ?)",
    "DELETE FROM sent_mails WHERE dossier = ?",
    "DELETE FROM messages WHERE dossier = ?",
    "DELETE FROM letters WHERE dossier = ?",
    "DELETE FROM objects WHERE dossier = ?",
};

/// The same sealed key under a dossier that never came to be: a crash while filing can leave it behind.
Result<std::vector<KeyRow>> left_behind(Connections& db, const Id& dossier) {
  TRY_ASSIGN(
      auto query,
      db.keys.query("SELECT id, dossier, sealed, wrapped, keeping FROM keys WHERE dossier <> ?1 AND length(sealed) > 0 "
                    "AND sealed IN (SELECT sealed FROM keys WHERE dossier = ?1)",
                    dossier));
  TRY_ASSIGN(auto same, all_rows(query, key_row));
  std::vector<KeyRow> orphans;
  for (KeyRow& key : same) {
    TRY_ASSIGN(auto owner, db.main.query("SELECT 1 FROM dossiers WHERE id = ?", key.dossier));
    TRY_ASSIGN(const bool owned, owner.step());
    if (!owned) orphans.push_back(std::move(key));
  }
  return orphans;
}

Result<void> destroy_keys(Connections& db, const std::vector<Id>& dossiers) {
  TRY_ASSIGN(auto transaction, Transaction::begin(db.keys, Transaction::Kind::kWrite));
  for (const Id& dossier : dossiers) {
    TRY_ASSIGN(const auto orphans, left_behind(db, dossier));
    for (const KeyRow& key : orphans) TRY_DO(db.keys.run("DELETE FROM keys WHERE id = ?", key.id));
    TRY_DO(db.keys.run("DELETE FROM keys WHERE dossier = ?", dossier));
  }
  return transaction.commit();
}

/// Until this succeeds the log still holds the deleted pages.
Result<void> empty_log(Database& keys) {
  TRY_ASSIGN(auto query, keys.query("PRAGMA wal_checkpoint(TRUNCATE)"));
  TRY_DO(query.step());
  if (query.number(0) != 0) return fail(Code::kUnavailable, "destroy keys", "a reader keeps the log of keys.db");
  return {};
}

Result<void> finish_pending(Connections& db) {
  // The main database's lock keeps two processes from finishing at once, and filing from adding keys
  // meanwhile.
  TRY_ASSIGN(auto transaction, Transaction::begin(db.main, Transaction::Kind::kWrite));
  std::vector<Id> dossiers;
  {
    TRY_ASSIGN(auto query, db.main.query("SELECT dossier FROM shreds_pending"));
    while (true) {
      TRY_ASSIGN(const bool more, query.step());
      if (!more) break;
      dossiers.push_back(query.id(0));
    }
  }
  if (dossiers.empty()) return {};
  TRY_DO(destroy_keys(db, dossiers));
  TRY_DO(empty_log(db.keys));
  TRY_DO(db.main.run("DELETE FROM shreds_pending"));
  return transaction.commit();
}

}  // namespace

Result<std::vector<ObjectRow>> Writing::shred(const Tombstone& stone) {
  TRY_ASSIGN(const bool shredded_before, exists("SELECT 1 FROM tombstones WHERE dossier = ?", stone.dossier));
  if (shredded_before) return std::vector<ObjectRow>{};
  TRY_ASSIGN(const bool there, exists("SELECT 1 FROM dossiers WHERE id = ?", stone.dossier));
  if (!there) return fail(Code::kNotFound, "shred dossier", stone.dossier.hex());
  TRY_ASSIGN(auto removed, objects(stone.dossier));
  for (const std::string_view sql : kForgetDossier) TRY_DO(db_.main.run(sql, stone.dossier));
  TRY_ASSIGN(const auto documents, db_.main.run("DELETE FROM documents WHERE dossier = ?", stone.dossier));
  TRY_DO(
      db_.main.run("UPDATE dossiers SET state = 'erased', changed = ?, due = ?, retain_until = '', owner = NULL, "
                   "profile = x'', version = version + 1 WHERE id = ?",
                   stone.erased, kNoDate, stone.dossier));
  TRY_DO(
      db_.main.run("INSERT INTO tombstones (dossier, reference, kind, erased, confirmed_by, documents) "
                   "VALUES (?, ?, ?, ?, ?, ?)",
                   stone.dossier, stone.reference, stone.kind, stone.erased, stone.confirmed_by, documents));
  TRY_DO(db_.main.run("INSERT INTO shreds_pending (dossier) VALUES (?)", stone.dossier));
  shredded_ = true;
  return removed;
}

Result<void> finish_shreds(Connections& connections) {
  auto finished = finish_pending(connections);
  if (!finished) finished.error().operation = "destroy keys";
  return finished;
}

}  // namespace zp::gateway::sqlite
