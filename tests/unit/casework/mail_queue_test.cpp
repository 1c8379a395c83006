#include "gateway/casework/mail_queue.h"

#include <gmock/gmock.h>

#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;

MailTrouble trouble(const char* subject, Code code = Code::kUnavailable) {
  return trouble_of(Error{code, "send mail", subject});
}

TEST(MailTroubles, AreOfOurServerOfTheDomainOrOfOneMailbox) {
  for (const char* ours : {"connection to mail.example", "TLS with mail.example", "AUTH 454 4.7.0", "MAIL 452 4.3.1"})
    EXPECT_EQ(trouble(ours), MailTrouble::kOurServer) << ours;
  for (const char* domain : {"RCPT 450 4.1.2", "RCPT 451 4.4.1", "RCPT 450 4.7.1", "RCPT 451", "RCPT 421 4.3.2"})
    EXPECT_EQ(trouble(domain), MailTrouble::kDomain) << domain;
  for (const char* mailbox : {"RCPT 452 4.2.2", "RCPT 450", "DATA 451 4.3.0", "reply 451"})
    EXPECT_EQ(trouble(mailbox), MailTrouble::kMailbox) << mailbox;
  EXPECT_EQ(trouble("RCPT 550 5.1.1", Code::kRefused), MailTrouble::kNone);
  EXPECT_EQ(trouble_of(Error{Code::kUnavailable, "run gpg"}), MailTrouble::kNone);
}

TEST(MailTroubles, AreTriedAgainSoonAtFirstAndThenAtLeastHalfAnHourLater) {
  EXPECT_EQ(mail_back_off(1, false), 60'000);
  EXPECT_EQ(mail_back_off(2, false), 5 * 60'000);
  for (std::uint32_t failures = 3; failures < 60; ++failures) {
    EXPECT_GE(mail_back_off(failures, false), 30 * 60'000);
    EXPECT_LE(mail_back_off(failures, false), 3 * kHour);
  }
  EXPECT_EQ(mail_back_off(1, true), 5'000);
  EXPECT_EQ(mail_back_off(4'000'000'000, true), 5 * 60'000);
}

TEST(MailDomains, AreWhatStandsBehindTheAtInLowerCase) {
  EXPECT_EQ(mail_domain("Karin@Post.Example"), "post.example");
  EXPECT_EQ(mail_domain(" post.example. "), "post.example");
  for (const char* none : {"", "karin@", "localhost", "a b.example", "post.example\r\n.x"})
    EXPECT_EQ(mail_domain(none), "") << none;
}

class MailQueue : public Desk {
 protected:
  Lane lane(const std::string& domain) {
    Lane found;
    must(store_->read([&](StoreReader& store) -> Result<void> {
      TRY_ASSIGN(found, store.lane(lane_of(vault_, domain)));
      return {};
    }));
    return found;
  }
  Id wait(const std::string& address) {
    const Job job = new_job("notify", Id::random(), now_);
    must(store_->write([&](StoreWriter& store) { return add_mail_job(vault_, store, job, address); }));
    return job.subject;
  }
  Result<Job> next() { return store_->lease_job({}, now_, 1000, 2); }
};

TEST_F(MailQueue, KeepsADomainOutOfTheDatabaseInTheClear) {
  wait("karin@jansen.example");
  const Lane found = lane("jansen.example");
  EXPECT_EQ(std::string(as_text(found.domain)).find("jansen"), std::string::npos);
  EXPECT_EQ(domain_of(vault_, found).value_or(""), "jansen.example");
}

TEST_F(MailQueue, HoldsTheMailsOfADomainBackOnTheWordOfWhoMayUntilItIsLifted) {
  const Id held = wait("karin@jansen.example"), goes = wait("piet@elders.example");
  EXPECT_EQ(casework_->pause_mail(staff("postkamer"), "jansen.example", "Gehackt", kUntilLifted).error().code,
            Code::kDenied);
  EXPECT_EQ(casework_->pause_mail(staff("beheerder"), "geen domein", "Gehackt", kUntilLifted).error().code,
            Code::kRefused);
  EXPECT_EQ(casework_->pause_mail(staff("beheerder"), "jansen.example", "  ", kUntilLifted).error().code,
            Code::kRefused);
  must(casework_->pause_mail(staff("beheerder"), "Jansen.example", "Hun mailserver is gehackt.", kUntilLifted));
  EXPECT_EQ(next()->subject, goes);
  EXPECT_EQ(next().error().code, Code::kNotFound);
  const Lane paused = lane("jansen.example");
  EXPECT_EQ(pause_of(vault_, paused)->why, "Hun mailserver is gehackt.");
  const auto entries = casework_->ledger_latest(staff("fg", "toezicht"), 0, 10);
  const auto entry = std::ranges::find(*entries, std::string("mail.pause"), &crypto::LedgerEntry::action);
  ASSERT_NE(entry, entries->end());
  EXPECT_EQ(entry->object, paused.id.hex());
  EXPECT_EQ(entry->detail.find("jansen"), std::string::npos) << "the ledger outlives the mail";
  must(casework_->resume_mail(staff("jurist"), paused.id));
  EXPECT_EQ(next()->subject, held);
}

TEST_F(MailQueue, TakesSeveralFailuresOfOneMomentForOneAndForgetsThemWhenAMailGoes) {
  wait("karin@jansen.example");
  const Id id = lane_of(vault_, "jansen.example");
  const Error error{Code::kUnavailable, "send mail", "RCPT 451 4.4.1"};
  const auto fails = [&] {
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_DO(note_failure(store, id, MailTrouble::kDomain, error, now_));
      return {};
    }));
  };
  fails();
  fails();
  EXPECT_EQ(lane("jansen.example").failures, 1u);
  EXPECT_EQ(lane("jansen.example").next, now_ + 60'000);
  now_ += 60'000;
  fails();
  EXPECT_EQ(lane("jansen.example").failures, 2u);
  EXPECT_EQ(next().error().code, Code::kNotFound);
  must(casework_->try_mail_now(staff("postkamer"), id));
  EXPECT_TRUE(next());
  must(note_success(*store_, id));
  EXPECT_EQ(lane("jansen.example").failures, 0u);
}

}  // namespace
}  // namespace zp::gateway
