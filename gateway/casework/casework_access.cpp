// Who no longer speaks for a client loses what lies ready, and whoever took the place gets it.
#include <algorithm>

#include "gateway/casework/access_code.h"
#include "gateway/casework/register.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

/// Who came in the place of `former`, and speaks for the client now.
const Representation* successor_of(const ClientRegister& known, const Representation& former,
                                   const std::string& today) {
  const auto found = std::ranges::find_if(known.representations, [&](const Representation& one) {
    return one.role == former.role && one.replaces && one.holds_on(today) && one.entry != former.entry;
  });
  return found == known.representations.end() ? nullptr : &*found;
}

void give_to_successor(const Representation& to, Profile& profile) {
  Person& requester = profile.requester;
  profile.confirmed_emails.clear();
  requester = {to.name, to.role, {}, to.email, {}, to.address};
  profile.fields["requester_name"] = to.name;
  profile.fields["requester_role"] = to.role;
  profile.fields["email"] = to.email;
}

/// What has to move: everything of a former representative, once.
struct Move {
  Id dossier;
  const Representation* former;
  const Representation* successor;
};

}  // namespace

Result<std::size_t> Casework::move_access(const Actor& actor, const Id& register_dossier) {
  const std::string today = local_date(office_.now());
  ClientRegister known;
  std::vector<Move> moves;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto open, open_dossier(office_.vault, store, register_dossier));
    const Person& client = open.profile.client;
    known = read_register(register_dossier, open.profile);
    DossierFilter filter;
    filter.tokens = office_.vault.tokens({client.name, client.birth_date});
    filter.but = {std::string(kRegister)};
    TRY_ASSIGN(const auto dossiers, store.dossiers(filter));
    for (const Dossier& dossier : dossiers) {
      TRY_ASSIGN(const auto one, open_dossier(office_.vault, store, dossier.id));
      TRY_ASSIGN(const auto messages, store.messages(dossier.id));
      const Profile& profile = one.profile;
      if (!is_representative(profile) || !same_name(profile.client.name, client.name) ||
          profile.client.birth_date != client.birth_date)
        continue;
      const Representation* const former = representation_of(known, profile.requester, today);
      if (!former || former->holds_on(today)) continue;
      const Representation* const successor = successor_of(known, *former, today);
      const bool something = !profile.access_code.empty() || std::ranges::any_of(messages, lies_in_mailbox);
      if (successor || something) moves.push_back({dossier.id, former, successor});
    }
    return {};
  }));
  for (const Move& move : moves) {
    std::vector<Id> taken;
    TRY_DO(change(actor, Act::kMoveAccess, move.dossier, register_dossier, {},
                  [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                    TRY_ASSIGN(const auto messages, store.messages(move.dossier));
                    for (Message message : messages) {
                      if (!lies_in_mailbox(message)) continue;
                      message.state = "recalled";
                      taken.push_back(message.shelf);
                      TRY_DO(store.put_message(message));
                    }
                    open.profile.access_code.clear();
                    open.profile.access_code_way.clear();
                    open.profile.access_code_until = 0;
                    const std::string over = "De vertegenwoordiging door " + move.former->name + " is voorbij.";
                    open.profile.history.push_back(
                        {office_.now(), "zegelpost",
                         over + " De toegang tot berichten en de toegangscode zijn ingetrokken."});
                    if (move.successor) {
                      give_to_successor(*move.successor, open.profile);
                      open.profile.requester_since = office_.now();
                      open.profile.tasks.push_back(over + " Verzoeker is nu " + move.successor->name +
                                                   ". Stuur opnieuw wat deze persoon moet krijgen.");
                      TRY_DO(store.set_tokens(move.dossier, search_tokens(office_.vault, open)));
                    } else {
                      open.profile.tasks.push_back(over + " Zoek uit wie nu namens de cliënt optreedt.");
                    }
                    return {};
                  }));
    // After the commit: who looks meanwhile finds a message that is recalled already.
    for (const Id& shelf : taken) TRY_DO(office_.shelf.remove_message(shelf));
  }
  return moves.size();
}

}  // namespace zp::gateway
