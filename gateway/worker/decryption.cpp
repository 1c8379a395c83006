#include "gateway/worker/decryption.h"

#include <algorithm>
#include <filesystem>

#include "crypto/base/text.h"
#include "crypto/cms_mail.h"
#include "crypto/keyring/openpgp_mail.h"
#include "crypto/token_key.h"
#include "gateway/casework/openpgp_signatures.h"
#include "gateway/process/log.h"
#include "gateway/store/files.h"
#include "intake/text.h"

namespace zp::gateway {
namespace {

using crypto::OpenPgpSignature;

constexpr std::size_t kMaxInside = 256 * 1024 * 1024;
constexpr std::size_t kMaxText = 256 * 1024;
constexpr std::string_view kSigned = "-----BEGIN PGP SIGNED MESSAGE-----", kSignedEnd = "-----END PGP SIGNATURE-----";
constexpr std::string_view kArmour = "-----BEGIN PGP MESSAGE-----", kArmourEnd = "-----END PGP MESSAGE-----";
constexpr const char* kAsk =
    " Het bericht zelf is bewaard zoals het kwam. Vraag de afzender om het via de website of de beveiligde mailbox te "
    "sturen.";

/// Opened, with what is known about its protection.
struct Inside {
  SecretBytes content;
  std::string signers;        // Dutch; empty: nobody signed
  bool authenticated = true;  // false: anybody may have changed it, unless a signature inside says otherwise
};

bool try_again(const Error& error) { return error.code == Code::kUnavailable; }

std::string described(const OpenPgpSignature& signature) {
  const std::string who =
      intake::clean_text(signature.signer.empty() ? "sleutel " + signature.key : signature.signer, 200);
  switch (signature.state) {
    case OpenPgpSignature::State::kGood:
      return "Ondertekend met OpenPGP door " + who + ": de handtekening klopt" +
             (signature.key_expired || signature.key_revoked ? ", maar de sleutel is niet meer geldig." : ".");
    case OpenPgpSignature::State::kBad:
      return "De OpenPGP-handtekening klopt niet: het bericht is veranderd.";
    default:
      return "Ondertekend met OpenPGP door " + who + ": niet te controleren, wij hebben deze sleutel niet.";
  }
}

std::string described(const intake::DigitalSignature& signature) {
  const std::string kind = signature.format == "openpgp" ? "OpenPGP" : "S/MIME";
  const std::string who = signature.signer.empty() ? "een onbekende" : intake::clean_text(signature.signer, 200);
  if (signature.integrity == "broken") return "De handtekening (" + kind + ") klopt niet: het bericht is veranderd.";
  if (signature.integrity != "ok") return "Ondertekend met " + kind + ": niet te controleren.";
  return "Ondertekend met " + kind + " door " + who + (signature.coverage == "whole" ? "" : ", alleen een deel") +
         (signature.chain == "trusted" ? ": de handtekening klopt."
                                       : ": ongewijzigd, maar wie het is staat niet vast.");
}

/// Who signed `raw`, which was parsed to `mail`; those of OpenPGP are checked with the keys on file.
std::string signers_of(const Tools& tools, ByteView raw, const intake::ParsedMail& mail) {
  intake::Findings findings;
  findings.digital_signatures = mail.signatures;
  check_openpgp(tools.sender_keys, raw, findings);
  std::string text;
  for (const intake::DigitalSignature& one : findings.digital_signatures)
    text += (text.empty() ? "" : " ") + described(one);
  return text;
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& one : sentences)
    if (!one.empty()) text += (text.empty() ? "" : " ") + one;
  return text;
}

Result<Inside> open_pgp(const Tools& tools, ByteView message) {
  TRY_ASSIGN(auto opened,
             crypto::open_openpgp(tools.office.config.zone_home(), tools.sender_keys, message, kMaxInside));
  Inside inside{std::move(opened.content), {}};
  for (const OpenPgpSignature& one : opened.signatures)
    inside.signers += (inside.signers.empty() ? "" : " ") + described(one);
  return inside;
}

Result<crypto::MailIdentity> load_identity(const std::string& certificate, const std::string& key) {
  TRY_ASSIGN(const auto chain, read_file(certificate));
  TRY_ASSIGN(const auto secret, read_secret_file(key));
  return crypto::MailIdentity::load(as_text(chain), secret);
}

/// The one with which mail is signed, then former and other certificates of ours.
std::vector<std::pair<std::string, std::string>> identity_files(const Config& config) {
  std::vector<std::pair<std::string, std::string>> files;
  if (!crypto::is_token_uri(config.keys.key_for_mail()))
    files.emplace_back(config.keys.certificate_for_mail(), config.keys.key_for_mail());
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(config.data + "/keys/smime", error))
    if (entry.path().extension() == ".pem")
      files.emplace_back(entry.path().string(), std::filesystem::path(entry.path()).replace_extension(".key").string());
  return files;
}

Result<Inside> open_smime(const Tools& tools, ByteView message) {
  Error last{Code::kTampered, "open S/MIME mail", "there is no certificate"};
  for (const auto& [certificate, key] : identity_files(tools.office.config)) {
    const auto identity = load_identity(certificate, key);
    if (!identity) {
      log_error("certificate for mail can't be used", identity.error());
      continue;
    }
    auto opened = identity->open(message);
    if (opened) return Inside{std::move(opened->content), {}, opened->authenticated};
    last = opened.error();
  }
  return std::unexpected(last);
}

/// One text, or one attachment, that is an OpenPGP message from its first line to its last.
bool is_openpgp_message(std::string_view text) {
  const std::string_view all = trim(text);
  return all.starts_with(kArmour) && all.ends_with(kArmourEnd) && all.find(kArmour, 1) == std::string_view::npos;
}

std::string without_ending(const std::string& name) {
  for (const std::string_view ending : {".pgp", ".gpg", ".asc"})
    if (name.size() > ending.size() && name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return name;
}

Result<MailProtection> open_inline(const Tools& tools, intake::ParsedMail& mail) {
  TRY_ASSIGN(const Inside text, open_pgp(tools, as_bytes(trim(mail.text))));
  mail.text = intake::clean_text(text.content.text(), kMaxText, intake::Lines::kKeep);
  MailProtection told{"Het bericht was versleuteld met OpenPGP en is geopend.", {}};
  if (!text.signers.empty()) told.line += " " + text.signers;
  for (intake::MailPart& part : mail.parts) {
    if (!is_openpgp_message(as_text(part.content)) && without_ending(part.name) == part.name) continue;
    auto inside = open_pgp(tools, part.content);
    if (!inside && try_again(inside.error())) return std::unexpected(inside.error());
    if (!inside) continue;  // it stays a document that is encrypted
    part.content.assign(inside->content.view().begin(), inside->content.view().end());
    part.name = without_ending(part.name);
    part.type = "application/octet-stream";
  }
  return told;
}

/// Where a line begins with `words`: not within the quotation of somebody else's mail.
std::size_t line_with(const std::string& text, std::string_view words, std::size_t from) {
  std::size_t at = text.find(words, from);
  while (at != std::string::npos && at > 0 && text[at - 1] != '\n') at = text.find(words, at + 1);
  return at;
}

/// A text that is signed within itself (RFC 9580 section 7): from its first line to its last, or with more around it.
std::string inline_signers(const Tools& tools, const intake::ParsedMail& mail) {
  const std::size_t begin = line_with(mail.text, kSigned, 0);
  if (begin == std::string::npos) return {};
  const std::size_t end = line_with(mail.text, kSignedEnd, begin);
  if (end == std::string::npos) return {};
  const std::string block = mail.text.substr(begin, end + kSignedEnd.size() - begin) + "\n";
  const bool whole = trim(mail.text).size() == trim(block).size();
  const char* const part = whole ? "" : " Dat gaat alleen over het deel tussen de regels BEGIN en END.";
  if (tools.sender_keys.empty())
    return std::string("Ondertekend met OpenPGP in de tekst: niet te controleren, wij hebben deze sleutel niet.") +
           part;
  const auto found = crypto::verify_openpgp_message(tools.sender_keys, as_bytes(block));
  if (!found || found->empty()) return std::string("Ondertekend met OpenPGP in de tekst: niet te controleren.") + part;
  std::string text;
  for (const OpenPgpSignature& one : *found) text += (text.empty() ? "" : " ") + described(one);
  return text + part;
}

MailProtection stays_closed(const char* why) {
  return {{}, std::string("Dit bericht is versleuteld en blijft dicht: ") + why + kAsk};
}

MailProtection not_opened(const Error& error) {
  log_error("encrypted mail not opened", error);
  return stays_closed("het is niet voor onze sleutel, is beschadigd of is niet beveiligd tegen veranderen.");
}

/// The inside takes the place of the outside, of which only the sender's fields stay.
void put_inside(intake::ParsedMail inner, intake::ParsedMail& mail) {
  mail.text = std::move(inner.text);
  mail.parts = std::move(inner.parts);
  if (!inner.subject.empty()) mail.subject = std::move(inner.subject);
  std::erase(mail.hazards, "encrypted");
  mail.hazards.insert(mail.hazards.end(), inner.hazards.begin(), inner.hazards.end());
}

/// Whoever changed one bit of it would have broken this signature; who the signer is does not matter for that.
bool signed_as_a_whole(const intake::ParsedMail& mail) {
  return std::ranges::any_of(mail.signatures, [](const intake::DigitalSignature& one) {
    return one.integrity == "ok" && one.coverage == "whole";
  });
}

MailProtection not_encrypted_as_a_whole(const Tools& tools, ByteView raw, const intake::ParsedMail& mail) {
  if (std::ranges::find(mail.hazards, "encrypted") != mail.hazards.end())
    return stays_closed("het is maar een deel van de mail, en wat eromheen staat kan van een ander zijn.");
  return {joined({signers_of(tools, raw, mail), inline_signers(tools, mail)}), {}};
}

}  // namespace

Result<intake::ParsedMail> parse_signed_mail(const Tools& tools, ByteView raw, const std::string& day) {
  intake::InspectionRequest request;
  request.trust_anchors_pem = tools.trust_anchors_pem;
  request.as_of = day;
  return tools.inspector.parse_mail(raw, request);
}

Result<MailProtection> open_encrypted(const Tools& tools, ByteView raw, const std::string& day,
                                      intake::ParsedMail& mail) {
  if (mail.encrypted.empty() && is_openpgp_message(mail.text)) {
    auto told = open_inline(tools, mail);
    if (!told && !try_again(told.error())) return not_opened(told.error());
    return told;
  }
  if (mail.encrypted.empty() || mail.parts.empty()) return not_encrypted_as_a_whole(tools, raw, mail);
  const bool smime = mail.encrypted == "smime";
  auto inside = smime ? open_smime(tools, mail.parts.back().content) : open_pgp(tools, mail.parts.back().content);
  if (!inside && try_again(inside.error())) return std::unexpected(inside.error());
  if (!inside) return not_opened(inside.error());
  auto inner = parse_signed_mail(tools, inside->content.view(), day);
  if (!inner && inner.error().code != Code::kMalformed) return std::unexpected(inner.error());
  if (!inner) return not_opened(inner.error());
  if (!inside->authenticated && !signed_as_a_whole(*inner))
    return stays_closed(
        "het is niet beveiligd tegen veranderen (AES-CBC zonder handtekening), dus een ander kan erin hebben "
        "geknoeid.");
  const char* const how = smime ? "S/MIME" : "OpenPGP";
  MailProtection told{joined({std::string("Het bericht was versleuteld met ") + how + " en is geopend.",
                              inside->signers, signers_of(tools, inside->content.view(), *inner)}),
                      {}};
  put_inside(std::move(*inner), mail);
  return told;
}

}  // namespace zp::gateway
