#include "gateway/dispatch/protected_mail.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/hash.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kBase64Line = 76;
static_assert(kBase64Chunk / 3 * 4 == kBase64Line);

/// The same for the same content, so that a second try sends the same bytes; in no content by chance.
std::string boundary_for(std::string_view content, std::string_view what) {
  return fmt::format("zp-{}-{}", what, to_hex(crypto::sha256(as_bytes(content))).substr(0, 32));
}

std::string with_crlf(const std::string& text) {
  std::string lines;
  for (const char c : text) {
    if (c == '\n' && !lines.ends_with('\r')) lines += '\r';
    lines += c;
  }
  return lines;
}

bool fits_parameter(std::string_view text) {
  return !text.empty() && text.size() <= 120 && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7f;
  });
}

/// RFC 2231: what ASCII cannot say, in percent signs.
std::string file_name(std::string_view name) {
  const bool ascii = std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (ascii) return fmt::format("filename=\"{}\"", name);
  std::string encoded = "filename*=UTF-8''";
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_')
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

Result<std::string> head_of(const MailEnclosure& one) {
  if (!fits_parameter(one.name) || !fits_parameter(one.type) || one.type.find('/') == std::string::npos)
    return fail(Code::kRefused, "compose mail", "enclosure");
  return fmt::format(
      "Content-Type: {}\r\nContent-Disposition: attachment;\r\n {}\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      one.type, file_name(one.name));
}

/// compose() writes the headers of the message, then those of its text.
struct Composed {
  std::string headers, text;
};
Result<Composed> parts_of(const OutgoingMail& mail) {
  TRY_ASSIGN(const std::string whole, compose(mail));
  const std::size_t mime = whole.find("MIME-Version:"), type = whole.find("Content-Type:", mime);
  ZP_CHECK(mime != std::string::npos && type != std::string::npos);
  return Composed{whole.substr(0, mime), whole.substr(type)};
}

Result<std::string> outer_headers(OutgoingMail mail) {
  mail.subject = outer_subject(mail);
  mail.text.clear();
  TRY_ASSIGN(auto composed, parts_of(mail));
  return composed.headers + "MIME-Version: 1.0\r\n";
}

/// RFC 9788 section 2.2: what stood outside, so that the reader's program knows what was hidden.
std::string as_outer(const std::string& headers) {
  std::string lines;
  for (std::size_t at = 0; at < headers.size();) {
    const std::size_t end = headers.find("\r\n", at) + 2;
    const bool folded = headers[at] == ' ' || headers[at] == '\t';
    if (!headers.substr(at).starts_with("MIME-Version:"))
      lines += (folded ? "" : "HP-Outer: ") + headers.substr(at, end - at);
    at = end;
  }
  return lines;
}

/// A multipart of the text and what goes with it, from its Content-Type on. `more`: parameters of that.
Result<std::vector<std::string>> frame(const OutgoingMail& mail, const std::string& text,
                                       const std::vector<MailEnclosure>& enclosures, const char* more) {
  const std::string boundary = boundary_for(mail.message_id + mail.text, "brief");
  std::vector<std::string> pieces = {
      fmt::format("Content-Type: multipart/mixed; boundary=\"{0}\"{1}\r\n\r\n--{0}\r\n{2}", boundary, more, text)};
  for (const MailEnclosure& one : enclosures) {
    TRY_ASSIGN(const auto head, head_of(one));
    pieces.back() += fmt::format("\r\n--{}\r\n{}", boundary, head);
    pieces.emplace_back();
  }
  pieces.back() += fmt::format("\r\n--{}--\r\n", boundary);
  return pieces;
}

std::string filled(const std::vector<std::string>& frame, const std::vector<MailEnclosure>& enclosures) {
  std::string entity = frame.front();
  for (std::size_t i = 0; i < enclosures.size(); ++i) entity += base64_lines(enclosures[i].content) + frame[i + 1];
  return entity;
}

}  // namespace

std::string base64_lines(ByteView bytes) {
  const std::string text = to_base64(bytes);
  std::string lines;
  lines.reserve(text.size() + text.size() / 32);
  for (std::size_t at = 0; at < text.size(); at += kBase64Line) lines += text.substr(at, kBase64Line) + "\r\n";
  return lines;
}

std::uint64_t base64_lines_size(std::uint64_t bytes) noexcept {
  const std::uint64_t letters = (bytes + 2) / 3 * 4;
  return letters + (letters + kBase64Line - 1) / kBase64Line * 2;
}

std::string outer_subject(const OutgoingMail& mail) { return mail.from_name + ": versleuteld bericht"; }

Result<std::string> payload(const OutgoingMail& mail, const std::vector<MailEnclosure>& enclosures) {
  TRY_ASSIGN(const Composed composed, parts_of(mail));
  TRY_ASSIGN(const std::string outer, outer_headers(mail));
  TRY_ASSIGN(const auto body, frame(mail, composed.text, enclosures, ";\r\n protected-headers=\"v1\"; hp=\"cipher\""));
  return composed.headers + as_outer(outer) + filled(body, enclosures);
}

Result<std::string> message_with(const OutgoingMail& mail, const std::vector<MailEnclosure>& enclosures) {
  TRY_ASSIGN(const auto pieces, message_frame(mail, enclosures));
  return filled(pieces, enclosures);
}

Result<std::vector<std::string>> message_frame(const OutgoingMail& mail, const std::vector<MailEnclosure>& enclosures) {
  TRY_ASSIGN(const Composed composed, parts_of(mail));
  TRY_ASSIGN(auto pieces, frame(mail, composed.text, enclosures, ""));
  pieces.front().insert(0, composed.headers + "MIME-Version: 1.0\r\n");
  return pieces;
}

std::string signed_openpgp(const std::string& entity, const std::string& signature, const std::string& micalg) {
  const std::string boundary = boundary_for(entity, "getekend");
  return fmt::format(
      "Content-Type: multipart/signed; micalg=\"{1}\";\r\n protocol=\"application/pgp-signature\";\r\n "
      "boundary=\"{0}\"\r\n\r\n--{0}\r\n{2}\r\n"
      "--{0}\r\nContent-Type: application/pgp-signature; name=\"signature.asc\"\r\n\r\n{3}\r\n--{0}--\r\n",
      boundary, micalg, entity, with_crlf(signature));
}

Result<std::string> sealed_openpgp(const OutgoingMail& mail, const std::string& armour) {
  TRY_ASSIGN(const std::string headers, outer_headers(mail));
  const std::string boundary = boundary_for(armour, "versleuteld");
  return headers +
         fmt::format(
             "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\r\n boundary=\"{0}\"\r\n\r\n"
             "--{0}\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
             "--{0}\r\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\r\n\r\n{1}\r\n--{0}--\r\n",
             boundary, with_crlf(armour));
}

std::string signed_smime(ByteView cms) {
  return "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=\"smime.p7m\"\r\n"
         "Content-Disposition: attachment; filename=\"smime.p7m\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         base64_lines(cms);
}

Result<std::string> sealed_smime(const OutgoingMail& mail, ByteView cms) {
  TRY_ASSIGN(const std::string headers, outer_headers(mail));
  return headers +
         "Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data;\r\n name=\"smime.p7m\"\r\n"
         "Content-Disposition: attachment; filename=\"smime.p7m\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         base64_lines(cms);
}

}  // namespace zp::gateway
