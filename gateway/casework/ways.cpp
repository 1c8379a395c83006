#include "gateway/casework/ways.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/cms_mail.h"
#include "crypto/keyring/openpgp_mail.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr const char* kMaterial = "sleutel";  // field
constexpr const char* kCheck = "check recipient's key";

std::string value_of(const intake::FieldValues& fields, const char* name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The digits of a fingerprint as people write it, upper case; empty if there is something else in it.
std::string plain_fingerprint(const std::string& typed) {
  std::string digits;
  for (const char c : typed) {
    if (c == ' ' || c == ':' || c == '-' || c == '\t') continue;
    if (!std::isxdigit(static_cast<unsigned char>(c))) return {};
    digits += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return digits;
}

std::string how_checked(const RecordEntry& entry) {
  const std::string how = value_of(entry.fields, "hoe");
  const std::string words = how == "telefoon" ? "aan de telefoon" : how == "balie" ? "aan de balie" : "op papier";
  return fmt::format("{} gecontroleerd met {} op {}, door {}", words, value_of(entry.fields, "met"),
                     value_of(entry.fields, "op"), entry.by);
}

/// Nothing if it does not hold on `today`.
std::optional<RecipientKey> key_of(const RecordEntry& entry, const std::string& today) {
  const std::string until = value_of(entry.fields, "tot");
  const bool over =
      !entry.struck.empty() || (!entry.ended.empty() && entry.ended <= today) || (!until.empty() && until < today);
  if (over) return std::nullopt;
  return RecipientKey{entry.id,
                      value_of(entry.fields, "soort"),
                      value_of(entry.fields, kMaterial),
                      plain_fingerprint(value_of(entry.fields, "vingerafdruk")),
                      how_checked(entry),
                      until};
}

/// Opened lists of keys for exactly this address.
Result<std::vector<Profile>> lists_for(const Vault& vault, StoreReader& store, const std::string& email) {
  std::vector<Profile> lists;
  if (email.empty()) return lists;
  DossierFilter filter;
  filter.kind = kRecipientKeys;
  filter.tokens = vault.tokens({email});
  TRY_ASSIGN(const auto dossiers, store.dossiers(filter));
  for (const Dossier& dossier : dossiers) {
    TRY_ASSIGN(const auto keys, vault.unlock(store, dossier.id));
    TRY_ASSIGN(auto profile, keys.profile(dossier));
    if (lower(profile.requester.email) == lower(email)) lists.push_back(std::move(profile));
  }
  return lists;
}

std::unexpected<Error> wrong(const std::string& sentence) { return fail(Code::kRefused, kCheck, sentence); }

struct Material {
  std::string fingerprint;
  std::optional<std::int64_t> expires;  // unix seconds
};

Result<Material> read_openpgp(const std::string& text, std::int64_t now) {
  const auto key = crypto::read_openpgp_key(as_bytes(text));
  if (!key && key.error().code == Code::kUnavailable) return std::unexpected(key.error());
  if (!key)
    return wrong(
        "Dit is niet precies één openbare OpenPGP-sleutel. Vraag de ontvanger de openbare sleutel als tekst te "
        "sturen.");
  if (key->revoked) return wrong("Deze sleutel is ingetrokken door de eigenaar. Vraag om de nieuwe sleutel.");
  if (!key->can_encrypt) return wrong("Met deze sleutel kan niemand versleutelen. Vraag om een andere sleutel.");
  if (key->expires && *key->expires <= now)
    return wrong("Deze sleutel is verlopen. Vraag om een sleutel die nog geldt.");
  return Material{key->fingerprint, key->expires};
}

Result<Material> read_smime(const std::string& text, const std::string& email, std::int64_t now) {
  const auto certificate = crypto::read_mail_certificate(text);
  if (!certificate)
    return wrong(
        "Dit is geen certificaat waarmee mail te versleutelen is. Vraag om het S/MIME-certificaat als tekst (PEM).");
  if (now < certificate->not_before || now >= certificate->not_after)
    return wrong("Dit certificaat geldt vandaag niet. Vraag om een certificaat dat nu geldt.");
  if (std::ranges::find(certificate->emails, lower(email)) == certificate->emails.end())
    return wrong("Dit certificaat is niet voor het e-mailadres " + email + ".");
  return Material{certificate->fingerprint, certificate->not_after};
}

}  // namespace

Result<std::vector<RecipientKey>> recipient_keys(const Vault& vault, StoreReader& store, const std::string& email,
                                                 const std::string& today) {
  TRY_ASSIGN(const auto lists, lists_for(vault, store, email));
  std::vector<RecipientKey> keys;
  for (const Profile& list : lists) {
    const auto entries = list.records.find(std::string(kKeyRecord));
    if (entries == list.records.end()) continue;
    for (auto entry = entries->second.rbegin(); entry != entries->second.rend(); ++entry)
      if (auto key = key_of(*entry, today)) keys.push_back(std::move(*key));
  }
  std::ranges::stable_sort(keys, {}, [](const RecipientKey& key) { return key.route != kByOpenPgp; });
  return keys;
}

std::string_view route_words(std::string_view route) noexcept {
  if (route == kByOpenPgp) return "versleutelde mail (OpenPGP)";
  if (route == kBySmime) return "versleutelde mail (S/MIME)";
  if (route == kByTls) return "rechtstreekse beveiligde mail";
  return route == kByPost ? "post" : "beveiligde mailbox";
}

bool is_encrypted_mail(std::string_view route) noexcept { return route == kByOpenPgp || route == kBySmime; }

Result<Way> choose_way(const Office& office, StoreReader& store, const OpenDossier& open, bool to_requester,
                       const DirectWay& direct) {
  const Person& to = open.profile.requester;
  Way way;
  if (!to_requester) {
    way = {kByPost, "Deze brief is voor iemand anders dan de verzoeker. Die gaat altijd met de post.", {}, {}};
    return way;
  }
  if (to.email.empty()) {
    way = {kByPost, "Er is geen e-mailadres bekend.", {}, {}};
    if (to.address.empty()) way.lacking.emplace_back("Er is ook geen postadres. Vul het adres in.");
    return way;
  }
  TRY_ASSIGN(auto keys, recipient_keys(office.vault, store, to.email, local_date(office.now())));
  if (!keys.empty()) {
    way.route = keys.front().route;
    way.why = fmt::format("Er is een sleutel van deze ontvanger, {}.", keys.front().checked);
    way.key = std::move(keys.front());
    if (office.config.smtp.host.empty()) way.lacking.emplace_back("Er is geen mailserver ingesteld.");
    return way;
  }
  if (direct.possible) return Way{kByTls, direct.words, {}, {}};
  way = {kByMailbox,
         "Er is een e-mailadres, en geen sleutel of certificaat dat met de ontvanger is gecontroleerd.",
         {},
         {}};
  if (!direct.words.empty()) way.why += " " + direct.words;
  if (open.profile.access_code.empty())
    way.lacking.emplace_back(
        "Er is nog geen toegangscode. Kies hoe de ontvanger die krijgt: per brief of telefonisch. Kan dat niet? Dan "
        "wacht de brief, of hij "
        "gaat met de post.");
  return way;
}

Result<void> check_recipient_key(const Office& office, const Person& recipient, intake::FieldValues& fields) {
  const std::int64_t now = office.now() / 1000;
  const std::string material = value_of(fields, kMaterial);
  TRY_ASSIGN(const Material read, value_of(fields, "soort") == kByOpenPgp ? read_openpgp(material, now)
                                                                          : read_smime(material, recipient.email, now));
  const std::string typed = plain_fingerprint(value_of(fields, "vingerafdruk"));
  if (typed.empty() || typed != plain_fingerprint(read.fingerprint))
    return wrong(
        "De vingerafdruk hoort niet bij deze sleutel. Vergelijk alle tekens nog eens met de ontvanger. Kloppen ze "
        "niet, gebruik de "
        "sleutel dan niet.");
  if (!read.expires) return {};
  const std::string last = local_date(*read.expires * 1000 - 1000);
  std::string& until = fields["tot"];
  if (until.empty() || last < until) until = last;
  return {};
}

Result<void> check_only_list(const Vault& vault, StoreReader& store, const std::string& email) {
  TRY_ASSIGN(const auto lists, lists_for(vault, store, email));
  if (lists.empty()) return {};
  return wrong("Voor dit e-mailadres is er al een lijst met sleutels. Zoek die op het e-mailadres.");
}

}  // namespace zp::gateway
