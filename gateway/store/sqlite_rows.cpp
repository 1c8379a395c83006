#include "gateway/store/sqlite_rows.h"

#include <algorithm>
#include <sstream>

namespace zp::gateway::sqlite {
namespace {

std::optional<Id> optional_id(const Query& row, int column) {
  if (row.null(column)) return std::nullopt;
  return row.id(column);
}

std::uint32_t small(const Query& row, int column) { return static_cast<std::uint32_t>(row.number(column)); }

std::vector<std::string> split_roles(const std::string& joined) {
  std::vector<std::string> roles;
  std::istringstream in(joined);
  for (std::string role; std::getline(in, role, ',');) roles.push_back(role);
  return roles;
}

std::vector<Id> split_ids(const Bytes& joined) {
  std::vector<Id> ids(joined.size() / sizeof(Id::bytes));
  for (std::size_t i = 0; i < ids.size(); ++i)
    std::copy_n(joined.begin() + static_cast<std::ptrdiff_t>(i * sizeof(Id::bytes)), sizeof(Id::bytes),
                ids[i].bytes.begin());
  return ids;
}

}  // namespace

std::string join_roles(const std::vector<std::string>& roles) {
  std::string joined;
  for (const std::string& role : roles) joined += (joined.empty() ? "" : ",") + role;
  return joined;
}

Bytes join_ids(const std::vector<Id>& ids) {
  Bytes joined;
  joined.reserve(ids.size() * sizeof(Id::bytes));
  for (const Id& id : ids) joined.insert(joined.end(), id.bytes.begin(), id.bytes.end());
  return joined;
}

Result<Dossier> dossier_row(const Query& row) {
  const auto state = parse_state(row.text(3));
  if (!state) return fail(Code::kTampered, "read dossier: no such state", row.id(0).hex());
  std::string due = row.text(7);
  if (due == kNoDate) due.clear();
  return Dossier{.id = row.id(0),
                 .reference = row.text(1),
                 .kind = row.text(2),
                 .state = *state,
                 .channel = row.text(4),
                 .received = row.number(5),
                 .changed = row.number(6),
                 .due = std::move(due),
                 .retain_until = row.text(8),
                 .restricted = row.number(9) != 0,
                 .owner = optional_id(row, 10),
                 .version = small(row, 11),
                 .profile = row.blob(12)};
}

Result<KeyRow> key_row(const Query& row) {
  return KeyRow{
      .id = row.id(0), .dossier = row.id(1), .sealed = row.blob(2), .wrapped = row.blob(3), .keeping = row.id(4)};
}

Result<Submission> submission_row(const Query& row) {
  return Submission{.id = row.id(0),
                    .dossier = row.id(1),
                    .reference = row.text(2),
                    .channel = row.text(3),
                    .received = row.number(4),
                    .documents = small(row, 5)};
}

Result<Document> document_row(const Query& row) {
  return Document{.id = row.id(0),
                  .dossier = row.id(1),
                  .submission = row.id(2),
                  .object = row.id(3),
                  .state = row.text(4),
                  .received = row.number(5),
                  .key = row.id(6),
                  .details = row.blob(7)};
}

Result<ObjectRow> object_row(const Query& row) {
  return ObjectRow{.id = row.id(0),
                   .dossier = row.id(1),
                   .document = row.id(2),
                   .context = row.id(3),
                   .keys = split_ids(row.blob(4)),
                   .role = row.text(5),
                   .page = small(row, 6),
                   .bytes = static_cast<std::uint64_t>(row.number(7))};
}

Result<Letter> letter_row(const Query& row) {
  return Letter{.id = row.id(0),
                .dossier = row.id(1),
                .name = row.text(2),
                .state = row.text(3),
                .author = row.id(4),
                .approver = optional_id(row, 5),
                .created = row.number(6),
                .changed = row.number(7),
                .object = row.id(8),
                .data = row.blob(9),
                .key = row.id(10)};
}

Result<Message> message_row(const Query& row) {
  return Message{.id = row.id(0),
                 .dossier = row.id(1),
                 .letter = row.id(2),
                 .route = row.text(3),
                 .state = row.text(4),
                 .shelf = row.id(5),
                 .created = row.number(6),
                 .expires = row.number(7),
                 .notified = row.number(8),
                 .read = row.number(9),
                 .key = row.id(10),
                 .data = row.blob(11)};
}

Result<Job> job_row(const Query& row) {
  return Job{.id = row.id(0),
             .kind = row.text(1),
             .subject = row.id(2),
             .payload = row.text(3),
             .run_at = row.number(4),
             .attempts = small(row, 5),
             .last_error = row.text(6),
             .lease_until = row.number(7),
             .dead = row.number(8) != 0,
             .lane = row.null(9) ? Id{} : row.id(9),
             .first_try = row.number(10),
             .failures = small(row, 11)};
}

Result<Lane> lane_row(const Query& row) {
  return Lane{.id = row.id(0),
              .domain = row.blob(1),
              .failures = small(row, 2),
              .failing_since = row.number(3),
              .next = row.number(4),
              .last_error = row.text(5),
              .paused_until = row.number(6),
              .pause = row.blob(7)};
}

Result<LaneLoad> lane_load_row(const Query& row) {
  TRY_ASSIGN(Lane lane, lane_row(row));
  return LaneLoad{std::move(lane), static_cast<std::uint64_t>(row.number(8)),
                  static_cast<std::uint64_t>(row.number(9))};
}

Result<User> user_row(const Query& row) {
  return User{.id = row.id(0),
              .login = row.text(1),
              .name = row.text(2),
              .roles = split_roles(row.text(3)),
              .password_hash = row.text(4),
              .totp = row.blob(5),
              .totp_step = row.number(6),
              .failures = small(row, 7),
              .locked_until = row.number(8),
              .disabled = row.number(9) != 0};
}

Result<Absence> absence_row(const Query& row) {
  return Absence{.id = row.id(0),
                 .user = row.id(1),
                 .replacement = row.id(2),
                 .from = row.text(3),
                 .until = row.text(4),
                 .entered_by = row.id(5),
                 .entered = row.number(6),
                 .ended = row.number(7)};
}

Result<Session> session_row(const Query& row) {
  return Session{.token_hash = row.blob(0),
                 .user = row.id(1),
                 .created = row.number(2),
                 .seen = row.number(3),
                 .csrf = row.blob(4)};
}

Result<Tombstone> tombstone_row(const Query& row) {
  return Tombstone{.dossier = row.id(0),
                   .reference = row.text(1),
                   .kind = row.text(2),
                   .erased = row.number(3),
                   .confirmed_by = row.id(4),
                   .documents = small(row, 5)};
}

}  // namespace zp::gateway::sqlite
