// gateway/casework/rights.h - the rights of the AVG that a request invokes, and what became of each.
//
// One request may invoke several (inzage, rectificatie, wissing). They share the receipt, the identity check and the term;
// each is settled by a decision of its own, and the request is answered when all are. What is asked later is another
// request with a term of its own. Dossier::kind is the right by which lists and rules know the dossier.
// Threads: free functions.
#ifndef GATEWAY_CASEWORK_RIGHTS_H_
#define GATEWAY_CASEWORK_RIGHTS_H_

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// The field in which a sender names further rights (intake/rules/requests/parts/avg-fields.yaml): their names, with
/// spaces between.
inline constexpr const char* kOtherRights = "other_rights";

using Rights = std::vector<InvokedRight>;
using Kinds = std::vector<std::string>;

/// A right of the AVG is what runs a term of the AVG.
bool is_right(const intake::RequestRule& rule) noexcept;
/// Empty when the dossier is no request under the AVG. Before anybody changed them they are what the sender asked for.
Rights rights_of(const intake::RuleBook& rules, const Dossier& dossier, const Profile& profile);
Kinds kinds_of(const Rights& rights);
/// Those still to decide on.
Kinds unsettled(const Rights& rights);
/// "Uw gegevens inzien en uw gegevens laten wissen"; empty for none.
std::string titles_of(const intake::RuleBook& rules, const Kinds& kinds);
/// The same rights after the dossier was classed as something else than `before`.
void reclass_rights(const intake::RuleBook& rules, OpenDossier& open, const Rights& before,
                    const std::string& old_kind);

/// In a request under the AVG that did not name this right yet; otherwise nothing.
void invoke_also(const intake::RuleBook& rules, OpenDossier& open, const std::string& kind);

/// Those on which a letter of this sort can decide here; empty: it decides on no right.
Kinds that_fit(const templates::LetterInfo& info, const Rights& rights);
/// Those on which it decides unless a person says otherwise: of those that fit the unsettled, or all when none is. kRefused
/// when the request invokes none of the rights that this letter is for.
Result<Kinds> decided_by(const templates::LetterInfo& info, const Rights& rights);
/// What such a letter says: which part of the request it decides on, and what is still to come.
nlohmann::json rights_fields(const Office& office, const OpenDossier& open, const Kinds& decides);
/// The decision went out.
void settle(const Office& office, OpenDossier& open, const Kinds& decides, const Id& letter);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_RIGHTS_H_
