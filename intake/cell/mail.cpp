#include "intake/cell/mail.h"

#include <gmime/gmime.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/cms.h"
#include "intake/cell/delivery_report.h"
#include "intake/cell/mail_headers.h"
#include "intake/cell/mime_parts.h"
#include "intake/cell/protocol.h"
#include "intake/cell/tnef.h"
#include "intake/cell/uuencode.h"
#include "intake/text.h"

namespace zp::intake::cell {
namespace {

constexpr int kMaxDepth = 50;
constexpr int kMaxPacked = 3;  // winmail.dat in winmail.dat
constexpr std::size_t kMaxText = 256 * 1024;

/// Walks the tree of one mail; collects text and parts.
class MailReader {
 public:
  explicit MailReader(ParsedMail& mail) : mail_(mail) {}

  void walk(GMimeObject* object, int depth) {
    if (!object) return;
    if (depth > kMaxDepth) return hazard("too-deep");
    if (has_field_twice(object, "Content-Type") || has_field_twice(object, "Content-Transfer-Encoding"))
      hazard("ambiguous");
    if (GMIME_IS_MESSAGE_PART(object))
      message(GMIME_MESSAGE_PART(object), depth);
    else if (GMIME_IS_MULTIPART(object))
      multipart(GMIME_MULTIPART(object), depth);
    else if (GMIME_IS_PART(object))
      leaf(GMIME_PART(object), depth);
  }

  void hazard(const char* name) {
    if (std::ranges::find(mail_.hazards, name) == mail_.hazards.end()) mail_.hazards.emplace_back(name);
  }

 private:
  void message(GMimeMessagePart* part, int depth) {
    GMimeMessage* message = g_mime_message_part_get_message(part);
    if (!message) return hazard("malformed");
    add_text("\n");
    for (const char* field : {"From", "Subject", "Date"}) {
      const char* value = g_mime_object_get_header(GMIME_OBJECT(message), field);
      if (value) add_text(std::string(field) + ": " + clean_text(value, 500) + "\n");
    }
    add_text("\n");
    walk(g_mime_message_get_mime_part(message), depth + 1);
  }

  void multipart(GMimeMultipart* multipart, int depth) {
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
      walk(child, depth + 1);
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
    if (GMIME_IS_TEXT_PART(part)) {
      const std::unique_ptr<char, void (*)(void*)> text(g_mime_text_part_get_text(GMIME_TEXT_PART(part)), g_free);
      if (text) return text.get();
    }
    const Bytes bytes = decoded(part);
    return std::string(as_text(bytes));
  }

  void leaf(GMimePart* part, int depth) {
    GMimeObject* object = GMIME_OBJECT(part);
    if (is_readable(part)) {
      const std::string text = text_of(part);
      for (UuFile& file : uuencoded_files(text))
        add_part(file.name, "application/octet-stream", std::move(file.content));
      return add_text(is_type(object, "text", "html") ? text_of_html(text, kMaxText) : text);
    }
    const char* name = g_mime_part_get_filename(part);
    Bytes content = decoded(part);
    const bool pkcs7 = is_type(object, "application", "pkcs7-mime") || is_type(object, "application", "x-pkcs7-mime");
    const std::optional<Bytes> enclosed = pkcs7 ? crypto::signed_content(content) : std::nullopt;
    if (pkcs7 && !enclosed) hazard("encrypted");
    add_part(name ? name : "", type_of(object), std::move(content));
    if (!enclosed) return;
    const Owned<GMimeObject> inner = parse_part(*enclosed);
    walk(inner.get(), depth + 1);
  }

  void add_part(std::string_view name, std::string_view type, Bytes content, int packed_in = 0) {
    if (mail_.parts.size() >= kMaxMailParts) return hazard("too-many-parts");
    const Tnef packed = packed_in < kMaxPacked && is_tnef(content) ? read_tnef(content) : Tnef{};
    mail_.parts.push_back({composed(clean_text(name, 4096)), clean_text(type, 255), {}});
    const std::size_t own = mail_.parts.size() - 1;
    if (packed.damaged) hazard("malformed");
    add_text(packed.text);
    for (const TnefFile& file : packed.files) {
      add_part(file.name, "application/octet-stream", Bytes(file.content.begin(), file.content.end()), packed_in + 1);
    }
    mail_.parts[own].content = std::move(content);
  }

  /// Some systems write an accent behind its letter; one name must look the same everywhere (NFC).
  static std::string composed(const std::string& name) {
    const std::unique_ptr<char, void (*)(void*)> text(g_utf8_normalize(name.c_str(), -1, G_NORMALIZE_NFC), g_free);
    return text ? text.get() : name;
  }

  void add_text(std::string_view text) {
    if (mail_.text.size() < kMaxText) mail_.text += clean_text(text, kMaxText - mail_.text.size(), Lines::kKeep);
  }

  ParsedMail& mail_;
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
  // Converters are shared objects, which a cell can no longer load; one that is open stays loaded. Left open for good,
  // also when the process ends: a leak checker would take them for lost.
  static auto& kept = *new std::vector<iconv_t>;
  for (const char* charset :
       {"ISO-8859-1",   "ISO-8859-2",   "ISO-8859-3",   "ISO-8859-4",   "ISO-8859-5",   "ISO-8859-6",   "ISO-8859-7",
        "ISO-8859-8",   "ISO-8859-9",   "ISO-8859-10",  "ISO-8859-13",  "ISO-8859-14",  "ISO-8859-15",  "ISO-8859-16",
        "WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256",
        "WINDOWS-1257", "WINDOWS-1258", "KOI8-R",       "KOI8-U",       "MACINTOSH",    "IBM850",       "IBM437",
        "GB2312",       "GBK",          "GB18030",      "BIG5",         "EUC-JP",       "SHIFT_JIS",    "ISO-2022-JP",
        "EUC-KR",       "UTF-16",       "UTF-32",       "UTF-7",        "TIS-620"}) {
    for (const auto& [to, from] : {std::pair("UTF-8", charset), std::pair(charset, "UTF-8")}) {
      kept.push_back(::iconv_open(to, from));
    }
  }
}

Result<ParsedMail> read_mail(ByteView untrusted_mail) {
  const Owned<GMimeMessage> message = parse_message(untrusted_mail);
  if (!message) return fail(Code::kMalformed, "read mail");
  ParsedMail mail;
  read_headers(message.get(), mail);
  MailReader reader(mail);
  if (has_field_twice(GMIME_OBJECT(message.get()), "Content-Type")) reader.hazard("ambiguous");
  reader.walk(g_mime_message_get_mime_part(message.get()), 0);
  mail.reports = delivery_reports(g_mime_message_get_mime_part(message.get()));
  mail.encrypted = encryption_of(g_mime_message_get_mime_part(message.get()), mail);
  return mail;
}

}  // namespace zp::intake::cell
