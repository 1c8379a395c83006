#include "intake/cell/smime.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "intake/cell/mime_parts.h"

namespace zp::intake::cell {
namespace {

constexpr int kMaxDepth = 20;
constexpr std::size_t kMaxSignatures = 20;
constexpr std::size_t kMaxOpenPgp = 64 * 1024;  // bytes of one signature

/// The first part between two delimiter lines (RFC 2046 5.1.1): what a multipart/signed signs.
std::optional<std::string_view> first_part(std::string_view mail, const std::string& boundary) {
  const std::string delimiter = "--" + boundary;
  const auto line_with = [&](std::size_t from) {
    std::size_t at = mail.find(delimiter, from);
    while (at != std::string_view::npos && at > 0 && mail[at - 1] != '\n') at = mail.find(delimiter, at + 1);
    return at;
  };
  const std::size_t open = line_with(0);
  if (open == std::string_view::npos) return std::nullopt;
  const std::size_t begin = mail.find('\n', open);
  if (begin == std::string_view::npos) return std::nullopt;
  std::size_t end = line_with(begin);
  if (end == std::string_view::npos) return std::nullopt;
  // The line end before a delimiter belongs to it.
  if (end > begin + 1) --end;
  if (end > begin + 1 && mail[end - 1] == '\r') --end;
  return mail.substr(begin + 1, end - begin - 1);
}

/// Signers sign line ends as CR LF, whatever the mail went through since.
Bytes with_crlf(std::string_view text) {
  Bytes bytes;
  bytes.reserve(text.size() + text.size() / 40);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) bytes.push_back('\r');
    bytes.push_back(static_cast<std::uint8_t>(text[i]));
  }
  return bytes;
}

class SignatureFinder {
 public:
  SignatureFinder(ByteView mail, const SignaturePolicy& policy) : mail_(as_text(mail)), policy_(policy) {}

  void walk(GMimeObject* object, int depth) {
    if (!object || depth > kMaxDepth || found_.size() >= kMaxSignatures) return;
    if (is_type(object, "multipart", "signed"))
      detached(GMIME_MULTIPART(object), depth);
    else if (is_type(object, "application", "pkcs7-mime") || is_type(object, "application", "x-pkcs7-mime"))
      enclosing(object, depth);
    if (GMIME_IS_MESSAGE_PART(object)) {
      GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      if (inner) walk(g_mime_message_get_mime_part(inner), depth + 1);
    } else if (GMIME_IS_MULTIPART(object)) {
      const int count = g_mime_multipart_get_count(GMIME_MULTIPART(object));
      for (int i = 0; i < count; ++i) walk(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), depth + 1);
    }
  }

  std::vector<DigitalSignature> take() { return std::move(found_); }

 private:
  void detached(GMimeMultipart* multipart, int depth) {
    if (g_mime_multipart_get_count(multipart) < 2) return;
    GMimeObject* signature = g_mime_multipart_get_part(multipart, 1);
    const char* boundary = g_mime_object_get_content_type_parameter(GMIME_OBJECT(multipart), "boundary");
    if (!GMIME_IS_PART(signature) || !boundary) return;
    const auto content = first_part(mail_, boundary);
    if (is_type(signature, "application", "pgp-signature")) return openpgp(GMIME_PART(signature), content, depth);
    if (!content) return unknown("smime", depth);
    const Bytes cms = decoded(GMIME_PART(signature)), canonical = with_crlf(*content);
    crypto::CmsVerdict verdict =
        crypto::verify_detached(cms, {canonical}, crypto::CmsForm::kDetached, policy_.anchors(), policy_.at);
    // Some programs sign the line ends as they are.
    if (verdict.failure == "HASH_FAILURE")
      verdict =
          crypto::verify_detached(cms, {as_bytes(*content)}, crypto::CmsForm::kDetached, policy_.anchors(), policy_.at);
    add(verdict, depth);
  }

  void openpgp(GMimePart* part, std::optional<std::string_view> content, int depth) {
    unknown("openpgp", depth);
    const Bytes signature = decoded(part);
    if (!content || signature.size() > kMaxOpenPgp) return;
    const auto begin = static_cast<std::uint64_t>(content->data() - mail_.data());
    found_.back().unchecked = {to_base64(signature), begin, begin + content->size()};
  }

  void enclosing(GMimeObject* object, int depth) {
    if (!GMIME_IS_PART(object)) return;
    const Bytes cms = decoded(GMIME_PART(object));
    if (crypto::signed_content(cms))
      add(crypto::verify_detached(cms, {}, crypto::CmsForm::kEnclosing, policy_.anchors(), policy_.at), depth);
  }

  void add(const crypto::CmsVerdict& verdict, int depth) {
    DigitalSignature signature;
    signature.format = "smime";
    signature.coverage = depth == 0 ? "whole" : "partial";
    report(verdict, signature);
    conclude(verdict.failure, signature);
    found_.push_back(std::move(signature));
  }

  void unknown(const char* format, int depth) {
    DigitalSignature signature;
    signature.format = format;
    signature.coverage = depth == 0 ? "whole" : "partial";
    conclude("NO_SIGNING_CERTIFICATE_FOUND", signature);
    found_.push_back(std::move(signature));
  }

  std::string_view mail_;
  const SignaturePolicy& policy_;
  std::vector<DigitalSignature> found_;
};

}  // namespace

std::vector<DigitalSignature> mail_signatures(ByteView untrusted_mail, const SignaturePolicy& policy) {
  const auto message = parse_message(untrusted_mail);
  if (!message) return {};
  SignatureFinder finder(untrusted_mail, policy);
  finder.walk(g_mime_message_get_mime_part(message.get()), 0);
  return finder.take();
}

}  // namespace zp::intake::cell
