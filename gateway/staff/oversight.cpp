#include <map>

#include "crypto/reference.h"
#include "gateway/casework/key_change.h"
#include "gateway/process/process.h"
#include "gateway/staff/sentences.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kEntriesPerPage = 200;

using Names = std::map<std::string, std::string>;

/// The ledger knows people by number, so that it can outlive their names; who supervises must know who it was.
Result<Names> names_of_staff(Store& store) {
  Names names;
  TRY_DO(store.read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(const auto users, reader.users());
    for (const User& user : users) names[user.id.hex()] = user.name + " (" + user.login + ")";
    return {};
  }));
  return names;
}

nlohmann::json entry_json(const crypto::LedgerEntry& entry, const Names& names) {
  const Purpose* purpose = find_purpose(entry.purpose);
  const auto who = names.find(entry.actor);
  return {{"day", entry.time.substr(0, 10)},
          {"moment", entry.time.substr(11, 8)},
          {"actor", who == names.end() ? entry.actor : who->second},
          {"function", entry.function == entry.actor ? "" : entry.function},
          {"action", action_sentence(entry.action)},
          {"word", entry.action},
          {"object", entry.object.substr(0, 8)},
          {"dossier", entry.dossier.substr(0, 8)},
          {"purpose", purpose ? std::string(purpose->label) : entry.purpose},
          {"ground", entry.ground},
          {"outcome", outcome_sentence(entry.outcome)},
          {"denied", entry.outcome != "ok"},
          {"detail", entry.detail}};
}

/// "ZP-..." as typed, or a dossier's id.
Result<Id> dossier_of(Store& store, const std::string& typed) {
  if (const auto id = Id::parse(typed)) return *id;
  const auto reference = crypto::parse_reference(typed);
  if (!reference) return fail(Code::kRefused, "find dossier", "Dit kenmerk klopt niet: controleer de tekens.");
  Dossier dossier;
  TRY_DO(store.read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(dossier, reader.dossier_by_reference(*reference));
    return {};
  }));
  return dossier.id;
}

}  // namespace

Result<Response> Workbench::ledger(Visit& visit) {
  const std::string typed = visit.request.query_value("dossier");
  // Supervision is its own purpose: nobody reads the ledger for another one.
  visit.actor.purpose = "toezicht";
  nlohmann::json data{{"typed", typed}, {"entries", nlohmann::json::array()}};
  std::vector<crypto::LedgerEntry> entries;
  if (typed.empty()) {
    TRY_ASSIGN(entries, casework_.ledger_latest(visit.actor, 0, kEntriesPerPage));
  } else {
    TRY_ASSIGN(const Id dossier, dossier_of(casework_.office().store, typed));
    TRY_ASSIGN(entries, casework_.ledger_about(visit.actor, dossier));
  }
  TRY_ASSIGN(const Names names, names_of_staff(casework_.office().store));
  for (const auto& entry : entries) data["entries"].push_back(entry_json(entry, names));
  data["none"] = entries.empty();
  data["about_one"] = !typed.empty();
  return show("logboek", std::move(data), visit);
}

Result<Response> Workbench::jobs(Visit& visit) {
  if (!role_for(visit.actor, Act::kReviveJob)) return fail(Code::kDenied, "list jobs");
  std::vector<Job> dead;
  StoreCounts counts;
  KeyChange keys;
  TRY_DO(casework_.office().store.read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(dead, reader.jobs(true));
    TRY_ASSIGN(counts, reader.counts());
    TRY_ASSIGN(keys, key_change(casework_.office().config, reader));
    return {};
  }));
  nlohmann::json data{{"dead", nlohmann::json::array()}, {"none", dead.empty()}, {"waiting", counts.jobs}};
  data["keys"] = {{"changing", keys.under_way || keys.left > 0}, {"done", keys.keys - keys.left}, {"all", keys.keys}};
  for (const Job& job : dead)
    data["dead"].push_back({{"id", job.id.hex()},
                            {"kind", job_sentence(job.kind)},
                            {"attempts", job.attempts},
                            {"error", job.last_error},
                            {"subject", job.subject.hex().substr(0, 8)}});
  return show("vastgelopen", std::move(data), visit);
}

Result<Response> Workbench::revive(Visit& visit) {
  TRY_ASSIGN(const Id job, visit.id("job"));
  TRY_DO(casework_.revive_job(visit.actor, job));
  return Response::redirect("/vastgelopen");
}

Result<Response> Workbench::users(Visit& visit) {
  if (!visit.actor.has("beheerder")) return fail(Code::kDenied, "list users");
  nlohmann::json data{{"users", nlohmann::json::array()}};
  TRY_DO(casework_.office().store.read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(const auto users, reader.users());
    for (const User& user : users) {
      std::string roles;
      for (const auto& role : user.roles) roles += (roles.empty() ? "" : ", ") + role;
      data["users"].push_back({{"login", user.login},
                               {"name", user.name},
                               {"roles", roles},
                               {"disabled", user.disabled},
                               {"locked", user.locked_until > now_ms()}});
    }
    return {};
  }));
  return show("medewerkers", std::move(data), visit);
}

}  // namespace zp::gateway
