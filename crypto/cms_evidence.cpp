#include <openssl/err.h>

#include "crypto/cms_chain.h"
#include "crypto/cms_message.h"
#include "crypto/key_decoders.h"

namespace zp::crypto {
namespace {

constexpr const char* kAdobeRevocationArchive = "1.2.840.113583.1.1.8";  // a signed attribute (ISO 32000-1 12.8.3.3.2)
constexpr const char* kRevocationValues = "1.2.840.113549.1.9.16.2.24";  // an unsigned one (RFC 5126 6.3.4)
constexpr int kMost = 500;                                               // of each sort

void add_crl(ByteView der, Evidence& evidence) {
  if (evidence.other_crls.size() < kMost) evidence.other_crls.push_back(der);
}

/// OCSPResponse ::= SEQUENCE { status, [0] SEQUENCE { type, OCTET STRING of the basic response } }. Some programs keep
/// all of it, others the basic response alone.
ByteView basic_response_in(ByteView der) {
  const auto after_first = [](ByteView elements) {
    const auto first = leading_element(elements);
    return first ? leading_element(elements.subspan(first->whole.size())) : std::nullopt;
  };
  const auto outer = leading_element(der);
  const auto bytes = outer ? after_first(outer->content) : std::nullopt;
  if (!bytes || !bytes->of_context) return der;
  const auto typed = leading_element(bytes->content);
  const auto basic = typed ? after_first(typed->content) : std::nullopt;
  return basic ? basic->content : der;
}

void add_ocsp(ByteView der, Evidence& evidence) {
  const OcspAnswer answer = decode_ocsp_answer(basic_response_in(der));
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
