// Messages on their way: what goes with a letter, what its holder can find out, and what stops it.
#include <gmock/gmock.h>

#include "crypto/hash.h"
#include "crypto/recipient_key.h"
#include "gateway/casework/mail_queue.h"
#include "gateway/worker/returned_mail.h"
#include "gateway/worker/rounds.h"
#include "tests/unit/worker/worker_desk.h"

namespace zp::gateway {
namespace {

using test::WorkerDesk;
using testing::HasSubstr;

class MessageTest : public WorkerDesk {
 protected:
  MessageTest() {
    config_.limits.job_attempts = 5;
    config_.notice = {.resend_hours = 24, .resends = 1, .remind_days = 7, .other_way_days = 14};
  }

  /// A decision with the person's data, approved and sent to the mailbox; its dossier.
  Id sent(std::string* link = nullptr) {
    const Id id = dossier("avg-overdraagbaarheid", DossierState::kComplete);
    document(id, "request");
    const Actor author = staff("jurist", "avg-verzoek");
    letter_ = *casework_->draft(author, id, "avg-overdracht-toegekend", {{"way", "U leest ze in uw postbus."}});
    must(casework_->enclose_overview(author, letter_));
    must(casework_->propose(author, letter_));
    must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), letter_));
    must(casework_->send(author, letter_, {}));
    if (link) *link = to_hex(casework_->open(author, id)->messages.at(0).data.link_secret.view());
    return id;
  }
  /// As when its retention term is over.
  void erase(const Id& dossier) {
    must(change(dossier, [](OpenDossier& open) { open.dossier.state = DossierState::kErasureProposed; }));
    must(casework_->erase(staff("jurist", "bewaartermijn"), dossier));
  }
  /// As after the person was told.
  Result<void> lift(const Id& dossier) {
    return change(dossier, [](OpenDossier& open) { open.dossier.restricted = false; });
  }
  LetterData data(const Id& dossier) { return casework_->open(staff("jurist"), dossier)->letters.at(0).data; }
  std::string state(const Id& dossier) { return casework_->open(staff("jurist"), dossier)->messages.at(0).row.state; }

  Id letter_;
};

TEST_F(MessageTest, WhatGoesWithALetterLiesBehindItInTheMailbox) {
  std::string link;
  sent(&link);
  work();
  const auto secret = SecretBytes::copy_of(*from_hex(link));
  const Id shelf = shelf_id(secret);
  const auto envelope = shelf_->envelope(shelf);
  ASSERT_TRUE(envelope) << envelope.error().message();
  ASSERT_EQ(envelope->attachments, 3u);
  const auto key = crypto::recipient_key(envelope->lock, secret, "K7PM3XRD9FQH");
  ASSERT_TRUE(key) << key.error().message();
  const auto body = MailboxLetter::parse(crypto::open_bytes(*key, {shelf, shelf, 0}, *shelf_->body(shelf))->text());
  ASSERT_TRUE(body);
  EXPECT_EQ(body->attachments[1].name, "gegevens.json");
  auto file = shelf_->attachment(shelf, 1);
  ASSERT_TRUE(file) << file.error().message();
  Bytes sealed(file->size());
  ASSERT_TRUE(file->read(sealed));
  const auto json = crypto::open_bytes(*key, {shelf, shelf, 2}, sealed);
  ASSERT_TRUE(json) << json.error().message();
  EXPECT_THAT(std::string(json->text()), HasSubstr("test@example.org"));
  EXPECT_EQ(to_hex(crypto::sha256(json->view())), body->attachments[1].sha256);
}

TEST_F(MessageTest, ALetterThatWentOutIsFoundByItsCodeAndByItsFileUntilItIsErased) {
  const Id id = sent();
  work();
  const LetterData letter = data(id);
  ASSERT_FALSE(letter.genuine_code.empty());
  const std::string reference = stored(id).reference;
  const Id by_code = genuine_id(reference, crypto::normalise_access_code(letter.genuine_code));
  const auto pdf = casework_->letter_pdf(staff("jurist"), letter_);
  ASSERT_TRUE(pdf) << pdf.error().message();
  const Id by_file = genuine_id_of_file(crypto::sha256(*pdf));
  EXPECT_EQ(shelf_->letter_day(by_code).value_or(""), "2026-11-22");
  EXPECT_EQ(shelf_->letter_day(by_file).value_or(""), "2026-11-22");
  EXPECT_EQ(shelf_->letter_day(genuine_id(reference, "K7PM3XRD9FQH")).error().code, Code::kNotFound);
  erase(id);
  EXPECT_EQ(shelf_->letter_day(by_code).error().code, Code::kNotFound);
  EXPECT_EQ(shelf_->letter_day(by_file).error().code, Code::kNotFound);
}

TEST_F(MessageTest, AReceiptIsFoundByItsCodeAndItsFileUntilTheDossierIsErased) {
  const Id id = dossier("avg-inzage", DossierState::kReview), file = document(id, "request");
  const Submission submission{Id::random(), id, crypto::random_reference(), "web", now_, 1};
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(vault_, store, id));
    open.profile.deliveries.push_back({submission.id, now_, "web", {}, {}, {}, true, {}, {}});
    TRY_ASSIGN(auto row, store.document(file));
    row.submission = submission.id;
    TRY_ASSIGN(auto details, open.keys.details(row));
    details.sha256 = std::string(64, 'a');
    open.keys.seal(details, row);
    TRY_DO(store.update_document(row));
    TRY_DO(store.add_submission(submission));
    TRY_DO(store.add_job(new_job("receipt", submission.id, now_)));
    return save_dossier(store, open, now_);
  }));
  work();
  const auto delivery = casework_->open(staff("jurist"), id)->profile.deliveries.at(0);
  ASSERT_FALSE(delivery.genuine_code.empty());
  ASSERT_EQ(delivery.receipt_hashes.size(), 1U);
  const Id by_code = genuine_id(submission.reference, crypto::normalise_access_code(delivery.genuine_code));
  const Id by_file = genuine_id_of_file(*from_hex(delivery.receipt_hashes[0]));
  EXPECT_EQ(shelf_->letter_day(by_code).value_or(""), "2026-11-22");
  EXPECT_EQ(shelf_->letter_day(by_file).value_or(""), "2026-11-22");
  erase(id);
  EXPECT_EQ(shelf_->letter_day(by_code).error().code, Code::kNotFound);
  EXPECT_EQ(shelf_->letter_day(by_file).error().code, Code::kNotFound);
}

TEST_F(MessageTest, WithoutAnAnswerOfTheTimeStampServerALetterLeavesAllTheSameAndTheLedgerSaysSo) {
  config_.keys.time_stamp_url = "http://127.0.0.1:1/tsa";
  const Id id = sent();
  work();
  const auto pdf = casework_->letter_pdf(staff("jurist"), letter_);
  ASSERT_TRUE(pdf) << pdf.error().message();
  EXPECT_THAT(std::string(as_text(*pdf)), HasSubstr("ETSI.CAdES.detached"));
  const auto entries = casework_->ledger_about(staff("fg", "toezicht"), id);
  const auto found = std::ranges::find(*entries, std::string("letter.time-stamp"), &crypto::LedgerEntry::action);
  ASSERT_NE(found, entries->end());
  EXPECT_EQ(found->outcome, "failed");
  EXPECT_THAT(found->detail, HasSubstr("B-B"));
}

TEST_F(MessageTest, AnAnswerAboutRightsLeavesWhileProcessingIsRestricted) {
  const Id id = sent();
  must(casework_->restrict(staff("jurist", "avg-verzoek"), id, "a"));
  work();
  must(lift(id));
  EXPECT_NE(state(id), "queued");
}

TEST_F(MessageTest, NothingElseLeavesWhileProcessingIsRestricted) {
  const Id id = dossier("onbekend", DossierState::kReview);
  const Actor postkamer = staff("postkamer");
  const auto letter = casework_->draft(postkamer, id, "doorgestuurd",
                                       {{"forwarded_to", "Sociale Verzekeringsbank"},
                                        {"forwarded_on", "2026-11-22"},
                                        {"subject_matter", "kinderbijslag"},
                                        {"why", "De Sociale Verzekeringsbank besluit daarover."}});
  ASSERT_TRUE(letter) << letter.error().message();
  must(casework_->send(postkamer, *letter, {}));
  must(casework_->restrict(staff("jurist", "avg-verzoek"), id, "a"));
  work();
  must(lift(id));
  EXPECT_EQ(state(id), "queued");
  work();
  EXPECT_EQ(state(id), "queued");  // not at once, but soon
  now_ += 20 * 60'000;
  work();
  EXPECT_NE(state(id), "queued");
}

/// A letter without enclosures that lies in the mailbox of a recipient whose notification went out.
class OtherWayTest : public MessageTest {
 protected:
  void SetUp() override {
    config_.print_queue = path("/print");
    config_.limits.message_days = 90;
    dossier_ = dossier("onbekend", DossierState::kReview);
    const Actor clerk = staff("postkamer");
    const auto letter = casework_->draft(clerk, dossier_, "doorgestuurd",
                                         {{"forwarded_to", "Sociale Verzekeringsbank"},
                                          {"forwarded_on", "2026-11-22"},
                                          {"subject_matter", "kinderbijslag"},
                                          {"why", "De Sociale Verzekeringsbank besluit daarover."}});
    ASSERT_TRUE(letter) << letter.error().message();
    const auto message = casework_->send(clerk, *letter, {});
    ASSERT_TRUE(message) << message.error().message();
    message_ = *message;
    work();
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto row, store.message(message_));
      row.state = "notified";
      row.notified = now_;
      return store.put_message(row);
    }));
  }
  void live_at(const std::vector<std::string>& address) {
    must(change(dossier_, [&](OpenDossier& open) {
      open.profile.requester.address = address;
      open.profile.tasks.clear();
    }));
  }
  /// A mail server says this about mail `number` of the message.
  void report(const char* action, const char* status, unsigned number = 0) {
    const auto returned =
        judge_reports({{action, status, ""}}, {.mail = {message_, number}, .dossier = dossier_, .status = {}});
    ASSERT_TRUE(returned);
    const auto job = job_after(*returned, now_);
    if (job) must(store_->write([&](StoreWriter& store) { return store.add_job(*job); }));
    work();
  }
  void bounce() { report("failed", "5.1.1"); }
  bool is_planned(std::string_view kind) {
    bool found = false;
    must(store_->read([&](StoreReader& store) -> Result<void> {
      TRY_ASSIGN(const auto jobs, store.jobs(false));
      found = std::ranges::find(jobs, kind, &Job::kind) != jobs.end();
      return {};
    }));
    return found;
  }
  std::vector<std::string> routes() {
    std::vector<std::string> routes;
    const auto view = casework_->open(staff("jurist"), dossier_);
    for (const MessageView& one : view->messages) routes.push_back(one.row.route + " " + one.row.state);
    return routes;
  }
  std::vector<std::string> history() {
    std::vector<std::string> lines;
    const auto view = casework_->open(staff("jurist"), dossier_);
    for (const HistoryLine& line : view->profile.history) lines.push_back(line.what);
    return lines;
  }
  std::vector<std::string> tasks() { return casework_->open(staff("jurist"), dossier_)->profile.tasks; }

  Id dossier_, message_;
};

TEST_F(OtherWayTest, WhatDidNotArriveGoesByPostOnceWhenAnAddressIsKnown) {
  live_at({"Straat 1", "1234 AB Plaats"});
  bounce();
  bounce();
  EXPECT_THAT(routes(), testing::UnorderedElementsAre("mailbox undeliverable", "post printed"));
  EXPECT_THAT(tasks(), testing::IsEmpty());
}

TEST_F(OtherWayTest, WithoutAnAddressAPersonChooses) {
  live_at({});
  bounce();
  EXPECT_THAT(routes(), testing::ElementsAre("mailbox undeliverable"));
  EXPECT_THAT(tasks(), testing::Contains(HasSubstr("Kies een andere weg")));
}

TEST_F(OtherWayTest, WhatCameBackForAPassingReasonIsSentAgainOnceAndThenGoesAnotherWay) {
  live_at({"Straat 1", "1234 AB Plaats"});
  report("failed", "4.4.7");
  report("failed", "4.4.7");  // a second server about the same mail
  EXPECT_THAT(routes(), testing::ElementsAre("mailbox notified"));
  EXPECT_TRUE(is_planned("notify"));
  EXPECT_THAT(history(), testing::Contains(HasSubstr("Zegelpost verstuurt hem opnieuw op")));
  report("failed", "5.2.2", 2);
  EXPECT_THAT(routes(), testing::UnorderedElementsAre("mailbox undeliverable", "post printed"));
}

TEST_F(OtherWayTest, WhatIsDelayedOrArrivedStaysOnItsWay) {
  live_at({"Straat 1", "1234 AB Plaats"});
  report("delayed", "4.4.1");
  report("relayed", "2.0.0");
  EXPECT_THAT(routes(), testing::ElementsAre("mailbox notified"));
  EXPECT_FALSE(is_planned("notify"));
}

TEST_F(OtherWayTest, OnlyAnAddressThatWeMadeTellsWhichMailCameBack) {
  config_.smtp.from = "post@zegelpost.example";
  const std::string path = signed_return_path(return_path_key(vault_), config_.smtp.from, message_, 0);
  const auto found = returned_to(tools_, {"post@zegelpost.example", path});
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->dossier, dossier_);
  std::string forged = path;
  forged[path.find('@') - 1] = forged[path.find('@') - 1] == 'a' ? 'b' : 'a';
  EXPECT_FALSE(returned_to(tools_, {forged})->has_value());
  EXPECT_FALSE(returned_to(tools_, {our_message_id(message_, 0, config_.smtp.from)})->has_value());
}

TEST_F(OtherWayTest, WhatLiesUnopenedForAsManyDaysAsConfiguredGoesByPost) {
  live_at({"Straat 1", "1234 AB Plaats"});
  now_ += 13LL * 24 * 3600 * 1000;
  make_rounds(tools_);
  EXPECT_FALSE(is_planned("unopened"));
  now_ += 1LL * 24 * 3600 * 1000;
  make_rounds(tools_);
  make_rounds(tools_);
  work();
  EXPECT_THAT(routes(), testing::Contains("post printed"));
  EXPECT_EQ(routes().size(), 2U);
}

TEST_F(OtherWayTest, AReminderGoesBeforeAnotherWayIsSoughtAndNotWithIt) {
  live_at({"Straat 1", "1234 AB Plaats"});
  now_ += 7 * kDay;
  make_rounds(tools_);
  EXPECT_TRUE(is_planned("remind"));
  EXPECT_FALSE(is_planned("unopened"));
  now_ += 7 * kDay;
  make_rounds(tools_);
  EXPECT_TRUE(is_planned("unopened"));
}

TEST_F(OtherWayTest, AfterALongStandstillAnotherWayIsSoughtWithoutAReminder) {
  live_at({"Straat 1", "1234 AB Plaats"});
  now_ += 14 * kDay;
  make_rounds(tools_);
  EXPECT_FALSE(is_planned("remind"));
  EXPECT_TRUE(is_planned("unopened"));
}

TEST_F(OtherWayTest, WhatWasReadStaysWhereItIs) {
  live_at({"Straat 1", "1234 AB Plaats"});
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto row, store.message(message_));
    row.state = "read";
    row.read = now_;
    return store.put_message(row);
  }));
  now_ += 20LL * 24 * 3600 * 1000;
  make_rounds(tools_);
  work();
  EXPECT_THAT(routes(), testing::ElementsAre("mailbox read"));
}

}  // namespace
}  // namespace zp::gateway
