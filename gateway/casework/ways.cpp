#include "gateway/casework/ways.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/cms_mail.h"
#include "crypto/keyring/openpgp_mail.h"
#include "crypto/token_key.h"
#include "gateway/casework/access_code.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "intake/text.h"

namespace zp::gateway {
namespace {

constexpr const char* kMaterial = "sleutel";  // field
constexpr const char* kCheck = "check recipient's key";

using intake::value_of;

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

/// Dutch: why a certificate that leads to no anchor is not used; empty: it does lead there, or there are no anchors.
Result<std::string> distrust(const Office& office, const std::string& pem) {
  const KeysConfig& config = office.config.keys;
  const std::string& path = config.mail_anchors.empty() ? config.trust_anchors : config.mail_anchors;
  if (path.empty()) return std::string();
  TRY_ASSIGN(const auto anchors, read_file(path));
  TRY_ASSIGN(const auto trust, crypto::check_mail_certificate(pem, std::string(as_text(anchors)), office.now() / 1000));
  switch (trust.chain) {
    case crypto::Chain::kRevoked:
      return std::string("De uitgever heeft dit certificaat ingetrokken. Vraag om het nieuwe certificaat.");
    case crypto::Chain::kExpired:
      return std::string(
          "Dit certificaat, of dat van zijn uitgever, geldt vandaag niet. Vraag om een nieuw certificaat.");
    case crypto::Chain::kUntrusted:
    case crypto::Chain::kUnknown:
      return fmt::format(
          "Wij vertrouwen de uitgever van dit certificaat niet: {}. Stuurde de ontvanger alleen zijn eigen "
          "certificaat? "
          "Vraag dan om de hele keten. Anders kan alleen de beheerder deze uitgever toelaten.",
          intake::clean_text(trust.issuer, 200));
    case crypto::Chain::kTrusted:
      break;
  }
  return std::string();
}

/// The key, or in Dutch why it is not used; neither for one that was struck off as a mistake.
struct Judged {
  std::optional<RecipientKey> key;
  std::string why_not;
};
Result<Judged> judged(const Office& office, const RecordEntry& entry, const std::string& today) {
  if (!entry.struck.empty()) return Judged{};
  RecipientKey key{entry.id,
                   value_of(entry.fields, "soort"),
                   value_of(entry.fields, kMaterial),
                   plain_fingerprint(value_of(entry.fields, "vingerafdruk")),
                   how_checked(entry),
                   value_of(entry.fields, "tot")};
  const std::string name =
      key.route == kByOpenPgp ? "De OpenPGP-sleutel van de ontvanger" : "Het S/MIME-certificaat van de ontvanger";
  if (!entry.ended.empty() && entry.ended <= today)
    return Judged{{}, fmt::format("{} is ingetrokken vanaf {}.", name, entry.ended)};
  if (!key.until.empty() && key.until < today)
    return Judged{{}, fmt::format("{} is verlopen, de laatste dag was {}.", name, key.until)};
  if (key.route == kBySmime) {
    if (crypto::is_token_uri(office.config.keys.key_for_mail()))
      return Judged{{}, "Wij hebben zelf geen certificaat om S/MIME-mail te ondertekenen. Vraag de beheerder."};
    TRY_ASSIGN(const std::string why, distrust(office, key.material));
    if (!why.empty()) return Judged{{}, why};
  }
  return Judged{std::move(key), {}};
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

Result<Material> read_smime(const Office& office, const std::string& text, const std::string& email) {
  const std::int64_t now = office.now() / 1000;
  const auto certificate = crypto::read_mail_certificate(text);
  if (!certificate)
    return wrong(
        "Dit is geen certificaat waarmee mail te versleutelen is. Vraag om het S/MIME-certificaat als tekst (PEM).");
  if (now < certificate->not_before || now >= certificate->not_after)
    return wrong("Dit certificaat geldt vandaag niet. Vraag om een certificaat dat nu geldt.");
  if (std::ranges::find(certificate->emails, lower(email)) == certificate->emails.end())
    return wrong("Dit certificaat is niet voor het e-mailadres " + email + ".");
  TRY_ASSIGN(const std::string why, distrust(office, text));
  if (!why.empty()) return wrong(why);
  return Material{certificate->fingerprint, certificate->not_after};
}

constexpr const char* kNoCode =
    "Er is geen toegangscode die nog lang genoeg geldt. Kies hoe de ontvanger die krijgt. Kan dat niet? Dan wacht "
    "de brief, of hij gaat "
    "met de post.";

std::string why_mailbox(const RecipientKeys& keys, const intake::LetterClass& letter_class, const DirectWay& direct) {
  std::string why = keys.passed_over.empty()
                        ? "Er is een e-mailadres, en geen sleutel of certificaat dat met de ontvanger is gecontroleerd."
                        : "Er is een e-mailadres, maar geen sleutel die nog geldt.";
  for (const std::string& one : keys.passed_over) why += " " + one;
  if (!direct.words.empty()) why += " " + direct.words;
  if (!direct.possible) return why;
  const intake::WayRule* const rule = letter_class.rule_for(kByTls);
  return why + " Voor een brief van deze soort is dat niet genoeg." + (rule ? " " + rule->why : std::string());
}

std::string why_post(const Person& to, bool to_requester) {
  if (!to_requester) return "Deze brief is voor iemand anders dan de verzoeker.";
  return to.email.empty() ? "Er is geen e-mailadres bekend." : "Een brief van deze soort gaat niet per mail.";
}

}  // namespace

Result<RecipientKeys> recipient_keys(const Office& office, StoreReader& store, const std::string& email) {
  TRY_ASSIGN(const auto lists, lists_for(office.vault, store, email));
  const std::string today = local_date(office.now());
  RecipientKeys keys;
  for (const Profile& list : lists) {
    const auto entries = list.records.find(std::string(kKeyRecord));
    if (entries == list.records.end()) continue;
    for (auto entry = entries->second.rbegin(); entry != entries->second.rend(); ++entry) {
      TRY_ASSIGN(Judged one, judged(office, *entry, today));
      if (one.key) keys.usable.push_back(std::move(*one.key));
      if (!one.why_not.empty()) keys.passed_over.push_back(std::move(one.why_not));
    }
  }
  std::ranges::stable_sort(keys.usable, {}, [](const RecipientKey& key) { return key.route != kByOpenPgp; });
  return keys;
}

bool is_encrypted_mail(std::string_view route) noexcept { return route == kByOpenPgp || route == kBySmime; }

const intake::LetterClass& class_of(const Office& office, const std::string& letter, const LetterData& data) noexcept {
  return office.ways.class_of(letter, !data.enclosures.empty() || !data.wording.empty());
}

bool may_go_straight(const intake::LetterClass& letter_class, const DirectWay& direct) noexcept {
  const intake::WayRule* const rule = letter_class.rule_for(kByTls);
  return direct.possible && rule && std::ranges::find(rule->proofs, direct.proof) != rule->proofs.end();
}

Result<Way> choose_way(const Office& office, StoreReader& store, const OpenDossier& open, bool to_requester,
                       const intake::LetterClass& letter_class, const DirectWay& direct) {
  const Person& to = open.profile.requester;
  TRY_ASSIGN(const auto keys, recipient_keys(office, store, to_requester ? to.email : std::string()));
  const auto is_open = [&](const std::string& route) {
    if (is_encrypted_mail(route))
      return std::ranges::find(keys.usable, route, &RecipientKey::route) != keys.usable.end();
    if (route == kByTls) return to_requester && may_go_straight(letter_class, direct);
    return route == kByPost || (to_requester && !to.email.empty());
  };
  Way way{kByPost, {}, {}, {}, {}};
  for (const intake::WayRule& rule : letter_class.rules) {
    const auto route = std::ranges::find_if(rule.ways, is_open);
    if (route == rule.ways.end()) continue;
    way.route = *route;
    way.policy = rule.why;
    break;
  }
  if (is_encrypted_mail(way.route)) {
    way.key = *std::ranges::find(keys.usable, way.route, &RecipientKey::route);
    way.why = fmt::format("Er is een sleutel van deze ontvanger, {}.", way.key->checked);
    if (office.config.smtp.host.empty()) way.lacking.emplace_back("Er is geen mailserver ingesteld.");
  } else if (way.route == kByTls) {
    way.why = direct.words;
  } else if (way.route == kByMailbox) {
    way.why = why_mailbox(keys, letter_class, direct);
    if (!code_serves(office, open.profile)) way.lacking.emplace_back(kNoCode);
  } else {
    way.why = why_post(to, to_requester);
    if (to_requester && to.address.empty()) way.lacking.emplace_back("Er is geen postadres bekend. Vul het adres in.");
  }
  return way;
}

Result<void> check_recipient_key(const Office& office, const Person& recipient, intake::FieldValues& fields) {
  const std::int64_t now = office.now() / 1000;
  const std::string material = value_of(fields, kMaterial);
  TRY_ASSIGN(const Material read, value_of(fields, "soort") == kByOpenPgp
                                      ? read_openpgp(material, now)
                                      : read_smime(office, material, recipient.email));
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
