// The rights that a request under the AVG invokes: which they are, and which letter decides on which.
#include <fmt/format.h>

#include <algorithm>

#include "gateway/casework/casework.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/rights.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMostReason = 400;

Result<void> check_kinds(const intake::RuleBook& rules, const Kinds& kinds) {
  const bool known = std::ranges::all_of(kinds, [&](const std::string& kind) {
    const intake::RequestRule* const rule = rules.find(kind);
    return rule && is_right(*rule);
  });
  if (kinds.empty() || !known) return fail(Code::kRefused, "invoke rights", "Kies een of meer rechten uit de lijst.");
  return {};
}

bool has(const Kinds& kinds, const std::string& kind) { return std::ranges::find(kinds, kind) != kinds.end(); }

}  // namespace

Result<void> Casework::invoke_rights(const Actor& actor, const Id& dossier, const std::vector<std::string>& kinds) {
  TRY_DO(check_kinds(office_.rules, kinds));
  return change(actor, Act::kInvokeRights, dossier, {}, fmt::format("rights={}", fmt::join(kinds, ",")),
                [&](StoreWriter&, OpenDossier& open) -> Result<void> {
                  const Rights before = rights_of(office_.rules, open.dossier, open.profile);
                  if (before.empty())
                    return fail(Code::kRefused, "invoke rights", "Deel het dossier eerst in als AVG-verzoek.");
                  Rights after;
                  for (const InvokedRight& right : before)
                    if (right.settled || has(kinds, right.kind)) after.push_back(right);
                  for (const std::string& kind : kinds)
                    if (!has(kinds_of(after), kind)) after.push_back({.kind = kind});
                  open.profile.rights = after;
                  if (!has(kinds_of(after), open.dossier.kind)) open.dossier.kind = after.front().kind;
                  remember(office_, actor, open,
                           "Ingeroepen rechten: " + titles_of(office_.rules, kinds_of(after)) + ".");
                  return {};
                });
}

Result<void> Casework::settle_right(const Actor& actor, const Id& dossier, const std::string& kind,
                                    const std::string& reason) {
  if (reason.empty() || reason.size() > kMostReason)
    return fail(Code::kRefused, "settle right",
                "Schrijf op waarom er geen besluit nodig is, in ten hoogste 400 tekens: wie het recht introk, en hoe.");
  return change(actor, Act::kSettleRight, dossier, {}, kind, [&](StoreWriter&, OpenDossier& open) -> Result<void> {
    if (!has(unsettled(rights_of(office_.rules, open.dossier, open.profile)), kind))
      return fail(Code::kConflict, "settle right", kind);
    settle(office_, open, {kind}, {});
    const auto right = std::ranges::find(open.profile.rights, kind, &InvokedRight::kind);
    right->why = fmt::format("{} ({})", reason, actor.name);
    remember(office_, actor, open,
             fmt::format("Geen besluit nodig over {}: {}", titles_of(office_.rules, {kind}), reason));
    return {};
  });
}

Result<void> Casework::decide_on(const Actor& actor, const Id& id, const std::vector<std::string>& kinds) {
  TRY_ASSIGN(const auto row, letter_row(office_, id));
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office_, row.name));
  return change(actor, Act::kDraft, row.dossier, id, fmt::format("decides={}", fmt::join(kinds, ",")),
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  const Kinds fit = that_fit(*info, rights_of(office_.rules, open.dossier, open.profile));
                  if (kinds.empty() || !std::ranges::all_of(kinds, [&](const auto& one) { return has(fit, one); }))
                    return fail(Code::kRefused, "decide on rights", "Kies waar deze brief over beslist.");
                  TRY_ASSIGN(auto letter, letter_in(store, id, {"draft"}));
                  TRY_ASSIGN(auto data, open.keys.letter(letter));
                  const nlohmann::json before = data.fields;
                  data.decides = kinds;
                  const nlohmann::json said = rights_fields(office_, open, kinds);
                  for (const auto& one : said.items()) data.fields.erase(one.key());
                  data.fields.update(fill_fields(*info, said, {}));
                  note_change(office_, actor, letter, data,
                              {.time = 0, .who = {}, .before = what_was(before, data.fields), .wording_before = {}});
                  open.keys.seal(data, letter);
                  return store.put_letter(letter);
                });
}

}  // namespace zp::gateway
