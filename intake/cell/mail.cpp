#include "intake/cell/mail.h"

#include <gmime/gmime.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "intake/cell/charset.h"
#include "intake/cell/delivery_report.h"
#include "intake/cell/mail_headers.h"
#include "intake/cell/mime_parts.h"
#include "intake/cell/protocol.h"
#include "intake/cell/smime.h"
#include "intake/cell/sniff.h"
#include "intake/cell/tnef.h"
#include "intake/cell/uuencode.h"
#include "intake/text.h"

namespace zp::intake::cell {
namespace {

constexpr int kMaxDepth = 50;
constexpr int kMaxPacked = 3;  // winmail.dat in winmail.dat
constexpr std::size_t kMaxHtmlText = 4 * kMaxMailText;

/// Walks the tree of one mail; collects text and parts.
class MailReader {
 public:
  MailReader(ParsedMail& mail, ByteView raw, const SignaturePolicy& policy)
      : mail_(mail), signatures_(raw, policy, mail.signatures) {}

  void walk(GMimeObject* object, const MailPlace& place) {
    if (!object) return;
    if (place.depth > kMaxDepth) return hazard("too-deep");
    if (has_field_twice(object, "Content-Type") || has_field_twice(object, "Content-Transfer-Encoding"))
      hazard("ambiguous");
    if (GMIME_IS_MESSAGE_PART(object))
      message(GMIME_MESSAGE_PART(object), place);
    else if (is_type(object, "multipart", "signed") && GMIME_IS_MULTIPART(object))
      signed_parts(GMIME_MULTIPART(object), place);
    else if (GMIME_IS_MULTIPART(object))
      multipart(GMIME_MULTIPART(object), place);
    else if (GMIME_IS_PART(object))
      leaf(GMIME_PART(object), place);
  }

  void hazard(const char* name) {
    if (std::ranges::find(mail_.hazards, name) == mail_.hazards.end()) mail_.hazards.emplace_back(name);
  }

 private:
  void message(GMimeMessagePart* part, const MailPlace& place) {
    GMimeMessage* message = g_mime_message_part_get_message(part);
    if (!message) return hazard("malformed");
    add_text("\n", place);
    for (const char* field : {"From", "Subject", "Date"}) {
      const char* value = g_mime_object_get_header(GMIME_OBJECT(message), field);
      if (value) add_text(std::string(field) + ": " + clean_text(value, 500) + "\n", place);
    }
    add_text("\n", place);
    walk(g_mime_message_get_mime_part(message), place.beside_others());
  }

  /// What is signed is read from the bytes that were checked: two readers may see the limits of a part in other places.
  void signed_parts(GMimeMultipart* multipart, const MailPlace& place) {
    const SignedPart found = signatures_.detached(multipart, place);
    if (!found.content) return this->multipart(multipart, place);
    walk(found.content.get(), found.place);
    for (int i = 1; i < g_mime_multipart_get_count(multipart); ++i) {
      GMimeObject* child = g_mime_multipart_get_part(multipart, i);
      const std::size_t own = mail_.parts.size();
      walk(child, place.beside_others());
      if (i == 1 && own < mail_.parts.size()) mail_.parts[own].wrapping = is_signature(child);
    }
  }

  static bool is_signature(GMimeObject* object) {
    return is_type(object, "application", "pgp-signature") || is_type(object, "application", "pkcs7-signature") ||
           is_type(object, "application", "x-pkcs7-signature");
  }

  void multipart(GMimeMultipart* multipart, const MailPlace& place) {
    const int count = g_mime_multipart_get_count(multipart);
    if (count == 0) hazard("malformed");
    if (is_type(GMIME_OBJECT(multipart), "multipart", "encrypted")) hazard("encrypted");
    const bool choose =
        is_type(GMIME_OBJECT(multipart), "multipart", "alternative") && has_plain_text(multipart, count);
    for (int i = 0; i < count; ++i) {
      if (mail_.parts.size() >= kMaxMailParts) return hazard("too-many-parts");
      GMimeObject* child = g_mime_multipart_get_part(multipart, i);
      // The same words again, in another dress.
      if (choose && is_type(child, "text", "html") && is_readable(GMIME_PART(child))) continue;
      walk(child, place.beside_others());
    }
  }

  static bool has_plain_text(GMimeMultipart* multipart, int count) {
    for (int i = 0; i < count; ++i) {
      GMimeObject* child = g_mime_multipart_get_part(multipart, i);
      if (!GMIME_IS_PART(child) || !is_type(child, "text", "plain") || !is_readable(GMIME_PART(child))) continue;
      const std::string text = text_of(GMIME_PART(child));
      if (text.find_first_not_of(" \t\r\n") != std::string::npos) return true;
    }
    return false;
  }

  static bool is_readable(GMimePart* part) {
    GMimeObject* object = GMIME_OBJECT(part);
    const char* disposition = g_mime_object_get_disposition(object);
    const bool attached = disposition && g_ascii_strcasecmp(disposition, "attachment") == 0;
    const bool report =
        is_type(object, "message", "delivery-status") || is_type(object, "message", "disposition-notification");
    return (is_type(object, "text", "*") || report) && !attached && !g_mime_part_get_filename(part);
  }

  static std::string text_of(GMimePart* part) {
    const char* charset = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");
    return from_charset(decoded(part), charset ? charset : "");
  }

  void leaf(GMimePart* part, const MailPlace& place) {
    GMimeObject* object = GMIME_OBJECT(part);
    if (is_readable(part)) {
      const std::string text = text_of(part);
      for (UuFile& file : uuencoded_files(text))
        add_part(file.name, "application/octet-stream", std::move(file.content), place);
      if (!mail_.texts.empty() && !mail_.texts.back().text.ends_with('\n')) add_text("\n", mail_.texts.back().cover);
      return add_text(is_type(object, "text", "html") ? text_of_html(text, kMaxHtmlText) : text, place);
    }
    const char* name = g_mime_part_get_filename(part);
    Bytes content = decoded(part);
    const bool pkcs7 = is_pkcs7(object, name, content);
    const SignedPart found = pkcs7 ? signatures_.enclosing(content, place) : SignedPart{};
    if (pkcs7 && !found.is_signed) hazard("encrypted");
    const std::size_t own = mail_.parts.size();
    add_part(name ? name : "", type_of(object), std::move(content), place);
    if (found.is_signed && own < mail_.parts.size()) mail_.parts[own].wrapping = true;
    walk(found.content.get(), found.place);
  }

  /// Servers on the way make octets of a type that they don't know; then the name tells (RFC 8551 section 3.9).
  static bool is_pkcs7(GMimeObject* object, const char* name, ByteView content) {
    if (is_type(object, "application", "pkcs7-mime") || is_type(object, "application", "x-pkcs7-mime")) return true;
    return is_type(object, "application", "octet-stream") && name && g_ascii_strcasecmp(name, "smime.p7m") == 0 &&
           sniff(content) == "application/pkcs7-mime";
  }

  void add_part(std::string_view name, std::string_view type, Bytes content, const MailPlace& place,
                int packed_in = 0) {
    if (mail_.parts.size() >= kMaxMailParts) return hazard("too-many-parts");
    const Tnef packed = packed_in < kMaxPacked && is_tnef(content) ? read_tnef(content) : Tnef{};
    mail_.parts.push_back({composed(clean_text(name, 4096)), clean_text(type, 255), {}, place.cover});
    const std::size_t own = mail_.parts.size() - 1;
    if (packed.damaged) hazard("malformed");
    if (!is_said_before(packed.text, place)) add_text(packed.text, place);
    for (const TnefFile& file : packed.files) {
      add_part(file.name, "application/octet-stream", Bytes(file.content.begin(), file.content.end()), place,
               packed_in + 1);
    }
    mail_.parts[own].content = std::move(content);
  }

  /// Outlook says the same words beside a winmail.dat and in it.
  bool is_said_before(std::string_view text, const MailPlace& place) const {
    const auto words = [](std::string_view from) {
      std::string bare;
      std::ranges::copy_if(from, std::back_inserter(bare), [](unsigned char c) { return c > ' '; });
      return bare;
    };
    return std::ranges::any_of(mail_.texts, [&](const MailText& before) {
      return before.cover.signatures == place.cover.signatures && words(before.text).contains(words(text));
    });
  }

  /// Some systems write an accent behind its letter; one name must look the same everywhere (NFC).
  static std::string composed(const std::string& name) {
    const std::unique_ptr<char, void (*)(void*)> text(g_utf8_normalize(name.c_str(), -1, G_NORMALIZE_NFC), g_free);
    return text ? text.get() : name;
  }

  void add_text(std::string_view text, const MailPlace& place) { add_text(text, place.cover); }
  void add_text(std::string_view text, const MailCover& cover) {
    if (text.empty()) return;
    constexpr std::size_t kLongestCharacter = 4;
    const std::size_t room = kMaxMailText - mail_.text.size();
    std::string clean = clean_text(text, room + kLongestCharacter, Lines::kKeep);
    if (clean.size() > room) {
      hazard("text-cut");
      clean = clean_text(clean, room, Lines::kKeep);
    }
    if (clean.empty()) return;
    if (mail_.texts.empty() || mail_.texts.back().cover.signatures != cover.signatures)
      mail_.texts.push_back({{}, cover});
    mail_.texts.back().text += clean;
    mail_.text += clean;
  }

  ParsedMail& mail_;
  SignatureChecker signatures_;
};

/// How the body as a whole is encrypted. Beside other parts it does not count: what an attacker put around somebody's
/// message must not look like one thing with it (EFAIL).
std::string encryption_of(GMimeObject* body, const ParsedMail& mail) {
  if (!body || std::ranges::find(mail.hazards, "encrypted") == mail.hazards.end()) return {};
  if (is_type(body, "multipart", "encrypted")) {
    if (g_mime_multipart_get_count(GMIME_MULTIPART(body)) != 2 || mail.parts.size() != 2) return {};
    GMimeObject* version = g_mime_multipart_get_part(GMIME_MULTIPART(body), 0);
    return is_type(version, "application", "pgp-encrypted") ? "openpgp" : "";
  }
  return GMIME_IS_PART(body) && mail.parts.size() == 1 ? "smime" : "";
}

}  // namespace

void prepare_mail() {
  g_mime_init();
  const char* bare[] = {"utf-8", "windows-1252", nullptr};  // of fields with bytes that nothing explains
  g_mime_parser_options_set_fallback_charsets(g_mime_parser_options_get_default(), bare);
  // Converters are shared objects, which a cell can no longer load; one that is open stays loaded. Left open for good,
  // also when the process ends: a leak checker would take them for lost.
  static auto& kept = *new std::vector<iconv_t>;
  for (const char* charset :
       {"ISO-8859-1",   "ISO-8859-2",   "ISO-8859-3",   "ISO-8859-4",   "ISO-8859-5",   "ISO-8859-6",   "ISO-8859-7",
        "ISO-8859-8",   "ISO-8859-9",   "ISO-8859-10",  "ISO-8859-13",  "ISO-8859-14",  "ISO-8859-15",  "ISO-8859-16",
        "WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256",
        "WINDOWS-1257", "WINDOWS-1258", "KOI8-R",       "KOI8-U",       "MACINTOSH",    "IBM850",       "IBM437",
        "GB2312",       "GBK",          "GB18030",      "BIG5",         "EUC-JP",       "SHIFT_JIS",    "ISO-2022-JP",
        "EUC-KR",       "UTF-16",       "UTF-32",       "UTF-7",        "TIS-620",      "CP932",        "CP936",
        "CP949",        "CP950"}) {
    for (const auto& [to, from] : {std::pair("UTF-8", charset), std::pair(charset, "UTF-8")}) {
      kept.push_back(::iconv_open(to, from));
    }
  }
}

Result<ParsedMail> read_mail(ByteView untrusted_mail, const SignaturePolicy& policy) {
  const Owned<GMimeMessage> message = parse_message(untrusted_mail);
  if (!message) return fail(Code::kMalformed, "read mail");
  ParsedMail mail;
  read_headers(message.get(), mail);
  MailReader reader(mail, untrusted_mail, policy);
  if (has_field_twice(GMIME_OBJECT(message.get()), "Content-Type")) reader.hazard("ambiguous");
  reader.walk(g_mime_message_get_mime_part(message.get()), {.bytes = as_text(untrusted_mail)});
  mail.reports = delivery_reports(g_mime_message_get_mime_part(message.get()));
  mail.encrypted = encryption_of(g_mime_message_get_mime_part(message.get()), mail);
  return mail;
}

}  // namespace zp::intake::cell
