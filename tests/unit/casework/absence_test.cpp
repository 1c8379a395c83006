// Who approves when the approver is away, and what a replacement may not.
#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;
using test::kNow;

class AbsenceTest : public Desk {
 protected:
  AbsenceTest()
      : chief_(user("chef", {"goedkeurder"})),
        lawyer_(user("jurist", {"jurist"})),
        clerk_(user("post", {"postkamer"})) {}

  Actor user(const char* login, const std::vector<std::string>& roles) {
    User user{.id = Id::random(), .login = login, .name = login, .roles = roles, .password_hash = {}, .totp = {}};
    must(store_->write([&](StoreWriter& store) { return store.put_user(user); }));
    return {user.id, login, roles, "goedkeuren-brief"};
  }
  Actor today(const Actor& actor) { return *casework_->with_replacements(actor); }
  Result<void> away(const Actor& who, const Actor& replacement, const Actor& by, const char* from = "2026-11-22",
                    const char* until = "2026-11-25") {
    return casework_->record_absence(by, who.user, replacement.user, from, until);
  }
  Id proposed_by(Actor author, const Id& dossier) {
    author.purpose = "behandelen-verzoek";
    if (!author.has("jurist")) author.roles.push_back("jurist");
    const auto letter = casework_->draft(author, dossier, "avg-inzage-toegekend", test::kPurposes);
    EXPECT_TRUE(letter) << letter.error().message();
    must(casework_->propose(author, *letter));
    return *letter;
  }
  Id complete() {
    const Id id = dossier("avg-inzage", DossierState::kComplete);
    document(id, "request");
    return id;
  }

  Actor chief_, lawyer_, clerk_;
};

TEST_F(AbsenceTest, AReplacementApprovesFromTheFirstToTheLastDayAndNoLonger) {
  must(away(chief_, lawyer_, chief_, "2026-11-23", "2026-11-24"));
  EXPECT_FALSE(today(lawyer_).has("goedkeurder"));
  now_ = kNow + kDay;
  EXPECT_TRUE(today(lawyer_).has("goedkeurder"));
  const Id letter = proposed_by(staff("jurist"), complete());
  must(casework_->approve(today(lawyer_), letter));
  EXPECT_EQ(ledger().front().action, "letter.approve");
  EXPECT_EQ(ledger().front().detail, "replaces=" + chief_.user.hex());
  now_ = kNow + 3 * kDay;
  EXPECT_FALSE(today(lawyer_).has("goedkeurder"));
}

TEST_F(AbsenceTest, NobodyApprovesTheirOwnLetterNorTheLetterOfWhomTheyReplace) {
  must(away(chief_, lawyer_, chief_));
  const Id own = proposed_by(lawyer_, complete()), chiefs = proposed_by(chief_, complete());
  EXPECT_EQ(casework_->approve(today(lawyer_), own).error().code, Code::kDenied);
  EXPECT_EQ(casework_->approve(today(lawyer_), chiefs).error().code, Code::kDenied);
  EXPECT_EQ(ledger().front().outcome, "denied");
}

TEST_F(AbsenceTest, OnlyTheApproverOrTheAdministratorNamesAReplacement) {
  EXPECT_EQ(away(chief_, lawyer_, lawyer_).error().code, Code::kDenied);
  EXPECT_EQ(away(chief_, lawyer_, user("ander", {"goedkeurder"})).error().code, Code::kRefused);
  must(away(chief_, lawyer_, user("beheer", {"beheerder"})));
  // Nor does a replacement hand it on.
  EXPECT_EQ(away(lawyer_, user("derde", {"jurist"}), today(lawyer_)).error().code, Code::kRefused);
  EXPECT_EQ(ledger().front().action, "absence.record");
}

TEST_F(AbsenceTest, TheReplacementIsSomebodyElseWithAFittingFunction) {
  for (const Actor& wrong : {chief_, clerk_, user("beheer", {"beheerder"})})
    EXPECT_EQ(away(chief_, wrong, chief_).error().code, Code::kRefused);
  EXPECT_EQ(away(lawyer_, chief_, user("beheer2", {"beheerder"})).error().code, Code::kRefused);  // approves nothing
  EXPECT_EQ(away(chief_, lawyer_, chief_, "2026-11-25", "2026-11-24").error().code, Code::kRefused);
  EXPECT_EQ(away(chief_, lawyer_, chief_, "2026-11-01", "2026-11-20").error().code, Code::kRefused);
  EXPECT_EQ(away(chief_, lawyer_, chief_, "2026-11-22", "2028-11-20").error().code, Code::kRefused);
}

TEST_F(AbsenceTest, NobodyReplacesWhoIsNoApproverAnyMore) {
  must(away(chief_, lawyer_, chief_));
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto chief, store.user(chief_.user));
    chief.roles = {"jurist"};
    return store.put_user(chief);
  }));
  EXPECT_FALSE(today(lawyer_).has("goedkeurder"));
}

TEST_F(AbsenceTest, ItEndsEarlyWhenTheApproverIsBack) {
  must(away(chief_, lawyer_, chief_));
  std::vector<Absence> absences;
  must(store_->read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(absences, store.absences("2026-11-22"));
    return {};
  }));
  ASSERT_EQ(absences.size(), 1u);
  EXPECT_EQ(casework_->end_absence(lawyer_, absences[0].id).error().code, Code::kDenied);
  must(casework_->end_absence(chief_, absences[0].id));
  EXPECT_FALSE(today(lawyer_).has("goedkeurder"));
}

}  // namespace
}  // namespace zp::gateway
