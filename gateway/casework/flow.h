// gateway/casework/flow.h - who may do what with a dossier, when, and where it goes then: one table.
//
// Threads: pure functions.
#ifndef GATEWAY_CASEWORK_FLOW_H_
#define GATEWAY_CASEWORK_FLOW_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/casework/ledger_book.h"
#include "gateway/store/types.h"

namespace zp::gateway {

/// Everything that can be done; act_name() is its word in the ledger.
enum class Act {
  // looking
  kListDossiers,
  kListTerms,
  kOpenDossier,
  kViewPage,
  kViewPageUnmasked,
  kDownloadOriginal,
  kViewLetter,
  kViewMail,
  kReadLedger,
  kMakeOverview,
  // handling
  kFile,
  kInspect,
  kEvaluate,
  kTake,
  kClassify,
  kInvokeRights,
  kSettleRight,
  kEditPerson,
  kCorrect,
  kReleaseDocument,
  kReleaseInfected,
  kScanAgain,
  kAddDocument,
  kNote,
  kMakeDossier,
  kRecord,
  kReadRegister,
  kMoveAccess,
  kDeskCall,
  kRestrict,
  kExtendTerm,
  kWatchTerm,
  kConfirmComplete,
  kReopenReview,
  kAskMissing,
  kHandOver,
  kTakeBack,
  // deciding
  kDraft,
  kReword,
  kEnclose,
  kPropose,
  kApprove,
  kReturn,
  kWithdrawLetter,
  kSend,
  // messages
  kPublish,
  kNotify,
  kPrint,
  kPackage,
  kTimeStamp,
  kReceipt,
  kRecall,
  kExpire,
  kReadByRecipient,
  kRevealCode,
  kRenewCode,
  kInvite,
  kUndeliverable,
  kReport,
  kResend,
  // end
  kClose,
  kProposeErasure,
  kKeep,
  kErase,
  kReviveJob,
  kPauseMail,
  kResumeMail,
  kAbsence,
};

struct ActRule {
  Act act;
  std::string_view name;                // "dossier.open": in the ledger, never changes
  std::string_view label;               // Dutch, for buttons
  std::vector<std::string_view> roles;  // any of these
  std::vector<DossierState> from;       // empty: any but erased
  std::optional<DossierState> to;       // none: the state stays
  bool needs_purpose = false;           // the actor must have chosen a purpose
};

const ActRule& rule_of(Act act) noexcept;
std::string_view act_name(Act act) noexcept;
/// The row with this word of the ledger; null for what no person does with a dossier (logging in, setting up).
const ActRule* rule_named(std::string_view name) noexcept;
/// The role in which `actor` may do this; none: denied.
std::optional<std::string> role_for(const Actor& actor, Act act) noexcept;
bool possible(Act act, DossierState state) noexcept;
/// What this actor may do with a dossier in this state, in the order of the table, for the buttons.
std::vector<Act> acts_for(const Actor& actor, const Dossier& dossier);

/// Why somebody looks (NEN 7513 PurposeOfUse).
struct Purpose {
  std::string_view key, label, ground;
  std::vector<std::string_view> roles;
  /// AVG art. 18 lid 2: for a claim or somebody's rights a restricted dossier may be used too.
  bool while_restricted = false;
};
std::span<const Purpose> purposes() noexcept;
const Purpose* find_purpose(std::string_view key) noexcept;

/// Dutch, for staff: "Wacht op aanvulling".
std::string_view state_label(DossierState state) noexcept;

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_FLOW_H_
