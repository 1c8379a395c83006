#include "gateway/casework/rights.h"

#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;

class RightsTest : public Desk {
 protected:
  /// Access first; rectification and erasure beside it.
  Id several(DossierState state = DossierState::kComplete) {
    return dossier("avg-inzage", state, {{kOtherRights, "avg-rectificatie avg-wissing"}});
  }
  Rights rights(const Id& id) { return casework_->open(lawyer_, id)->rights; }
  Kinds undecided(const Id& id) { return unsettled(rights(id)); }
  Result<Id> drafted(const Id& id, const std::string& name, const nlohmann::json& fields) {
    return casework_->draft(lawyer_, id, name, fields);
  }
  void sent(const Id& letter) {
    must(casework_->propose(lawyer_, letter));
    must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), letter));
    must(casework_->send(lawyer_, letter, {.route = "post", .address = {"Straat 1", "1000 AA Hier"}}));
  }
  void decide(const Id& id, const std::string& name, const nlohmann::json& fields) {
    const auto letter = drafted(id, name, fields);
    ASSERT_TRUE(letter) << letter.error().message();
    sent(*letter);
  }
  Actor lawyer_ = staff("jurist", "avg-verzoek");
  const nlohmann::json no_rectification_ = {{"reason", "Het klopt zoals het er staat."}};
  const nlohmann::json no_erasure_ = {{"reason", "Wij moeten kunnen laten zien hoe wij besloten."},
                                      {"exception", "een taak van algemeen belang (onder b)"}};
  const nlohmann::json excessive_ = {{"reason", "Dit vroeg u elke week."},
                                     {"judgement", "buitensporig"},
                                     {"instead", "U kunt over een jaar weer vragen."}};
};

TEST_F(RightsTest, ErasureIsRefusedForAnExceptionOrForWantOfAGround) {
  const Id id = dossier("avg-wissing", DossierState::kReview);
  const auto neither = drafted(id, "avg-wissing-geweigerd", {{"reason", "Het zijn uw gegevens niet."}});
  must(neither);
  EXPECT_FALSE(casework_->propose(lawyer_, *neither));
  decide(id, "avg-wissing-geweigerd",
         {{"reason", "Uw aanvraag loopt nog."}, {"no_ground", "Wij hebben de gegevens nog nodig voor uw aanvraag."}});
}

TEST_F(RightsTest, WhatTheSenderAskedForIsInvokedAndNothingElse) {
  const Id id = dossier("avg-wissing", DossierState::kReview,
                        {{kOtherRights, "avg-inzage avg-wissing onbekend wlz-aanvulling avg-inzage verzonnen"}});
  EXPECT_EQ(kinds_of(rights(id)), (Kinds{"avg-wissing", "avg-inzage"}));
  EXPECT_TRUE(rights(dossier("kopie-indicatiebesluit", DossierState::kReview, {{kOtherRights, "avg-inzage"}})).empty());
}

TEST_F(RightsTest, ARequestIsAnsweredWhenEachRightHasItsDecision) {
  const Id id = several();
  EXPECT_EQ(undecided(id), (Kinds{"avg-inzage", "avg-rectificatie", "avg-wissing"}));
  decide(id, "avg-inzage-toegekend", test::kPurposes);
  EXPECT_EQ(undecided(id), (Kinds{"avg-rectificatie", "avg-wissing"}));
  EXPECT_EQ(stored(id).state, DossierState::kDeciding);
  EXPECT_EQ(stored(id).due, "2026-12-22");  // the month goes on
  decide(id, "avg-rectificatie-geweigerd", no_rectification_);
  EXPECT_EQ(stored(id).state, DossierState::kDeciding);
  EXPECT_EQ(casework_->close(lawyer_, id).error().code, Code::kRefused);
  decide(id, "avg-wissing-geweigerd", no_erasure_);
  EXPECT_TRUE(undecided(id).empty());
  EXPECT_EQ(stored(id).state, DossierState::kAnswered);
  must(casework_->close(lawyer_, id));
}

TEST_F(RightsTest, ARequestOnWhichNothingWasDecidedIsNotClosed) {
  for (const DossierState state : {DossierState::kReview, DossierState::kComplete, DossierState::kDeciding}) {
    const Id id = dossier("avg-inzage", state);
    EXPECT_FALSE(casework_->close(lawyer_, id)) << "nobody touched the rights of this request";
    EXPECT_EQ(stored(id).state, state);
  }
  must(casework_->close(lawyer_, dossier("avg-inzage", DossierState::kAnswered)));
}

TEST_F(RightsTest, WhoeverIsPutAsideInvokesThatRightToo) {
  const Id request = dossier("avg-inzage", DossierState::kReview),
           no_request = dossier("wlz-aanvulling", DossierState::kReview);
  must(casework_->restrict(lawyer_, request, "d"));
  must(casework_->restrict(lawyer_, no_request, "a"));
  EXPECT_EQ(undecided(request), (Kinds{"avg-inzage", "avg-beperking"}));
  EXPECT_TRUE(rights(no_request).empty());
  const auto letter = drafted(request, "avg-beperking-toegekend", {});
  EXPECT_TRUE(letter) << letter.error().message();
}

TEST_F(RightsTest, EveryDecisionKeepsItsTermForObjection) {
  const Id id = several();
  decide(id, "avg-inzage-toegekend", test::kPurposes);
  now_ += 7 * kDay;
  decide(id, "avg-rectificatie-geweigerd", no_rectification_);
  decide(id, "avg-wissing-geweigerd", no_erasure_);
  const auto open = casework_->open(lawyer_, id);
  std::vector<std::string> running;
  for (const TermRecord& term : open->profile.terms)
    if (term.running) running.push_back(term.kind + " " + term.last_day + " " + term.about);
  EXPECT_EQ(running, (std::vector<std::string>{"bezwaar 2027-01-04 Inzage toegekend (AVG)",
                                               "bezwaar 2027-01-11 Verbetering geweigerd (AVG)",
                                               "bezwaar 2027-01-11 Wissen geweigerd (AVG)"}));
}

TEST_F(RightsTest, ALetterTellsWhatElseWasAskedAndWhenThatIsDecided) {
  const Id id = several();
  const auto letter = drafted(id, "avg-inzage-toegekend", test::kPurposes);
  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_EQ(view(id, *letter).data.fields["other_rights"],
            "Uw gegevens laten verbeteren en uw gegevens laten wissen. Dat besluit krijgt u apart, uiterlijk op 22 "
            "december 2026.");
  const Id alone = dossier("avg-inzage", DossierState::kComplete);
  const auto whole = drafted(alone, "avg-inzage-toegekend", test::kPurposes);
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_FALSE(view(alone, *whole).data.fields.contains("other_rights"));
}

TEST_F(RightsTest, ALetterAboutTheWholeRequestDecidesOnAllThatIsOpenUnlessAPersonChooses) {
  const Id id = several();
  decide(id, "avg-inzage-toegekend", test::kPurposes);
  const auto letter = drafted(id, "avg-ongegrond-buitensporig", excessive_);
  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_EQ(view(id, *letter).data.decides, (Kinds{"avg-rectificatie", "avg-wissing"}));
  EXPECT_EQ(view(id, *letter).data.fields["request_title"], "Uw gegevens laten verbeteren en uw gegevens laten wissen");
  EXPECT_EQ(casework_->decide_on(lawyer_, *letter, {}).error().code, Code::kRefused);
  EXPECT_EQ(casework_->decide_on(lawyer_, *letter, {"avg-bezwaar"}).error().code, Code::kRefused);
  must(casework_->decide_on(lawyer_, *letter, {"avg-wissing"}));
  EXPECT_EQ(view(id, *letter).data.fields["request_title"], "Uw gegevens laten wissen");
  EXPECT_TRUE(view(id, *letter).data.fields.contains("other_rights"));
  sent(*letter);
  EXPECT_EQ(undecided(id), Kinds{"avg-rectificatie"});
}

TEST_F(RightsTest, ADecisionOnWhatWasNotAskedIsRefusedUntilItIsInvoked) {
  const Id id = dossier("avg-inzage", DossierState::kComplete);
  EXPECT_EQ(drafted(id, "avg-wissing-geweigerd", no_erasure_).error().code, Code::kRefused);
  must(casework_->invoke_rights(lawyer_, id, {"avg-inzage", "avg-wissing"}));
  EXPECT_TRUE(drafted(id, "avg-wissing-geweigerd", no_erasure_));
}

TEST_F(RightsTest, WhatIsDecidedStaysInvokedAndWhatWasNeverAskedGoes) {
  const Id id = several();
  decide(id, "avg-inzage-toegekend", test::kPurposes);
  must(casework_->invoke_rights(lawyer_, id, {"avg-wissing", "avg-beperking"}));
  EXPECT_EQ(kinds_of(rights(id)), (Kinds{"avg-inzage", "avg-wissing", "avg-beperking"}));
  EXPECT_EQ(casework_->invoke_rights(lawyer_, id, {}).error().code, Code::kRefused);
  EXPECT_EQ(casework_->invoke_rights(lawyer_, id, {"wlz-aanvulling"}).error().code, Code::kRefused);
  EXPECT_EQ(casework_->invoke_rights(staff("informatiebalie", "beantwoorden-vraag"), id, {"avg-inzage"}).error().code,
            Code::kDenied);
}

TEST_F(RightsTest, WhatTheRequesterTakesBackNeedsNoDecisionButAReason) {
  const Id id = dossier("avg-wissing", DossierState::kReview);
  EXPECT_EQ(casework_->settle_right(lawyer_, id, "avg-wissing", "").error().code, Code::kRefused);
  EXPECT_EQ(casework_->settle_right(staff("postkamer"), id, "avg-wissing", "ingetrokken").error().code, Code::kDenied);
  must(casework_->settle_right(lawyer_, id, "avg-wissing", "Ingetrokken per brief van 20 november 2026"));
  EXPECT_EQ(casework_->settle_right(lawyer_, id, "avg-wissing", "Nog eens").error().code, Code::kConflict);
  EXPECT_EQ(rights(id).front().why, "Ingetrokken per brief van 20 november 2026 (test.jurist)");
  must(casework_->close(lawyer_, id));
}

TEST_F(RightsTest, ClassingARequestAnewKeepsItsOtherRights) {
  const Id id = several(DossierState::kReview);
  must(casework_->classify(lawyer_, id, "avg-beperking"));
  EXPECT_EQ(kinds_of(rights(id)), (Kinds{"avg-beperking", "avg-rectificatie", "avg-wissing"}));
  must(casework_->classify(lawyer_, id, "onbekend"));
  EXPECT_TRUE(rights(id).empty());
  must(casework_->classify(worker(), id, "avg-inzage", {"avg-bezwaar"}));
  EXPECT_EQ(kinds_of(rights(id)), (Kinds{"avg-inzage", "avg-bezwaar"}));
}

TEST_F(RightsTest, ADossierFromBeforeHasItsKindAsItsOnlyRight) {
  const Id open = dossier("avg-bezwaar", DossierState::kDeciding);
  EXPECT_EQ(undecided(open), Kinds{"avg-bezwaar"});
  const Id answered = dossier("avg-bezwaar", DossierState::kAnswered);
  EXPECT_EQ(kinds_of(rights(answered)), Kinds{"avg-bezwaar"});
  EXPECT_TRUE(undecided(answered).empty());
}

TEST_F(RightsTest, TheOverviewAndTheCalendarTellWhatIsDecided) {
  const Id id = several();
  decide(id, "avg-inzage-toegekend", test::kPurposes);
  const auto overview = casework_->overview(lawyer_, id);
  ASSERT_TRUE(overview) << overview.error().message();
  std::vector<std::string> told;
  for (const Overview::Item& item : overview->data)
    if (item.what == "Ingeroepen recht") told.push_back(item.detail);
  EXPECT_EQ(told, (std::vector<std::string>{"Uw gegevens inzien: besloten op 22 november 2026",
                                            "Uw gegevens laten verbeteren: nog te beslissen",
                                            "Uw gegevens laten wissen: nog te beslissen"}));
  const auto calendar = casework_->calendar(lawyer_, false, 0);
  ASSERT_EQ(calendar->rows.size(), 1u);
  EXPECT_EQ(calendar->rows[0].undecided, "Uw gegevens laten verbeteren en uw gegevens laten wissen");
}

}  // namespace
}  // namespace zp::gateway
