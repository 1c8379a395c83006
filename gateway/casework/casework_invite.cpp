// Invitations: a code told by telephone opens a page that asks for exactly what is missing.
#include "crypto/recipient_key.h"
#include "gateway/casework/casework.h"

namespace zp::gateway {
namespace {

constexpr int kTries = 8;  // a code's first group names the message: one in a million is taken

Result<std::string> free_code(const Shelf& shelf) {
  for (int i = 0; i < kTries; ++i) {
    std::string code = crypto::random_access_code();
    TRY_ASSIGN(const auto link, crypto::link_secret_of_code(code));
    const auto taken = shelf.envelope(shelf_id(link));
    if (!taken && taken.error().code == Code::kNotFound) return code;
    if (!taken) return std::unexpected(taken.error());
  }
  return fail(Code::kUnavailable, "make invitation: no free code");
}

}  // namespace

Result<Invitation> Casework::invite(const Actor& actor, const Id& dossier) {
  TRY_ASSIGN(const auto code, free_code(office_.shelf));
  MessageData about;
  TRY_ASSIGN(about.link_secret, crypto::link_secret_of_code(code));
  about.invitation_code = code;
  about.subject = "Documenten sturen";
  Message message;
  message.id = Id::random();
  message.dossier = dossier;
  message.route = "mailbox";
  message.state = "queued";
  message.shelf = shelf_id(about.link_secret);
  message.created = office_.now();
  message.expires = message.created + static_cast<TimeMs>(office_.config.limits.invitation_hours) * kHour;
  TRY_DO(
      change(actor, Act::kInvite, dossier, message.id, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
        ask_for_missing(open, about);
        if (about.asked.empty()) return fail(Code::kRefused, "invite", "Er ontbreekt niets: een code is niet nodig.");
        open.keys.seal(about, message);
        TRY_DO(store.put_message(message));
        open.profile.history.push_back({office_.now(), actor.name, "Code gegeven om te sturen wat nog ontbreekt."});
        return store.add_job(new_job("publish", message.id, office_.now()));
      }));
  Invitation invitation{.code = code, .expires = message.expires};
  for (const auto& [slot, label] : about.asked) invitation.asked.push_back(label);
  return invitation;
}

}  // namespace zp::gateway
