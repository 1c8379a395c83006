#include "gateway/worker/mail_kind.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

using Kinds = std::vector<std::string>;

class MailKind : public testing::Test {
 protected:
  intake::RuleBook rules_ = *intake::RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests");
};

TEST_F(MailKind, ARightThatIsNamedIsGuessed) {
  EXPECT_EQ(guess_kinds(rules_, "Verzoek om inzage op grond van de AVG"), Kinds{"avg-inzage"});
  EXPECT_EQ(guess_kinds(rules_, "Ik wil mijn persoonsgegevens\nlaten wissen: wissing"), Kinds{"avg-wissing"});
}

TEST_F(MailKind, OfSeveralRightsEachIsGuessed) {
  EXPECT_EQ(guess_kinds(rules_, "AVG: eerst inzage, daarna rectificatie"), (Kinds{"avg-inzage", "avg-rectificatie"}));
}

TEST_F(MailKind, DoubtIsLeftToAPerson) {
  EXPECT_EQ(guess_kinds(rules_, ""), Kinds{"onbekend"});
  EXPECT_EQ(guess_kinds(rules_, "Inzage graag"), Kinds{"onbekend"});
  EXPECT_EQ(guess_kinds(rules_, "Ik ben het niet eens met uw besluit over de AVG"), Kinds{"onbekend"});
}

TEST_F(MailKind, WhatFollowsADecisionIsKnownByItsOwnWordsWhateverItIsAbout) {
  EXPECT_EQ(guess_kinds(rules_, "Bezwaarschrift tegen uw besluit op mijn verzoek om inzage (AVG)"), Kinds{"bezwaar"});
  EXPECT_EQ(guess_kinds(rules_, "Ingebrekestelling: mijn AVG-verzoek om inzage van 3 oktober"),
            Kinds{"ingebrekestelling"});
  EXPECT_EQ(guess_kinds(rules_, "Hierbij wil ik een klacht indienen"), Kinds{"klacht"});
  EXPECT_EQ(guess_kinds(rules_, "Ik heb veel klachten aan mijn rug"), Kinds{"onbekend"});
  EXPECT_EQ(guess_kinds(rules_, "Ik maak bezwaar tegen de verwerking van mijn persoonsgegevens"), Kinds{"avg-bezwaar"});
}

TEST_F(MailKind, WordsOfTwoKindsAreLeftToAPerson) {
  EXPECT_EQ(guess_kinds(rules_, "Ingebrekestelling over mijn bezwaarschrift"), Kinds{"onbekend"});
}

}  // namespace
}  // namespace zp::gateway
