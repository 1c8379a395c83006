#include "gateway/casework/flow.h"

#include <gmock/gmock.h>

#include <array>
#include <set>

namespace zp::gateway {
namespace {

const std::vector<DossierState> kAll = {
    DossierState::kChecking,        DossierState::kReview,   DossierState::kWaiting,  DossierState::kComplete,
    DossierState::kDeciding,        DossierState::kApproval, DossierState::kAnswered, DossierState::kClosed,
    DossierState::kErasureProposed, DossierState::kErased};

TEST(Flow, AnAdministratorMayDoNothingWithADossier) {
  const Actor beheerder{Id::random(), "b", {"beheerder"}};
  for (const DossierState state : kAll) {
    Dossier dossier;
    dossier.state = state;
    for (const Act act : acts_for(beheerder, dossier))
      EXPECT_THAT((std::array{Act::kReviveJob, Act::kAbsence, Act::kPauseMail, Act::kResumeMail}),
                  testing::Contains(act))
          << act_name(act);  // none of these touches a dossier
  }
}

TEST(Flow, NothingCanBeDoneWithAnErasedDossier) {
  for (int i = 0; i <= static_cast<int>(Act::kReviveJob); ++i)
    EXPECT_FALSE(possible(static_cast<Act>(i), DossierState::kErased));
}

TEST(Flow, EveryActHasOneRuleAndANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Act::kReviveJob); ++i)
    EXPECT_TRUE(names.insert(act_name(static_cast<Act>(i))).second);
}

TEST(Flow, NoStaffRoleMayDoWhatTheWorkerDoesForIt) {
  for (const Act act : {Act::kFile, Act::kInspect, Act::kPublish, Act::kProposeErasure})
    for (const char* role : {"postkamer", "informatiebalie", "jurist", "goedkeurder", "fg", "beheerder"})
      EXPECT_FALSE(role_for({Id::random(), "x", {role}}, act)) << role;
}

TEST(Flow, ErasingNeedsAProposalFirst) {
  for (const DossierState state : kAll)
    EXPECT_EQ(possible(Act::kErase, state), state == DossierState::kErasureProposed);
}

}  // namespace
}  // namespace zp::gateway
