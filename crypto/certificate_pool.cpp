#include "crypto/certificate_pool.h"

#include "crypto/key_decoders.h"

namespace zp::crypto {

X509* CertificatePool::decode(ByteView der) {
  const std::string_view key = as_text(der);
  for (const CertificatePool* pool : {static_cast<const CertificatePool*>(this), known_}) {
    if (pool == nullptr) continue;
    if (const auto known = pool->by_der_.find(key); known != pool->by_der_.end()) return known->second.get();
  }
  return by_der_.emplace(key, decode_certificate(der)).first->second.get();
}

X509_CRL* CertificatePool::decode_crl(ByteView der) {
  const std::string_view key = as_text(der);
  if (const auto known = crls_by_der_.find(key); known != crls_by_der_.end()) return known->second.get();
  const std::uint8_t* at = der.data();
  X509_CRL* const decoded = d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()));
  return crls_by_der_.emplace(key, decoded).first->second.get();
}

void add_certificate(X509* certificate, STACK_OF(X509) * stack) {
  if (certificate == nullptr || X509_up_ref(certificate) != 1) return;
  ZP_CHECK(sk_X509_push(stack, certificate) > 0);
}

}  // namespace zp::crypto
