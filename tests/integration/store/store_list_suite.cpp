// Lists, searches, retention, shredding: the rest of what every Store promises about dossiers.
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>

#include "tests/integration/store/store_suite.h"

namespace zp::gateway::test {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_P(StoreSuite, ListsByTermThenByReceiptAndThoseWithoutTermLast) {
  const auto with = [&](std::string due, TimeMs received) {
    Dossier dossier = a_dossier();
    dossier.due = std::move(due);
    dossier.received = received;
    return add_dossier(dossier).id;
  };
  const Id none = with("", 1), late = with("2027-01-01", 1), second = with("2026-01-01", 5),
           first = with("2026-01-01", 4);
  EXPECT_THAT(list({}), ElementsAre(first, second, late, none));
  EXPECT_THAT(list({.limit = 2}), ElementsAre(first, second));
  EXPECT_THAT(list({.offset = 2, .limit = 2}), ElementsAre(late, none));
  EXPECT_THAT(list({.due_before = "2027-01-01"}), ElementsAre(first, second));
}

TEST_P(StoreSuite, FiltersByStateAndKind) {
  const auto with = [&](DossierState state, std::string kind) {
    Dossier dossier = a_dossier();
    dossier.state = state;
    dossier.kind = std::move(kind);
    return add_dossier(dossier).id;
  };
  const Id review = with(DossierState::kReview, "avg-inzage"), closed = with(DossierState::kClosed, "avg-inzage"),
           other = with(DossierState::kReview, "wlz-aanvulling");
  EXPECT_THAT(list({.states = {DossierState::kReview}}), UnorderedElementsAre(review, other));
  EXPECT_THAT(list({.states = {DossierState::kReview, DossierState::kClosed}, .kind = "avg-inzage"}),
              UnorderedElementsAre(review, closed));
  EXPECT_THAT(list({.states = {DossierState::kErased}}), IsEmpty());
  EXPECT_THAT(list({.but = {"avg-inzage"}}), ElementsAre(other));
  EXPECT_THAT(list({.but = {"avg-inzage", "wlz-aanvulling"}}), IsEmpty());
  EXPECT_THAT(list({.kind = "avg-inzage", .but = {"wlz-aanvulling"}}), UnorderedElementsAre(review, closed));
  const auto count = [&](const DossierFilter& filter) {
    return value_of(read<std::uint64_t>([&](StoreReader& r) { return r.count_dossiers(filter); }));
  };
  EXPECT_EQ(count({}), 3u);
  EXPECT_EQ(count({.kind = "avg-inzage"}), 2u);
  EXPECT_EQ(count({.states = {DossierState::kClosed}}), 1u);
}

TEST_P(StoreSuite, FiltersByOwnerAndCountsWhatIsDue) {
  const Id clerk = Id::random();
  const auto with = [&](std::string due, std::optional<Id> owner) {
    Dossier dossier = a_dossier();
    dossier.due = std::move(due);
    dossier.owner = owner;
    return add_dossier(dossier).id;
  };
  const Id mine = with("2026-01-01", clerk);
  with("2026-01-02", Id::random());
  with("2026-01-03", std::nullopt);
  const Id later = with("", clerk);
  EXPECT_THAT(list({.owner = clerk}), ElementsAre(mine, later));
  EXPECT_THAT(list({.due_before = "2026-02-01", .owner = clerk}), ElementsAre(mine));
  const auto count = [&](const DossierFilter& filter) {
    return value_of(read<std::uint64_t>([&](StoreReader& r) { return r.count_dossiers(filter); }));
  };
  EXPECT_EQ(count({.due_before = "2026-01-03"}), 2u);
  EXPECT_EQ(count({.due_before = "2026-02-01", .owner = clerk}), 1u);
}

TEST_P(StoreSuite, FindsDossiersThatHoldAllSearchWords) {
  const Bytes jansen = random_bytes(16), utrecht = random_bytes(16), de_vries = random_bytes(16);
  const Id both = add_dossier(a_dossier(), {jansen, utrecht, jansen}).id;
  const Id one = add_dossier(a_dossier(), {jansen}).id;
  EXPECT_THAT(list({.tokens = {jansen}}), UnorderedElementsAre(both, one));
  EXPECT_THAT(list({.tokens = {jansen, utrecht}}), ElementsAre(both));
  EXPECT_THAT(list({.tokens = {de_vries}}), IsEmpty());
  EXPECT_EQ(error_of(write([&](StoreWriter& writer) { return writer.set_tokens(both, {de_vries}); })), "");
  EXPECT_THAT(list({.tokens = {jansen}}), ElementsAre(one));
  EXPECT_THAT(list({.tokens = {de_vries}}), ElementsAre(both));
  EXPECT_TRUE(fails_with(read<std::vector<Dossier>>(
                             [&](StoreReader& r) { return r.dossiers({.tokens = std::vector<Bytes>(17, jansen)}); }),
                         Code::kTooLarge));
}

TEST_P(StoreSuite, ProposesOnlyClosedDossiersPastTheirRetention) {
  const auto with = [&](DossierState state, std::string retain_until) {
    Dossier dossier = a_dossier();
    dossier.state = state;
    dossier.retain_until = std::move(retain_until);
    return add_dossier(dossier).id;
  };
  const Id past = with(DossierState::kClosed, "2026-05-31");
  with(DossierState::kClosed, "2026-06-01");  // its last day is today
  with(DossierState::kClosed, "");
  with(DossierState::kReview, "2020-01-01");
  const auto proposed =
      value_of(read<std::vector<Dossier>>([](StoreReader& r) { return r.past_retention("2026-06-01"); }));
  ASSERT_EQ(proposed.size(), 1u);
  EXPECT_EQ(proposed[0].id, past);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ShreddedDossier);

Dossier ShreddedDossier::filled() {
  Dossier dossier = a_dossier();
  dossier.profile = profile_;
  const Document document = a_document(dossier);
  const Letter letter{.id = Id::random(),
                      .dossier = dossier.id,
                      .name = "ontvangst",
                      .state = "sent",
                      .author = {},
                      .approver = std::nullopt,
                      .created = 1,
                      .changed = 1,
                      .object = {},
                      .data = bytes("x"),
                      .key = {}};
  const Message message{.id = Id::random(),
                        .dossier = dossier.id,
                        .letter = letter.id,
                        .route = "mailbox",
                        .state = "published",
                        .shelf = Id::random(),
                        .created = 1,
                        .expires = 2,
                        .notified = 0,
                        .read = 0,
                        .key = {},
                        .data = bytes("y")};
  Job about_document = a_job(), about_other = a_job();
  about_document.subject = document.id;
  EXPECT_EQ(error_of(write([&](StoreWriter& w) -> Result<void> {
              TRY_DO(w.add_dossier(dossier, {token_}));
              TRY_DO(w.add_key({Id::random(), dossier.id, sealed_, wrapped_}));
              TRY_DO(w.add_submission({.id = Id::random(),
                                       .dossier = dossier.id,
                                       .reference = dossier.reference,
                                       .channel = "web",
                                       .received = 1,
                                       .documents = 1}));
              TRY_DO(w.add_document(document));
              TRY_DO(w.add_object({.id = document.object,
                                   .dossier = dossier.id,
                                   .document = document.id,
                                   .context = dossier.id,
                                   .keys = {Id::random()},
                                   .role = "original",
                                   .page = 0,
                                   .bytes = 10}));
              TRY_DO(w.put_letter(letter));
              TRY_DO(w.put_message(message));
              TRY_DO(w.add_sent_mail("<" + dossier.reference + ">", dossier.id));
              TRY_DO(w.add_job(about_document));
              return w.add_job(about_other);
            })),
            "");
  return dossier;
}

Result<std::vector<ObjectRow>> ShreddedDossier::shred(const Dossier& dossier) {
  std::vector<ObjectRow> removed;
  TRY_DO(write([&](StoreWriter& writer) -> Result<void> {
    TRY_ASSIGN(removed, writer.shred(a_tombstone(dossier)));
    return {};
  }));
  return removed;
}

TEST_P(ShreddedDossier, LeavesOnlyItsTombstone) {
  const Dossier gone = filled(), kept = add_dossier();
  const auto removed = value_of(shred(gone));
  ASSERT_EQ(removed.size(), 1u);
  EXPECT_EQ(removed[0].role, "original");

  const Dossier left = value_of(dossier(gone.id));
  EXPECT_EQ(left.state, DossierState::kErased);
  EXPECT_THAT(left.profile, IsEmpty());
  EXPECT_EQ(left.version, gone.version + 1);
  EXPECT_EQ(error_of(store().read([&](StoreReader& r) -> Result<void> {
              TRY_ASSIGN(const auto keys, r.keys(gone.id));
              EXPECT_EQ(keys.size(), 0u);
              TRY_ASSIGN(const auto documents, r.documents(gone.id));
              EXPECT_EQ(documents.size(), 0u);
              TRY_ASSIGN(const auto objects, r.objects(gone.id));
              EXPECT_EQ(objects.size(), 0u);
              TRY_ASSIGN(const auto letters, r.letters(gone.id));
              EXPECT_EQ(letters.size(), 0u);
              TRY_ASSIGN(const auto messages, r.messages(gone.id));
              EXPECT_EQ(messages.size(), 0u);
              TRY_ASSIGN(const auto jobs, r.jobs(false));
              EXPECT_EQ(jobs.size(), 1u) << "only the job about something else";
              EXPECT_TRUE(fails_with(r.dossier_of_mail("<" + gone.reference + ">"), Code::kNotFound));
              TRY_ASSIGN(const auto stones, r.tombstones());
              EXPECT_EQ(stones.size(), 1u);
              EXPECT_EQ(stones.at(0).documents, 1u) << "so that declared = present + erased still holds";
              return {};
            })),
            "");
  EXPECT_THAT(list({}), ElementsAre(kept.id));
  EXPECT_THAT(list({.states = {DossierState::kErased}, .tokens = {token_}}), IsEmpty());
}

TEST_P(ShreddedDossier, IsShreddedOnce) {
  const Dossier gone = filled();
  EXPECT_EQ(error_of(shred(gone)), "");
  EXPECT_THAT(value_of(shred(gone)), IsEmpty());
  EXPECT_TRUE(fails_with(shred(a_dossier()), Code::kNotFound));
}

TEST_P(ShreddedDossier, CannotBeBroughtBack) {
  const Dossier gone = filled();
  EXPECT_EQ(error_of(shred(gone)), "");
  Dossier again = value_of(dossier(gone.id));
  again.state = DossierState::kReview;
  EXPECT_TRUE(fails_with(write([&](StoreWriter& w) { return w.update_dossier(again); }), Code::kConflict));
}

TEST_P(ShreddedDossier, LeavesNoKeyInAnyFileWhileTheStoreIsOpenElsewhere) {
  if (home_->folder().empty()) GTEST_SKIP() << "this store keeps no files of its own";
  close();
  // Another process, as staff beside worker: the store is not closed there, so nothing is tidied by closing
  // it.
  int turn[2];
  ASSERT_EQ(::pipe(turn), 0);
  const pid_t child = in_child([&] {
    const Dossier gone = filled();
    const Dossier kept = add_dossier();
    if (!write([&](StoreWriter& w) { return w.add_key({Id::random(), kept.id, bytes("kept"), profile_}); }))
      return false;
    if (!any_file_holds(home_->folder(), sealed_) || !any_file_holds(home_->folder(), wrapped_)) return false;
    return shred(gone).has_value() && ::write(turn[1], "!", 1) == 1 && ::pause() != 0;
  });
  char ready = 0;
  ASSERT_EQ(::read(turn[0], &ready, 1), 1);
  EXPECT_FALSE(any_file_holds(home_->folder(), sealed_));
  EXPECT_FALSE(any_file_holds(home_->folder(), wrapped_));
  EXPECT_TRUE(any_file_holds(home_->folder(), bytes("kept"))) << "the search itself works";
  ::kill(child, SIGKILL);
  EXPECT_FALSE(succeeded(child));
  ::close(turn[0]);
  ::close(turn[1]);
}

TEST_P(StoreSuite, AddsTheSameKeyTwiceButNotToAnotherDossier) {
  const Dossier mine = add_dossier(), other = add_dossier();
  KeyRow key{Id::random(), mine.id, random_bytes(50), random_bytes(40)};
  const auto add = [&] { return write([&](StoreWriter& writer) { return writer.add_key(key); }); };
  EXPECT_EQ(error_of(add()), "");
  EXPECT_EQ(error_of(add()), "");
  EXPECT_EQ(value_of(read<std::vector<KeyRow>>([&](StoreReader& r) { return r.keys(mine.id); })).size(), 1u);
  key.dossier = other.id;
  EXPECT_TRUE(fails_with(add(), Code::kConflict));
}

}  // namespace zp::gateway::test
