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
#include "gateway/worker/mail_cover.h"
#include "intake/text.h"

namespace zp::gateway {
namespace {

using intake::MailCover;
using intake::MailPart;
using intake::MailText;

constexpr std::size_t kMaxInside = 256 * 1024 * 1024;
constexpr std::size_t kMaxSignedTexts = 5;  // within the text of one mail: each costs a gpg
constexpr std::string_view kSigned = "-----BEGIN PGP SIGNED MESSAGE-----", kSignedEnd = "-----END PGP SIGNATURE-----";
constexpr std::string_view kArmour = "-----BEGIN PGP MESSAGE-----", kArmourEnd = "-----END PGP MESSAGE-----";
constexpr const char* kAsk =
    " Het bericht zelf is bewaard zoals het kwam. Vraag de afzender om het via de website of de beveiligde mailbox te "
    "sturen.";

/// Opened, with what is known about its protection.
struct Inside {
  SecretBytes content;
  std::vector<crypto::OpenPgpSignature> signatures = {};
  bool authenticated = true;  // false: anybody may have changed it, unless a signature inside says otherwise
};

bool try_again(const Error& error) { return error.code == Code::kUnavailable; }

/// Checks those of OpenPGP with the keys on file. `raw` was parsed to `mail`.
void check_signatures(const Tools& tools, ByteView raw, intake::ParsedMail& mail) {
  intake::Findings findings;
  findings.digital_signatures = std::move(mail.signatures);
  check_openpgp(tools.sender_keys, raw, findings);
  mail.signatures = std::move(findings.digital_signatures);
}

/// They are over what `cover` belongs to.
void add_signatures(const std::vector<crypto::OpenPgpSignature>& found, intake::ParsedMail& mail, MailCover& cover) {
  for (const auto& one : found) {
    cover.signatures.push_back(mail.signatures.size());
    mail.signatures.push_back(finding_of(one));
  }
}

Result<Inside> open_pgp(const Tools& tools, ByteView message) {
  TRY_ASSIGN(auto opened,
             crypto::open_openpgp(tools.office.config.zone_home(), tools.sender_keys, message, kMaxInside));
  return Inside{std::move(opened.content), std::move(opened.signatures)};
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

Result<void> open_attachment(const Tools& tools, intake::ParsedMail& mail, MailPart& part) {
  if (!is_openpgp_message(as_text(part.content)) && without_ending(part.name) == part.name) return {};
  auto inside = open_pgp(tools, part.content);
  if (!inside && try_again(inside.error())) return std::unexpected(inside.error());
  part.cover.came = inside ? MailCover::Came::kOpened : MailCover::Came::kClosed;
  if (!inside) return {};  // it stays a document that is encrypted
  part.content.assign(inside->content.view().begin(), inside->content.view().end());
  part.name = without_ending(part.name);
  part.type = "application/octet-stream";
  add_signatures(inside->signatures, mail, part.cover);
  return {};
}

Result<void> open_inline(const Tools& tools, intake::ParsedMail& mail) {
  TRY_ASSIGN(const Inside text, open_pgp(tools, as_bytes(trim(mail.text))));
  MailText opened{intake::clean_text(text.content.text(), intake::kMaxMailText, intake::Lines::kKeep),
                  mail.texts.size() == 1 ? mail.texts.front().cover : MailCover{}};
  if (intake::clean_text(text.content.text(), intake::kMaxMailText + 4, intake::Lines::kKeep) != opened.text)
    mail.hazards.emplace_back("text-cut");
  opened.cover.came = MailCover::Came::kOpened;
  add_signatures(text.signatures, mail, opened.cover);
  mail.text = opened.text;
  mail.texts = {std::move(opened)};
  for (MailPart& part : mail.parts) TRY_DO(open_attachment(tools, mail, part));
  return {};
}

/// Where a line begins with `words`: not within the quotation of somebody else's mail.
std::size_t line_with(const std::string& text, std::string_view words, std::size_t from) {
  std::size_t at = text.find(words, from);
  while (at != std::string::npos && at > 0 && text[at - 1] != '\n') at = text.find(words, at + 1);
  return at;
}

/// A text that is signed within itself (RFC 9580 section 7), cut into what stands before, the signed lines and the rest. Of
/// a signature that holds what gpg read is shown: around that anybody could write.
bool cut_signed_lines(const Tools& tools, intake::ParsedMail& mail, std::size_t place) {
  const MailText all = mail.texts[place];
  const std::size_t begin = line_with(all.text, kSigned, 0);
  if (begin == std::string::npos) return false;
  std::size_t end = line_with(all.text, kSignedEnd, begin);
  if (end == std::string::npos) return false;
  end += kSignedEnd.size();
  MailText before{all.text.substr(0, begin), all.cover}, after{all.text.substr(end), all.cover};
  MailText lines{all.text.substr(begin, end - begin) + "\n", all.cover};
  crypto::SignedOpenPgp found;
  if (!tools.sender_keys.empty())
    if (auto checked = crypto::verify_openpgp_message(tools.sender_keys, as_bytes(lines.text)))
      found = std::move(*checked);
  if (found.signatures.empty()) found.signatures.emplace_back();  // one that can't be checked
  add_signatures(found.signatures, mail, lines.cover);
  const auto good = [](const auto& one) { return one.state == crypto::OpenPgpSignature::State::kGood; };
  if (std::ranges::any_of(found.signatures, good))
    lines.text = intake::clean_text(as_text(found.content), intake::kMaxMailText, intake::Lines::kKeep);
  const auto at = mail.texts.erase(mail.texts.begin() + static_cast<std::ptrdiff_t>(place));
  mail.texts.insert(at, {std::move(before), std::move(lines), std::move(after)});
  return true;
}

void check_signed_lines(const Tools& tools, intake::ParsedMail& mail) {
  std::size_t checked = 0;
  for (std::size_t i = 0; i < mail.texts.size() && checked < kMaxSignedTexts; ++i)
    if (cut_signed_lines(tools, mail, i)) {
      ++checked;
      ++i;  // the signed lines themselves are done; what comes after them is looked at
    }
}

MailProtection stays_closed(const char* why) {
  return {{}, std::string("Dit bericht is versleuteld en blijft dicht: ") + why + kAsk};
}

MailProtection not_opened(const Error& error) {
  log_error("encrypted mail not opened", error);
  return stays_closed("het is niet voor onze sleutel, is beschadigd of is niet beveiligd tegen veranderen.");
}

/// The inside takes the place of the outside, of which only the sender's fields stay. `signatures`: over all of it.
void put_inside(intake::ParsedMail inner, const std::vector<crypto::OpenPgpSignature>& signatures,
                intake::ParsedMail& mail) {
  MailCover around{{}, MailCover::Came::kOpened};
  add_signatures(signatures, inner, around);
  const auto cover = [&](MailCover& one) {
    one.came = around.came;
    one.signatures.insert(one.signatures.end(), around.signatures.begin(), around.signatures.end());
  };
  for (MailText& text : inner.texts) cover(text.cover);
  for (MailPart& part : inner.parts) cover(part.cover);
  mail.texts = std::move(inner.texts);
  mail.parts = std::move(inner.parts);
  mail.signatures = std::move(inner.signatures);
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

/// What stays closed becomes a task. `how` it was encrypted if it was opened, else empty.
Result<MailProtection> open_what_is_encrypted(const Tools& tools, ByteView raw, const std::string& day,
                                              intake::ParsedMail& mail, std::string& how) {
  check_signatures(tools, raw, mail);
  if (mail.encrypted.empty() && is_openpgp_message(mail.text)) {
    const auto opened = open_inline(tools, mail);
    if (!opened && try_again(opened.error())) return std::unexpected(opened.error());
    if (!opened) return not_opened(opened.error());
    how = "OpenPGP";
    return MailProtection{};
  }
  if (mail.encrypted.empty() || mail.parts.empty()) {
    if (std::ranges::find(mail.hazards, "encrypted") == mail.hazards.end()) return MailProtection{};
    return stays_closed("het is maar een deel van de mail, en wat eromheen staat kan van een ander zijn.");
  }
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
  check_signatures(tools, inside->content.view(), *inner);
  put_inside(std::move(*inner), inside->signatures, mail);
  how = smime ? "S/MIME" : "OpenPGP";
  return MailProtection{};
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
  std::string how;
  TRY_ASSIGN(MailProtection told, open_what_is_encrypted(tools, raw, day, mail, how));
  check_signed_lines(tools, mail);
  told.line = words_of_cover(mail, how);
  mail.text = text_by_cover(mail);
  return told;
}

}  // namespace zp::gateway
