#include "crypto/anchor_index.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <optional>
#include <set>
#include <vector>

#include "crypto/cms_message.h"

namespace zp::crypto {
namespace {

/// RFC 5280 section 4.1: Certificate { TBSCertificate { [0] version, serial, algorithm, issuer, validity, subject, ...
std::optional<ByteView> subject_in(ByteView certificate) {
  const auto outer = leading_element(certificate);
  const auto signed_part = outer ? leading_element(outer->content) : std::nullopt;
  if (!signed_part) return std::nullopt;
  ByteView rest = signed_part->content;
  for (int to_skip = 4; to_skip > 0;) {
    const auto element = leading_element(rest);
    if (!element) return std::nullopt;
    rest = rest.subspan(element->whole.size());
    if (!element->of_context) --to_skip;
  }
  const auto subject = leading_element(rest);
  return subject ? std::optional(subject->whole) : std::nullopt;
}

/// The next section of a PEM text that is a certificate.
std::optional<Bytes> next_certificate(BIO* pem) {
  unsigned char* der = nullptr;
  long size = 0;
  if (PEM_bytes_read_bio(&der, &size, nullptr, PEM_STRING_X509, pem, nullptr, nullptr) != 1) return std::nullopt;
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

AnchorIndex::AnchorIndex(std::string_view pem) {
  const Owned<BIO, BIO_free_all> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  ZP_CHECK(bio != nullptr);
  while (std::optional<Bytes> der = next_certificate(bio.get())) {
    const std::optional<ByteView> subject = subject_in(*der);
    const std::uint8_t* at = subject ? subject->data() : nullptr;
    Name name(subject ? d2i_X509_NAME(nullptr, &at, static_cast<long>(subject->size())) : nullptr);
    if (name) by_subject_.emplace(std::move(name), std::move(*der));
  }
  ERR_clear_error();  // the end of the text counts as an error
}

void AnchorIndex::decode_all() const {
  for (const auto& [subject, der] : by_subject_)
    if (X509* const anchor = decoded_.decode(der)) X509_check_purpose(anchor, -1, 0);  // OpenSSL keeps its extensions
}

CertificateStack AnchorIndex::reachable_from(const STACK_OF(X509) * certificates) const {
  CertificateStack found(sk_X509_new_null());
  ZP_CHECK(found != nullptr);
  std::vector<const X509_NAME*> names;
  const auto look_for_names_of = [&](const X509* certificate) {
    names.push_back(X509_get_subject_name(certificate));  // it may be an anchor itself
    names.push_back(X509_get_issuer_name(certificate));
  };
  for (int i = 0; i < sk_X509_num(certificates); ++i) look_for_names_of(sk_X509_value(certificates, i));
  std::set<const Bytes*> taken;
  while (!names.empty()) {
    const auto [from, to] = by_subject_.equal_range(names.back());
    names.pop_back();
    for (auto anchor = from; anchor != to; ++anchor) {
      X509* const decoded = taken.insert(&anchor->second).second ? decoded_.decode(anchor->second) : nullptr;
      if (decoded == nullptr) continue;
      add_certificate(decoded, found.get());
      look_for_names_of(decoded);
    }
  }
  return found;
}

}  // namespace zp::crypto
