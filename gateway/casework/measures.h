// gateway/casework/measures.h - the record of a dossier and the letters that rest on it.
//
// Which entries there are, what must be on record before which letter, and what a letter takes from the record is data
// (intake/rules/records.h).
// Threads: free functions.
#ifndef GATEWAY_CASEWORK_MEASURES_H_
#define GATEWAY_CASEWORK_MEASURES_H_

#include <nlohmann/json.hpp>

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// What counts: nothing that was struck out, by day where entries have one, else as they were made.
intake::Records records_of(const Profile& profile);
/// Of what counts the last that was made; null: there is none.
const RecordEntry* newest_entry(const Profile& profile, std::string_view record);

/// kRefused, in Dutch, with everything that must be on record before this letter may go. A letter that is a measure of
/// another kind of dossier is refused too.
Result<void> check_measure(const Office& office, const OpenDossier& open, const std::string& letter);

/// What the record says for the fields of a letter.
nlohmann::json recorded_fields(const Office& office, const OpenDossier& open, const templates::LetterInfo& info);
/// The fields on which the record decides become what it says now, whatever was typed.
void hold_to_record(const Office& office, const OpenDossier& open, const templates::LetterInfo& info,
                    nlohmann::json& fields);

/// The letter went out: the measure is taken.
void note_measure(const Office& office, const Actor& actor, OpenDossier& open, const Letter& letter,
                  const nlohmann::json& fields);

/// Clocks in hours (AVG art. 33) as terms of the dossier: begun, moved or ended by what is on record.
Result<void> set_clocks(const Office& office, OpenDossier& open);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_MEASURES_H_
