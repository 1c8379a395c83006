#include "crypto/openssl_x509.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "crypto/base/bytes.h"
#include "crypto/base/text.h"

namespace zp::crypto {
namespace {

std::string utf8_of(const ASN1_STRING* value) {
  unsigned char* raw = nullptr;
  const int size = ASN1_STRING_to_UTF8(&raw, value);
  if (size < 0) return {};
  std::string text(as_text({raw, static_cast<std::size_t>(size)}));
  OPENSSL_free(raw);
  return to_valid_utf8(text);
}

}  // namespace

CertificateStack read_certificates(std::string_view pem) {
  CertificateStack stack(sk_X509_new_null());
  ZP_CHECK(stack != nullptr);
  const Owned<BIO, BIO_free_all> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return stack;
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    ZP_CHECK(sk_X509_push(stack.get(), certificate) > 0);
  ERR_clear_error();  // the end of the text counts as an error
  return stack;
}

std::string subject_of(const X509* certificate) { return name_of(X509_get_subject_name(certificate)); }

std::string name_of(const X509_NAME* subject) {
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0) return utf8_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  const Owned<BIO, BIO_free_all> bio(BIO_new(BIO_s_mem()));
  ZP_CHECK(bio != nullptr);
  X509_NAME_print_ex(bio.get(), subject, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return to_valid_utf8({text, static_cast<std::size_t>(size)});
}

}  // namespace zp::crypto
