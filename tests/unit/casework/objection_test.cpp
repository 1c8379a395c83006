// What follows a decision: objection, notice of default, complaint.
#include <gmock/gmock.h>

#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;
using test::kNow;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class ObjectionTest : public Desk {
 protected:
  /// One that came in today, with the decision of 20 October on record: objection was possible until 1 December.
  Id objection(const std::string& about = "Z-1") {
    const Id id = dossier("bezwaar", DossierState::kReview);
    record(id, "zaak", {{"kenmerk", about}, {"wat", "de weigering om te wissen"}, {"bekendgemaakt", "2026-10-20"}});
    return id;
  }
  void record(const Id& id, const char* name, const intake::FieldValues& fields) {
    must(casework_->add_record(jurist_, id, name, fields));
  }
  TermRecord term(const Id& id) {
    const auto terms = profile(id).terms;
    const auto found = std::ranges::find(terms, "weeks", &TermRecord::kind);
    return found == terms.end() ? TermRecord{} : *found;
  }
  Profile profile(const Id& id) { return casework_->open(jurist_, id)->profile; }
  std::string sent(const Id& id, const char* name, const nlohmann::json& fields) {
    const auto letter = casework_->draft(jurist_, id, name, fields);
    if (!letter) return letter.error().message();
    if (const auto proposed = casework_->propose(jurist_, *letter); !proposed) return proposed.error().subject;
    must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), *letter));
    const auto sent = casework_->send(jurist_, *letter, by_post_);
    return sent ? "" : sent.error().subject;
  }
  std::string printed(const Id& id, const char* letter, const char* field) {
    const auto made = casework_->draft(jurist_, id, letter);
    return made ? view(id, *made).data.fields.value(field, "") : made.error().message();
  }
  const nlohmann::json decision_ = {{"outcome", "Uw bezwaar is ongegrond."},
                                    {"grounds", "U vindt dat het wel kan."},
                                    {"reason", "Wij hebben het opnieuw bekeken."},
                                    {"costs", "U vroeg geen vergoeding."}};
  const Delivering by_post_ = {.route = "post", .code_way = {}, .address = {"Verzonnen Laan 12"}};
  Actor jurist_ = staff("jurist");
};

TEST_F(ObjectionTest, IsDecidedOnSixWeeksAfterTheTermToObjectEnded) {
  EXPECT_EQ(term(objection()).last_day, "2027-01-12");
  EXPECT_THAT(term(objection()).steps.front(), HasSubstr("op tijd"));
  EXPECT_EQ(stored(objection()).due, "2027-01-12");
}

TEST_F(ObjectionTest, UntilTheDecisionIsOnRecordTheTermCountsFromReceipt) {
  const auto counted = term(dossier("bezwaar", DossierState::kReview));
  EXPECT_EQ(counted.last_day, "2027-01-04");  // 3 January is a Sunday
  EXPECT_THAT(counted.steps.front(), HasSubstr("Leg vast tegen welk besluit"));
}

TEST_F(ObjectionTest, TooLateSaysSoAndIsInTimeWhenItWasPostedInTime) {
  const Id id = dossier("bezwaar", DossierState::kReview);
  intake::FieldValues matter = {{"kenmerk", "Z-1"}, {"wat", "een besluit"}, {"bekendgemaakt", "2026-10-06"}};
  record(id, "zaak", matter);  // objection was possible until 17 November
  EXPECT_THAT(term(id).steps.front(), HasSubstr("te laat"));
  matter["gepost"] = "2026-11-17";
  record(id, "zaak", matter);
  EXPECT_THAT(term(id).steps.front(), HasSubstr("op tijd"));
  matter["gepost"] = "2026-11-18";
  record(id, "zaak", matter);
  EXPECT_THAT(term(id).steps.front(), HasSubstr("te laat"));
}

TEST_F(ObjectionTest, ACommitteeGivesTwelveWeeks) {
  const Id id = objection();
  record(id, "adviescommissie", {{"naam", "de commissie"}, {"verteld", "2026-11-22"}});
  EXPECT_EQ(term(id).last_day, "2027-02-23");
}

TEST_F(ObjectionTest, TheTermStandsStillWhileADefectIsMended) {
  const Id id = objection();
  must(casework_->evaluate(worker(), id));
  now_ = kNow + 10 * kDay;  // 2 December, the first day of the term
  const auto letter = casework_->draft(staff("postkamer"), id, "bezwaar-verzuim", {{"note", "De gronden."}});
  ASSERT_TRUE(letter) << letter.error().message();
  must(casework_->send(staff("postkamer"), *letter, by_post_));
  EXPECT_THAT(term(id).steps, Contains(HasSubstr("Opgeschort vanaf de dag na woensdag 2 december 2026")));
  now_ = kNow + 18 * kDay;  // 10 December: seven days between
  must(casework_->confirm_complete(staff("postkamer"), id));
  EXPECT_EQ(term(id).last_day, "2027-01-19");
}

TEST_F(ObjectionTest, MendedBeforeTheTermBeganItGainsNothing) {
  const Id id = objection();
  must(casework_->evaluate(worker(), id));
  const auto letter = casework_->draft(staff("postkamer"), id, "bezwaar-verzuim", {{"note", "De gronden."}});
  must(casework_->send(staff("postkamer"), *letter, by_post_));
  now_ = kNow + 3 * kDay;
  must(casework_->confirm_complete(staff("postkamer"), id));
  EXPECT_EQ(term(id).last_day, "2027-01-12");
}

TEST_F(ObjectionTest, WhatIsNotMendedLetsTheTermRunOn) {
  const Id id = objection();
  must(casework_->evaluate(worker(), id));
  now_ = kNow + 10 * kDay;
  const auto letter = casework_->draft(staff("postkamer"), id, "bezwaar-verzuim", {{"note", "De gronden."}});
  must(casework_->send(staff("postkamer"), *letter, by_post_));
  now_ = kNow + 25 * kDay;  // after 16 December
  must(casework_->watch_terms(worker()));
  EXPECT_THAT(profile(id).tasks, Contains(HasSubstr("6:6")));
  EXPECT_EQ(term(id).last_day, "2027-01-25");
}

TEST_F(ObjectionTest, IsPutOffOnceByTheLetterThatTellsSo) {
  const Id id = objection();
  EXPECT_EQ(printed(id, "bezwaar-verdaging", "first_term"), "2027-01-12");
  EXPECT_EQ(printed(id, "bezwaar-verdaging", "new_term"), "2027-02-23");
  EXPECT_EQ(sent(id, "bezwaar-verdaging", {{"reason", "Drukte."}}), "");
  EXPECT_EQ(term(id).last_day, "2027-02-23");
  EXPECT_THAT(sent(id, "bezwaar-verdaging", {{"reason", "Drukte."}}), HasSubstr("al een keer verdaagd"));
}

TEST_F(ObjectionTest, IsNotPutOffOnceTheTermIsOver) {
  const Id id = objection();
  now_ = kNow + 60 * kDay;
  EXPECT_THAT(sent(id, "bezwaar-verdaging", {{"reason", "Drukte."}}), HasSubstr("voorbij"));
}

TEST_F(ObjectionTest, IsNotDecidedOnWithoutAHearingOrTheGroundToForgoIt) {
  const Id id = objection();
  EXPECT_THAT(sent(id, "bezwaar-beslissing", decision_), HasSubstr("7:3"));
  record(id, "horen", {{"dag", "2026-11-22"}, {"hoe", "gehoord"}, {"wie", "C."}, {"verslag", "Toegelicht."}});
  EXPECT_EQ(sent(id, "bezwaar-beslissing", decision_), "");
  EXPECT_EQ(stored(id).state, DossierState::kAnswered);
  EXPECT_FALSE(term(id).running);
  const auto terms = profile(id).terms;
  const auto appeal = std::ranges::find(terms, "beroep", &TermRecord::kind);
  ASSERT_NE(appeal, terms.end());
  EXPECT_EQ(appeal->last_day, "2027-01-04");
  now_ = kNow + 50 * kDay;
  must(casework_->watch_terms(worker()));
  EXPECT_THAT(profile(id).tasks, Contains(HasSubstr("De beroepstermijn is voorbij")));
}

TEST_F(ObjectionTest, ForSomebodyElseItWaitsForTheProofOfThat) {
  const Id id = dossier("bezwaar", DossierState::kReview, {{"requester_role", "gemachtigde"}});
  record(id, "zaak", {{"kenmerk", "Z-1"}, {"wat", "een besluit"}, {"bekendgemaakt", "2026-10-20"}});
  record(id, "horen", {{"dag", "2026-11-22"}, {"hoe", "gehoord"}, {"wie", "C."}, {"verslag", "Toegelicht."}});
  must(casework_->evaluate(worker(), id));
  EXPECT_THAT(sent(id, "bezwaar-beslissing", decision_), HasSubstr("Ondertekende machtiging"));
}

TEST_F(ObjectionTest, TheDossierThatItIsAboutHearsOfIt) {
  const Id decided = dossier("avg-wissing", DossierState::kAnswered);
  const Id id = objection(stored(decided).reference);
  EXPECT_THAT(profile(decided).tasks, Contains(HasSubstr(stored(id).reference)));
  const auto entries = *casework_->ledger_about(staff("fg", "toezicht"), decided);
  EXPECT_THAT(entries, Contains(testing::Field(&crypto::LedgerEntry::action, "dossier.record")));
}

TEST_F(ObjectionTest, AReferenceThatNobodyHasIsRefused) {
  const Id id = dossier("bezwaar", DossierState::kReview);
  const auto recorded = casework_->add_record(
      jurist_, id, "zaak",
      {{"kenmerk", crypto::random_reference()}, {"wat", "een besluit"}, {"bekendgemaakt", "2026-10-20"}});
  ASSERT_FALSE(recorded);
  EXPECT_THAT(recorded.error().subject, HasSubstr("geen dossier met kenmerk"));
}

TEST_F(ObjectionTest, ANoticeOfDefaultLeavesTwoWeeksAndSaysWhenItCameTooEarly) {
  const Id late = dossier("avg-inzage", DossierState::kReview),
           id = dossier("ingebrekestelling", DossierState::kReview);
  EXPECT_EQ(term(id).last_day, "2026-12-06");  // a Sunday: not carried
  intake::FieldValues matter = {
      {"kenmerk", stored(late).reference}, {"wat", "inzage"}, {"beslissen_voor", "2026-11-20"}};
  record(id, "zaak", matter);
  EXPECT_THAT(term(id).steps, Not(Contains(HasSubstr("Te vroeg"))));
  EXPECT_THAT(profile(late).tasks, Contains(HasSubstr("6 december 2026")));
  matter["beslissen_voor"] = "2026-11-22";
  record(id, "zaak", matter);
  EXPECT_THAT(term(id).steps.front(), HasSubstr("Te vroeg"));
  EXPECT_EQ(sent(id, "dwangsom-besluit", {{"reason", "Wij beslisten binnen twee weken."}}), "");
  EXPECT_EQ(stored(id).state, DossierState::kAnswered);
}

TEST_F(ObjectionTest, AComplaintHasSixWeeksTenWithACommitteeAndFourMoreWhenPutOff) {
  const Id id = dossier("klacht", DossierState::kReview);
  EXPECT_EQ(term(id).last_day, "2027-01-04");
  EXPECT_THAT(term(id).steps.back(), HasSubstr("uiterlijk maandag 21 december 2026 (Awb art. 9:8 lid 3)"));
  record(id, "zaak",
         {{"wat", "Niemand belde terug."}, {"dag", "2026-11-09"}, {"wie", "een medewerker"}, {"behandelaar", "E."}});
  record(id, "adviescommissie", {{"naam", "de commissie"}, {"verteld", "2026-11-22"}});
  EXPECT_EQ(term(id).last_day, "2027-02-01");  // 31 January is a Sunday
  EXPECT_EQ(sent(id, "klacht-verdaging", {{"reason", "Drukte."}}), "");
  EXPECT_EQ(term(id).last_day, "2027-03-01");
}

TEST_F(ObjectionTest, AComplaintIsNotLeftAsideWithoutAGround) {
  const Id id = dossier("klacht", DossierState::kReview);
  record(id, "zaak",
         {{"wat", "Niemand belde terug."}, {"dag", "2024-11-09"}, {"wie", "een medewerker"}, {"behandelaar", "E."}});
  EXPECT_THAT(sent(id, "klacht-niet-behandeld", {}), HasSubstr("9:8"));
  record(id, "niet-behandelen", {{"grond", "jaar"}, {"waarom", "Het was in 2024."}});
  EXPECT_THAT(printed(id, "klacht-niet-behandeld", "ground"), HasSubstr("meer dan een jaar"));
  EXPECT_EQ(sent(id, "klacht-niet-behandeld", {}), "");
  EXPECT_FALSE(term(id).running);
}

}  // namespace
}  // namespace zp::gateway
