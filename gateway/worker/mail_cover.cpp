#include "gateway/worker/mail_cover.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <vector>

#include "crypto/base/text.h"
#include "intake/text.h"

namespace zp::gateway {
namespace {

using intake::DigitalSignature;
using intake::MailCover;
using intake::MailPart;
using intake::MailText;
using intake::ParsedMail;

constexpr std::size_t kNamed = 20, kMaxName = 100;
constexpr std::string_view kMark = "\u25a0";  // a black square

bool holds(const DigitalSignature& one) { return one.integrity == "ok"; }

std::string signer_of(const DigitalSignature& one) {
  return one.signer.empty() ? "een onbekende" : intake::clean_text(one.signer, 200);
}

std::string without(std::string text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at)) text.erase(at, word.size());
  return text;
}

/// In quotation marks, none of which are its own: a name must not read as a sentence of ours.
std::string name_of(const MailPart& part) {
  if (part.name.empty()) return "een bijlage zonder naam";
  std::string name = intake::clean_text(part.name, kMaxName);
  for (const std::string_view mark : {"\u201c", "\u201d", "\""}) name = without(std::move(name), mark);
  return "\u201c" + name + "\u201d";
}

/// Which of the text and attachments something is true of.
struct Share {
  bool all = true;
  std::vector<std::string> names;

  bool none() const { return names.empty(); }
  std::string named() const {
    const auto first = names | std::views::take(kNamed);
    const std::string list = fmt::format("{}", fmt::join(first, ", "));
    return names.size() <= kNamed ? list : fmt::format("{} en nog {}", list, names.size() - kNamed);
  }
};

template <typename Is>
Share share_of(const ParsedMail& mail, Is is) {
  Share share;
  bool text = false, other_text = false;
  for (const MailText& one : mail.texts)
    if (!trim(one.text).empty()) (is(one.cover) ? text : other_text) = true;
  if (text) share.names.emplace_back(other_text ? "een deel van de tekst" : "de tekst");
  share.all = !other_text;
  for (const MailPart& part : mail.parts) {
    if (part.wrapping) continue;
    if (is(part.cover))
      share.names.push_back(name_of(part));
    else
      share.all = false;
  }
  return share;
}

Share came(const ParsedMail& mail, MailCover::Came how) {
  return share_of(mail, [how](const MailCover& cover) { return cover.came == how; });
}

Share unsigned_of(const ParsedMail& mail) {
  return share_of(
      mail, [](const MailCover& cover) { return cover.signatures.empty() && cover.came != MailCover::Came::kClosed; });
}

Share covered_by(const ParsedMail& mail, std::size_t signature) {
  return share_of(mail, [signature](const MailCover& cover) {
    return std::ranges::find(cover.signatures, signature) != cover.signatures.end();
  });
}

std::string words_of(const DigitalSignature& one, bool all) {
  const bool openpgp = one.format == "openpgp";
  const std::string kind = openpgp ? "OpenPGP" : "S/MIME";
  if (one.integrity == "broken")
    return fmt::format("De handtekening ({}) klopt niet: {} is veranderd.", kind, all ? "het bericht" : "dat deel");
  if (!holds(one)) {
    if (!openpgp) return "Ondertekend met S/MIME: niet te controleren.";
    return fmt::format("Ondertekend met OpenPGP{}: niet te controleren, wij hebben deze sleutel niet.",
                       one.signer.empty() ? "" : " door sleutel " + signer_of(one));
  }
  const bool old = openpgp && (one.chain == "expired" || one.chain == "revoked");
  return fmt::format("Ondertekend met {} door {}: {}", kind, signer_of(one),
                     one.chain == "trusted" ? "de handtekening klopt."
                     : old                  ? "de handtekening klopt, maar de sleutel is niet meer geldig."
                                            : "ongewijzigd, maar wie het is staat niet vast.");
}

std::string words_of_encryption(const ParsedMail& mail, const std::string& how) {
  const Share opened = came(mail, MailCover::Came::kOpened), plain = came(mail, MailCover::Came::kPlain),
              closed = came(mail, MailCover::Came::kClosed);
  if (opened.all && plain.none() && closed.none())
    return fmt::format("Het bericht was versleuteld met {} en is geopend.", how);
  std::string words =
      fmt::format("Een deel van het bericht was versleuteld met {} en is geopend: {}.", how, opened.named());
  if (!plain.none()) words += fmt::format(" Niet versleuteld: {}.", plain.named());
  if (!closed.none()) words += fmt::format(" Bleef dicht: {}.", closed.named());
  return words;
}

/// The state stands before the name, which is the sender's own word as long as nobody vouches for it.
std::string heading_of(const ParsedMail& mail, const MailCover& cover) {
  std::vector<std::string> trusted, others;
  bool broken = false;
  for (const std::size_t place : cover.signatures) {
    const DigitalSignature& one = mail.signatures[place];
    if (holds(one)) (one.chain == "trusted" ? trusted : others).push_back(signer_of(one));
    broken = broken || one.integrity == "broken";
  }
  if (cover.signatures.empty()) return "Niet ondertekend";
  if (!trusted.empty()) return fmt::format("Ondertekend door {}", fmt::join(trusted, " en "));
  if (!others.empty())
    return fmt::format("Ondertekend, maar wie het is staat niet vast ({})", fmt::join(others, " en "));
  return broken ? "De handtekening hierover klopt niet" : "Ondertekend, maar niet te controleren";
}

bool covered_alike(const ParsedMail& mail) {
  for (std::size_t i = 0; i < mail.signatures.size(); ++i)
    if (const Share share = covered_by(mail, i); !share.all && !share.none()) return false;
  return true;
}

}  // namespace

std::string words_of_cover(const ParsedMail& mail, const std::string& how) {
  std::string words = how.empty() ? "" : words_of_encryption(mail, how);
  const auto add = [&](const std::string& sentence) { words += (words.empty() ? "" : " ") + sentence; };
  for (std::size_t i = 0; i < mail.signatures.size(); ++i) {
    const Share share = covered_by(mail, i);
    add(words_of(mail.signatures[i], share.all));
    if (share.none() && !share.all && holds(mail.signatures[i])) add("Dat gaat niet over de tekst en de bijlagen.");
    if (!share.none() && !share.all) add(fmt::format("Dat gaat alleen over: {}.", share.named()));
  }
  const Share rest = unsigned_of(mail);
  if (!mail.signatures.empty() && !rest.none()) add(fmt::format("Niet ondertekend: {}.", rest.named()));
  return words;
}

std::string text_by_cover(const ParsedMail& mail) {
  const bool headings = !covered_alike(mail);
  std::string text;
  for (const MailText& one : mail.texts) {
    if (!headings) {
      text += without(one.text, kMark);
      continue;
    }
    if (trim(one.text).empty()) continue;
    text += fmt::format("{}{} {}:\n{}\n", text.empty() ? "" : "\n", kMark, heading_of(mail, one.cover),
                        trim(without(one.text, kMark)));
  }
  return text;
}

}  // namespace zp::gateway
