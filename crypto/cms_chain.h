// crypto/cms_chain.h - does a certificate lead to an anchor, and was it revoked; private to crypto/.
//
// Nothing is fetched: revocation is judged by the CRLs (RFC 5280) and OCSP answers (RFC 6960) at hand. Threads: free
// functions.
#ifndef CRYPTO_CMS_CHAIN_H_
#define CRYPTO_CMS_CHAIN_H_

#include <openssl/cms.h>
#include <openssl/ocsp.h>

#include <memory>
#include <vector>

#include "crypto/certificate_pool.h"
#include "crypto/cms.h"
#include "crypto/cms_message.h"
#include "crypto/openssl_x509.h"

namespace zp::crypto {

inline void sk_X509_CRL_free_all(STACK_OF(X509_CRL) * stack) noexcept { sk_X509_CRL_pop_free(stack, X509_CRL_free); }
inline void sk_X509_CRL_free_only(STACK_OF(X509_CRL) * stack) noexcept { sk_X509_CRL_free(stack); }
using CrlStack = Owned<STACK_OF(X509_CRL), sk_X509_CRL_free_all>;
using OcspAnswer = std::shared_ptr<OCSP_BASICRESP>;  // OpenSSL counts no references of these

/// What came with a signature and helps to judge it; strangers made all of it. Lives no longer than that.
struct Evidence {
  CertificateStack certificates{sk_X509_new_null()};
  CrlStack crls{sk_X509_CRL_new_null()};  // those that were decoded with the message
  std::vector<ByteView> other_crls;       // DER: they may be large, and are needed only if there is a chain to judge
  std::vector<OcspAnswer> ocsp;
};
/// From the message itself (its certificates, CRLs and the attributes for revocation data) and from beside it.
Evidence collect_evidence(const SignedMessage& message, const CMS_SignerInfo* signer,
                          const ValidationMaterial& material);
/// Where what belongs to the document of `material` is decoded.
CertificatePool& pool_of(const ValidationMaterial& material);

struct ChainVerdict {
  Chain chain = Chain::kUnknown;
  Revocation revocation = Revocation::kUnknown;
};
/// `pool`: where CRLs are decoded. `purpose`: X509_PURPOSE_*. `at`: when the certificates must have been valid and
/// not revoked, unix seconds.
ChainVerdict check_chain(X509* certificate, const Evidence& evidence, const TrustAnchors& anchors,
                         CertificatePool& pool, int purpose, std::int64_t at);

}  // namespace zp::crypto

#endif  // CRYPTO_CMS_CHAIN_H_
