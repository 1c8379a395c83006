#include "intake/cell/smime.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "intake/cell/mime_parts.h"

namespace zp::intake::cell {
namespace {

constexpr std::size_t kMaxSignatures = 20;
constexpr std::size_t kMaxOpenPgp = 64 * 1024;  // bytes of one signature

/// Whether the line at `at` delimits parts (RFC 2046 5.1.1): nothing but blanks stands behind the boundary.
bool ends_line(std::string_view text, std::size_t at) {
  at = text.find_first_not_of(" \t", at);
  return at == std::string_view::npos || text[at] == '\n' || text.substr(at, 2) == "\r\n";
}

/// Where the lines begin that open a part.
std::vector<std::size_t> openings(std::string_view text, const std::string& boundary) {
  const std::string delimiter = "--" + boundary;
  std::vector<std::size_t> found;
  for (std::size_t at = text.find(delimiter); at != std::string_view::npos; at = text.find(delimiter, at + 1)) {
    if ((at == 0 || text[at - 1] == '\n') && ends_line(text, at + delimiter.size())) found.push_back(at);
  }
  return found;
}

/// The first part, which is what a multipart/signed signs. Nothing if the boundary opens more, or fewer, than `count`
/// parts: then another part holds it too, and nobody can tell which one was meant.
std::optional<std::string_view> first_part(std::string_view text, const std::string& boundary, int count) {
  const std::vector<std::size_t> at = openings(text, boundary);
  if (at.size() < 2 || at.size() != static_cast<std::size_t>(count)) return std::nullopt;
  const std::size_t begin = text.find('\n', at[0]) + 1;
  std::size_t end = at[1];
  // The line end before a delimiter belongs to it.
  if (end > begin) --end;
  if (end > begin && text[end - 1] == '\r') --end;
  return text.substr(begin, end - begin);
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

}  // namespace

SignedPart SignatureChecker::detached(GMimeMultipart* multipart, const MailPlace& place) {
  const int count = g_mime_multipart_get_count(multipart);
  if (count < 2 || found_.size() >= kMaxSignatures) return {};
  GMimeObject* signature = g_mime_multipart_get_part(multipart, 1);
  const char* boundary = g_mime_object_get_content_type_parameter(GMIME_OBJECT(multipart), "boundary");
  if (!GMIME_IS_PART(signature) || !boundary) return {};
  const auto content = first_part(place.bytes, boundary, count);
  const bool whole = place.alone && count == 2;
  if (is_type(signature, "application", "pgp-signature"))
    openpgp(GMIME_PART(signature), content, place, whole);
  else if (content)
    smime(GMIME_PART(signature), *content, whole);
  else
    unknown("smime", whole);
  if (!content) return {.is_signed = true};
  return inside(*content, place, whole, place.enclosed);
}

SignedPart SignatureChecker::enclosing(ByteView cms, const MailPlace& place) {
  std::optional<Bytes> content = crypto::signed_content(cms);
  if (!content) return {};
  const bool checked = found_.size() < kMaxSignatures;
  if (checked)
    add(crypto::verify_detached(cms, {}, crypto::CmsForm::kEnclosing, policy_.anchors(), policy_.at), place.alone);
  enclosed_.push_back(std::make_unique<const Bytes>(std::move(*content)));
  SignedPart part = inside(as_text(*enclosed_.back()), place, place.alone, true);
  if (!checked) part.place.cover = place.cover;
  return part;
}

/// The content of the signature that was found last.
SignedPart SignatureChecker::inside(std::string_view content, const MailPlace& place, bool whole, bool enclosed) {
  SignedPart part{true, parse_part(as_bytes(content)), {content, place.depth + 1, whole, enclosed, place.cover}};
  if (!found_.empty()) part.place.cover.signatures.push_back(found_.size() - 1);
  return part;
}

void SignatureChecker::smime(GMimePart* part, std::string_view content, bool whole) {
  const Bytes cms = decoded(part), canonical = with_crlf(content);
  crypto::CmsVerdict verdict =
      crypto::verify_detached(cms, {canonical}, crypto::CmsForm::kDetached, policy_.anchors(), policy_.at);
  // Some programs sign the line ends as they are.
  if (verdict.failure == "HASH_FAILURE")
    verdict =
        crypto::verify_detached(cms, {as_bytes(content)}, crypto::CmsForm::kDetached, policy_.anchors(), policy_.at);
  add(verdict, whole);
}

/// Of what a signed message encloses the worker sees no bytes, so it can't check them.
void SignatureChecker::openpgp(GMimePart* part, std::optional<std::string_view> content, const MailPlace& place,
                               bool whole) {
  unknown("openpgp", whole);
  const Bytes signature = decoded(part);
  if (!content || place.enclosed || signature.size() > kMaxOpenPgp) return;
  const auto begin = static_cast<std::uint64_t>(content->data() - mail_.data());
  found_.back().unchecked = {to_base64(signature), begin, begin + content->size()};
}

void SignatureChecker::add(const crypto::CmsVerdict& verdict, bool whole) {
  DigitalSignature signature;
  signature.format = "smime";
  signature.coverage = whole ? "whole" : "partial";
  report(verdict, signature);
  conclude(verdict.failure, signature);
  found_.push_back(std::move(signature));
}

void SignatureChecker::unknown(const char* format, bool whole) {
  DigitalSignature signature;
  signature.format = format;
  signature.coverage = whole ? "whole" : "partial";
  conclude("NO_SIGNING_CERTIFICATE_FOUND", signature);
  found_.push_back(std::move(signature));
}

}  // namespace zp::intake::cell
