#include "gateway/casework/casework.h"

#include <algorithm>

#include "gateway/casework/restriction.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

std::string hex_or_empty(const Id& id) { return id == Id{} ? std::string() : id.hex(); }

}  // namespace

Result<OpenDossier> open_dossier(const Vault& vault, StoreReader& store, const Id& dossier) {
  TRY_ASSIGN(auto row, store.dossier(dossier));
  TRY_ASSIGN(auto keys, vault.unlock(store, dossier));
  TRY_ASSIGN(auto profile, keys.profile(row));
  return OpenDossier{std::move(row), std::move(keys), std::move(profile)};
}

Result<void> save_dossier(StoreWriter& store, OpenDossier& open, TimeMs now) {
  open.keys.seal(open.profile, open.dossier);
  open.dossier.changed = now;
  TRY_DO(store.update_dossier(open.dossier));
  ++open.dossier.version;
  return {};
}

Job new_job(std::string kind, const Id& subject, TimeMs run_at, std::string payload) {
  Job job;
  job.id = Id::random();
  job.kind = std::move(kind);
  job.subject = subject;
  job.payload = std::move(payload);
  job.run_at = run_at;
  return job;
}

Result<void> Casework::enter(const Actor& actor, Act act, const Touched& touched) {
  const ActRule& rule = rule_of(act);
  Actor known = actor;
  const Purpose* const purpose = find_purpose(actor.purpose);
  if (purpose) known.ground = purpose->ground;
  const auto role = role_for(actor, act);
  if (!role) {
    TRY_DO(office_.ledger.record(known, actor.roles.empty() ? "" : actor.roles.front(), rule.name, touched, "denied"));
    return fail(Code::kDenied, "check role", std::string(rule.name));
  }
  if (rule.needs_purpose && actor.user != Id{}) {
    const bool fits = purpose && std::ranges::any_of(purpose->roles, [&](auto one) { return actor.has(one); });
    if (!fits) return fail(Code::kRefused, "check purpose", "Kies eerst een doel dat bij uw functie past.");
  }
  return office_.ledger.record(known, *role, rule.name, touched);
}

Result<void> Casework::enter_restricted(const Actor& actor, Act act, const Touched& touched) {
  const auto allowed = check_while_restricted(actor, act);
  if (allowed) return {};
  TRY_DO(office_.ledger.record(actor, role_for(actor, act).value_or(""), rule_of(act).name,
                               {touched.dossier, touched.object, "restricted"}, "denied"));
  return allowed;
}

Result<void> Casework::look(const Actor& actor, Act act, const Id& dossier, const Id& object,
                            const std::string& detail) {
  const Touched touched{dossier.hex(), hex_or_empty(object), detail};
  bool restricted = false;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    const auto row = store.dossier(dossier);
    restricted = row && row->restricted;
    return {};
  }));
  if (restricted) TRY_DO(enter_restricted(actor, act, touched));
  return enter(actor, act, touched);
}

Result<void> Casework::change(const Actor& actor, Act act, const Id& dossier, const Id& object,
                              const std::string& detail, const Body& body) {
  const ActRule& rule = rule_of(act);
  Dossier row;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(row, store.dossier(dossier));
    return {};
  }));
  const Touched touched{dossier.hex(), hex_or_empty(object), detail};
  if (row.restricted) TRY_DO(enter_restricted(actor, act, touched));
  if (!possible(act, row.state))
    return fail(Code::kRefused, rule.name.data(),
                "De stand van dit dossier is \"" + std::string(state_label(row.state)) + "\". Daar past dit niet bij.");
  TRY_DO(enter(actor, act, touched));
  auto done = office_.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(office_.vault, store, dossier));
    if (open.dossier.version != row.version) return fail(Code::kConflict, "change dossier", dossier.hex());
    if (rule.to) open.dossier.state = *rule.to;
    TRY_DO(body(store, open));
    TRY_DO(save_dossier(store, open, office_.now()));
    if (open.dossier.state == row.state) return {};
    return store.add_job(new_job("status", dossier, office_.now()), false);
  });
  if (!done) TRY_DO(office_.ledger.record(actor, role_for(actor, act).value_or(""), rule.name, touched, "failed"));
  return done;
}

}  // namespace zp::gateway
