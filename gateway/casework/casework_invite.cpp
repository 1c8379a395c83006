// Invitations: a code, told by telephone or in a letter, opens a page that asks for exactly what is missing.
#include "crypto/recipient_key.h"
#include "gateway/casework/casework.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr TimeMs kByLetter = 21 * kDay;  // the post takes days, and so does finding what is asked
constexpr int kTries = 8;                // a code's first group names the message: one in a million is taken

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

Result<Invitation> Casework::invite(const Actor& actor, const Id& dossier, const std::vector<std::string>& address) {
  TRY_ASSIGN(const auto code, free_code(office_.shelf));
  MessageData about;
  TRY_ASSIGN(about.link_secret, crypto::link_secret_of_code(code));
  about.invitation_code = code;
  about.subject = "Documenten sturen";
  about.sent_by = actor.name;
  Message message;
  message.id = Id::random();
  message.dossier = dossier;
  message.route = "mailbox";
  message.state = "queued";
  message.shelf = shelf_id(about.link_secret);
  message.created = office_.now();
  const bool by_letter = !address.empty();
  message.expires =
      message.created + (by_letter ? kByLetter : static_cast<TimeMs>(office_.config.limits.invitation_hours) * kHour);
  Invitation invitation{.code = code, .expires = message.expires};
  TRY_DO(change(actor, Act::kInvite, dossier, message.id, by_letter ? "by letter" : "",
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  ask_for_missing(open, about);
                  if (about.asked.empty())
                    return fail(Code::kRefused, "invite", "Er ontbreekt niets: een code is niet nodig.");
                  for (const auto& [slot, label] : about.asked) invitation.asked.push_back(label);
                  open.keys.seal(about, message);
                  TRY_DO(store.put_message(message));
                  remember(office_, actor, open,
                           by_letter ? "Code per brief gestuurd om te sturen wat nog ontbreekt."
                                     : "Code gegeven om te sturen wat nog ontbreekt.");
                  if (by_letter)
                    TRY_DO(post_code(office_, actor, store, open, "uitnodiging-beveiligde-mail",
                                     {{"portal_url", office_.config.public_door.base_url + "/uitnodiging"},
                                      {"access_code", code},
                                      {"valid_until", local_date(message.expires)},
                                      {"asked_for", invitation.asked}},
                                     address));
                  return store.add_job(new_job("publish", message.id, office_.now()));
                }));
  return invitation;
}

}  // namespace zp::gateway
