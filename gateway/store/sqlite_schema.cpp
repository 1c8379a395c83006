#include "gateway/store/sqlite_schema.h"

#include <span>

namespace zp::gateway::sqlite {
namespace {

// A step that has been in a release is never changed: add another one.
constexpr const char* kMainSteps[] = {
    R"sql(
CREATE TABLE dossiers (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  reference TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  channel TEXT NOT NULL,
  received INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  due TEXT NOT NULL,                -- '~' for none, so that none comes last
  retain_until TEXT NOT NULL,
  restricted INTEGER NOT NULL,
  owner BLOB,
  version INTEGER NOT NULL,
  profile BLOB NOT NULL             -- last: the columns before it are read without it
);
CREATE INDEX dossiers_in_order ON dossiers (due, received, id, state, kind);  -- holds all that a list is chosen by
CREATE INDEX dossiers_by_state ON dossiers (state, kind, due);
CREATE INDEX dossiers_by_retention ON dossiers (retain_until) WHERE state = 'closed';

CREATE TABLE tokens (
  token BLOB NOT NULL,
  dossier INTEGER NOT NULL REFERENCES dossiers (seq),
  PRIMARY KEY (token, dossier)
) WITHOUT ROWID;
CREATE INDEX tokens_by_dossier ON tokens (dossier);

CREATE TABLE submissions (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  dossier BLOB NOT NULL REFERENCES dossiers (id) DEFERRABLE INITIALLY DEFERRED,
  reference TEXT NOT NULL,
  channel TEXT NOT NULL,
  received INTEGER NOT NULL,
  documents INTEGER NOT NULL
);
CREATE INDEX submissions_by_dossier ON submissions (dossier);

CREATE TABLE documents (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  dossier BLOB NOT NULL REFERENCES dossiers (id) DEFERRABLE INITIALLY DEFERRED,
  submission BLOB NOT NULL,
  object BLOB NOT NULL,
  state TEXT NOT NULL,
  received INTEGER NOT NULL,
  key BLOB NOT NULL,
  details BLOB NOT NULL
);
CREATE INDEX documents_by_dossier ON documents (dossier);

CREATE TABLE objects (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  dossier BLOB NOT NULL REFERENCES dossiers (id) DEFERRABLE INITIALLY DEFERRED,
  document BLOB NOT NULL,
  context BLOB NOT NULL,
  keys BLOB NOT NULL,               -- the ids one after the other
  role TEXT NOT NULL,
  page INTEGER NOT NULL,
  bytes INTEGER NOT NULL
);
CREATE INDEX objects_by_dossier ON objects (dossier);

CREATE TABLE letters (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  dossier BLOB NOT NULL REFERENCES dossiers (id) DEFERRABLE INITIALLY DEFERRED,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  author BLOB NOT NULL,
  approver BLOB,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  object BLOB NOT NULL,
  data BLOB NOT NULL,
  key BLOB NOT NULL
);
CREATE INDEX letters_by_dossier ON letters (dossier);

CREATE TABLE messages (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  dossier BLOB NOT NULL REFERENCES dossiers (id) DEFERRABLE INITIALLY DEFERRED,
  letter BLOB NOT NULL,
  route TEXT NOT NULL,
  state TEXT NOT NULL,
  shelf BLOB NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  notified INTEGER NOT NULL,
  read INTEGER NOT NULL,
  key BLOB NOT NULL,
  data BLOB NOT NULL
);
CREATE INDEX messages_by_dossier ON messages (dossier);
CREATE INDEX messages_by_state ON messages (state);
CREATE INDEX messages_by_shelf ON messages (shelf);

CREATE TABLE sent_mails (
  message_id TEXT PRIMARY KEY,
  dossier BLOB NOT NULL REFERENCES dossiers (id) DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;
CREATE INDEX sent_mails_by_dossier ON sent_mails (dossier);

CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  subject BLOB NOT NULL,
  payload TEXT NOT NULL,
  run_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  lease_until INTEGER NOT NULL,     -- 0: nobody has it
  dead INTEGER NOT NULL
);
CREATE INDEX jobs_in_order ON jobs (dead, run_at, seq);
CREATE INDEX jobs_by_subject ON jobs (subject);

CREATE TABLE users (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,              -- separated by commas
  password_hash TEXT NOT NULL,
  totp BLOB NOT NULL,
  totp_step INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  disabled INTEGER NOT NULL
);

CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY,
  user BLOB NOT NULL,
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  csrf BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_seen ON sessions (seen);

CREATE TABLE notes (
  what TEXT NOT NULL,
  token BLOB NOT NULL,
  noted INTEGER NOT NULL,
  PRIMARY KEY (what, token)
) WITHOUT ROWID;
CREATE INDEX notes_by_age ON notes (what, noted);

CREATE TABLE tombstones (
  dossier BLOB PRIMARY KEY,
  reference TEXT NOT NULL,
  kind TEXT NOT NULL,
  erased INTEGER NOT NULL,
  confirmed_by BLOB NOT NULL,
  documents INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE shreds_pending (       -- erased here, keys not yet known to be gone from keys.db
  dossier BLOB PRIMARY KEY
) WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE absences (
  id BLOB PRIMARY KEY,
  user BLOB NOT NULL,
  replacement BLOB NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  entered_by BLOB NOT NULL,
  entered INTEGER NOT NULL,
  ended INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX absences_by_last_day ON absences (last_day);
)sql",
    R"sql(
ALTER TABLE jobs ADD COLUMN lane BLOB;                  -- null: none
ALTER TABLE jobs ADD COLUMN first_try INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_without_lane ON jobs (dead, run_at, seq) WHERE lane IS NULL;
CREATE INDEX jobs_by_lane ON jobs (lane, dead, run_at, seq);
CREATE INDEX jobs_leased ON jobs (lane, lease_until) WHERE lease_until > 0;
CREATE TABLE lanes (
  id BLOB PRIMARY KEY,
  domain BLOB NOT NULL,
  failures INTEGER NOT NULL,
  failing_since INTEGER NOT NULL,
  next INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  paused_until INTEGER NOT NULL,
  pause BLOB NOT NULL
) WITHOUT ROWID;
)sql",
    R"sql(
CREATE INDEX messages_by_expiry ON messages (expires)
  WHERE route = 'mailbox' AND state IN ('published', 'notified', 'read', 'undeliverable');
CREATE INDEX messages_by_notice ON messages (notified) WHERE state = 'notified';
)sql",
};

constexpr const char* kKeysSteps[] = {
    R"sql(
CREATE TABLE keys (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  dossier BLOB NOT NULL,
  sealed BLOB NOT NULL,
  wrapped BLOB NOT NULL
);
CREATE INDEX keys_by_dossier ON keys (dossier);
CREATE INDEX keys_by_sealed ON keys (sealed);
)sql",
    R"sql(
ALTER TABLE keys ADD COLUMN keeping BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
CREATE INDEX keys_by_keeping ON keys (keeping);
)sql",
};

Result<std::int64_t> schema_version(Database& database) {
  TRY_DO(database.script(
      "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied TEXT NOT NULL)"));
  TRY_ASSIGN(auto query, database.query("SELECT coalesce(max(version), 0) FROM schema_version"));
  TRY_DO(query.step());
  return query.number(0);
}

Result<void> migrate(Database& database, std::span<const char* const> steps, const char* name) {
  const auto newest = static_cast<std::int64_t>(steps.size());
  while (true) {
    TRY_ASSIGN(auto transaction, Transaction::begin(database, Transaction::Kind::kWrite));
    TRY_ASSIGN(const std::int64_t version, schema_version(database));
    if (version > newest)
      return fail(Code::kConfig, "open store: a newer program wrote this database; install that version or a later one",
                  name);
    if (version < newest) {
      TRY_DO(database.script(steps[static_cast<std::size_t>(version)]));
      TRY_DO(database.run("INSERT INTO schema_version VALUES (?, datetime('now'))", version + 1));
    }
    TRY_DO(transaction.commit());
    if (version >= newest) return {};
  }
}

}  // namespace

Result<void> migrate_main(Database& database) { return migrate(database, kMainSteps, "zegelpost.db"); }
Result<void> migrate_keys(Database& database) { return migrate(database, kKeysSteps, "keys.db"); }

}  // namespace zp::gateway::sqlite
