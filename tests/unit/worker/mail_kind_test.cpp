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

}  // namespace
}  // namespace zp::gateway
