// AVG art. 18: what a restriction stops, what it lets pass, and what must happen before it ends.
#include <algorithm>

#include "gateway/casework/register.h"
#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;

class RestrictionTest : public Desk {
 protected:
  static Actor lawyer() { return staff("jurist", "avg-verzoek"); }

  Id restricted(const std::string& kind = "wlz-aanvulling", DossierState state = DossierState::kReview) {
    const Id id = dossier(kind, state);
    must(casework_->restrict(lawyer(), id, "a"));
    return id;
  }

  /// The letter that tells that a restriction ends, from this dossier; it waits in the queue.
  Id tell(const Id& from, const std::string& lifted_on) {
    const Actor author = lawyer();
    const auto letter = casework_->draft(author, from, "avg-beperking-opheffing",
                                         {{"restricted_from", "2026-11-22"},
                                          {"restricted", {"de diagnose"}},
                                          {"lifted_on", lifted_on},
                                          {"reason", "Zij klopt."}});
    EXPECT_TRUE(letter) << letter.error().message();
    must(casework_->propose(author, *letter));
    must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), *letter));
    const auto message = casework_->send(author, *letter, {});
    EXPECT_TRUE(message) << message.error().message();
    return *message;
  }

  void leaves(const Id& message, const char* state = "notified") {
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto row, store.message(message));
      row.state = state;
      return store.put_message(row);
    }));
  }

  /// Both dossiers are about one person.
  void same_person(const Id& dossier) {
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto open, open_dossier(vault_, store, dossier));
      open.profile.requester.birth_date = "1961-04-01";
      TRY_DO(store.set_tokens(dossier, search_tokens(vault_, open)));
      return save_dossier(store, open, now_);
    }));
  }

  bool lift(const Id& id) {
    const auto lifted = casework_->lift_restriction(lawyer(), id);
    EXPECT_TRUE(lifted || lifted.error().code == Code::kRefused) << lifted.error().message();
    return lifted.has_value();
  }
};

TEST_F(RestrictionTest, ARestrictionRestsOnOneOfTheFourGroundsAndTheLetterSaysWhich) {
  const Id id = dossier("avg-beperking", DossierState::kComplete);
  EXPECT_EQ(casework_->restrict(lawyer(), id, "").error().code, Code::kRefused);
  EXPECT_EQ(casework_->restrict(lawyer(), id, "e").error().code, Code::kRefused);
  EXPECT_FALSE(stored(id).restricted);
  must(casework_->restrict(lawyer(), id, "d"));
  const auto letter = casework_->draft(lawyer(), id, "avg-beperking-toegekend");
  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_NE(view(id, *letter, "avg-verzoek").data.fields["ground"].get<std::string>().find("lid 1 onder d"),
            std::string::npos);
}

TEST_F(RestrictionTest, ARestrictedDossierIsKeptAndNotWorkedOn) {
  const Id id = restricted();
  EXPECT_EQ(casework_->confirm_complete(staff("postkamer"), id).error().code, Code::kRefused);
  EXPECT_EQ(casework_->evaluate(worker(), id).error().code, Code::kRefused);
  EXPECT_EQ(casework_->classify(lawyer(), id, "avg-inzage").error().code, Code::kRefused);
  EXPECT_EQ(casework_->close(lawyer(), id).error().code, Code::kRefused);
  EXPECT_EQ(casework_->edit_person(lawyer(), id, {}, {}).error().code, Code::kRefused);
  EXPECT_EQ(casework_->invite(staff("informatiebalie", "beantwoorden-vraag"), id).error().code, Code::kRefused);
}

TEST_F(RestrictionTest, NobodyLooksExceptForTheRightsOrClaimsOfSomebody) {
  const Id id = dossier("wlz-aanvulling", DossierState::kReview);
  const Id file = document(id, "request");
  must(casework_->restrict(lawyer(), id, "a"));
  const auto sink = [](ByteView) { return Result<void>(); };
  EXPECT_EQ(casework_->open(staff("postkamer"), id).error().code, Code::kRefused);
  EXPECT_EQ(casework_->open(staff("jurist"), id).error().code, Code::kRefused);
  EXPECT_EQ(casework_->original(staff("postkamer"), file, sink).error().code, Code::kRefused);
  EXPECT_EQ(casework_->page(staff("informatiebalie", "beantwoorden-vraag"), file, 1, false).error().code,
            Code::kRefused);
  EXPECT_EQ(casework_->reveal_code(staff("informatiebalie", "beantwoorden-vraag"), id).error().code, Code::kRefused);
  EXPECT_TRUE(casework_->open(lawyer(), id));
  EXPECT_TRUE(casework_->open(staff("jurist", "rechtsvordering"), id));
  EXPECT_TRUE(casework_->original(lawyer(), file, sink));
  const auto entries = casework_->ledger_about(staff("fg", "toezicht"), id);
  ASSERT_TRUE(entries) << entries.error().message();
  EXPECT_EQ(std::ranges::count(*entries, std::string("denied"), &crypto::LedgerEntry::outcome), 5);
}

TEST_F(RestrictionTest, ListsAndTheCalendarTellNoNameOfARestrictedDossier) {
  const Id id = dossier("avg-beperking", DossierState::kReview);
  const auto name = [&] { return casework_->search(staff("postkamer"), "persoon")->at(0).requester; };
  EXPECT_EQ(name(), "Tést Persoon");
  must(casework_->restrict(lawyer(), id, "a"));
  EXPECT_EQ(name(), "");
  const auto calendar = casework_->calendar(staff("postkamer"), false, 0);
  ASSERT_EQ(calendar->rows.size(), 1U);
  EXPECT_EQ(calendar->rows[0].subject, "");
}

TEST_F(RestrictionTest, OnlyLettersAboutRightsUnderTheAvgLeave) {
  const Id id = dossier("wlz-aanvulling", DossierState::kReview);
  const auto before = casework_->draft(staff("postkamer"), id, "verzoek-om-aanvulling");
  ASSERT_TRUE(before) << before.error().message();
  must(casework_->restrict(lawyer(), id, "a"));
  EXPECT_EQ(casework_->send(lawyer(), *before, {}).error().code, Code::kRefused);
  EXPECT_EQ(casework_->draft(lawyer(), id, "doorgestuurd").error().code, Code::kRefused);
  EXPECT_EQ(casework_->draft(staff("postkamer"), id, "avg-ontvangst").error().code, Code::kRefused);  // not the purpose
  EXPECT_TRUE(casework_->draft(lawyer(), id, "avg-ontvangst"));
}

TEST_F(RestrictionTest, NobodyIsToldOfARestrictionThatThereIsNot) {
  const Id id = dossier("avg-beperking", DossierState::kComplete);
  const Actor author = lawyer();
  const auto letter = casework_->draft(author, id, "avg-beperking-toegekend",
                                       {{"restricted", {"de diagnose"}},
                                        {"restricted_from", "2026-11-22"},
                                        {"ground", "u betwist de juistheid (lid 1 onder a)"},
                                        {"until", "Dit duurt tot wij dat hebben nagekeken."}});
  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_EQ(casework_->propose(author, *letter).error().code, Code::kRefused);
  must(casework_->restrict(author, id, "a"));
  EXPECT_TRUE(casework_->propose(author, *letter));
}

TEST_F(RestrictionTest, ItIsNotLiftedBeforeThePersonWasTold) {
  const Id id = restricted();
  EXPECT_FALSE(lift(id));
  now_ += kHour;
  const Id message = tell(id, "2026-12-01");
  EXPECT_FALSE(lift(id));  // it waits in the queue
  leaves(message, "recalled");
  EXPECT_FALSE(lift(id));
  leaves(message);
  EXPECT_FALSE(lift(id));  // the day that it names has not come
  now_ += 9 * kDay;
  EXPECT_TRUE(lift(id));
  EXPECT_TRUE(casework_->open(staff("postkamer"), id));
}

TEST_F(RestrictionTest, ANoticeOfAnEarlierRestrictionDoesNotCount) {
  const Id id = restricted();
  now_ += kHour;
  leaves(tell(id, "2026-11-22"));
  EXPECT_TRUE(lift(id));
  now_ += kHour;
  must(casework_->restrict(lawyer(), id, "a"));
  EXPECT_FALSE(lift(id));
}

TEST_F(RestrictionTest, TheNoticeMayComeFromTheDossierOfTheRequest) {
  const Id id = dossier("wlz-aanvulling", DossierState::kReview),
           request = dossier("avg-beperking", DossierState::kReview);
  must(casework_->restrict(lawyer(), id, "a"));
  now_ += kHour;
  leaves(tell(request, "2026-11-22"));
  EXPECT_FALSE(lift(id));  // a name alone does not say that it is the same person
  same_person(id);
  same_person(request);
  EXPECT_TRUE(lift(id));
}

TEST_F(RestrictionTest, WhatCameInMeanwhileIsJudgedWhenItEnds) {
  const Id id = dossier("wlz-aanvulling", DossierState::kReview,
                        {{"requester_role", "mentor"}, {"client_name", "C"}, {"requester_name", "R"}});
  must(casework_->restrict(lawyer(), id, "a"));
  now_ += kHour;
  leaves(tell(id, "2026-11-22"));
  EXPECT_FALSE(casework_->open(lawyer(), id)->profile.evaluation);
  EXPECT_TRUE(lift(id));
  EXPECT_TRUE(casework_->open(lawyer(), id)->profile.evaluation);
}

}  // namespace
}  // namespace zp::gateway
