// gateway/casework/letter_fields.h - what a dossier can fill in on a letter by itself.
//
// A letter declares its fields (templates/letters/NAME.md); those that the dossier knows are filled in, the rest is
// left to a person.
// Threads: free functions.
#ifndef GATEWAY_CASEWORK_LETTER_FIELDS_H_
#define GATEWAY_CASEWORK_LETTER_FIELDS_H_

#include <nlohmann/json.hpp>

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// One document as a letter lists it.
struct ListedDocument {
  DocumentDetails details;
  TimeMs received = 0;
};

/// All that is known, by field name.
nlohmann::json known_fields(const Office& office, const OpenDossier& open,
                            const std::vector<ListedDocument>& documents);
/// Those of `known` that `info` declares, tables cut to their columns; `given` wins.
nlohmann::json fill_fields(const templates::LetterInfo& info, const nlohmann::json& known, const nlohmann::json& given);
/// A date that follows from the terms of the dossier: nobody types another.
bool follows_from_terms(const Profile& profile, std::string_view field);
/// Puts those dates that the dossier knows into the fields, whatever stood there, and takes out what a flag that is on excludes. Not of a letter that asks for completion:
/// its last day counts from the day on which it leaves.
void hold_to_terms(const Office& office, const OpenDossier& open, const templates::LetterInfo& info,
                   nlohmann::json& fields);
/// Of the documents of the dossier, or of one submission only.
Result<std::vector<ListedDocument>> listed_documents(StoreReader& store, const OpenDossier& open,
                                                     const Id& submission = {});
/// The moment of a ledger entry, which is RFC 3339 in UTC; 0 for what is none.
TimeMs moment_of(const std::string& utc);
/// "2026-05-12T14:03" in Dutch time, as fields of letters name a moment.
std::string local_minute(TimeMs time);
/// "per e-mail": how something came in, by Delivery::channel.
std::string channel_words(const std::string& channel);
/// A day in words; what is no YYYY-MM-DD stays as it is.
std::string in_dutch(const std::string& value);
/// "2 jaar" for 730 days, "45 dagen" for what is no whole number of years.
std::string period_words(int days);
/// Name and address as on an envelope.
std::string addressee(const Person& person);

/// What the notification may say about a letter: no word about a person (Awb art. 2:10).
struct Announcement {
  std::string subject, legal_effect, term;
};
Announcement announcement_of(const templates::LetterInfo& info, const nlohmann::json& fields,
                             const std::string& last_day);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_LETTER_FIELDS_H_
