// crypto/openssl_x509.h - certificates with OpenSSL; private to crypto/.
#ifndef CRYPTO_OPENSSL_X509_H_
#define CRYPTO_OPENSSL_X509_H_

#include <openssl/x509.h>

#include <string>
#include <string_view>

#include "crypto/openssl.h"

namespace zp::crypto {

using Certificate = Owned<X509, X509_free>;

inline void sk_X509_free_all(STACK_OF(X509) * stack) noexcept { sk_X509_pop_free(stack, X509_free); }
/// For a stack that borrows its certificates.
inline void sk_X509_free_only(STACK_OF(X509) * stack) noexcept { sk_X509_free(stack); }
using CertificateStack = Owned<STACK_OF(X509), sk_X509_free_all>;

/// All certificates of a PEM text in their order; empty if there is none.
CertificateStack read_certificates(std::string_view pem);
/// The common name, else the whole name (RFC 2253), as UTF-8.
std::string name_of(const X509_NAME* name);
std::string subject_of(const X509* certificate);

}  // namespace zp::crypto

#endif  // CRYPTO_OPENSSL_X509_H_
