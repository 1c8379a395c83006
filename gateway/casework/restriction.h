// gateway/casework/restriction.h - AVG art. 18: what may still happen to a dossier while its processing is restricted.
//
// Lid 2: stored, and used for claims and rights only. So people open it for such a purpose alone (Purpose::while_restricted
// in flow.h), and the only letters that leave it answer a request of the person under the AVG.
// Lid 3: whoever obtained the restriction is told before it is lifted.
// Threads: free functions. Errors: kRefused, in Dutch, saying what can be done.
#ifndef GATEWAY_CASEWORK_RESTRICTION_H_
#define GATEWAY_CASEWORK_RESTRICTION_H_

#include <span>

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// Why processing is restricted: the four cases of AVG art. 18 lid 1.
struct RestrictionGround {
  std::string_view letter;  // "a" to "d"
  std::string_view label;   // for staff
  std::string_view words;   // for the letter, after "De reden is:"
  std::string_view until;   // for the letter: how long it lasts
};
std::span<const RestrictionGround> restriction_grounds() noexcept;
/// Null: not one of the four.
const RestrictionGround* find_restriction_ground(std::string_view letter) noexcept;

/// The letter that tells that a restriction will be lifted.
inline constexpr std::string_view kLiftNotice = "avg-beperking-opheffing";

/// `actor` may do this with a restricted dossier, for the purpose that was chosen.
Result<void> check_while_restricted(const Actor& actor, Act act);
/// It answers a request under the AVG, or carries the code by which such an answer is read.
bool may_leave_while_restricted(const templates::LetterInfo& info);
Result<void> check_letter_while_restricted(const OpenDossier& open, const templates::LetterInfo& info);
/// A letter that says "we restricted" tells the truth: some dossier about the person is restricted.
Result<void> check_is_restricted(const Office& office, StoreReader& store, const OpenDossier& open,
                                 const templates::LetterInfo& info);
/// The notice left, after the restriction began, from a dossier about the same person, and names a day that has come.
Result<void> check_lift_notice(const Office& office, StoreReader& store, const OpenDossier& open);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_RESTRICTION_H_
