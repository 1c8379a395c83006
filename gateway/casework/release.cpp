// Before a letter goes out: may its reader have it? And what it prints about why.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/search_token.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/register.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr std::string_view kRequester = "verzoeker";

const intake::ReleaseRule* release_rule(const Office& office, const std::string& letter) {
  const intake::RequestRule* const rule = office.rules.find(kRegister);
  if (!rule) return nullptr;
  const auto found = std::ranges::find(rule->book.releases, letter, &intake::ReleaseRule::letter);
  return found == rule->book.releases.end() ? nullptr : &*found;
}

/// Every word of a name stands in the text.
bool names(const std::string& text, const std::string& name) {
  const auto words = crypto::search_words(text);
  const auto wanted = crypto::search_words(name);
  return !wanted.empty() && std::ranges::all_of(wanted, [&](const std::string& word) {
    return std::ranges::find(words, word) != words.end();
  });
}

/// The words by which the reader of a letter is known: who asked, or the addressee.
std::string reader_of(const OpenDossier& open, const intake::ReleaseRule& rule, const nlohmann::json& fields) {
  if (rule.to != kRequester) return fields.value("addressee", "");
  const auto organisation = open.profile.fields.find("organisation");
  return open.profile.requester.name +
         (organisation == open.profile.fields.end() ? std::string() : " " + organisation->second);
}

bool allows(const Consent& consent, const intake::ReleaseRule& rule, const std::string& reader,
            const std::string& today) {
  const bool holds = consent.given <= today && (consent.withdrawn.empty() || today < consent.withdrawn);
  const bool covers = (" " + consent.purposes + " ").contains(" " + rule.purpose + " ");
  const bool kind = rule.to == kRequester || consent.kind == rule.to;
  return holds && covers && kind && names(reader, consent.to);
}

bool asks_for_oneself(const OpenDossier& open, const intake::ReleaseRule& rule) {
  const Profile& profile = open.profile;
  const bool own_role = std::ranges::find(rule.own_roles, profile.requester.role) != rule.own_roles.end();
  return rule.to == kRequester && own_role &&
         (profile.client.name.empty() || same_name(profile.requester.name, profile.client.name));
}

const Representation* representative(const ClientRegister& known, const OpenDossier& open,
                                     const intake::ReleaseRule& rule, const std::string& today) {
  if (rule.to != kRequester || rule.by_representative.empty()) return nullptr;
  const Representation* const one = representation_of(known, open.profile.requester, today);
  return one && one->holds_on(today) && one->covers(rule.by_representative) ? one : nullptr;
}

std::string dutch(const std::string& day) {
  const auto date = intake::parse_date(day);
  return date ? intake::dutch_date(*date) : day;
}

/// Whoever no longer speaks for the client gets nothing more, whatever the letter.
Result<void> check_representative(const Office& office, const OpenDossier& open,
                                  const std::optional<ClientRegister>& known) {
  if (!known || !is_representative(open.profile)) return {};
  const std::string today = local_date(office.now());
  const Representation* const one = representation_of(*known, open.profile.requester, today);
  if (!one || one->holds_on(today)) return {};
  return fail(
      Code::kRefused, "send letter",
      "Volgens het register van de cliënt is de verzoeker vandaag geen vertegenwoordiger. Kijk in het register wie dat "
      "nu is, en pas de verzoeker aan.");
}

bool is_met(const OpenDossier& open, const std::string& slot) {
  const auto& judged = open.profile.evaluation->requirements;
  const auto result = std::ranges::find(judged, slot, &intake::RequirementResult::slot);
  return result != judged.end() && result->state == intake::RequirementState::kMet;
}

bool waits(const intake::RequestRule& rule, const std::string& letter) {
  return std::ranges::any_of(rule.documents, [&](const intake::DocumentRule& document) {
    return std::ranges::find(document.before, letter) != document.before.end();
  });
}

/// Which proofs are needed hangs on who asks: whoever came by mail or post has no such role until a person says it.
bool has_role(const intake::RequestRule& rule, const Profile& profile) {
  const intake::FieldRule* const field = intake::field_named(rule.fields, "requester_role");
  const auto role = profile.fields.find("requester_role");
  return !field || (role != profile.fields.end() &&
                    std::ranges::any_of(field->choices, [&](const auto& one) { return one.first == role->second; }));
}

/// Who asks must be known, and may ask, before personal data leave or change (AVG art. 12 lid 6). A letter that waits for
/// proofs leaves from no other kind of request: nothing would be asked there.
Result<void> check_proofs(const Office& office, const OpenDossier& open, const std::string& letter) {
  const intake::RequestRule* const rule = office.rules.find(open.dossier.kind);
  if (!rule || !waits(*rule, letter)) {
    if (std::ranges::none_of(office.rules.requests(), [&](const auto& other) { return waits(other, letter); }))
      return {};
    return fail(
        Code::kRefused, "send letter",
        "Deze brief geeft gegevens van een cliënt en hoort niet bij dit soort verzoek: hier vragen wij niet om de "
        "bewijzen die daarvoor nodig zijn. Deel het dossier eerst goed in.");
  }
  if (!has_role(*rule, open.profile))
    return fail(Code::kRefused, "send letter",
                "Nog niet bekend is wat de verzoeker van de cliënt is. Kies dat bij Gegevens aanpassen.");
  if (!open.profile.evaluation)
    return fail(Code::kRefused, "send letter", "Het dossier is nog niet getoetst. Kies eerst Opnieuw toetsen.");
  std::string lacking;
  for (const intake::DocumentRule& document : rule->documents) {
    const bool needed = std::ranges::find(document.before, letter) != document.before.end() &&
                        intake::holds(document.when, open.profile.fields);
    if (needed && !is_met(open, document.slot)) lacking += (lacking.empty() ? "" : "; ") + document.label;
  }
  if (lacking.empty()) return {};
  return fail(
      Code::kRefused, "send letter",
      "Eerst moet vaststaan wie dit vraagt en of dat mag. Nog niet in orde: " + lacking +
          ". Vraag een aanvulling, of leg vast hoe u het weet (Vastleggingen, of het register van de cliënt), en "
          "kies Opnieuw toetsen.");
}

/// A copy goes to the client, to who speaks for the client, or on consent.
Result<void> check_consent(const Office& office, const OpenDossier& open, const std::optional<ClientRegister>& known,
                           const std::string& letter, const nlohmann::json& fields) {
  const intake::ReleaseRule* const rule = release_rule(office, letter);
  if (!rule || asks_for_oneself(open, *rule)) return {};
  const std::string today = local_date(office.now());
  const std::string reader = reader_of(open, *rule, fields);
  if (known && known->restricted)
    return fail(Code::kRefused, "release copy",
                "Het register van de cliënt is beperkt (AVG art. 18): wat erin staat, kan nu geen kopie dragen.");
  if (known &&
      (representative(*known, open, *rule, today) ||
       std::ranges::any_of(known->consents, [&](const Consent& one) { return allows(one, *rule, reader, today); })))
    return {};
  return fail(Code::kRefused, "release copy", rule->lacking);
}

}  // namespace

Result<void> check_release(const Office& office, StoreReader& store, const OpenDossier& open,
                           const templates::LetterInfo& info, const nlohmann::json& fields) {
  TRY_ASSIGN(const auto known, register_of(office.vault, store, open.profile.subject()));
  if (info.written_to == kRequester) TRY_DO(check_representative(office, open, known));
  TRY_DO(check_consent(office, open, known, info.name, fields));
  return check_proofs(office, open, info.name);
}

Result<void> propose_copies(const Office& office, StoreReader& store, OpenDossier& open, const std::string& sent) {
  const intake::RequestRule* const rule = office.rules.find(kRegister);
  if (!rule) return {};
  TRY_ASSIGN(const auto known, register_of(office.vault, store, open.profile.subject()));
  if (!known || known->restricted) return {};
  TRY_ASSIGN(const auto letters, store.letters(open.dossier.id));
  for (const intake::ReleaseRule& release : rule->book.releases) {
    const bool there = std::ranges::any_of(
        letters, [&](const Letter& one) { return one.name == release.letter && one.state != "withdrawn"; });
    if (there || std::ranges::find(release.proposed_after, sent) == release.proposed_after.end()) continue;
    TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office, release.letter));
    for (const Consent& consent : known->consents)
      if (allows(consent, release, consent.to, local_date(office.now())))
        open.profile.tasks.push_back(
            fmt::format("De cliënt gaf op {} toestemming voor een kopie aan {}. Stel de brief op: {}.",
                        dutch(consent.given), consent.to, info->title));
  }
  return {};
}

Result<nlohmann::json> registered_fields(const Office& office, StoreReader& store, const OpenDossier& open,
                                         const templates::LetterInfo& info) {
  nlohmann::json fields = nlohmann::json::object();
  const std::string today = local_date(office.now());
  const intake::ReleaseRule* const rule = release_rule(office, info.name);
  if (rule && asks_for_oneself(open, *rule)) fields["own_request"] = true;
  TRY_ASSIGN(const auto known, register_of(office.vault, store, open.profile.subject()));
  if (!known || known->restricted) return fields;
  const Representation* const one = representation_of(*known, open.profile.requester, today);
  const bool represented = one && one->holds_on(today);
  if (represented) {
    const std::string capacity = one->role == "parent" ? "ouder met gezag" : one->role;
    fields["capacity"] = capacity;
    fields["proof"] = one->proof;
    fields["basis"] = "U bent " + capacity + " van de cliënt. Dat blijkt uit: " + one->proof + ".";
  }
  if (!rule || (represented && rule->to == kRequester)) return fields;
  for (const Consent& consent : known->consents) {
    // A letter to somebody else has no addressee yet: the consent that holds says who it may be.
    const std::string reader = rule->to == kRequester ? reader_of(open, *rule, fields) : consent.to;
    if (!allows(consent, *rule, reader, today)) continue;
    fields["consent_on"] = consent.given;
    fields["basis"] = "De cliënt gaf daarvoor toestemming op " + dutch(consent.given) + ".";
    if (rule->to != kRequester) fields["addressee"] = consent.to;
  }
  return fields;
}

Result<TimeMs> last_moment_of_access(const Office& office, StoreReader& store, const OpenDossier& open,
                                     TimeMs otherwise) {
  if (!is_representative(open.profile)) return otherwise;
  TRY_ASSIGN(const auto known, register_of(office.vault, store, open.profile.subject()));
  if (!known) return otherwise;
  const Representation* const one = representation_of(*known, open.profile.requester, local_date(office.now()));
  if (!one || one->until.empty()) return otherwise;
  TRY_ASSIGN(const auto last, intake::parse_date(one->until));
  const auto after = intake::format_date(std::chrono::sys_days(last) + std::chrono::days(1));
  TRY_ASSIGN(const TimeMs midnight, local_moment(after + "T00:00"));
  return std::min(otherwise, midnight);
}

}  // namespace zp::gateway
