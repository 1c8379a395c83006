// Handing a complete supplement over: which, when, by whom, and what that does to the terms.
#include "gateway/casework/hand_over.h"

#include <gmock/gmock.h>

#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using testing::HasSubstr;

class HandOverTest : public test::Desk {
 protected:
  HandOverTest() {
    config_.handover.folder = path("/handover");
    config_.handover.key = path("/case-system.asc");
  }
  Id complete(const char* kind = "wlz-aanvulling") {
    const Id id = dossier(kind, DossierState::kComplete);
    document(id, "request");
    return id;
  }
  std::string refusal(const Id& id, const char* role = "postkamer") {
    const auto done = casework_->hand_over(staff(role), id);
    return done ? "" : done.error().message();
  }
  Profile profile(const Id& id) { return casework_->open(staff("jurist"), id)->profile; }
  /// As the worker leaves it after the last try.
  void give_up(const std::string& error) {
    const auto job = store_->lease_job({kHandOverJob}, now_, 60'000, 0);
    must(job);
    must(store_->retry_job(*job, now_, error, true));
  }
  std::size_t jobs() {
    std::size_t count = 0;
    must(store_->read([&](StoreReader& store) -> Result<void> {
      TRY_ASSIGN(const auto waiting, store.jobs(false));
      count = static_cast<std::size_t>(std::ranges::count(waiting, "hand-over", &Job::kind));
      return {};
    }));
    return count;
  }
};

TEST_F(HandOverTest, LetsTheTermsRunUntilThePackageIsThere) {
  const Id id = complete();
  must(casework_->add_record(staff("postkamer"), id, "aanvraag",
                             {{"ontvangen", "2026-11-02"}, {"gevraagd", "2026-11-09"}}));
  const std::string due = stored(id).due;
  ASSERT_FALSE(due.empty());
  must(casework_->hand_over(staff("postkamer"), id));
  EXPECT_EQ(stored(id).state, DossierState::kAnswered);
  EXPECT_EQ(stored(id).due, due);
  EXPECT_EQ(jobs(), 1u);
  EXPECT_THAT(profile(id).history.back().what, HasSubstr("overgedragen"));
}

TEST_F(HandOverTest, IsNeitherTakenBackNorTriedAgainWhileThePackageIsMade) {
  const Id id = complete();
  must(casework_->hand_over(staff("postkamer"), id));
  EXPECT_EQ(casework_->take_back_hand_over(staff("postkamer"), id).error().code, Code::kRefused);
  EXPECT_EQ(casework_->retry_hand_over(staff("postkamer"), id).error().code, Code::kRefused);
  EXPECT_EQ(stored(id).state, DossierState::kAnswered);
}

TEST_F(HandOverTest, IsNotClosedWhileThePackageIsMade) {
  const Id id = complete();
  must(casework_->hand_over(staff("postkamer"), id));
  const auto closed = casework_->close(staff("jurist"), id);
  ASSERT_FALSE(closed);
  EXPECT_THAT(closed.error().message(), HasSubstr("Het pakket"));
}

TEST_F(HandOverTest, ThatFailedIsTakenBackAndDoneAgain) {
  const Id id = complete();
  must(casework_->hand_over(staff("postkamer"), id));
  const Id first = profile(id).hand_overs.front().id;
  give_up("write file: no space left");
  EXPECT_EQ(casework_->open(staff("postkamer"), id)->hand_over_failure, "write file: no space left");
  EXPECT_EQ(casework_->take_back_hand_over(staff("informatiebalie"), id).error().code, Code::kDenied);
  must(casework_->take_back_hand_over(staff("postkamer"), id));
  EXPECT_EQ(stored(id).state, DossierState::kComplete);
  EXPECT_TRUE(profile(id).hand_overs.empty());
  EXPECT_THAT(profile(id).history.back().what, HasSubstr("teruggenomen"));
  must(casework_->hand_over(staff("postkamer"), id));
  EXPECT_NE(profile(id).hand_overs.front().id, first);
}

TEST_F(HandOverTest, ThatFailedIsTriedAgain) {
  const Id id = complete();
  must(casework_->hand_over(staff("postkamer"), id));
  give_up("write file: no space left");
  must(casework_->retry_hand_over(staff("postkamer"), id));
  EXPECT_EQ(jobs(), 1u);
  EXPECT_EQ(casework_->open(staff("postkamer"), id)->hand_over_failure, "");
}

TEST_F(HandOverTest, HappensOnce) {
  const Id id = complete();
  must(casework_->hand_over(staff("postkamer"), id));
  EXPECT_THAT(refusal(id), HasSubstr("Beantwoord"));
  EXPECT_EQ(jobs(), 1u);
}

TEST_F(HandOverTest, IsForKindsWhoseRuleSaysSo) {
  EXPECT_THAT(refusal(complete("onbekend")), HasSubstr("gaat niet naar een ander systeem"));
  EXPECT_EQ(jobs(), 0u);
}

TEST_F(HandOverTest, IsNotOfferedWithoutFolderAndKey) {
  config_.handover.key.clear();
  EXPECT_THAT(refusal(complete()), HasSubstr("niet ingesteld"));
}

TEST_F(HandOverTest, NeedsACompleteDossierAndAWriter) {
  EXPECT_FALSE(refusal(dossier("wlz-aanvulling", DossierState::kReview)).empty());
  EXPECT_EQ(casework_->hand_over(staff("informatiebalie"), complete()).error().code, Code::kDenied);
}

TEST_F(HandOverTest, LeavesARestrictedDossierHere) {
  const Id id = complete();
  must(casework_->restrict(staff("jurist"), id, "a"));
  EXPECT_EQ(casework_->hand_over(staff("postkamer"), id).error().code, Code::kRefused);
  const auto for_a_claim = casework_->hand_over(staff("jurist", "rechtsvordering"), id);
  ASSERT_FALSE(for_a_claim);
  EXPECT_THAT(for_a_claim.error().message(), HasSubstr("beperkt"));
  EXPECT_EQ(jobs(), 0u);
}

TEST_F(HandOverTest, NeedsADocumentThatTheScannerPassed) {
  const Id id = dossier("wlz-aanvulling", DossierState::kComplete);
  EXPECT_THAT(refusal(id), HasSubstr("geen document"));
  document(id, "request", Malware::kInfected);
  EXPECT_THAT(refusal(id), HasSubstr("geen document"));
}

}  // namespace
}  // namespace zp::gateway
