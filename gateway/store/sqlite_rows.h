// gateway/store/sqlite_rows.h - columns to rows and back: the one place that knows their order.
#ifndef GATEWAY_STORE_SQLITE_ROWS_H_
#define GATEWAY_STORE_SQLITE_ROWS_H_

#include "gateway/store/sqlite.h"
#include "gateway/store/types.h"

namespace zp::gateway::sqlite {

inline constexpr std::string_view kNoDate = "~";  // sorts after every date
inline std::string_view stored_due(const Dossier& dossier) { return dossier.due.empty() ? kNoDate : dossier.due; }

std::string join_roles(const std::vector<std::string>& roles);
Bytes join_ids(const std::vector<Id>& ids);

inline constexpr std::string_view kDossierColumns =
    "id, reference, kind, state, channel, received, changed, due, retain_until, restricted, owner, version, "
    "profile";
/// kTampered for a state that no version of this program wrote.
Result<Dossier> dossier_row(const Query& row);

inline constexpr std::string_view kKeyColumns = "id, dossier, sealed, wrapped, keeping";
Result<KeyRow> key_row(const Query& row);

inline constexpr std::string_view kSubmissionColumns = "id, dossier, reference, channel, received, documents";
Result<Submission> submission_row(const Query& row);

inline constexpr std::string_view kDocumentColumns = "id, dossier, submission, object, state, received, key, details";
Result<Document> document_row(const Query& row);

inline constexpr std::string_view kObjectColumns = "id, dossier, document, context, keys, role, page, bytes";
Result<ObjectRow> object_row(const Query& row);

inline constexpr std::string_view kLetterColumns =
    "id, dossier, name, state, author, approver, created, changed, object, data, key";
Result<Letter> letter_row(const Query& row);

inline constexpr std::string_view kMessageColumns =
    "id, dossier, letter, route, state, shelf, created, expires, notified, read, key, data";
Result<Message> message_row(const Query& row);

inline constexpr std::string_view kJobColumns =
    "id, kind, subject, payload, run_at, attempts, last_error, lease_until, dead, lane, first_try, failures";
Result<Job> job_row(const Query& row);

inline constexpr std::string_view kLaneColumns =
    "id, domain, failures, failing_since, next, last_error, paused_until, pause";
Result<Lane> lane_row(const Query& row);
/// Behind kLaneColumns: how many wait, how many are leased.
Result<LaneLoad> lane_load_row(const Query& row);

inline constexpr std::string_view kUserColumns =
    "id, login, name, roles, password_hash, totp, totp_step, failures, locked_until, disabled";
Result<User> user_row(const Query& row);

inline constexpr std::string_view kAbsenceColumns =
    "id, user, replacement, first_day, last_day, entered_by, entered, ended";
Result<Absence> absence_row(const Query& row);

inline constexpr std::string_view kSessionColumns = "token_hash, user, created, seen, csrf";
Result<Session> session_row(const Query& row);

inline constexpr std::string_view kTombstoneColumns = "dossier, reference, kind, erased, confirmed_by, documents";
Result<Tombstone> tombstone_row(const Query& row);

/// Every row that a query still has to give.
template <typename Row>
Result<std::vector<Row>> all_rows(Query& query, Result<Row> (*read)(const Query&)) {
  std::vector<Row> rows;
  while (true) {
    TRY_ASSIGN(const bool more, query.step());
    if (!more) return rows;
    TRY_ASSIGN(Row row, read(query));
    rows.push_back(std::move(row));
  }
}

/// The only row; kNotFound if there is none.
template <typename Row>
Result<Row> one_row(Query& query, Result<Row> (*read)(const Query&), const char* operation) {
  TRY_ASSIGN(const bool found, query.step());
  if (!found) return fail(Code::kNotFound, operation);
  return read(query);
}

}  // namespace zp::gateway::sqlite

#endif  // GATEWAY_STORE_SQLITE_ROWS_H_
