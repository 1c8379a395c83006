// gateway/casework/letter_steps.h - what drafting, sending and showing a letter share.
#ifndef GATEWAY_CASEWORK_LETTER_STEPS_H_
#define GATEWAY_CASEWORK_LETTER_STEPS_H_

#include <initializer_list>

#include "gateway/casework/casework.h"
#include "templates/letter/letter_data.h"

namespace zp::gateway {

/// LetterInfo::written_to of whoever wrote to us.
inline constexpr std::string_view kToRequester = "verzoeker";

Result<const templates::LetterInfo*> info_of(const Office& office, const std::string& name);
Result<Letter> letter_row(const Office& office, const Id& id);
/// The letter as it is now, if it still is in one of `states`.
Result<Letter> letter_in(StoreReader& store, const Id& id, std::initializer_list<std::string_view> states);
/// Who writes, as letters print it.
templates::Organisation letterhead(const OrganisationConfig& config);
/// Dutch, for staff: why nothing can be done with a letter in this state.
std::string not_in_state(const Letter& letter);
/// What a draft lacks, field by field.
Result<std::vector<templates::FieldMistake>> mistakes_in(const Office& office, const Letter& letter,
                                                         const LetterData& data, const std::string& reference);
/// Dated today unless the letter has its date already. kRefused, in Dutch: every field that is missing or wrong, by the
/// label that staff see, and what can't be printed.
Result<Bytes> draw(const Office& office, const Letter& letter, const LetterData& data, const std::string& reference);
/// Words of somebody's own are looked at by somebody else, whatever the letter.
bool must_be_approved(const templates::LetterInfo& info, const LetterData& data);
/// Each field that differs, as it was.
nlohmann::json what_was(const nlohmann::json& before, const nlohmann::json& after);
/// `changes` has a line for this, and whoever writes a letter last answers for it: the approver must be somebody else.
void note_change(const Office& office, const Actor& actor, Letter& letter, LetterData& data, LetterChange change);
/// A letter to the requester that only tells a code, for the post: the code goes another way than the link. `fields`
/// beside what the dossier knows.
Result<void> post_code(const Office& office, const Actor& actor, StoreWriter& store, OpenDossier& open,
                       const std::string& name, const nlohmann::json& fields, const std::vector<std::string>& address);
/// kRefused, in Dutch: what the letter speaks of is not with it, or may not go.
Result<void> check_enclosures(StoreReader& store, const OpenDossier& open, const templates::LetterInfo& info,
                              const LetterData& data);
/// kRefused, in Dutch: what the dossier must hold before this letter may be proposed or leave. The words of the letter are
/// not looked at: mistakes_in() does.
Result<void> check_letter(const Office& office, StoreReader& store, const OpenDossier& open,
                          const templates::LetterInfo& info, const LetterData& data);
void remember(const Office& office, const Actor& actor, OpenDossier& open, std::string what);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_LETTER_STEPS_H_
