#include "tests/integration/store/store_suite.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

namespace zp::gateway::test {

using testing::ElementsAre;
using testing::IsEmpty;

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreSuite);

Dossier StoreSuite::a_dossier() {
  const Id id = Id::random();
  return Dossier{.id = id,
                 .reference = "ZP-" + id.hex().substr(0, 12),
                 .kind = "avg-inzage",
                 .state = DossierState::kReview,
                 .channel = "web",
                 .received = 1'700'000'000'000,
                 .changed = 1'700'000'000'001,
                 .due = "2026-12-01",
                 .retain_until = "",
                 .restricted = false,
                 .owner = std::nullopt,
                 .version = 1,
                 .profile = random_bytes(300)};
}

Document StoreSuite::a_document(const Dossier& dossier) {
  return Document{.id = Id::random(),
                  .dossier = dossier.id,
                  .submission = Id::random(),
                  .object = Id::random(),
                  .state = "filed",
                  .received = 1'700'000'000'002,
                  .key = Id::random(),
                  .details = random_bytes(80)};
}

Job StoreSuite::a_job(std::string kind) {
  return Job{.id = Id::random(),
             .kind = std::move(kind),
             .subject = Id::random(),
             .payload = "{}",
             .run_at = 1000,
             .attempts = 0,
             .last_error = "",
             .lease_until = 0,
             .dead = false};
}

Tombstone StoreSuite::a_tombstone(const Dossier& dossier) {
  return Tombstone{.dossier = dossier.id,
                   .reference = dossier.reference,
                   .kind = dossier.kind,
                   .erased = 1'800'000'000'000,
                   .confirmed_by = Id::random(),
                   .documents = 0};
}

Dossier StoreSuite::add_dossier(Dossier dossier, const std::vector<Bytes>& tokens) {
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) { return writer.add_dossier(dossier, tokens); })), "");
  return dossier;
}

Job StoreSuite::add_job(Job job) {
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) { return writer.add_job(job, false); })), "");
  return job;
}

Job StoreSuite::add_job_in(const Lane& lane, TimeMs run_at) {
  Job job = a_job("notify");
  job.lane = lane.id;
  job.run_at = run_at;
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) { return writer.add_lane(lane); })), "");
  return add_job(std::move(job));
}

std::vector<Id> StoreSuite::list(const DossierFilter& filter) {
  const auto found = value_of(read<std::vector<Dossier>>([&](StoreReader& r) { return r.dossiers(filter); }));
  std::vector<Id> ids;
  for (const Dossier& dossier : found) ids.push_back(dossier.id);
  return ids;
}

// Rows

TEST_P(StoreSuite, GivesBackEveryFieldOfADossier) {
  Dossier put = a_dossier();
  put.restricted = true;
  put.owner = Id::random();
  put.retain_until = "2031-01-01";
  put.version = 7;
  add_dossier(put);
  close();
  const Dossier got = value_of(dossier(put.id));
  EXPECT_EQ(got.reference, put.reference);
  EXPECT_EQ(got.kind, put.kind);
  EXPECT_EQ(got.state, put.state);
  EXPECT_EQ(got.channel, put.channel);
  EXPECT_EQ(got.received, put.received);
  EXPECT_EQ(got.changed, put.changed);
  EXPECT_EQ(got.due, put.due);
  EXPECT_EQ(got.retain_until, put.retain_until);
  EXPECT_TRUE(got.restricted);
  EXPECT_EQ(got.owner, put.owner);
  EXPECT_EQ(got.version, put.version);
  EXPECT_EQ(got.profile, put.profile);
  EXPECT_EQ(value_of(read<Dossier>([&](StoreReader& r) { return r.dossier_by_reference(put.reference); })).id, put.id);
}

TEST_P(StoreSuite, GivesBackADossierWithoutTermOwnerOrProfile) {
  Dossier put = a_dossier();
  put.due.clear();
  put.profile.clear();
  add_dossier(put);
  const Dossier got = value_of(dossier(put.id));
  EXPECT_EQ(got.due, "");
  EXPECT_EQ(got.owner, std::nullopt);
  EXPECT_THAT(got.profile, IsEmpty());
}

TEST_P(StoreSuite, GivesBackEveryFieldOfDocumentsAndObjects) {
  const Dossier owner = add_dossier();
  Document document = a_document(owner);
  const ObjectRow object{.id = document.object,
                         .dossier = owner.id,
                         .document = document.id,
                         .context = Id::random(),
                         .keys = {Id::random(), Id::random()},
                         .role = "page-masked",
                         .page = 3,
                         .bytes = 5'000'000'000};
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) -> Result<void> {
              TRY_DO(writer.add_document(document));
              return writer.add_object(object);
            })),
            "");
  document.state = "inspected";
  document.details = random_bytes(10);
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) { return writer.update_document(document); })), "");
  const auto got = value_of(read<Document>([&](StoreReader& r) { return r.document(document.id); }));
  EXPECT_EQ(got.state, "inspected");
  EXPECT_EQ(got.details, document.details);
  EXPECT_EQ(got.submission, document.submission);
  EXPECT_EQ(got.key, document.key);
  const auto stored = value_of(read<ObjectRow>([&](StoreReader& r) { return r.object(object.id); }));
  EXPECT_EQ(stored.keys, object.keys);
  EXPECT_EQ(stored.context, object.context);
  EXPECT_EQ(stored.document, object.document);
  EXPECT_EQ(stored.role, "page-masked");
  EXPECT_EQ(stored.page, 3u);
  EXPECT_EQ(stored.bytes, 5'000'000'000u);
}

TEST_P(StoreSuite, GivesBackEveryFieldOfLettersAndMessagesAndReplacesThem) {
  const Dossier owner = add_dossier();
  Letter letter{.id = Id::random(),
                .dossier = owner.id,
                .name = "ontvangst",
                .state = "draft",
                .author = Id::random(),
                .approver = std::nullopt,
                .created = 5,
                .changed = 6,
                .object = {},
                .data = random_bytes(9),
                .key = Id::random()};
  Message message{.id = Id::random(),
                  .dossier = owner.id,
                  .letter = letter.id,
                  .route = "mailbox",
                  .state = "queued",
                  .shelf = Id::random(),
                  .created = 7,
                  .expires = 8,
                  .notified = 9,
                  .read = 10,
                  .key = Id::random(),
                  .data = random_bytes(11)};
  const auto put = [&](StoreWriter& writer) -> Result<void> {
    TRY_DO(writer.put_letter(letter));
    return writer.put_message(message);
  };
  EXPECT_EQ(error_of(write(put)), "");
  letter.state = "approved";
  letter.approver = Id::random();
  message.state = "read";
  EXPECT_EQ(error_of(write(put)), "");
  const auto letters = value_of(read<std::vector<Letter>>([&](StoreReader& r) { return r.letters(owner.id); }));
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].state, "approved");
  EXPECT_EQ(letters[0].approver, letter.approver);
  EXPECT_EQ(letters[0].data, letter.data);
  EXPECT_EQ(letters[0].object, Id{});
  const auto read_now =
      value_of(read<std::vector<Message>>([&](StoreReader& r) { return r.messages_in_state("read"); }));
  ASSERT_EQ(read_now.size(), 1u);
  EXPECT_EQ(read_now[0].shelf, message.shelf);
  EXPECT_EQ(read_now[0].read, 10);
  EXPECT_EQ(read_now[0].data, message.data);
  EXPECT_EQ(value_of(read<Message>([&](StoreReader& r) { return r.message_on_shelf(message.shelf); })).id, message.id);
}

TEST_P(StoreSuite, FindsOfTheMessagesOnTheShelfOnlyThoseThatAreDue) {
  const Dossier owner = add_dossier();
  std::map<std::string, Id> ids;
  const auto put = [&](const char* name, const char* route, const char* state, TimeMs expires, TimeMs notified) {
    Message message{.id = Id::random(), .dossier = owner.id, .letter = {}, .route = route, .state = state};
    message.expires = expires;
    message.notified = notified;
    ids[name] = message.id;
    EXPECT_EQ(error_of(write([&](StoreWriter& writer) { return writer.put_message(message); })), "");
  };
  put("over", "mailbox", "read", 100, 10);
  put("lasts", "mailbox", "notified", 101, 10);
  put("over long ago", "mailbox", "expired", 1, 1);
  put("gone by post", "post", "printed", 0, 0);
  put("notified before", "mailbox", "notified", 500, 5);
  put("reminded", "mailbox", "notified", 500, 10);
  put("notified later", "mailbox", "notified", 500, 11);
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) -> Result<void> {
              TRY_ASSIGN([[maybe_unused]] const bool first, writer.note_once("reminder", ids["reminded"].bytes, 1, 0));
              return {};
            })),
            "");
  const auto names = [&](const std::vector<Message>& found) {
    std::vector<std::string> known;
    for (const Message& one : found)
      for (const auto& [name, id] : ids)
        if (id == one.id) known.push_back(name);
    return known;
  };
  using Messages = std::vector<Message>;
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(value_of(read<Messages>([](StoreReader& r) { return r.messages_past_expiry(100); }))), Names{"over"});
  const auto unopened = [&](const char* note) {
    return names(value_of(read<Messages>([&](StoreReader& r) { return r.messages_unopened(5, 10, note); })));
  };
  EXPECT_EQ(unopened("reminder"), Names{"lasts"});
  EXPECT_EQ(unopened("another"), (Names{"lasts", "reminded"}));
}

TEST_P(StoreSuite, FindsUsersSessionsAndMails) {
  const Dossier owner = add_dossier();
  User user{.id = Id::random(),
            .login = "jansen",
            .name = "J. Jansen",
            .roles = {"postkamer", "jurist"},
            .password_hash = "$argon2id$",
            .totp = random_bytes(40),
            .totp_step = 12,
            .failures = 2,
            .locked_until = 99,
            .disabled = true};
  const Session session{
      .token_hash = random_bytes(32), .user = user.id, .created = 1, .seen = 2, .csrf = random_bytes(32)};
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) -> Result<void> {
              TRY_DO(writer.put_user(user));
              TRY_DO(writer.put_session(session));
              return writer.add_sent_mail("<1@post.example>", owner.id);
            })),
            "");
  const User got = value_of(read<User>([&](StoreReader& r) { return r.user_by_login("jansen"); }));
  EXPECT_EQ(got.roles, user.roles);
  EXPECT_EQ(got.totp, user.totp);
  EXPECT_EQ(got.failures, 2u);
  EXPECT_TRUE(got.disabled);
  EXPECT_EQ(value_of(read<Session>([&](StoreReader& r) { return r.session(session.token_hash); })).csrf, session.csrf);
  EXPECT_EQ(value_of(read<Id>([&](StoreReader& r) { return r.dossier_of_mail("<1@post.example>"); })), owner.id);
  user.id = Id::random();
  EXPECT_TRUE(fails_with(write([&](StoreWriter& writer) { return writer.put_user(user); }), Code::kConflict));
  EXPECT_EQ(error_of(write([](StoreWriter& writer) { return writer.remove_sessions_seen_before(3); })), "");
  EXPECT_TRUE(
      fails_with(read<Session>([&](StoreReader& r) { return r.session(session.token_hash); }), Code::kNotFound));
}

TEST_P(StoreSuite, KeepsAbsencesUntilTheirLastDay) {
  Absence absence{Id::random(), Id::random(), Id::random(), "2026-11-22", "2026-11-25", Id::random(), 5, 0};
  const auto from = [&](const char* day) {
    return value_of(read<std::vector<Absence>>([&](StoreReader& r) { return r.absences(day); }));
  };
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) { return writer.put_absence(absence); })), "");
  ASSERT_EQ(from("2026-11-25").size(), 1u);
  EXPECT_EQ(from("2026-11-25")[0].replacement, absence.replacement);
  EXPECT_EQ(from("2026-11-25")[0].entered, 5);
  EXPECT_TRUE(from("2026-11-26").empty());
  absence.ended = 9;
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) { return writer.put_absence(absence); })), "");
  EXPECT_EQ(from("2026-11-22").at(0).ended, 9);
}

TEST_P(StoreSuite, SaysNotFoundForWhatIsNotThere) {
  const Id id = Id::random();
  EXPECT_TRUE(fails_with(dossier(id), Code::kNotFound));
  EXPECT_TRUE(fails_with(read<Document>([&](StoreReader& r) { return r.document(id); }), Code::kNotFound));
  EXPECT_TRUE(fails_with(read<KeyRow>([&](StoreReader& r) { return r.key(id); }), Code::kNotFound));
  EXPECT_TRUE(fails_with(read<Id>([&](StoreReader& r) { return r.dossier_of_mail("<no@where>"); }), Code::kNotFound));
  EXPECT_TRUE(fails_with(write([&](StoreWriter& w) { return w.remove_object(id); }), Code::kNotFound));
  EXPECT_TRUE(fails_with(write([&](StoreWriter& w) { return w.set_tokens(id, {}); }), Code::kNotFound));
  EXPECT_TRUE(fails_with(write([&](StoreWriter& w) { return w.update_dossier(a_dossier()); }), Code::kNotFound));
}

TEST_P(StoreSuite, RefusesWhatBelongsToNoDossier) {
  EXPECT_TRUE(
      fails_with(write([&](StoreWriter& w) { return w.add_document(a_document(a_dossier())); }), Code::kNotFound));
}

// Transactions

TEST_P(StoreSuite, WritesAllOrNothing) {
  const Dossier put = a_dossier();
  const auto outcome = write([&](StoreWriter& writer) -> Result<void> {
    TRY_DO(writer.add_dossier(put, {}));
    TRY_DO(writer.add_key({Id::random(), put.id, random_bytes(20), random_bytes(40)}));
    return fail(Code::kRefused, "change of mind");
  });
  EXPECT_TRUE(fails_with(outcome, Code::kRefused));
  EXPECT_TRUE(fails_with(dossier(put.id), Code::kNotFound));
  EXPECT_THAT(value_of(read<std::vector<KeyRow>>([&](StoreReader& r) { return r.keys(put.id); })), IsEmpty());
}

TEST_P(StoreSuite, ShowsAReaderOneStateWhileOthersWrite) {
  add_dossier();
  EXPECT_EQ(error_of(store().read([&](StoreReader& reader) -> Result<void> {
              TRY_ASSIGN(const auto before, reader.counts());
              auto other = open_another();
              TRY_DO(other->write([](StoreWriter& writer) { return writer.add_dossier(a_dossier(), {}); }));
              TRY_ASSIGN(const auto after, reader.counts());
              EXPECT_EQ(before.dossiers, after.dossiers);
              return {};
            })),
            "");
}

TEST_P(StoreSuite, RefusesAnOlderVersionOfADossier) {
  Dossier mine = add_dossier(), theirs = mine;
  mine.state = DossierState::kWaiting;
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) { return writer.update_dossier(mine); })), "");
  theirs.state = DossierState::kClosed;
  EXPECT_TRUE(fails_with(write([&](StoreWriter& w) { return w.update_dossier(theirs); }), Code::kConflict));
  const Dossier got = value_of(dossier(mine.id));
  EXPECT_EQ(got.state, DossierState::kWaiting);
  EXPECT_EQ(got.version, mine.version + 1);
}

TEST_P(StoreSuite, RefusesAReferenceThatIsTaken) {
  const Dossier first = add_dossier();
  Dossier second = a_dossier();
  second.reference = first.reference;
  EXPECT_TRUE(fails_with(write([&](StoreWriter& w) { return w.add_dossier(second, {}); }), Code::kConflict));
}

TEST_P(StoreSuite, FilesASubmissionOnce) {
  const Dossier owner = add_dossier();
  const Submission submission{.id = Id::random(),
                              .dossier = owner.id,
                              .reference = owner.reference,
                              .channel = "mail",
                              .received = 4,
                              .documents = 3};
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) { return writer.add_submission(submission); })), "");
  EXPECT_TRUE(fails_with(write([&](StoreWriter& w) { return w.add_submission(submission); }), Code::kExists));
  const auto counts = value_of(read<StoreCounts>([](StoreReader& r) { return r.counts(); }));
  EXPECT_EQ(counts.submissions, 1u);
  EXPECT_EQ(counts.documents_declared, 3u);
  EXPECT_THAT(value_of(read<std::vector<Id>>([](StoreReader& r) { return r.submission_ids(); })),
              ElementsAre(submission.id));
}

TEST_P(StoreSuite, NotesOncePerPeriod) {
  const Bytes sender = random_bytes(32);
  const auto note = [&](ByteView token, TimeMs now, TimeMs since) {
    bool first = false;
    EXPECT_EQ(error_of(write([&](StoreWriter& writer) -> Result<void> {
                TRY_ASSIGN(first, writer.note_once("receipt", token, now, since));
                return {};
              })),
              "");
    return first;
  };
  EXPECT_TRUE(note(sender, 1000, 0));
  EXPECT_FALSE(note(sender, 1500, 500));
  EXPECT_TRUE(note(random_bytes(32), 1500, 500));
  EXPECT_TRUE(note(sender, 2500, 1500)) << "the day is over";
  EXPECT_FALSE(note(sender, 2600, 1600));
}

TEST_P(StoreSuite, LosesNoUpdateWhenManyThreadsWrite) {
  constexpr int kThreads = 4, kEach = 25;
  store();
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      for (int n = 0; n < kEach; ++n)
        EXPECT_EQ(error_of(write([](StoreWriter& writer) { return writer.add_dossier(a_dossier(), {}); })), "");
    });
  threads.clear();
  const auto counts = value_of(read<StoreCounts>([](StoreReader& r) { return r.counts(); }));
  EXPECT_EQ(counts.dossiers, static_cast<std::uint64_t>(kThreads * kEach));
}

TEST_P(StoreSuite, LosesNoUpdateWhenManyProcessesWrite) {
  constexpr int kProcesses = 4, kEach = 25;
  close();
  std::vector<pid_t> children;
  for (int p = 0; p < kProcesses; ++p)
    children.push_back(in_child([&] {
      const auto mine = value_of(home_->open());
      for (int n = 0; n < kEach; ++n) {
        const auto wrote = mine->write([](StoreWriter& writer) { return writer.add_dossier(a_dossier(), {}); });
        if (!wrote) throw std::runtime_error(wrote.error().message());
      }
      return true;
    }));
  for (const pid_t child : children) EXPECT_TRUE(succeeded(child));
  const auto counts = value_of(read<StoreCounts>([](StoreReader& r) { return r.counts(); }));
  EXPECT_EQ(counts.dossiers, static_cast<std::uint64_t>(kProcesses * kEach));
}

}  // namespace zp::gateway::test
