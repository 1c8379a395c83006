// gateway/casework/register.h - who may act for a client, and to what the client consented.
//
// One dossier of kind "clientregister" for each client (intake/rules/requests/clientregister.yaml), found by name and
// birth date. What ended counts no longer from that day on, whether or not anybody looked: every use asks with today.
// Dates are YYYY-MM-DD. Threads: free functions.
#ifndef GATEWAY_CASEWORK_REGISTER_H_
#define GATEWAY_CASEWORK_REGISTER_H_

#include "gateway/casework/casework.h"

namespace zp::gateway {

inline constexpr std::string_view kRegister = "clientregister";

/// Somebody who acts, or acted, for the client.
struct Representation {
  Id entry;
  std::string role, name, email;  // role as requester_role of the request files
  std::vector<std::string> address;
  std::string scope;  // names between spaces: "informatie kopie"
  std::string proof, from;
  std::string until;  // the last day; empty: no end known
  bool replaces = false;
  bool covers(std::string_view what) const noexcept;
  bool holds_on(const std::string& day) const noexcept;
};

struct Consent {
  std::string kind, to;  // "huisarts", ...; a name
  std::string purposes;  // names between spaces
  std::string document, given;
  std::string withdrawn;  // from this day on it no longer holds; empty: not withdrawn
};

struct ClientRegister {
  Id dossier;
  bool restricted = false;  // AVG art. 18: it still keeps people out, and lets nobody in
  std::vector<Representation> representations;
  std::vector<Consent> consents;
};
ClientRegister read_register(const Id& dossier, const Profile& profile);

/// The register of a client; none when the client is unknown there, or the name or birth date is.
Result<std::optional<ClientRegister>> register_of(const Vault& vault, StoreReader& store, const Person& client);

/// The same words in any order, capitals and accents aside.
bool same_name(const std::string& one, const std::string& other);
/// The requester acts for somebody else: parent, voogd, mentor, curator, bewindvoerder or gemachtigde.
bool is_representative(const Profile& profile);
/// The entry that holds today for the requester; else the one that held last; null when the register knows nobody of
/// that name.
const Representation* representation_of(const ClientRegister& known, const Person& requester, const std::string& today);

/// What the register says about proofs that a request asks for: DocumentRule::on_file -> that.
Result<std::map<std::string, intake::ProofOnFile>> proofs_on_file(const Office& office, StoreReader& store,
                                                                  const OpenDossier& open);
/// kRefused, in Dutch: this letter gives something away without the consent, representation or proof of who asks that it
/// needs (DocumentRule::before), or goes to a representative whose time is over.
Result<void> check_release(const Office& office, StoreReader& store, const OpenDossier& open,
                           const templates::LetterInfo& info, const nlohmann::json& fields);
/// The letter `sent` went out: whoever the client consented to send this too, and has not got it, becomes a task
/// (ReleaseRule::proposed_after). People decide.
Result<void> propose_copies(const Office& office, StoreReader& store, OpenDossier& open, const std::string& sent);
/// What letters print about it: capacity, proof, basis, consent_on.
Result<nlohmann::json> registered_fields(const Office& office, StoreReader& store, const OpenDossier& open,
                                         const templates::LetterInfo& info);
/// A message to a representative can be read until the last day of the representation, and no longer.
Result<TimeMs> last_moment_of_access(const Office& office, StoreReader& store, const OpenDossier& open,
                                     TimeMs otherwise);

/// After an entry that takes somebody's place: those of the same role end on the day before.
void end_replaced(Profile& profile, const intake::RecordRule& rule, const RecordEntry& successor);
/// The worker looks again when something begins or ends: now, and on the days that the entry names.
Result<void> plan_access(const Office& office, StoreWriter& store, const Id& register_dossier,
                         const RecordEntry& entry);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_REGISTER_H_
