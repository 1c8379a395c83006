#include "gateway/store/sqlite_reader.h"

#include <fmt/format.h>

#include "gateway/store/sqlite_jobs.h"
#include "gateway/store/sqlite_rows.h"

namespace zp::gateway::sqlite {
namespace {

constexpr std::size_t kMaxTokens = 16;  // words in one search

/// The WHERE of a filter; its values are bound by bind_filter() in the same order.
std::string filter_condition(const DossierFilter& filter) {
  std::string sql = "state <> 'erased'";
  if (!filter.states.empty()) {
    sql = "state IN (?";
    for (std::size_t i = 1; i < filter.states.size(); ++i) sql += ", ?";
    sql += ")";
  }
  if (!filter.kind.empty()) sql += " AND kind = ?";
  for (std::size_t i = 0; i < filter.but.size(); ++i) sql += " AND kind <> ?";
  if (!filter.due_before.empty()) sql += " AND due < ?";
  if (filter.owner) sql += " AND owner = ?";
  for (std::size_t i = 0; i < filter.tokens.size(); ++i)
    sql += i == 0 ? " AND seq IN (SELECT dossier FROM tokens WHERE token = ?"
                  : " INTERSECT SELECT dossier FROM tokens WHERE token = ?";
  if (!filter.tokens.empty()) sql += ")";
  return sql;
}

/// Returns the index of the next free parameter.
int bind_filter(Query& query, const DossierFilter& filter) {
  int next = 1;
  for (const DossierState state : filter.states) query.bind(next++, state_name(state));
  if (!filter.kind.empty()) query.bind(next++, filter.kind);
  for (const std::string& kind : filter.but) query.bind(next++, kind);
  if (!filter.due_before.empty()) query.bind(next++, filter.due_before);
  if (filter.owner) query.bind(next++, *filter.owner);
  for (const Bytes& token : filter.tokens) query.bind(next++, token);
  return next;
}

Result<void> check_filter(const DossierFilter& filter) {
  if (filter.tokens.size() > kMaxTokens) return fail(Code::kTooLarge, "search dossiers: too many words");
  return {};
}

/// "SELECT columns FROM table rest", made once per call site.
std::string select(std::string_view columns, std::string_view table, std::string_view rest) {
  return fmt::format("SELECT {} FROM {} {}", columns, table, rest);
}

Result<Id> id_row(const Query& row) { return row.id(0); }

Result<std::uint64_t> number_row(const Query& row) { return static_cast<std::uint64_t>(row.number(0)); }

}  // namespace

template <class Base>
Result<Dossier> Reading<Base>::dossier(const Id& id) {
  TRY_ASSIGN(auto query, db_.main.query(select(kDossierColumns, "dossiers", "WHERE id = ?"), id));
  return one_row(query, dossier_row, "find dossier");
}

template <class Base>
Result<Dossier> Reading<Base>::dossier_by_reference(const std::string& reference) {
  TRY_ASSIGN(auto query, db_.main.query(select(kDossierColumns, "dossiers", "WHERE reference = ?"), reference));
  return one_row(query, dossier_row, "find dossier by reference");
}

template <class Base>
Result<std::vector<Dossier>> Reading<Base>::dossiers(const DossierFilter& filter) {
  TRY_DO(check_filter(filter));
  // The page is chosen from an index alone; only its rows are read. Words are rare, so then their index
  // leads.
  const std::string sql = fmt::format(
      "SELECT {} FROM dossiers WHERE seq IN (SELECT seq FROM dossiers {} WHERE {} ORDER BY due, received, id "
      "LIMIT ? "
      "OFFSET ?) ORDER BY due, received, id",
      kDossierColumns, filter.tokens.empty() ? "INDEXED BY dossiers_in_order" : "", filter_condition(filter));
  TRY_ASSIGN(auto query, db_.main.query(sql));
  const int next = bind_filter(query, filter);
  query.bind(next, filter.limit);
  query.bind(next + 1, filter.offset);
  return all_rows(query, dossier_row);
}

template <class Base>
Result<std::uint64_t> Reading<Base>::count_dossiers(const DossierFilter& filter) {
  TRY_DO(check_filter(filter));
  const bool by_day = !filter.due_before.empty() && filter.tokens.empty();
  TRY_ASSIGN(auto query,
             db_.main.query(fmt::format("SELECT count(*) FROM dossiers {} WHERE {}",
                                        by_day ? "INDEXED BY dossiers_in_order" : "", filter_condition(filter))));
  bind_filter(query, filter);
  return one_row(query, number_row, "count dossiers");
}

template <class Base>
Result<std::vector<Dossier>> Reading<Base>::past_retention(const std::string& today) {
  TRY_ASSIGN(auto query, db_.main.query(select(kDossierColumns, "dossiers",
                                               "WHERE state = 'closed' AND retain_until <> '' AND retain_until < ? "
                                               "ORDER BY retain_until, id"),
                                        today));
  return all_rows(query, dossier_row);
}

template <class Base>
Result<std::vector<KeyRow>> Reading<Base>::keys(const Id& dossier) {
  TRY_ASSIGN(auto query, db_.keys.query(select(kKeyColumns, "keys", "WHERE dossier = ? ORDER BY seq"), dossier));
  return all_rows(query, key_row);
}

template <class Base>
Result<KeyRow> Reading<Base>::key(const Id& id) {
  TRY_ASSIGN(auto query, db_.keys.query(select(kKeyColumns, "keys", "WHERE id = ?"), id));
  return one_row(query, key_row, "find key");
}

template <class Base>
Result<std::vector<KeyRow>> Reading<Base>::keys_kept_otherwise(const Id& keeping, const Id& after,
                                                               std::uint32_t limit) {
  TRY_ASSIGN(auto query,
             db_.keys.query(select(kKeyColumns, "keys", "WHERE keeping <> ? AND id > ? ORDER BY id LIMIT ?"), keeping,
                            after, limit));
  return all_rows(query, key_row);
}

template <class Base>
Result<KeyCounts> Reading<Base>::count_keys(const Id& keeping) {
  TRY_ASSIGN(auto query, db_.keys.query("SELECT count(*), coalesce(sum(keeping <> ?), 0) FROM keys", keeping));
  TRY_DO(query.step());
  return KeyCounts{static_cast<std::uint64_t>(query.number(0)), static_cast<std::uint64_t>(query.number(1))};
}

template <class Base>
Result<Submission> Reading<Base>::submission(const Id& id) {
  TRY_ASSIGN(auto query, db_.main.query(select(kSubmissionColumns, "submissions", "WHERE id = ?"), id));
  return one_row(query, submission_row, "find submission");
}

template <class Base>
Result<std::vector<Submission>> Reading<Base>::submissions(const Id& dossier) {
  TRY_ASSIGN(
      auto query,
      db_.main.query(select(kSubmissionColumns, "submissions", "WHERE dossier = ? ORDER BY received, seq"), dossier));
  return all_rows(query, submission_row);
}

template <class Base>
Result<std::vector<Id>> Reading<Base>::submission_ids() {
  TRY_ASSIGN(auto query, db_.main.query("SELECT id FROM submissions ORDER BY seq"));
  return all_rows(query, id_row);
}

template <class Base>
Result<std::vector<Document>> Reading<Base>::documents(const Id& dossier) {
  TRY_ASSIGN(
      auto query,
      db_.main.query(select(kDocumentColumns, "documents", "WHERE dossier = ? ORDER BY received, seq"), dossier));
  return all_rows(query, document_row);
}

template <class Base>
Result<Document> Reading<Base>::document(const Id& id) {
  TRY_ASSIGN(auto query, db_.main.query(select(kDocumentColumns, "documents", "WHERE id = ?"), id));
  return one_row(query, document_row, "find document");
}

template <class Base>
Result<ObjectRow> Reading<Base>::object(const Id& id) {
  TRY_ASSIGN(auto query, db_.main.query(select(kObjectColumns, "objects", "WHERE id = ?"), id));
  return one_row(query, object_row, "find object");
}

template <class Base>
Result<std::vector<ObjectRow>> Reading<Base>::objects(const Id& dossier) {
  TRY_ASSIGN(auto query, db_.main.query(select(kObjectColumns, "objects", "WHERE dossier = ? ORDER BY seq"), dossier));
  return all_rows(query, object_row);
}

template <class Base>
Result<Letter> Reading<Base>::letter(const Id& id) {
  TRY_ASSIGN(auto query, db_.main.query(select(kLetterColumns, "letters", "WHERE id = ?"), id));
  return one_row(query, letter_row, "find letter");
}

template <class Base>
Result<std::vector<Letter>> Reading<Base>::letters(const Id& dossier) {
  TRY_ASSIGN(auto query,
             db_.main.query(select(kLetterColumns, "letters", "WHERE dossier = ? ORDER BY created, seq"), dossier));
  return all_rows(query, letter_row);
}

template <class Base>
Result<Message> Reading<Base>::message(const Id& id) {
  TRY_ASSIGN(auto query, db_.main.query(select(kMessageColumns, "messages", "WHERE id = ?"), id));
  return one_row(query, message_row, "find message");
}

template <class Base>
Result<Message> Reading<Base>::message_on_shelf(const Id& shelf) {
  TRY_ASSIGN(auto query, db_.main.query(select(kMessageColumns, "messages", "WHERE shelf = ?"), shelf));
  return one_row(query, message_row, "find message on shelf");
}

template <class Base>
Result<std::vector<Message>> Reading<Base>::messages(const Id& dossier) {
  TRY_ASSIGN(auto query,
             db_.main.query(select(kMessageColumns, "messages", "WHERE dossier = ? ORDER BY created, seq"), dossier));
  return all_rows(query, message_row);
}

template <class Base>
Result<std::vector<Message>> Reading<Base>::messages_in_state(const std::string& state) {
  TRY_ASSIGN(auto query,
             db_.main.query(select(kMessageColumns, "messages", "WHERE state = ? ORDER BY created, seq"), state));
  return all_rows(query, message_row);
}

template <class Base>
Result<std::vector<Message>> Reading<Base>::messages_past_expiry(TimeMs now) {
  TRY_ASSIGN(auto query, db_.main.query(select(kMessageColumns, "messages",
                                               "WHERE route = 'mailbox' AND state IN ('published', 'notified', 'read', "
                                               "'undeliverable') AND expires <= ? ORDER BY expires, seq"),
                                        now));
  return all_rows(query, message_row);
}

template <class Base>
Result<std::vector<Message>> Reading<Base>::messages_unopened(TimeMs from, TimeMs to, const std::string& but_noted) {
  TRY_ASSIGN(auto query,
             db_.main.query(select(kMessageColumns, "messages",
                                   "WHERE state = 'notified' AND notified > ? AND notified <= ? AND NOT EXISTS (SELECT "
                                   "1 FROM notes WHERE what = ? AND token = messages.id) ORDER BY notified, seq"),
                            from, to, but_noted));
  return all_rows(query, message_row);
}

template <class Base>
Result<Id> Reading<Base>::dossier_of_mail(const std::string& message_id) {
  TRY_ASSIGN(auto query, db_.main.query("SELECT dossier FROM sent_mails WHERE message_id = ?", message_id));
  return one_row(query, id_row, "find dossier of mail");
}

template <class Base>
Result<std::vector<Job>> Reading<Base>::jobs(bool dead, const std::vector<std::string>& kinds, std::uint32_t limit) {
  const std::string which = "WHERE dead = ?" + of_kinds(kinds) + " ORDER BY run_at, seq LIMIT ?";
  TRY_ASSIGN(auto query, db_.main.query(select(kJobColumns, "jobs", which), dead));
  int index = 1;
  for (const std::string& kind : kinds) query.bind(++index, kind);
  query.bind(++index, limit == 0 ? -1 : static_cast<std::int64_t>(limit));
  return all_rows(query, job_row);
}

template <class Base>
Result<std::uint64_t> Reading<Base>::count_jobs(bool dead, const std::vector<std::string>& kinds) {
  TRY_ASSIGN(auto query, db_.main.query("SELECT count(*) FROM jobs WHERE dead = ?" + of_kinds(kinds), dead));
  int index = 1;
  for (const std::string& kind : kinds) query.bind(++index, kind);
  TRY_DO(query.step());
  return static_cast<std::uint64_t>(query.number(0));
}

template <class Base>
Result<Lane> Reading<Base>::lane(const Id& id) {
  TRY_ASSIGN(auto query, db_.main.query(select(kLaneColumns, "lanes", "WHERE id = ?"), id));
  return one_row(query, lane_row, "find lane");
}

template <class Base>
Result<std::vector<LaneLoad>> Reading<Base>::lanes(TimeMs now) {
  const std::string columns = std::string(kLaneColumns) +
                              ", (SELECT count(*) FROM jobs WHERE lane = lanes.id AND dead = 0) AS waiting, "
                              "(SELECT count(*) FROM jobs WHERE lane = lanes.id AND lease_until > 0 AND "
                              "lease_until > ?)";
  TRY_ASSIGN(auto query, db_.main.query(select(columns, "lanes", "ORDER BY waiting DESC, id"), now));
  return all_rows(query, lane_load_row);
}

template <class Base>
Result<User> Reading<Base>::user(const Id& id) {
  TRY_ASSIGN(auto query, db_.main.query(select(kUserColumns, "users", "WHERE id = ?"), id));
  return one_row(query, user_row, "find user");
}

template <class Base>
Result<User> Reading<Base>::user_by_login(const std::string& login) {
  TRY_ASSIGN(auto query, db_.main.query(select(kUserColumns, "users", "WHERE login = ?"), login));
  return one_row(query, user_row, "find user by login");
}

template <class Base>
Result<std::vector<User>> Reading<Base>::users() {
  TRY_ASSIGN(auto query, db_.main.query(select(kUserColumns, "users", "ORDER BY login")));
  return all_rows(query, user_row);
}

template <class Base>
Result<std::vector<Absence>> Reading<Base>::absences(const std::string& day) {
  TRY_ASSIGN(auto query,
             db_.main.query(select(kAbsenceColumns, "absences", "WHERE last_day >= ? ORDER BY first_day, id"), day));
  return all_rows(query, absence_row);
}

template <class Base>
Result<Session> Reading<Base>::session(ByteView token_hash) {
  TRY_ASSIGN(auto query, db_.main.query(select(kSessionColumns, "sessions", "WHERE token_hash = ?"), token_hash));
  return one_row(query, session_row, "find session");
}

template <class Base>
Result<std::vector<Tombstone>> Reading<Base>::tombstones() {
  TRY_ASSIGN(auto query, db_.main.query(select(kTombstoneColumns, "tombstones", "ORDER BY erased, dossier")));
  return all_rows(query, tombstone_row);
}

template <class Base>
Result<StoreCounts> Reading<Base>::counts() {
  TRY_ASSIGN(auto query,
             db_.main.query("SELECT (SELECT count(*) FROM submissions),"
                            " (SELECT coalesce(sum(documents), 0) FROM submissions),"
                            " (SELECT count(*) FROM documents) + (SELECT coalesce(sum(documents), 0) FROM tombstones),"
                            " (SELECT count(*) FROM dossiers),"
                            " (SELECT count(*) FROM tombstones), (SELECT count(*) FROM jobs WHERE dead = 0),"
                            " (SELECT count(*) FROM jobs WHERE dead = 1)"));
  TRY_DO(query.step());
  const auto at = [&query](int column) { return static_cast<std::uint64_t>(query.number(column)); };
  return StoreCounts{.submissions = at(0),
                     .documents_declared = at(1),
                     .documents = at(2),
                     .dossiers = at(3),
                     .tombstones = at(4),
                     .jobs = at(5),
                     .dead_jobs = at(6)};
}

template class Reading<StoreReader>;
template class Reading<StoreWriter>;

}  // namespace zp::gateway::sqlite
