// gateway/casework/ways.h - the way by which a letter leaves, chosen for each recipient by policy, and why.
//
// The policy (intake/rules/verzendwegen.yaml) says by which ways a letter of this class may leave, the best first. Open are: encrypted mail
// for whom there is a key or certificate that somebody checked with the person; mail straight to a domain whose mail servers prove
// who they are (direct_way.h); the secure mailbox, opened with a code that goes another way, for whom there is an e-mail address; always
// the post. What a way needs and is not there is named, and the letter waits. Nothing ever falls back on plain mail.
// Keys stand in dossiers of kind "ontvangersleutels" (intake/rules/requests), one for each e-mail address: who checked
// what with whom and when, until which day, revoked from which day.
// Days are YYYY-MM-DD. Threads: free functions.
#ifndef GATEWAY_CASEWORK_WAYS_H_
#define GATEWAY_CASEWORK_WAYS_H_

#include "gateway/casework/direct_way.h"
#include "intake/rules/ways.h"

namespace zp::gateway {

inline constexpr std::string_view kRecipientKeys = "ontvangersleutels", kKeyRecord = "sleutel";
inline constexpr const char *kByOpenPgp = "openpgp", *kBySmime = "smime", *kByMailbox = "mailbox", *kByPost = "post";

struct RecipientKey {
  Id entry;
  std::string route;        // kByOpenPgp or kBySmime
  std::string material;     // ASCII armour or PEM
  std::string fingerprint;  // upper-case hex, as it was checked
  std::string checked;      // Dutch: how, with whom, on which day and by whom of us
  std::string until;        // the last day; empty: no end known
};

struct RecipientKeys {
  std::vector<RecipientKey> usable;  // OpenPGP first, then the newest
  /// Dutch: of each other one why it is not used: withdrawn, run out, or of an issuer that is not trusted (any more).
  std::vector<std::string> passed_over;
};
/// Those for `email`, as they are now.
Result<RecipientKeys> recipient_keys(const Office& office, StoreReader& store, const std::string& email);

struct Way {
  std::string route;
  std::string why;                   // Dutch, for staff, before it goes: why this way is open and no better one
  std::string policy;                // Dutch: why a letter of this class may go by it
  std::vector<std::string> lacking;  // Dutch: what must be there first; empty: it can go
  std::optional<RecipientKey> key;   // of encrypted mail
};
/// The class of a letter as it is now: what is enclosed with it, or said in words of its own, counts.
const intake::LetterClass& class_of(const Office& office, const std::string& letter, const LetterData& data) noexcept;
/// Whether a letter of this class may go straight to a mail server that proves itself so.
bool may_go_straight(const intake::LetterClass& letter_class, const DirectWay& direct) noexcept;
/// The way that the policy chooses for a letter to the requester, or, `to_requester` false, to somebody else. `direct`: of
/// the requester's address.
Result<Way> choose_way(const Office& office, StoreReader& store, const OpenDossier& open, bool to_requester,
                       const intake::LetterClass& letter_class, const DirectWay& direct = {});
using intake::route_words;
bool is_encrypted_mail(std::string_view route) noexcept;

/// Before an entry "sleutel" is put on record: the material is what it says it is, has the fingerprint that was read
/// out, can be encrypted to now, and is for this e-mail address. Sets its last day. kRefused with a Dutch sentence.
Result<void> check_recipient_key(const Office& office, const Person& recipient, intake::FieldValues& fields);
/// kRefused when there is a list of keys for this address already.
Result<void> check_only_list(const Vault& vault, StoreReader& store, const std::string& email);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_WAYS_H_
