#include "gateway/casework/register.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <tuple>

#include "crypto/search_token.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr const char* kRepresentation = "vertegenwoordiging";
constexpr const char* kConsent = "toestemming";
constexpr std::array<std::string_view, 4> kScopes = {"informatie", "kopie", "aanvraag", "avg"};
constexpr std::array<std::string_view, 6> kRoles = {"parent",  "voogd",         "mentor",
                                                    "curator", "bewindvoerder", "gemachtigde"};

bool has_word(std::string_view words, std::string_view word) noexcept {
  return std::ranges::any_of(std::views::split(words, ' '),
                             [&](const auto part) { return std::string_view(part.begin(), part.end()) == word; });
}

using intake::value_of;

std::string other_day(const std::string& day, int days) {
  const auto date = intake::parse_date(day);
  return date ? intake::format_date(std::chrono::sys_days(*date) + std::chrono::days(days)) : std::string();
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words = crypto::search_words(text);
  std::ranges::sort(words);
  return words;
}

bool same_email(const std::string& one, const std::string& other) {
  return !one.empty() && std::ranges::equal(
                             one, other, {}, [](unsigned char c) { return std::tolower(c); },
                             [](unsigned char c) { return std::tolower(c); });
}

Representation representation(const RecordEntry& entry) {
  Representation one;
  one.entry = entry.id;
  one.role = value_of(entry.fields, "rol");
  one.name = value_of(entry.fields, "naam");
  one.email = value_of(entry.fields, "email");
  one.address = lines_of(value_of(entry.fields, "adres"));
  one.scope = value_of(entry.fields, "waarvoor");
  one.proof = value_of(entry.fields, "bewijs");
  one.from = value_of(entry.fields, "vanaf");
  one.until = value_of(entry.fields, "tot");
  one.replaces = value_of(entry.fields, "vervangt") == "ja";
  if (const std::string last = other_day(entry.ended, -1); !last.empty() && (one.until.empty() || last < one.until))
    one.until = last;
  return one;
}

Consent consent(const RecordEntry& entry) {
  return {value_of(entry.fields, "aan_soort"), value_of(entry.fields, "aan"),     value_of(entry.fields, "waarvoor"),
          value_of(entry.fields, "document"),  value_of(entry.fields, "gegeven"), entry.ended};
}

template <typename Read>
auto counting(const Profile& profile, const char* record, Read read) {
  std::vector<decltype(read(std::declval<const RecordEntry&>()))> list;
  const auto found = profile.records.find(record);
  if (found == profile.records.end()) return list;
  for (const RecordEntry& entry : found->second)
    if (entry.struck.empty()) list.push_back(read(entry));
  return list;
}

}  // namespace

bool Representation::covers(std::string_view what) const noexcept { return has_word(scope, what); }
bool Representation::holds_on(const std::string& day) const noexcept {
  return from <= day && (until.empty() || day <= until);
}

ClientRegister read_register(const Id& dossier, const Profile& profile) {
  return {dossier, false, counting(profile, kRepresentation, representation), counting(profile, kConsent, consent)};
}

bool same_name(const std::string& one, const std::string& other) {
  const auto words = words_of(one);
  return !words.empty() && words == words_of(other);
}

Result<std::optional<ClientRegister>> register_of(const Vault& vault, StoreReader& store, const Person& client) {
  if (client.name.empty() || client.birth_date.empty()) return std::nullopt;
  DossierFilter filter;
  filter.kind = kRegister;
  filter.tokens = vault.tokens({client.name, client.birth_date});
  TRY_ASSIGN(const auto dossiers, store.dossiers(filter));
  for (const Dossier& dossier : dossiers) {
    TRY_ASSIGN(const auto keys, vault.unlock(store, dossier.id));
    TRY_ASSIGN(const auto profile, keys.profile(dossier));
    if (!same_name(profile.client.name, client.name) || profile.client.birth_date != client.birth_date) continue;
    auto known = read_register(dossier.id, profile);
    known.restricted = dossier.restricted;
    return known;
  }
  return std::nullopt;
}

bool is_representative(const Profile& profile) {
  return std::ranges::find(kRoles, profile.requester.role) != kRoles.end() && !profile.client.name.empty();
}

const Representation* representation_of(const ClientRegister& known, const Person& requester,
                                        const std::string& today) {
  const Representation* best = nullptr;
  // Somebody may be mentor and bewindvoerder: what holds comes first, then the role in which was asked.
  const auto rank = [&](const Representation& one) {
    return std::tuple(one.holds_on(today), one.role == requester.role, one.until);
  };
  for (const Representation& one : known.representations)
    if (same_name(one.name, requester.name) && (!best || rank(*best) < rank(one))) best = &one;
  return best;
}

namespace {

/// What the register says about the proof that `requester` may ask for `scope`.
intake::ProofOnFile proof_of(const Representation& one, const Person& requester, std::string_view scope,
                             const std::string& today) {
  using enum intake::RequirementState;
  if (!one.holds_on(today))
    return {kMissing,
            "Register: " + one.name + " is op dit moment geen vertegenwoordiger. Laatste dag: " +
                (one.until.empty() ? "nog niet begonnen" : one.until) + ".",
            "Volgens onze gegevens bent u op dit moment geen vertegenwoordiger. Stuur een nieuw bewijs."};
  if (one.role != requester.role) return {kDoubtful, "Register: " + one.name + " staat erin met een andere rol.", {}};
  if (!one.covers(scope)) return {kDoubtful, "Register: " + one.name + " staat erin, maar niet voor dit verzoek.", {}};
  const bool sure = same_email(one.email, requester.email);
  return {sure ? kMet : kDoubtful,
          "Register: het bewijs is er al: " + one.proof + "." +
              (sure ? "" : " Het e-mailadres is anders: ga na of dit dezelfde persoon is."),
          {}};
}

}  // namespace

Result<std::map<std::string, intake::ProofOnFile>> proofs_on_file(const Office& office, StoreReader& store,
                                                                  const OpenDossier& open) {
  using enum intake::RequirementState;
  std::map<std::string, intake::ProofOnFile> proofs;
  const Profile& profile = open.profile;
  TRY_ASSIGN(const auto known, register_of(office.vault, store, profile.subject()));
  if (!known || known->restricted) return proofs;
  const std::string today = local_date(office.now());
  if (const Representation* const one = representation_of(*known, profile.requester, today))
    for (const std::string_view scope : kScopes)
      proofs[std::string(kRepresentation) + "/" + std::string(scope)] = proof_of(*one, profile.requester, scope, today);
  for (const Consent& one : known->consents) {
    const auto organisation = profile.fields.find("organisation");
    const bool named = same_name(one.to, profile.requester.name) ||
                       (organisation != profile.fields.end() && same_name(one.to, organisation->second));
    if (!named || !has_word(one.purposes, "kopie-indicatiebesluit")) continue;
    const bool holds = one.withdrawn.empty() || today < one.withdrawn;
    if (holds)
      proofs[kConsent] = {kMet, "Register: toestemming van " + one.given + ", " + one.document + ".", {}};
    else if (!proofs.contains(kConsent))
      proofs[kConsent] = {kMissing, "Register: de toestemming is ingetrokken op " + one.withdrawn + ".",
                          "De cliënt heeft de toestemming ingetrokken."};
  }
  return proofs;
}

void end_replaced(Profile& profile, const intake::RecordRule& rule, const RecordEntry& successor) {
  const Representation now = representation(successor);
  if (rule.name != kRepresentation || !now.replaces) return;
  for (RecordEntry& entry : profile.records[kRepresentation]) {
    const Representation before = representation(entry);
    const bool held = before.until.empty() || now.from <= before.until;
    if (entry.id == successor.id || before.role != now.role || !entry.struck.empty() || !held) continue;
    entry.ended = now.from;
    entry.ended_by = "Opgevolgd door " + now.name + ": " + now.proof;
  }
}

Result<void> plan_access(const Office& office, StoreWriter& store, const Id& register_dossier,
                         const RecordEntry& entry) {
  const Representation one = representation(entry);
  TRY_DO(store.add_job(new_job("access", register_dossier, office.now()), false));
  for (const std::string& day : {one.from, other_day(one.until, 1)}) {
    if (day <= local_date(office.now())) continue;
    TRY_ASSIGN(const TimeMs midnight, local_moment(day + "T00:00"));
    TRY_DO(store.add_job(new_job("access", register_dossier, midnight), false));
  }
  return {};
}

}  // namespace zp::gateway
