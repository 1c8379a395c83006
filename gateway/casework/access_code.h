// gateway/casework/access_code.h - the code with which a requester opens messages in the secure mailbox: by which way it
// came, and how long it opens anything.
//
// A dossier has one code. It ends by itself (config limits.*code_days), whatever lies in the mailbox; the messages stay,
// and open with the next one. Invitations have codes of their own, that end with them (casework_invite.cpp).
// Threads: free functions.
#ifndef GATEWAY_CASEWORK_ACCESS_CODE_H_
#define GATEWAY_CASEWORK_ACCESS_CODE_H_

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// Profile::access_code_way; a text message says to which number after that.
inline constexpr std::string_view kOwnCode = "zelf gekozen", kCodeByLetter = "per brief",
                                  kCodeByTelephone = "telefonisch", kCodeBySms = "per sms";

/// One of ours, not the sender's own.
bool is_code_way(std::string_view way) noexcept;
/// In the ledger, behind the way of a letter for which a new code was made: by which way that goes.
inline constexpr std::string_view kCodeMark = " code=";

/// The moment from which a code that came by `way` at `from` opens nothing.
TimeMs end_of_code(const LimitsConfig& limits, std::string_view way, TimeMs from) noexcept;
/// There is one, and it opens messages now.
bool code_holds(const Office& office, const Profile& profile) noexcept;
/// It also holds for as long as a message may lie before its recipient is reminded of it: what is sent now can be opened
/// with it.
bool code_serves(const Office& office, const Profile& profile) noexcept;
/// "telefonisch, geldig tot 12 december 2026 10:00", for staff.
std::string code_words(const Office& office, const Profile& profile);

/// A fresh code in the place of what was there, and what makes it reach the recipient by `how.code_way`: the letter, or
/// the task to tell it; the text message is the caller's job "code-sms". kRefused, in Dutch: it can't go that way.
Result<void> make_code(const Office& office, const Actor& actor, StoreWriter& store, OpenDossier& open,
                       const Delivering& how);

/// In the mailbox, or about to be there; neither recalled nor expired.
bool lies_in_mailbox(const Message& message) noexcept;
/// So, and opened with the code of the dossier: no invitation.
bool opens_with_code(const Message& message) noexcept;

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_ACCESS_CODE_H_
