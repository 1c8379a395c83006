// The access code of a dossier: shown to be told by telephone, and replaced.
#include <algorithm>

#include "gateway/casework/access_code.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/process/process.h"

namespace zp::gateway {

Result<AccessCode> Casework::reveal_code(const Actor& actor, const Id& dossier) {
  TRY_DO(look(actor, Act::kRevealCode, dossier));
  AccessCode code;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(office_.vault, store, dossier));
    if (open.profile.access_code.empty()) return fail(Code::kNotFound, "show access code", dossier.hex());
    // A code that the sender chose is the sender's own secret: staff need not know it.
    if (open.profile.access_code_way == kOwnCode)
      return fail(Code::kRefused, "show access code",
                  "De afzender koos deze code zelf. Medewerkers hoeven hem niet te kennen.");
    if (!code_holds(office_, open.profile))
      return fail(Code::kRefused, "show access code", "Deze code geldt niet meer. Geef een nieuwe toegangscode.");
    code = {open.profile.access_code, open.profile.access_code_until};
    return {};
  }));
  return code;
}

Result<void> Casework::renew_code(const Actor& actor, const Id& dossier, const Delivering& how) {
  const std::string way = is_code_way(how.code_way) ? how.code_way : "";  // the ledger takes no words of others
  return change(actor, Act::kRenewCode, dossier, {}, way, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    TRY_ASSIGN(const auto messages, store.messages(dossier));
    const auto newest = std::ranges::find_if(messages.rbegin(), messages.rend(), opens_with_code);
    if (newest == messages.rend())
      return fail(Code::kRefused, "renew access code",
                  "Er ligt geen bericht klaar. U kiest een toegangscode bij het versturen van een brief.");
    TRY_DO(make_code(office_, actor, store, open, how));
    remember(office_, actor, open,
             "Nieuwe toegangscode gegeven, " + code_words(office_, open.profile) + ". De vorige opent niets meer.");
    if (how.code_way == kCodeBySms) TRY_DO(store.add_job(new_job("code-sms", newest->id, office_.now())));
    return store.add_job(new_job("reseal", dossier, office_.now()), false);
  });
}

}  // namespace zp::gateway
