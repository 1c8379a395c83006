// What falls due, and who hears of it.
#include <gmock/gmock.h>

#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;
using test::kNow;
using testing::HasSubstr;

class TermsTest : public Desk {
 protected:
  /// A dossier whose request came in that many days ago.
  Id received(int days_ago, const char* kind = "avg-inzage", DossierState state = DossierState::kReview) {
    now_ = kNow - days_ago * kDay;
    const Id id = dossier(kind, state);
    now_ = kNow;
    return id;
  }
  std::vector<std::string> tasks(const Id& id) { return casework_->open(staff("jurist"), id)->profile.tasks; }
  nlohmann::json fields(const Id& dossier, const Id& letter) {
    const auto letters = casework_->open(staff("jurist"), dossier)->letters;
    return std::ranges::find(letters, letter, [](const LetterView& one) { return one.row.id; })->data.fields;
  }
  std::vector<CalendarRow> rows(const Actor& actor) { return casework_->calendar(actor, false, 0)->rows; }
};

TEST_F(TermsTest, TheCalendarHasEveryTermThatRunsWithWhatIsOverdueFirst) {
  const Id later = received(1), late = received(60), soon = received(27);
  received(90, "avg-inzage", DossierState::kClosed);
  const auto calendar = casework_->calendar(staff("jurist"), false, 0);
  ASSERT_TRUE(calendar) << calendar.error().message();
  ASSERT_EQ(calendar->rows.size(), 3u);
  EXPECT_EQ(calendar->rows[0].dossier.id, late);
  EXPECT_EQ(calendar->rows[1].dossier.id, soon);
  EXPECT_EQ(calendar->rows[2].dossier.id, later);
  EXPECT_EQ(calendar->rows[0].terms.front().kind, "avg");
  EXPECT_EQ(calendar->rows[0].subject, "Tést Persoon");
  EXPECT_EQ(calendar->counts.overdue, 1u);
  EXPECT_EQ(calendar->counts.near, 1u);
  EXPECT_FALSE(calendar->more);
}

TEST_F(TermsTest, MyDossiersAreThoseThatITook) {
  const Id mine = received(1);
  received(2);
  const Actor jurist = staff("jurist");
  must(casework_->take(jurist, mine, true));
  const auto calendar = casework_->calendar(jurist, true, 0);
  ASSERT_TRUE(calendar) << calendar.error().message();
  ASSERT_EQ(calendar->rows.size(), 1u);
  EXPECT_EQ(calendar->rows[0].dossier.id, mine);
}

TEST_F(TermsTest, TheFgSeesThatTermsAreKeptButNotOfWhomAndTheAdministratorNothing) {
  received(1);
  const auto seen = rows(staff("fg", "toezicht"));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].subject, "");
  EXPECT_EQ(casework_->calendar(staff("beheerder"), false, 0).error().code, Code::kDenied);
  EXPECT_EQ(casework_->due_counts(staff("beheerder")).error().code, Code::kDenied);
  EXPECT_EQ(ledger().front().outcome, "denied");
}

TEST_F(TermsTest, ATermThatComesNearBecomesATaskOnceAndAnotherWhenItIsOver) {
  const Id id = received(20);
  must(casework_->watch_terms(worker()));
  EXPECT_TRUE(tasks(id).empty());
  now_ = kNow + 5 * kDay;
  EXPECT_EQ(*casework_->watch_terms(worker()), 1u);
  EXPECT_EQ(*casework_->watch_terms(worker()), 0u);
  ASSERT_EQ(tasks(id).size(), 1u);
  EXPECT_THAT(tasks(id)[0], HasSubstr("de laatste dag is"));
  now_ = kNow + 40 * kDay;
  EXPECT_EQ(*casework_->watch_terms(worker()), 1u);
  EXPECT_EQ(*casework_->watch_terms(worker()), 0u);
  ASSERT_EQ(tasks(id).size(), 2u);
  EXPECT_THAT(tasks(id)[1], HasSubstr("TE LAAT"));
}

TEST_F(TermsTest, ARequestForCompletionIsFollowedByAReminderAndThenByAChoice) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  must(casework_->evaluate(worker(), id));
  const auto letter = casework_->draft(staff("postkamer"), id, "verzoek-om-aanvulling");
  ASSERT_TRUE(letter) << letter.error().message();
  must(casework_->send(staff("postkamer"), *letter, {}));
  must(casework_->watch_terms(worker()));
  EXPECT_TRUE(tasks(id).empty());
  now_ = kNow + 10 * kDay;
  EXPECT_EQ(*casework_->watch_terms(worker()), 1u);
  EXPECT_THAT(tasks(id).back(), HasSubstr("Stuur een herinnering"));
  now_ = kNow + 16 * kDay;
  EXPECT_EQ(*casework_->watch_terms(worker()), 1u);
  EXPECT_THAT(tasks(id).back(), HasSubstr("Awb artikel 4:5"));
}

TEST_F(TermsTest, TheSixWeeksOfAnApplicationStandStillUntilItsSupplementIsWhole) {
  now_ = kNow - 155 * kDay;  // 20 June 2026
  const Id id = dossier("wlz-aanvulling", DossierState::kReview);
  const Actor clerk = staff("postkamer");
  must(casework_->add_record(clerk, id, "aanvraag",
                             {{"ontvangen", "2026-06-01"}, {"gevraagd", "2026-06-10"}, {"tot", "2026-06-24"}}));
  EXPECT_EQ(stored(id).due, "2026-06-24");
  must(casework_->confirm_complete(clerk, id));
  EXPECT_EQ(stored(id).due, "2026-07-22");
  const auto terms = casework_->open(clerk, id)->profile.terms;
  ASSERT_EQ(terms.size(), 2u);
  EXPECT_EQ(terms[0].kind, "wlz");
  EXPECT_TRUE(terms[0].running);
  EXPECT_EQ(terms[1].ended, "2026-06-20");
}

TEST_F(TermsTest, WhatIsTooLateIsInTheLedgerForTheSupervisor) {
  const Id id = received(60);
  must(casework_->watch_terms(worker()));
  const auto entries = *casework_->ledger_about(staff("fg", "toezicht"), id);
  const auto watched = std::ranges::find(entries, std::string("term.watch"), &crypto::LedgerEntry::action);
  ASSERT_NE(watched, entries.end());
  EXPECT_EQ(watched->detail, "avg=2026-10-23");
}

TEST_F(TermsTest, NoneIsForgottenHoweverManyRun) {
  std::vector<Id> all;
  for (int i = 0; i < 503; ++i) all.push_back(received(60));
  EXPECT_EQ(*casework_->watch_terms(worker()), all.size());
  EXPECT_EQ(tasks(all.back()).size(), 1u);
}

TEST_F(TermsTest, TheNoticeOfALongerTermStaysDueUntilItsLetterIsSent) {
  const Id id = received(5);
  const Actor author = staff("jurist");
  must(casework_->extend_term(author, id));
  EXPECT_EQ(stored(id).due, "2026-12-17");  // a month, not three: the notice comes first
  EXPECT_TRUE(tasks(id).empty());           // nothing that can be ticked off
  const auto before = rows(author);
  ASSERT_EQ(before.size(), 1u);
  ASSERT_EQ(before[0].terms.size(), 2u);
  EXPECT_EQ(before[0].terms[0].kind, "verlengingsbericht");
  EXPECT_EQ(before[0].terms[1].kind, "avg-verlengd");
  const auto letter = casework_->draft(author, id, "avg-verlenging", {{"reason", "Het archief is groot."}});
  ASSERT_TRUE(letter) << letter.error().message();
  must(casework_->propose(author, *letter));
  must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), *letter));
  EXPECT_EQ(stored(id).due, "2026-12-17");
  must(casework_->send(author, *letter, {}));
  EXPECT_EQ(stored(id).due, "2027-02-17");
}

TEST_F(TermsTest, SendingTheLetterThatTellsOfALongerTermMakesItLonger) {
  const Id id = received(5);
  const Actor author = staff("jurist");
  const auto letter = casework_->draft(author, id, "avg-verlenging", {{"reason", "Het archief is groot."}});
  ASSERT_TRUE(letter) << letter.error().message();
  must(casework_->propose(author, *letter));
  must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), *letter));
  must(casework_->send(author, *letter, {}));
  EXPECT_EQ(stored(id).due, "2027-02-17");
}

TEST_F(TermsTest, AfterADecisionTheObjectionTermRunsAndEndsByItself) {
  const Id id = received(1, "avg-inzage", DossierState::kComplete);
  document(id, "request");
  const Actor author = staff("jurist");
  const auto letter = casework_->draft(author, id, "avg-inzage-toegekend", test::kPurposes);
  ASSERT_TRUE(letter) << letter.error().message();
  must(casework_->propose(author, *letter));
  must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), *letter));
  must(casework_->send(author, *letter, {}));
  EXPECT_EQ(stored(id).state, DossierState::kAnswered);
  EXPECT_EQ(stored(id).due, "2027-01-04");  // six weeks: Sunday 3 January, so Monday
  now_ = kNow + 60 * kDay;
  EXPECT_EQ(casework_->due_counts(author)->overdue, 0u);  // nobody is late
  EXPECT_EQ(*casework_->watch_terms(worker()), 1u);
  EXPECT_THAT(tasks(id).back(), HasSubstr("bezwaartermijn is voorbij"));
  EXPECT_EQ(stored(id).due, "");
}

TEST_F(TermsTest, ARequestToCompleteAnApplicationSaysThatTheTermStandsStill) {
  const Id application = dossier("wlz-aanvulling", DossierState::kReview), other = received(1);
  for (const auto& [id, is_application] : {std::pair(application, true), std::pair(other, false)}) {
    must(casework_->evaluate(worker(), id));
    const auto letter = casework_->draft(staff("postkamer"), id, "verzoek-om-aanvulling");
    ASSERT_TRUE(letter) << letter.error().message();
    EXPECT_EQ(fields(id, *letter).value("is_application", false), is_application);
  }
  const auto letters = casework_->open(staff("postkamer"), application)->letters;
  EXPECT_EQ(letters.front().data.fields.value("term_ground", ""), "Besluit langdurige zorg artikel 3.2.4");
}

TEST_F(TermsTest, NotTreatingAnApplicationNeedsATermToCompleteThatWentByUnused) {
  const Id id = dossier("wlz-aanvulling", DossierState::kReview);
  must(casework_->evaluate(worker(), id));
  const Actor author = staff("jurist");
  const auto letter = casework_->draft(
      author, id, "niet-behandeld",
      {{"reason", "Zonder handtekening mag het niet."}, {"asked_on", "2026-01-01"}, {"complete_before", "2027-01-31"}});
  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_THAT(casework_->propose(author, *letter).error().subject, HasSubstr("Er is niet om aanvulling gevraagd"));
  const auto asking = casework_->draft(staff("postkamer"), id, "verzoek-om-aanvulling");
  ASSERT_TRUE(asking) << asking.error().message();
  must(casework_->send(staff("postkamer"), *asking, {}));
  EXPECT_THAT(casework_->propose(author, *letter).error().subject, HasSubstr("kan nog aanvullen"));
  const std::string last_day = stored(id).due;
  now_ = kNow + 16 * kDay;
  must(casework_->watch_terms(worker()));
  EXPECT_EQ(stored(id).due, "2027-01-04");  // four weeks after 7 December (Awb 4:5 lid 4)
  must(casework_->propose(author, *letter));
  EXPECT_EQ(fields(id, *letter).value("asked_on", ""), "2026-11-22");
  EXPECT_EQ(fields(id, *letter).value("complete_before", ""), last_day);
}

TEST_F(TermsTest, NobodyTypesAnotherDayThanTheTermHas) {
  const Id id = received(5);
  const Actor author = staff("jurist");
  const auto letter =
      casework_->draft(author, id, "avg-verlenging",
                       {{"reason", "Het archief is groot."}, {"first_term", "2027-06-30"}, {"new_term", "2027-12-31"}});
  ASSERT_TRUE(letter) << letter.error().message();
  must(casework_->edit_letter(author, *letter, {{"new_term", "2027-12-31"}}));
  EXPECT_EQ(fields(id, *letter).value("first_term", ""), "2026-12-17");
  EXPECT_EQ(fields(id, *letter).value("new_term", ""), "2027-02-17");
}

TEST_F(TermsTest, AskingTwiceKeepsTheDaysThatTheTermStoodStillBefore) {
  now_ = kNow - 155 * kDay;  // 20 June 2026
  const Id id = dossier("wlz-aanvulling", DossierState::kReview);
  const Actor clerk = staff("postkamer");
  must(casework_->add_record(clerk, id, "aanvraag",
                             {{"ontvangen", "2026-06-01"}, {"gevraagd", "2026-06-10"}, {"tot", "2026-06-24"}}));
  must(casework_->evaluate(worker(), id));
  const auto asking = casework_->draft(clerk, id, "verzoek-om-aanvulling");
  ASSERT_TRUE(asking) << asking.error().message();
  must(casework_->send(clerk, *asking, {}));
  const auto terms = casework_->open(clerk, id)->profile.terms;
  ASSERT_EQ(terms.size(), 3u);
  EXPECT_EQ(terms[1].ended, "2026-06-20");
}

}  // namespace
}  // namespace zp::gateway
