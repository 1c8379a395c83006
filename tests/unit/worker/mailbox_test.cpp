// Messages in the secure mailbox: with which code they open and how long, what is told of those before, and that each
// reading is on record.
#include <gmock/gmock.h>

#include "crypto/object.h"
#include "crypto/recipient_key.h"
#include "crypto/reference.h"
#include "gateway/casework/access_code.h"
#include "gateway/casework/received_mail.h"
#include "gateway/worker/events.h"
#include "gateway/worker/filing.h"
#include "tests/unit/worker/worker_desk.h"

namespace zp::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Step = MailboxLetter::Step;

constexpr std::string_view kCode = "K7PM3XRD9FQH";

class MailboxTest : public test::WorkerDesk {
 protected:
  MailboxTest() {
    config_.limits.job_attempts = 5;
    config_.notice.remind_days = 7;
    config_.print_queue = path("/print");
    dossier_ = dossier("onbekend", DossierState::kReview);
    must(change(dossier_, [&](OpenDossier& open) {
      open.profile.access_code_until = now_ + 180 * kDay;
      open.profile.requester.address = {"Straat 1", "1234 AB Plaats"};
    }));
  }
  /// A letter of its own each time.
  Result<Id> send(const Delivering& how = {}) {
    TRY_ASSIGN(const Id letter, casework_->draft(clerk_, dossier_, "doorgestuurd",
                                                 {{"forwarded_to", "Sociale Verzekeringsbank"},
                                                  {"forwarded_on", "2026-11-22"},
                                                  {"subject_matter", "kinderbijslag"},
                                                  {"why", "De Sociale Verzekeringsbank besluit daarover."}}));
    TRY_ASSIGN(const Id message, casework_->send(clerk_, letter, how));
    work();
    now_ += kHour;
    return message;
  }
  MessageView view(const Id& message) {
    auto open = casework_->open(clerk_, dossier_);
    for (MessageView& one : open->messages)
      if (one.row.id == message) return std::move(one);
    ADD_FAILURE() << "no such message";
    return {};
  }
  Result<MailboxLetter> opened(const Id& message, std::string_view code) {
    const MessageView found = view(message);
    const Id& shelf = found.row.shelf;
    TRY_ASSIGN(const auto envelope, shelf_->envelope(shelf));
    TRY_ASSIGN(const auto key, crypto::recipient_key(envelope.lock, found.data.link_secret, code));
    TRY_ASSIGN(const auto sealed, shelf_->body(shelf));
    TRY_ASSIGN(const auto text, crypto::open_bytes(key, {shelf, shelf, 0}, sealed));
    return MailboxLetter::parse(text.text());
  }
  Profile profile() { return casework_->open(clerk_, dossier_)->profile; }
  std::string link_of(const Id& message) { return to_base64url(view(message).data.link_secret.view()); }
  TimeMs code_until(const Id& message) { return shelf_->envelope(view(message).row.shelf)->code_until_ms; }

  const Actor clerk_ = staff("postkamer");
  Id dossier_ = {};
};

TEST_F(MailboxTest, TheDoorIsToldUntilWhenTheCodeOpensAMessage) {
  const auto message = send();
  ASSERT_TRUE(message) << message.error().message();
  EXPECT_EQ(code_until(*message), test::kNow + 180 * kDay);
}

TEST_F(MailboxTest, ACodeLivesAsLongAsItsWayAllows) {
  EXPECT_EQ(end_of_code(config_.limits, "zelf gekozen", 0), 180 * kDay);
  EXPECT_EQ(end_of_code(config_.limits, "per brief", 0), 28 * kDay);
  EXPECT_EQ(end_of_code(config_.limits, "telefonisch", 0), 21 * kDay);
  EXPECT_EQ(end_of_code(config_.limits, "per sms", 0), 21 * kDay);
}

TEST_F(MailboxTest, WithACodeThatSoonRunsOutNothingIsSentAndANewOneOpensWhatLiesThere) {
  const auto first = send();
  ASSERT_TRUE(first) << first.error().message();
  now_ = test::kNow + 175 * kDay;
  EXPECT_EQ(send().error().code, Code::kRefused);
  const auto second = send({.code_way = "telefonisch"});
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_EQ(profile().access_code_way, "telefonisch");
  for (const Id& message : {*first, *second}) {
    EXPECT_TRUE(opened(message, profile().access_code));
    EXPECT_EQ(opened(message, kCode).error().code, Code::kTampered);
    EXPECT_EQ(code_until(message), profile().access_code_until);
  }
}

TEST_F(MailboxTest, ANewCodeTakesThePlaceOfTheOldOneUnderTheSameLink) {
  const auto message = send();
  ASSERT_TRUE(message) << message.error().message();
  const std::string link = link_of(*message);
  const auto lock = shelf_->envelope(view(*message).row.shelf)->lock.encode();
  must(casework_->renew_code(clerk_, dossier_, {.code_way = "telefonisch"}));
  work();
  EXPECT_EQ(link_of(*message), link);
  EXPECT_EQ(opened(*message, kCode).error().code, Code::kTampered);
  ASSERT_TRUE(opened(*message, profile().access_code));
  EXPECT_NE(shelf_->envelope(view(*message).row.shelf)->lock.encode(), lock);  // wrong codes count from nothing
  const auto told = casework_->reveal_code(clerk_, dossier_);
  ASSERT_TRUE(told) << told.error().message();
  EXPECT_EQ(told->code, profile().access_code);
  EXPECT_EQ(told->until, now_ + 21 * kDay);
  EXPECT_THAT(profile().tasks, testing::Contains(HasSubstr("Vertel de toegangscode")));
  must(casework_->renew_code(clerk_, dossier_, {.code_way = "telefonisch"}));
  EXPECT_THAT(profile().tasks, testing::Contains(HasSubstr("Vertel de toegangscode")).Times(1));
  now_ += 22 * kDay;
  EXPECT_EQ(casework_->reveal_code(clerk_, dossier_).error().code, Code::kRefused);
}

TEST_F(MailboxTest, ANewCodeGoesByLetterWithItsLastDay) {
  ASSERT_TRUE(send());
  EXPECT_EQ(casework_->renew_code(clerk_, dossier_, {.code_way = "per brief"}).error().code, Code::kRefused);
  must(casework_->renew_code(clerk_, dossier_, {.code_way = "per brief", .address = {"Straat 2", "1234 AB Plaats"}}));
  const auto open = casework_->open(clerk_, dossier_);
  const auto letter =
      std::ranges::find(open->letters, std::string("toegangscode"), [](const LetterView& one) { return one.row.name; });
  ASSERT_NE(letter, open->letters.end());
  EXPECT_EQ(letter->data.fields["access_code"], open->profile.access_code);
  EXPECT_EQ(letter->data.fields["valid_until"], "2026-12-20");
}

TEST_F(MailboxTest, WhereNothingLiesThereIsNoNewCodeToGive) {
  EXPECT_EQ(casework_->renew_code(clerk_, dossier_, {.code_way = "telefonisch"}).error().code, Code::kRefused);
  EXPECT_EQ(profile().access_code, kCode);
}

TEST_F(MailboxTest, MessagesNameOneAnotherAndWhatTheReaderSent) {
  Id submission = Id::random();
  must(change(dossier_, [&](OpenDossier& open) {
    open.profile.deliveries.push_back({.submission = submission, .received = now_ - kDay, .channel = "web"});
    open.profile.deliveries.push_back(
        {.submission = Id::random(), .received = now_ - kHour, .channel = "mail", .may_answer = false});
  }));
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(const auto keys, vault_.unlock(store, dossier_));
    Document row;
    row.id = row.object = Id::random();
    row.dossier = dossier_;
    row.submission = submission;
    row.state = "inspected";
    DocumentDetails details;
    details.name = "beschikking.pdf";
    keys.seal(details, row);
    return store.add_document(row);
  }));
  const auto first = send(), second = send();
  ASSERT_TRUE(first && second);
  const auto seen = opened(*first, kCode);
  ASSERT_TRUE(seen) << seen.error().message();
  ASSERT_EQ(seen->thread.size(), 3u);
  EXPECT_FALSE(seen->thread[0].from_us);
  EXPECT_THAT(seen->thread[0].files, ElementsAre("beschikking.pdf"));
  EXPECT_TRUE(seen->thread[1].is_this);
  EXPECT_THAT(seen->thread[1].link, IsEmpty());
  EXPECT_EQ(seen->thread[2].link, link_of(*second));
  EXPECT_EQ(opened(*second, kCode)->thread[1].link, link_of(*first));
}

TEST_F(MailboxTest, WordsOfAReplyAreReadInTheDossierAndInTheThread) {
  const auto first = send();
  ASSERT_TRUE(first);
  intake::SubmissionManifest manifest{.id = Id::random(),
                                      .reference = crypto::random_reference(),
                                      .channel = "reply",
                                      .kind = {},
                                      .received_ms = now_,
                                      .fields = {},
                                      .files = {},
                                      .receipt_key = {},
                                      .access_code = {},
                                      .in_reply_to = view(*first).row.shelf,
                                      .words = "Zij woont nu bij ons."};
  const Id submission = manifest.id;
  OpenedKeys keys;
  keys.keys.push_back(crypto::DataKey::generate());
  keys.sealed.push_back({1});
  auto filing = prepare_submission(tools_, std::move(manifest), std::move(keys));
  ASSERT_TRUE(filing) << filing.error().message();
  const auto filed = file_delivery(tools_, path("/item"), std::move(*filing));
  ASSERT_TRUE(filed) << filed.error().message();
  EXPECT_EQ(*filed, dossier_);
  work();
  const auto page = casework_->mail(clerk_, dossier_, submission);
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->mail.text, "Zij woont nu bij ons.");
  EXPECT_THAT(page->mail.subject, HasSubstr("Antwoord op: "));
  EXPECT_FALSE(page->may_download);
  EXPECT_FALSE(casework_->raw_mail(clerk_, dossier_, submission, [](ByteView) { return Result<void>(); }));
  EXPECT_THAT(profile().tasks, testing::Contains("Lees het bericht van de afzender."));
  EXPECT_THAT(profile().history, testing::Contains(testing::Field(&HistoryLine::submission, submission)));
  const auto thread = opened(*first, kCode)->thread;
  ASSERT_EQ(thread.size(), 2u);
  EXPECT_EQ(thread.back().words, "Zij woont nu bij ons.");
  EXPECT_EQ(profile().deliveries.back().receipt_hashes.size(), 1u);  // a receipt was drawn
}

/// A message that asks a mentor for what is missing.
class AskingTest : public MailboxTest {
 protected:
  AskingTest() {
    dossier_ =
        dossier("informatie-mentor-curator-bewindvoerder", DossierState::kReview, {{"requester_role", "mentor"}});
    must(change(dossier_, [&](OpenDossier& open) { open.profile.access_code_until = now_ + 180 * kDay; }));
    must(casework_->evaluate(worker(), dossier_));
    const auto invitation = casework_->invite(clerk_, dossier_);
    must(invitation);
    code_ = invitation->code;
    work();
    now_ += kHour;
  }
  MailboxLetter seen() {
    const auto open = casework_->open(clerk_, dossier_);
    const auto letter = opened(open->messages.front().row.id, code_);
    must(letter);
    return letter.value_or(MailboxLetter{});
  }
  /// As filing does it.
  void arrives(const std::string& slot, Malware malware = Malware::kClean) {
    document(dossier_, slot, malware);
    must(store_->write([&](StoreWriter& store) { return store.add_job(new_job("reseal", dossier_, now_)); }));
    work();
  }
  std::vector<std::string> asked() {
    std::vector<std::string> slots;
    for (const auto& one : seen().asked) slots.push_back(one.slot);
    return slots;
  }
  std::string code_;
};

TEST_F(AskingTest, WhatCameInIsNotAskedForAgain) {
  const auto before = asked();
  ASSERT_THAT(before, testing::IsSupersetOf({"request", "client-identity"}));
  arrives("request");
  EXPECT_THAT(asked(), testing::Not(testing::Contains("request")));
  EXPECT_EQ(asked().size(), before.size() - 1);
  arrives("client-identity", Malware::kInfected);
  EXPECT_THAT(asked(), testing::Contains("client-identity"));
  for (const std::string& slot : before) arrives(slot);
  EXPECT_THAT(asked(), IsEmpty());
  EXPECT_FALSE(seen().may_reply);  // an invitation is for what is missing alone
  EXPECT_THAT(seen().paragraphs, ElementsAre(HasSubstr("Wij ontvingen wat wij vroegen")));
}

TEST_F(AskingTest, OfACompleteDossierNothingIsAsked) {
  must(casework_->confirm_complete(clerk_, dossier_));
  work();
  EXPECT_THAT(asked(), IsEmpty());
  EXPECT_THAT(seen().paragraphs, ElementsAre("U hoeft hiervoor niets meer te sturen."));
  must(casework_->reopen_review(clerk_, dossier_));
  work();
  EXPECT_THAT(asked(), testing::Not(IsEmpty()));
}

TEST_F(MailboxTest, WhatWasRecalledOrCameForARequesterOfBeforeIsNotNamed) {
  must(change(dossier_, [&](OpenDossier& open) {
    open.profile.deliveries.push_back({.submission = Id::random(), .received = now_ - kDay, .channel = "web"});
    open.profile.requester_since = now_;
  }));
  const auto first = send(), second = send();
  ASSERT_TRUE(first && second);
  must(casework_->recall(clerk_, *first));
  work();
  EXPECT_EQ(opened(*second, kCode)->thread.size(), 1u);
  EXPECT_EQ(shelf_->envelope(view(*first).row.shelf).error().code, Code::kNotFound);
}

TEST_F(MailboxTest, AReaderStaysInWhenTheThreadGrows) {
  const auto first = send();
  ASSERT_TRUE(first);
  const auto lock = shelf_->envelope(view(*first).row.shelf)->lock.encode();
  ASSERT_TRUE(send());
  EXPECT_EQ(shelf_->envelope(view(*first).row.shelf)->lock.encode(), lock);
}

TEST_F(MailboxTest, WhatWasRecalledBeforeItLayReadyNeverLiesThere) {
  const auto first = send();
  ASSERT_TRUE(first);
  const Id shelf = view(*first).row.shelf;
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto row, store.message(*first));
    row.state = "recalled";
    TRY_DO(store.put_message(row));
    return store.add_job(new_job("publish", *first, now_));
  }));
  ASSERT_TRUE(shelf_->envelope(shelf));  // as a crash between the two left it
  work();
  EXPECT_EQ(shelf_->envelope(shelf).error().code, Code::kNotFound);
}

TEST_F(MailboxTest, WhoSentAMessageIsNamedWhenItLocksOnceUntilItIsRead) {
  const auto message = send();
  ASSERT_TRUE(message);
  const Id shelf = view(*message).row.shelf;
  const auto happens = [&](const char* event) {
    must(handle_event(tools_,
                      {.kind = "event", .accepted_ms = now_, .sealed_keys = {}, .event = event, .subject = shelf}));
  };
  happens("message-locked");
  now_ += kHour;
  happens("message-locked");
  EXPECT_EQ(view(*message).data.sent_by, clerk_.name);
  EXPECT_EQ(view(*message).data.locked, now_);
  const auto tasks = profile().tasks;
  EXPECT_EQ(std::ranges::count_if(tasks, [](const std::string& one) { return one.contains("op slot"); }), 1);
  EXPECT_THAT(tasks, testing::Contains(HasSubstr(clerk_.name + ", u stuurde dit bericht")));
  EXPECT_THAT(profile().history.back().what, HasSubstr("op slot"));
  happens("message-read");
  EXPECT_EQ(view(*message).data.locked, 0);
  happens("message-locked");
  happens("message-read");
  EXPECT_EQ(view(*message).data.locked, 0);
}

TEST_F(MailboxTest, EachReadingIsOnRecordWithItsMomentAndTheFirstOneCounts) {
  const auto message = send();
  ASSERT_TRUE(message);
  const Id shelf = view(*message).row.shelf;
  for (const TimeMs moment : {now_, now_ + 90'000})
    must(handle_event(
        tools_,
        {.kind = "event", .accepted_ms = moment, .sealed_keys = {}, .event = "message-read", .subject = shelf}));
  std::vector<std::string> readings;
  for (const auto& entry : ledger())
    if (entry.action == "message.read") readings.push_back(entry.detail);
  EXPECT_THAT(readings, testing::UnorderedElementsAre("at=2026-11-22T11:20:00Z", "at=2026-11-22T11:21:30Z"));
  EXPECT_EQ(view(*message).row.read, now_);
  EXPECT_EQ(view(*message).row.state, "read");
}

}  // namespace
}  // namespace zp::gateway
