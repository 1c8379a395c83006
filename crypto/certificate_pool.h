// crypto/certificate_pool.h - certificates and CRLs that are decoded once, however often a document carries them or asks for
// them; private to crypto/.
//
// With each certificate OpenSSL 3.0 sets up a decoder for its key, which takes longer than to check a signature.
// Threads: one.
#ifndef CRYPTO_CERTIFICATE_POOL_H_
#define CRYPTO_CERTIFICATE_POOL_H_

#include <functional>
#include <map>
#include <string>

#include "crypto/base/bytes.h"
#include "crypto/openssl_x509.h"

namespace zp::crypto {

class CertificatePool {
 public:
  /// What `other` decoded is not decoded again. Null: nothing is known.
  void know(const CertificatePool* other) { known_ = other; }
  /// Null if `der` is no certificate. It lives as long as the pool, or the one that knows it.
  X509* decode(ByteView der);
  /// The same of a CRL.
  X509_CRL* decode_crl(ByteView der);

 private:
  const CertificatePool* known_ = nullptr;
  std::map<std::string, Certificate, std::less<>> by_der_;
  std::map<std::string, Owned<X509_CRL, X509_CRL_free>, std::less<>> crls_by_der_;
};

/// Adds a reference; null is left out.
void add_certificate(X509* certificate, STACK_OF(X509) * stack);

}  // namespace zp::crypto

#endif  // CRYPTO_CERTIFICATE_POOL_H_
