// Letters as mail straight to a mail server that proved who it is; and where they go when it doesn't.
#include <gmock/gmock.h>

#include "gateway/casework/mail_queue.h"
#include "gateway/casework/ways.h"
#include "tests/unit/worker/worker_desk.h"

namespace zp::gateway {
namespace {

using test::WorkerDesk;
using testing::HasSubstr;
using Outcome = Handover::Outcome;

class DirectMailTest : public WorkerDesk {
 protected:
  DirectMailTest() {
    config_.limits.job_attempts = 12;
    config_.smtp.from = "post@example.nl";
    config_.print_queue = path("/print");
    Office office = casework_->office();
    office.domain_facts = [](const std::string& domain) -> Result<DomainFacts> {
      DomainFacts facts;
      facts.domain = domain;
      facts.good_by = kByDane;
      return facts;
    };
    sender_.emplace(office);
    tools_.hand_over = [this](const CourierMail& mail) -> Result<Handover> {
      mails_.push_back(mail);
      return answer_;
    };
  }
  /// A letter sent straight; its dossier.
  Id sent() {
    const Id id = dossier("onbekend", DossierState::kReview);
    const Actor clerk = staff("postkamer");
    const auto letter = sender_->draft(clerk, id, "doorgestuurd",
                                       {{"forwarded_to", "Sociale Verzekeringsbank"},
                                        {"forwarded_on", "2026-11-22"},
                                        {"subject_matter", "kinderbijslag"},
                                        {"why", "De Sociale Verzekeringsbank besluit daarover."}});
    EXPECT_TRUE(letter) << letter.error().message();
    Delivering how;
    how.route = kByTls;
    const auto message = sender_->send(clerk, *letter, how);
    EXPECT_TRUE(message) << message.error().message();
    return id;
  }
  std::vector<std::string> routes(const Id& id) {
    std::vector<std::string> routes;
    const auto view = casework_->open(staff("jurist"), id);
    for (const MessageView& one : view->messages) routes.push_back(one.row.route + " " + one.row.state);
    return routes;
  }

  std::optional<Casework> sender_;
  std::vector<CourierMail> mails_;
  Handover answer_{Outcome::kDelivered, kByDane, "mx.example.org", "TLSv1.3 X", "250 message"};
};

TEST_F(DirectMailTest, TheLetterGoesOnceAndItsDossierSaysToWhomItWasHanded) {
  const Id id = sent();
  work();
  ASSERT_EQ(mails_.size(), 1u);
  EXPECT_EQ(mails_[0].to, "test@example.org");
  EXPECT_THAT(mails_[0].wire, HasSubstr("application/pdf"));
  EXPECT_THAT(mails_[0].accept, testing::ElementsAre(kByNta, kByDane, kByMtaSts));
  EXPECT_THAT(routes(id), testing::ElementsAre("tls sent"));
  EXPECT_THAT(casework_->open(staff("jurist"), id)->profile.history.back().what, HasSubstr("mx.example.org"));
  for (const auto& entry : ledger()) EXPECT_THAT(entry.detail, testing::Not(HasSubstr("mx.example.org")));
}

TEST_F(DirectMailTest, WhenNoServerProvesItselfTheLetterWaitsAndThenGoesToTheMailbox) {
  answer_.outcome = Outcome::kUnsafe;
  const Id id = sent();
  work();
  EXPECT_THAT(routes(id), testing::ElementsAre("tls queued"));
  now_ += 5 * kHour;
  work();
  EXPECT_THAT(routes(id), testing::UnorderedElementsAre("tls undeliverable", testing::StartsWith("mailbox")));
}

TEST_F(DirectMailTest, TheTimeThatItsDomainWasHeldBackDoesNotCount) {
  answer_.outcome = Outcome::kUnsafe;
  must(casework_->pause_mail(staff("beheerder"), "example.org", "Hun mailserver is gehackt.", kUntilLifted));
  const Id id = sent();
  now_ += 5 * kHour;
  work();
  EXPECT_TRUE(mails_.empty());
  must(casework_->resume_mail(staff("beheerder"), lane_of(vault_, "example.org")));
  work();
  EXPECT_EQ(mails_.size(), 1u);
  EXPECT_THAT(routes(id), testing::ElementsAre("tls queued"));
  now_ += 5 * kHour;
  work();
  EXPECT_THAT(routes(id), testing::UnorderedElementsAre("tls undeliverable", testing::StartsWith("mailbox")));
}

TEST_F(DirectMailTest, APauseThatEndedByItselfDoesNotCountEither) {
  answer_.outcome = Outcome::kUnsafe;
  must(casework_->pause_mail(staff("beheerder"), "example.org", "Hun mailserver is gehackt.", now_ + 5 * kHour));
  const Id id = sent();
  now_ += 5 * kHour + 1;
  work();
  EXPECT_THAT(routes(id), testing::ElementsAre("tls queued"));
}

TEST_F(DirectMailTest, ADomainThatProvesNothingHoldsNoOtherMailBack) {
  answer_.outcome = Outcome::kUnsafe;
  for (std::size_t number = 1; number <= 2; ++number) {
    sent();
    work();
    EXPECT_EQ(mails_.size(), number);
  }
}

TEST_F(DirectMailTest, WithoutACodeItGoesByPostAndWithoutAnAddressAPersonChooses) {
  answer_.outcome = Outcome::kRefused;
  const Id with = sent(), without = sent();
  must(change(with, [](OpenDossier& open) {
    open.profile.access_code.clear();
    open.profile.requester.address = {"Straat 1", "1234 AB Plaats"};
  }));
  must(change(without, [](OpenDossier& open) { open.profile.access_code.clear(); }));
  work();
  EXPECT_THAT(routes(with), testing::UnorderedElementsAre("tls undeliverable", "post printed"));
  EXPECT_THAT(routes(without), testing::ElementsAre("tls undeliverable"));
  EXPECT_THAT(casework_->open(staff("jurist"), without)->profile.tasks,
              testing::Contains(HasSubstr("Kies een andere weg")));
}

TEST_F(DirectMailTest, EveryTryStandsInTheLedgerAlsoOneThatFailed) {
  answer_.outcome = Outcome::kUnsafe;
  answer_.reply = "STARTTLS is not offered";
  sent();
  work();
  const auto entries = ledger();
  EXPECT_TRUE(std::ranges::any_of(entries, [](const crypto::LedgerEntry& one) {
    return one.outcome == "failed" && one.detail.find("STARTTLS is not offered") != std::string::npos;
  }));
}

/// The way that is proposed for `letter` to an address at a domain with this proof.
class PolicyTest : public DirectMailTest {
 protected:
  Way way(const std::string& letter, const std::string& proof, const LetterData& data = {}) {
    const Id id = dossier("onbekend", DossierState::kReview);
    Way way;
    must(store_->read([&](StoreReader& store) -> Result<void> {
      TRY_ASSIGN(const auto open, open_dossier(vault_, store, id));
      TRY_ASSIGN(way, choose_way(casework_->office(), store, open, true, class_of(casework_->office(), letter, data),
                                 {!proof.empty(), proof, "Nagegaan."}));
      return {};
    }));
    return way;
  }
};

TEST_F(PolicyTest, AnOrdinaryLetterGoesStraightByAnyProofOneWithDataOnlyByNta7516) {
  for (const char* proof : {kByNta, kByDane, kByMtaSts}) EXPECT_EQ(way("avg-verlenging", proof).route, kByTls) << proof;
  EXPECT_EQ(way("avg-inzage-toegekend", kByNta).route, kByTls);
  for (const char* proof : {kByDane, kByMtaSts}) {
    const Way other = way("avg-inzage-toegekend", proof);
    EXPECT_EQ(other.route, kByMailbox) << proof;
    EXPECT_THAT(other.why, HasSubstr("niet genoeg"));
  }
  EXPECT_EQ(way("avg-verlenging", "").route, kByMailbox);
}

TEST_F(PolicyTest, WhatIsAddedMakesAnOrdinaryLetterOneWithData) {
  LetterData enclosed, reworded;
  enclosed.enclosures.emplace_back();
  reworded.wording = {"Eigen woorden."};
  EXPECT_EQ(way("avg-verlenging", kByDane, enclosed).route, kByMailbox);
  EXPECT_EQ(way("avg-verlenging", kByDane, reworded).route, kByMailbox);
}

TEST_F(PolicyTest, ACodeGoesByPostWhateverTheRecipientCanReceive) {
  EXPECT_EQ(way("toegangscode", kByNta).route, kByPost);
}

TEST_F(PolicyTest, AWayThatTheClassDoesNotNameIsRefusedWhenSending) {
  config_.limits.message_days = 30;
  const Id id = dossier("portero", DossierState::kReview);
  const Actor clerk = staff("postkamer");
  const auto letter = sender_->draft(clerk, id, "uitnodiging-beveiligde-mail", {});
  ASSERT_TRUE(letter) << letter.error().message();
  Delivering how;
  how.route = kByTls;
  const auto sent = sender_->send(clerk, *letter, how);
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().subject, HasSubstr("niet langs deze weg"));
}

}  // namespace
}  // namespace zp::gateway
