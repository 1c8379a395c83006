#include "gateway/store/sqlite_writer.h"

#include "gateway/store/sqlite_rows.h"

namespace zp::gateway::sqlite {

Result<Writing> Writing::begin(Connections& connections) {
  TRY_ASSIGN(Transaction main, Transaction::begin(connections.main, Transaction::Kind::kWrite));
  return Writing(connections, std::move(main));
}

Result<void> Writing::commit() {
  if (keys_) TRY_DO(keys_->commit());
  return main_.commit();
}

Result<bool> Writing::exists(std::string_view sql, const Id& id) {
  TRY_ASSIGN(auto query, db_.main.query(sql, id));
  return query.step();
}

Result<void> Writing::add_dossier(const Dossier& d, const std::vector<Bytes>& tokens) {
  TRY_DO(
      db_.main.run("INSERT INTO dossiers (id, reference, kind, state, channel, received, changed, due, "
                   "retain_until, restricted, owner, "
                   "version, profile) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   d.id, d.reference, d.kind, state_name(d.state), d.channel, d.received, d.changed, stored_due(d),
                   d.retain_until, d.restricted, d.owner, d.version, d.profile));
  return set_tokens(d.id, tokens);
}

Result<void> Writing::update_dossier(const Dossier& d) {
  TRY_ASSIGN(
      const auto changed,
      db_.main.run("UPDATE dossiers SET reference = ?, kind = ?, state = ?, channel = ?, received = ?, changed = ?, "
                   "due = ?, retain_until = ?, restricted = ?, owner = ?, profile = ?, version = version + 1 "
                   "WHERE id = ? AND version = ? AND state <> 'erased'",
                   d.reference, d.kind, state_name(d.state), d.channel, d.received, d.changed, stored_due(d),
                   d.retain_until, d.restricted, d.owner, d.profile, d.id, d.version));
  if (changed == 1) return {};
  TRY_ASSIGN(const bool there, exists("SELECT 1 FROM dossiers WHERE id = ?", d.id));
  return fail(there ? Code::kConflict : Code::kNotFound, "update dossier", d.id.hex());
}

Result<void> Writing::set_tokens(const Id& dossier, const std::vector<Bytes>& tokens) {
  TRY_ASSIGN(auto query, db_.main.query("SELECT seq FROM dossiers WHERE id = ?", dossier));
  TRY_ASSIGN(const bool found, query.step());
  if (!found) return fail(Code::kNotFound, "set search tokens", dossier.hex());
  const std::int64_t seq = query.number(0);
  TRY_DO(db_.main.run("DELETE FROM tokens WHERE dossier = ?", seq));
  for (const Bytes& token : tokens)
    TRY_DO(db_.main.run("INSERT INTO tokens VALUES (?, ?) ON CONFLICT DO NOTHING", token, seq));
  return {};
}

Result<void> Writing::open_keys() {
  if (keys_) return {};
  TRY_ASSIGN(Transaction keys, Transaction::begin(db_.keys, Transaction::Kind::kWrite));
  keys_.emplace(std::move(keys));
  return {};
}

Result<void> Writing::add_key(const KeyRow& k) {
  TRY_DO(open_keys());
  // A crash between the two commits leaves a key that the next try adds again, maybe to a dossier of another
  // id.
  auto before = key(k.id);
  if (!before && before.error().code != Code::kNotFound) return std::unexpected(std::move(before).error());
  if (before && before->dossier != k.dossier) {
    TRY_ASSIGN(const bool taken, exists("SELECT 1 FROM dossiers WHERE id = ?", before->dossier));
    if (taken) return fail(Code::kConflict, "add key: it is another dossier's", k.id.hex());
  }
  TRY_DO(db_.keys.run(
      "INSERT INTO keys (id, dossier, sealed, wrapped, keeping) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO "
      "UPDATE SET dossier = excluded.dossier, sealed = excluded.sealed, wrapped = excluded.wrapped, keeping = "
      "excluded.keeping",
      k.id, k.dossier, k.sealed, k.wrapped, k.keeping));
  return {};
}

Result<void> Writing::replace_key(const KeyRow& before, const KeyRow& after) {
  TRY_DO(open_keys());
  TRY_ASSIGN(const bool owned, exists("SELECT 1 FROM dossiers WHERE id = ?", before.dossier));
  TRY_ASSIGN(const auto changed, db_.keys.run("UPDATE keys SET wrapped = ?, keeping = ? WHERE id = ? AND wrapped = ?",
                                              after.wrapped, after.keeping, before.id, before.wrapped));
  if (changed == 0 || !owned) return {};
  TRY_DO(db_.keys.run("UPDATE keys SET sealed = ? WHERE sealed = ?", after.sealed, before.sealed));
  return {};
}

Result<void> Writing::add_submission(const Submission& s) {
  TRY_ASSIGN(const auto added,
             db_.main.run("INSERT INTO submissions (id, dossier, reference, channel, received, documents) "
                          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                          s.id, s.dossier, s.reference, s.channel, s.received, s.documents));
  if (added == 0) return fail(Code::kExists, "add submission", s.id.hex());
  return {};
}

Result<void> Writing::add_document(const Document& d) {
  TRY_DO(
      db_.main.run("INSERT INTO documents (id, dossier, submission, object, state, received, key, details) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                   d.id, d.dossier, d.submission, d.object, d.state, d.received, d.key, d.details));
  return {};
}

Result<void> Writing::update_document(const Document& d) {
  TRY_ASSIGN(
      const auto changed,
      db_.main.run("UPDATE documents SET dossier = ?, submission = ?, object = ?, state = ?, received = ?, key = ?, "
                   "details = ? WHERE id = ?",
                   d.dossier, d.submission, d.object, d.state, d.received, d.key, d.details, d.id));
  if (changed == 0) return fail(Code::kNotFound, "update document", d.id.hex());
  return {};
}

Result<void> Writing::add_object(const ObjectRow& o) {
  TRY_DO(
      db_.main.run("INSERT INTO objects (id, dossier, document, context, keys, role, page, bytes) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                   o.id, o.dossier, o.document, o.context, join_ids(o.keys), o.role, o.page, o.bytes));
  return {};
}

Result<void> Writing::remove_object(const Id& id) {
  TRY_ASSIGN(const auto removed, db_.main.run("DELETE FROM objects WHERE id = ?", id));
  if (removed == 0) return fail(Code::kNotFound, "remove object", id.hex());
  return {};
}

Result<void> Writing::put_letter(const Letter& l) {
  TRY_DO(db_.main.run(
      "INSERT INTO letters (id, dossier, name, state, author, approver, created, changed, object, data, key) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET dossier = excluded.dossier, "
      "name = excluded.name, state = excluded.state, author = excluded.author, approver = excluded.approver, "
      "created = excluded.created, changed = excluded.changed, object = excluded.object, data = "
      "excluded.data, "
      "key = excluded.key",
      l.id, l.dossier, l.name, l.state, l.author, l.approver, l.created, l.changed, l.object, l.data, l.key));
  return {};
}

Result<void> Writing::put_message(const Message& m) {
  TRY_DO(db_.main.run(
      "INSERT INTO messages (id, dossier, letter, route, state, shelf, created, expires, notified, read, "
      "key, data) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET dossier = "
      "excluded.dossier, "
      "letter = excluded.letter, route = excluded.route, state = excluded.state, shelf = excluded.shelf, "
      "created = excluded.created, expires = excluded.expires, notified = excluded.notified, read = "
      "excluded.read, "
      "key = excluded.key, data = excluded.data",
      m.id, m.dossier, m.letter, m.route, m.state, m.shelf, m.created, m.expires, m.notified, m.read, m.key, m.data));
  return {};
}

Result<void> Writing::add_sent_mail(const std::string& message_id, const Id& dossier) {
  TRY_DO(
      db_.main.run("INSERT INTO sent_mails (message_id, dossier) VALUES (?, ?) "
                   "ON CONFLICT (message_id) DO UPDATE SET dossier = excluded.dossier",
                   message_id, dossier));
  return {};
}

Result<void> Writing::add_job(const Job& j, bool once) {
  if (once) {
    TRY_ASSIGN(auto query,
               db_.main.query("SELECT 1 FROM jobs WHERE subject = ? AND kind = ? AND dead = 0 AND lease_until = 0",
                              j.subject, j.kind));
    TRY_ASSIGN(const bool waits, query.step());
    if (waits) return {};
  }
  TRY_DO(db_.main.run(
      "INSERT INTO jobs (id, kind, subject, payload, run_at, attempts, last_error, lease_until, dead, lane, "
      "first_try, failures) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
      j.id, j.kind, j.subject, j.payload, j.run_at, j.attempts, j.last_error, j.dead,
      j.lane == Id{} ? std::optional<Id>() : j.lane, j.first_try, j.failures));
  return {};
}

Result<void> Writing::add_lane(const Lane& lane) {
  TRY_DO(db_.main.run("INSERT INTO lanes VALUES (?, ?, 0, 0, 0, '', 0, x'') ON CONFLICT (id) DO NOTHING", lane.id,
                      lane.domain));
  return {};
}

Result<void> Writing::put_lane(const Lane& l) {
  TRY_DO(db_.main.run("INSERT OR REPLACE INTO lanes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", l.id, l.domain, l.failures,
                      l.failing_since, l.next, l.last_error, l.paused_until, l.pause));
  return {};
}

Result<void> Writing::hasten_lane(const Id& lane, TimeMs now) {
  TRY_DO(db_.main.run("UPDATE jobs SET run_at = ? WHERE lane = ? AND dead = 0 AND failures > 0 AND run_at > ?", now,
                      lane, now));
  return {};
}

Result<void> Writing::remove_idle_lanes(TimeMs now) {
  TRY_DO(
      db_.main.run("DELETE FROM lanes WHERE paused_until <= ? AND NOT EXISTS "
                   "(SELECT 1 FROM jobs WHERE jobs.lane = lanes.id)",
                   now));
  return {};
}

Result<void> Writing::put_user(const User& u) {
  TRY_DO(db_.main.run(
      "INSERT INTO users (id, login, name, roles, password_hash, totp, totp_step, failures, locked_until, "
      "disabled) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = "
      "excluded.name, "
      "roles = excluded.roles, password_hash = excluded.password_hash, totp = excluded.totp, "
      "totp_step = excluded.totp_step, failures = excluded.failures, locked_until = excluded.locked_until, "
      "disabled = excluded.disabled",
      u.id, u.login, u.name, join_roles(u.roles), u.password_hash, u.totp, u.totp_step, u.failures, u.locked_until,
      u.disabled));
  return {};
}

Result<void> Writing::put_absence(const Absence& a) {
  TRY_DO(
      db_.main.run("INSERT INTO absences (id, user, replacement, first_day, last_day, entered_by, entered, ended) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET ended = excluded.ended",
                   a.id, a.user, a.replacement, a.from, a.until, a.entered_by, a.entered, a.ended));
  return {};
}

Result<void> Writing::put_session(const Session& s) {
  TRY_DO(
      db_.main.run("INSERT INTO sessions (token_hash, user, created, seen, csrf) VALUES (?, ?, ?, ?, ?) "
                   "ON CONFLICT (token_hash) DO UPDATE SET user = excluded.user, created = excluded.created, "
                   "seen = excluded.seen, csrf = excluded.csrf",
                   s.token_hash, s.user, s.created, s.seen, s.csrf));
  return {};
}

Result<void> Writing::remove_session(ByteView token_hash) {
  TRY_DO(db_.main.run("DELETE FROM sessions WHERE token_hash = ?", token_hash));
  return {};
}

Result<void> Writing::remove_sessions_seen_before(TimeMs time) {
  TRY_DO(db_.main.run("DELETE FROM sessions WHERE seen < ?", time));
  return {};
}

Result<bool> Writing::note_once(const std::string& what, ByteView token, TimeMs now, TimeMs since) {
  TRY_DO(db_.main.run("DELETE FROM notes WHERE what = ? AND noted < ?", what, since));
  TRY_ASSIGN(
      const auto added,
      db_.main.run("INSERT INTO notes (what, token, noted) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", what, token, now));
  return added == 1;
}

}  // namespace zp::gateway::sqlite
