#include "gateway/worker/mail_kind.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

class MailKind : public testing::Test {
 protected:
  intake::RuleBook rules_ = *intake::RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests");
};

TEST_F(MailKind, ARightThatIsNamedIsGuessed) {
  EXPECT_EQ(guess_kind(rules_, "Verzoek om inzage op grond van de AVG"), "avg-inzage");
  EXPECT_EQ(guess_kind(rules_, "Ik wil mijn persoonsgegevens\nlaten wissen: wissing"), "avg-wissing");
}

TEST_F(MailKind, DoubtIsLeftToAPerson) {
  EXPECT_EQ(guess_kind(rules_, ""), "onbekend");
  EXPECT_EQ(guess_kind(rules_, "Inzage graag"), "onbekend");
  EXPECT_EQ(guess_kind(rules_, "AVG: eerst inzage, daarna rectificatie"), "onbekend");
  EXPECT_EQ(guess_kind(rules_, "Ik ben het niet eens met uw besluit over de AVG"), "onbekend");
}

}  // namespace
}  // namespace zp::gateway
