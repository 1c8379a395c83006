#include "gateway/casework/restriction.h"

#include <algorithm>
#include <array>

#include "gateway/casework/overview.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr std::string_view kGranted = "avg-beperking-toegekend", kCodeLetter = "toegangscode";

bool possible_while_restricted(Act act) noexcept {
  using enum Act;
  static constexpr std::array kPossible = {
      // stored, looked at
      kOpenDossier, kViewPage, kViewPageUnmasked, kDownloadOriginal, kViewLetter, kViewMail, kReadLedger, kMakeOverview,
      kFile, kInspect, kReadRegister, kRevealCode,
      // the request about it goes on, and its term runs
      kTake, kNote, kRestrict, kInvokeRights, kSettleRight, kExtendTerm, kWatchTerm, kAskMissing, kDraft, kReword,
      kEnclose, kPropose, kApprove, kReturn, kWithdrawLetter, kSend,
      // what went out before
      kReceipt, kReadByRecipient, kExpire, kUndeliverable, kRecall, kMoveAccess};
  return std::ranges::find(kPossible, act) != kPossible.end();
}

/// Neither in the queue nor called back.
bool has_left(const Message& message) {
  static constexpr std::array<std::string_view, 5> kLeft = {"published", "notified", "read", "printed", "expired"};
  return std::ranges::find(kLeft, message.state) != kLeft.end();
}

struct Notice {
  bool left = false;
  std::string lifted_on;  // the earliest day that a notice names
};

Result<void> look_for_notice(const Vault& vault, StoreReader& store, const Id& dossier, TimeMs since, Notice& into) {
  TRY_ASSIGN(const auto letters, store.letters(dossier));
  TRY_ASSIGN(const auto messages, store.messages(dossier));
  for (const Letter& letter : letters) {
    if (letter.name != kLiftNotice || letter.state != "sent" || letter.changed < since) continue;
    if (std::ranges::none_of(messages, [&](const Message& one) { return one.letter == letter.id && has_left(one); }))
      continue;
    TRY_ASSIGN(const auto keys, vault.unlock(store, dossier));
    TRY_ASSIGN(const auto data, keys.letter(letter));
    const std::string day = data.fields.value("lifted_on", "");
    if (!into.left || day < into.lifted_on) into.lifted_on = day;
    into.left = true;
  }
  return {};
}

std::unexpected<Error> refused(std::string why) { return fail(Code::kRefused, "restrict processing", std::move(why)); }

constexpr std::array<RestrictionGround, 4> kGrounds = {
    {{"a", "Onder a: de juistheid is betwist, zolang wij dat nagaan",
      "u betwist dat de gegevens kloppen, en wij gaan dat na (lid 1 onder a)",
      "Dit duurt totdat wij hebben nagegaan of de gegevens kloppen."},
     {"b", "Onder b: wij mogen de gegevens niet gebruiken, maar de betrokkene wil ze niet laten wissen",
      "wij mogen deze gegevens niet gebruiken, maar u wilt niet dat wij ze wissen (lid 1 onder b)",
      "Dit duurt totdat u ons laat weten dat wij de gegevens mogen wissen."},
     {"c", "Onder c: wij hebben de gegevens niet meer nodig, de betrokkene wel, bijvoorbeeld voor een rechtszaak",
      "wij hebben deze gegevens niet meer nodig, maar u wel, bijvoorbeeld voor een rechtszaak (lid 1 onder c)",
      "Dit duurt zolang u de gegevens daarvoor nodig hebt."},
     {"d", "Onder d: er is bezwaar gemaakt tegen het gebruik, zolang daarop niet is beslist",
      "u maakte bezwaar tegen het gebruik van de gegevens, en daarop beslissen wij nog (lid 1 onder d)",
      "Dit duurt totdat wij op uw bezwaar hebben beslist."}}};

}  // namespace

std::span<const RestrictionGround> restriction_grounds() noexcept { return kGrounds; }

const RestrictionGround* find_restriction_ground(std::string_view letter) noexcept {
  const auto found = std::ranges::find(kGrounds, letter, &RestrictionGround::letter);
  return found == kGrounds.end() ? nullptr : &*found;
}

Result<void> check_while_restricted(const Actor& actor, Act act) {
  if (!possible_while_restricted(act))
    return refused("De verwerking van dit dossier is beperkt (AVG art. 18): het wordt alleen bewaard.");
  if (actor.user == Id{} || !rule_of(act).needs_purpose) return {};
  const Purpose* const purpose = find_purpose(actor.purpose);
  if (purpose && purpose->while_restricted) return {};
  return refused(
      "De verwerking van dit dossier is beperkt (AVG art. 18). Het mag alleen open voor een AVG-verzoek, voor bezwaar "
      "of een rechtszaak, of voor toezicht. Kies zo'n doel, of vraag een jurist.");
}

bool may_leave_while_restricted(const templates::LetterInfo& info) {
  const bool about_rights = !info.for_kinds.empty() && std::ranges::all_of(info.for_kinds, [](const std::string& kind) {
    return kind.starts_with("avg-");
  });
  return about_rights || info.name == kCodeLetter;
}

Result<void> check_letter_while_restricted(const OpenDossier& open, const templates::LetterInfo& info) {
  if (!open.dossier.restricted || may_leave_while_restricted(info)) return {};
  return refused(
      "De verwerking van dit dossier is beperkt (AVG art. 18): alleen brieven over een AVG-verzoek kunnen nog weg.");
}

Result<void> check_is_restricted(const Office& office, StoreReader& store, const OpenDossier& open,
                                 const templates::LetterInfo& info) {
  if (info.name != kGranted) return {};
  TRY_ASSIGN(const auto about, dossiers_about(office.vault, store, open.dossier.id, open.profile.subject()));
  for (const Id& id : about) {
    TRY_ASSIGN(const auto dossier, store.dossier(id));
    if (dossier.restricted) return {};
  }
  return refused(
      "De brief zegt dat wij gegevens niet meer gebruiken, maar geen dossier over deze persoon is beperkt. Open eerst "
      "elk dossier waar het om gaat en kies daar Verwerking beperken.");
}

Result<void> check_lift_notice(const Office& office, StoreReader& store, const OpenDossier& open) {
  TRY_ASSIGN(const auto about, dossiers_about(office.vault, store, open.dossier.id, open.profile.subject()));
  Notice notice;
  for (const Id& id : about) TRY_DO(look_for_notice(office.vault, store, id, open.profile.restricted_since, notice));
  if (!notice.left)
    return refused(
        "De betrokkene moet het weten voordat de beperking stopt (AVG art. 18 lid 3). Verstuur eerst de brief "
        "Beperking wordt opgeheven.");
  if (notice.lifted_on > local_date(office.now()))
    return refused("De brief aan de betrokkene noemt een latere dag: " + notice.lifted_on +
                   ". Tot die dag blijft de beperking.");
  return {};
}

}  // namespace zp::gateway
