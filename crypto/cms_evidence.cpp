#include <openssl/err.h>

#include "crypto/cms_chain.h"
#include "crypto/cms_message.h"

namespace zp::crypto {
namespace {

constexpr const char* kAdobeRevocationArchive = "1.2.840.113583.1.1.8";  // a signed attribute (ISO 32000-1 12.8.3.3.2)
constexpr const char* kRevocationValues = "1.2.840.113549.1.9.16.2.24";  // an unsigned one (RFC 5126 6.3.4)
constexpr int kMost = 500;                                               // of each sort

void add_crl(ByteView der, Evidence& evidence) {
  if (evidence.other_crls.size() < kMost) evidence.other_crls.push_back(der);
}

/// Some programs keep the whole response, others the basic response in it.
void add_ocsp(ByteView der, Evidence& evidence) {
  const std::uint8_t* at = der.data();
  const Owned<OCSP_RESPONSE, OCSP_RESPONSE_free> response(
      d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
  at = der.data();
  const OcspAnswer answer(response ? OCSP_response_get1_basic(response.get())
                                   : d2i_OCSP_BASICRESP(nullptr, &at, static_cast<long>(der.size())),
                          OCSP_BASICRESP_free);
  if (!answer || evidence.ocsp.size() >= kMost) return;
  const auto* carried = OCSP_resp_get0_certs(answer.get());
  for (int i = 0; i < sk_X509_num(carried); ++i)
    add_certificate(sk_X509_value(carried, i), evidence.certificates.get());
  evidence.ocsp.push_back(answer);
}

void for_each_element(ByteView bytes, auto take) {
  while (const auto element = leading_element(bytes)) {
    take(*element);
    bytes = bytes.subspan(element->whole.size());
  }
}

// Both attributes: SEQUENCE { [0] SEQUENCE OF CertificateList, [1] SEQUENCE OF OCSP response, ... }.
void add_attribute(ByteView der, Evidence& evidence) {
  const auto outer = leading_element(der);
  if (!outer) return;
  for_each_element(outer->content, [&](const DerElement& kind) {
    const auto list = leading_element(kind.content);
    if (!kind.of_context || !list) return;
    for_each_element(list->content, [&](const DerElement& one) {
      if (kind.tag == 0) add_crl(one.whole, evidence);
      if (kind.tag == 1) add_ocsp(one.whole, evidence);
    });
  });
}

void add_from_signer(const CMS_SignerInfo* signer, Evidence& evidence) {
  const Owned<ASN1_OBJECT, ASN1_OBJECT_free> archive(OBJ_txt2obj(kAdobeRevocationArchive, 1));
  const Owned<ASN1_OBJECT, ASN1_OBJECT_free> values(OBJ_txt2obj(kRevocationValues, 1));
  for (const auto* attribute :
       {CMS_signed_get0_data_by_OBJ(signer, archive.get(), -3, V_ASN1_SEQUENCE),
        CMS_unsigned_get0_data_by_OBJ(const_cast<CMS_SignerInfo*>(signer), values.get(), -3, V_ASN1_SEQUENCE)})
    if (attribute != nullptr) add_attribute(bytes_of(static_cast<const ASN1_STRING*>(attribute)), evidence);
}

/// Adds references to what was decoded.
void share(const Evidence& from, Evidence& into) {
  for (int i = 0; i < sk_X509_num(from.certificates.get()) && sk_X509_num(into.certificates.get()) < kMost; ++i)
    add_certificate(sk_X509_value(from.certificates.get(), i), into.certificates.get());
  for (const ByteView crl : from.other_crls) add_crl(crl, into);
  into.ocsp.insert(into.ocsp.end(), from.ocsp.begin(), from.ocsp.end());
}

}  // namespace

struct DecodedMaterial {
  CertificatePool pool;
  std::optional<Evidence> evidence;  // made when a chain is asked for
};

namespace {

DecodedMaterial& decoded(const ValidationMaterial& material) {
  if (!material.decoded) material.decoded = std::make_shared<DecodedMaterial>();
  return *material.decoded;
}

const Evidence& evidence_of(const ValidationMaterial& material) {
  DecodedMaterial& made = decoded(material);
  if (made.evidence) return *made.evidence;
  Evidence& evidence = made.evidence.emplace();
  for (const Bytes& der : material.certificates)
    if (sk_X509_num(evidence.certificates.get()) < kMost)
      add_certificate(made.pool.decode(der), evidence.certificates.get());
  for (const Bytes& der : material.crls) add_crl(der, evidence);
  for (const Bytes& der : material.ocsp_responses) add_ocsp(der, evidence);
  return evidence;
}

}  // namespace

CertificatePool& pool_of(const ValidationMaterial& material) { return decoded(material).pool; }

Evidence collect_evidence(const SignedMessage& message, const CMS_SignerInfo* signer,
                          const ValidationMaterial& material) {
  Evidence evidence;
  if (STACK_OF(X509)* own = CMS_get1_certs(message.cms.get())) evidence.certificates.reset(own);
  if (STACK_OF(X509_CRL)* own = CMS_get1_crls(message.cms.get())) evidence.crls.reset(own);
  CertificatePool& pool = pool_of(material);
  for (const ByteView der : message.certificates) add_certificate(pool.decode(der), evidence.certificates.get());
  if (signer != nullptr) add_from_signer(signer, evidence);
  share(evidence_of(material), evidence);
  ERR_clear_error();
  return evidence;
}

}  // namespace zp::crypto
