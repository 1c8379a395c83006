#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>

#include "crypto/cms.h"
#include "crypto/openssl.h"
#include "crypto/openssl_x509.h"

namespace zp::crypto {
namespace {

constexpr int kLongestChain = 10;
constexpr int kFewestRsaBits = 2048;
constexpr int kFewestCurveBits = 224;

// Reads the spans one after the other, so that a large PDF is not copied to be checked.
struct SpanSource {
  const std::vector<ByteView>& spans;
  std::size_t span = 0;
  std::size_t offset = 0;
};

int read_spans(BIO* bio, char* into, std::size_t room, std::size_t* got) {
  auto& source = *static_cast<SpanSource*>(BIO_get_data(bio));
  *got = 0;
  while (source.span < source.spans.size() && *got == 0) {
    const ByteView rest = source.spans[source.span].subspan(source.offset);
    *got = std::min(room, rest.size());
    std::copy_n(rest.begin(), *got, into);
    source.offset += *got;
    if (*got == rest.size()) {
      ++source.span;
      source.offset = 0;
    }
  }
  return *got > 0 ? 1 : 0;
}

long control_spans(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

Owned<BIO, BIO_free_all> open_spans(SpanSource& source) {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "spans");
    ZP_CHECK(made != nullptr);
    BIO_meth_set_read_ex(made, read_spans);
    BIO_meth_set_ctrl(made, control_spans);
    return made;
  }();
  Owned<BIO, BIO_free_all> bio(BIO_new(method));
  ZP_CHECK(bio != nullptr);
  BIO_set_data(bio.get(), &source);
  BIO_set_init(bio.get(), 1);
  return bio;
}

std::array<std::uint8_t, 20> sha1(const std::vector<ByteView>& content) {
  const DigestContext context(EVP_MD_CTX_new());
  ZP_CHECK(EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr) == 1);
  for (const ByteView span : content)
    ZP_CHECK(EVP_DigestUpdate(context.get(), span.data(), span.size()) == 1);
  std::array<std::uint8_t, 20> digest;
  ZP_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

// The CMS inside a /Contents string, which is padded with zeros; nothing if anything else follows.
Owned<CMS_ContentInfo, CMS_ContentInfo_free> parse(ByteView bytes) {
  if (bytes.size() > std::numeric_limits<int>::max()) return nullptr;
  const std::uint8_t* at = bytes.data();
  Owned<CMS_ContentInfo, CMS_ContentInfo_free> cms(
      d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(bytes.size())));
  if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) return nullptr;
  if (!std::all_of(at, bytes.data() + bytes.size(), [](std::uint8_t b) { return b == 0; })) return nullptr;
  return cms;
}

std::optional<ByteView> embedded_content(CMS_ContentInfo* cms) {
  ASN1_OCTET_STRING** const content = CMS_get0_content(cms);
  if (content == nullptr || *content == nullptr) return std::nullopt;
  return ByteView(ASN1_STRING_get0_data(*content), static_cast<std::size_t>(ASN1_STRING_length(*content)));
}

struct Signer {
  CMS_SignerInfo* info = nullptr;
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  X509_ALGOR* digest = nullptr;
  X509_ALGOR* signature = nullptr;
};

Signer first_signer(CMS_ContentInfo* cms) {
  Signer signer;
  CMS_set1_signers_certs(cms, nullptr, 0);
  signer.info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
  if (signer.info != nullptr)
    CMS_SignerInfo_get0_algs(signer.info, &signer.key, &signer.certificate, &signer.digest,
                             &signer.signature);
  return signer;
}

int digest_of(const X509_ALGOR* algorithm) {
  return algorithm == nullptr ? NID_sha1 : OBJ_obj2nid(algorithm->algorithm);
}

// RFC 4055 wants one digest for the message and for MGF1; OpenSSL takes two, other programs differ on it.
bool pss_uses_one_digest(const Signer& signer) {
  if (OBJ_obj2nid(signer.signature->algorithm) != NID_rsassaPss) return true;
  const Owned<RSA_PSS_PARAMS, RSA_PSS_PARAMS_free> pss(static_cast<RSA_PSS_PARAMS*>(
      ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), signer.signature->parameter)));
  if (!pss) return false;
  int mask_digest = NID_sha1;
  if (pss->maskGenAlgorithm != nullptr) {
    const Owned<X509_ALGOR, X509_ALGOR_free> hash(static_cast<X509_ALGOR*>(
        ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(X509_ALGOR), pss->maskGenAlgorithm->parameter)));
    if (!hash) return false;
    mask_digest = digest_of(hash.get());
  }
  return digest_of(pss->hashAlgorithm) == mask_digest && mask_digest == digest_of(signer.digest);
}

// The signed attribute that names the signing certificate by its hash must name the one we found.
bool names_its_certificate(CMS_ContentInfo* cms, const Signer& signer) {
  const auto attribute = [&](int nid) {
    return static_cast<ASN1_STRING*>(
        CMS_signed_get0_data_by_OBJ(signer.info, OBJ_nid2obj(nid), -3, V_ASN1_SEQUENCE));
  };
  const auto decode = [](const ASN1_STRING* value, auto d2i) {
    const std::uint8_t* at = ASN1_STRING_get0_data(value);
    return d2i(nullptr, &at, ASN1_STRING_length(value));
  };
  const ASN1_STRING* const v1 = attribute(NID_id_smime_aa_signingCertificate);
  const ASN1_STRING* const v2 = attribute(NID_id_smime_aa_signingCertificateV2);
  if (v1 == nullptr && v2 == nullptr) return true;
  const Owned<ESS_SIGNING_CERT, ESS_SIGNING_CERT_free> ess1(v1 ? decode(v1, d2i_ESS_SIGNING_CERT) : nullptr);
  const Owned<ESS_SIGNING_CERT_V2, ESS_SIGNING_CERT_V2_free> ess2(v2 ? decode(v2, d2i_ESS_SIGNING_CERT_V2)
                                                                     : nullptr);
  if ((v1 && !ess1) || (v2 && !ess2)) return false;

  const CertificateStack embedded(CMS_get1_certs(cms));
  const Owned<STACK_OF(X509), sk_X509_free_only> chain(sk_X509_new_null());
  ZP_CHECK(sk_X509_push(chain.get(), signer.certificate) > 0);
  for (int i = 0; i < sk_X509_num(embedded.get()); ++i)
    ZP_CHECK(sk_X509_push(chain.get(), sk_X509_value(embedded.get(), i)) > 0);
  return OSSL_ESS_check_signing_certs(ess1.get(), ess2.get(), chain.get(), 1) > 0;
}

// RFC 5652 section 11.1: the signed content type is the one outside, which OpenSSL does not compare.
bool signs_its_content_type(CMS_ContentInfo* cms, const CMS_SignerInfo* info) {
  if (CMS_signed_get_attr_count(info) <= 0) return true;
  const auto* const type = static_cast<const ASN1_OBJECT*>(
      CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT));
  return type != nullptr && OBJ_cmp(type, CMS_get0_eContentType(cms)) == 0;
}

Integrity check_integrity(CMS_ContentInfo* cms, const Signer& signer, const std::vector<ByteView>& content,
                          CmsForm form) {
  const std::optional<ByteView> embedded = embedded_content(cms);
  const bool digest_inside = form == CmsForm::kSha1Digest;
  if (embedded.has_value() != digest_inside) return Integrity::kBroken;
  if (digest_inside && !std::ranges::equal(*embedded, sha1(content))) return Integrity::kBroken;
  if (signer.certificate == nullptr) return Integrity::kUnknown;
  if (!pss_uses_one_digest(signer) || !names_its_certificate(cms, signer) ||
      !signs_its_content_type(cms, signer.info))
    return Integrity::kBroken;

  SpanSource source{content};
  const Owned<BIO, BIO_free_all> detached = open_spans(source);
  ERR_clear_error();
  if (CMS_verify(cms, nullptr, nullptr, digest_inside ? nullptr : detached.get(), nullptr,
                 CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1)
    return Integrity::kOk;
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  const bool beyond_us = reason == CMS_R_UNKNOWN_DIGEST_ALGORITHM || reason == CMS_R_UNSUPPORTED_TYPE ||
                         reason == CMS_R_UNABLE_TO_FINALIZE_CONTEXT || reason == CMS_R_CTRL_ERROR ||
                         reason == CMS_R_NO_MATCHING_DIGEST;
  return beyond_us ? Integrity::kUnknown : Integrity::kBroken;
}

Chain check_chain(CMS_ContentInfo* cms, X509* certificate, const TrustAnchors& anchors, std::int64_t at) {
  const CertificateStack roots = read_certificates(anchors.pem);
  if (!roots || sk_X509_num(roots.get()) == 0 || certificate == nullptr) return Chain::kUnknown;
  const Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  for (int i = 0; i < sk_X509_num(roots.get()); ++i)
    X509_STORE_add_cert(store.get(), sk_X509_value(roots.get(), i));
  const CertificateStack embedded(CMS_get1_certs(cms));
  const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  ZP_CHECK(context != nullptr);
  if (X509_STORE_CTX_init(context.get(), store.get(), certificate, embedded.get()) != 1)
    return Chain::kUnknown;
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, at);
  X509_VERIFY_PARAM_set_depth(parameters, kLongestChain);
  // An anchor is trusted because the administrator named it, not because it signed itself.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  if (X509_verify_cert(context.get()) == 1) return Chain::kTrusted;
  switch (X509_STORE_CTX_get_error(context.get())) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Chain::kExpired;
    case X509_V_ERR_CERT_REVOKED:
      return Chain::kRevoked;
    default:
      return Chain::kUntrusted;
  }
}

std::optional<std::int64_t> signing_time(const CMS_SignerInfo* info) {
  const int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
  X509_ATTRIBUTE* const attribute = at < 0 ? nullptr : CMS_signed_get_attr(info, at);
  const ASN1_TYPE* const value = attribute == nullptr ? nullptr : X509_ATTRIBUTE_get0_type(attribute, 0);
  if (value == nullptr || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
    return std::nullopt;
  std::tm broken_down{};
  if (ASN1_TIME_to_tm(value->value.asn1_string, &broken_down) != 1) return std::nullopt;
  return timegm(&broken_down);
}

std::string key_name(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS"))
    return "RSA-" + std::to_string(EVP_PKEY_get_bits(key));
  if (!EVP_PKEY_is_a(key, "EC")) {
    const char* const type = EVP_PKEY_get0_type_name(key);
    return type == nullptr ? "unknown" : type;
  }
  std::array<char, 64> group{};
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) return "EC";
  const char* const nist = EC_curve_nid2nist(OBJ_sn2nid(group.data()));
  return std::string("EC-") + (nist == nullptr ? group.data() : nist);
}

void name_weaknesses(const Signer& signer, CmsForm form, CmsVerdict& verdict) {
  const auto add = [&](const std::string& weakness) {
    auto& all = verdict.weaknesses;
    if (std::find(all.begin(), all.end(), weakness) == all.end()) all.push_back(weakness);
  };
  const auto add_digest = [&](int nid) {
    if (nid == NID_sha1 || nid == NID_md5 || nid == NID_md4 || nid == NID_md2) add(OBJ_nid2sn(nid));
  };
  add_digest(digest_of(signer.digest));
  if (form == CmsForm::kSha1Digest) add_digest(NID_sha1);
  if (signer.certificate == nullptr) return;
  int digest = NID_undef;
  const bool self_signed = (X509_get_extension_flags(signer.certificate) & EXFLAG_SS) != 0;
  if (!self_signed && X509_get_signature_info(signer.certificate, &digest, nullptr, nullptr, nullptr) == 1)
    add_digest(digest);
  const EVP_PKEY* const key = X509_get0_pubkey(signer.certificate);
  if (key == nullptr) return;
  const bool rsa = EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS") || EVP_PKEY_is_a(key, "DSA");
  if (EVP_PKEY_get_bits(key) < (rsa ? kFewestRsaBits : kFewestCurveBits)) add(key_name(key));
}

}  // namespace

CmsVerdict verify_detached(ByteView cms_bytes, const std::vector<ByteView>& content, CmsForm form,
                           const TrustAnchors& anchors, std::int64_t at) {
  CmsVerdict verdict;
  verdict.integrity = Integrity::kBroken;
  const auto cms = parse(cms_bytes);
  if (!cms) return verdict;
  const Signer signer = first_signer(cms.get());
  if (signer.info == nullptr) return verdict;

  verdict.digest_algorithm = OBJ_nid2sn(digest_of(signer.digest));
  verdict.claimed_time = signing_time(signer.info);
  if (signer.certificate != nullptr) {
    verdict.signer = subject_of(signer.certificate);
    if (const EVP_PKEY* key = X509_get0_pubkey(signer.certificate)) verdict.key = key_name(key);
  }
  name_weaknesses(signer, form, verdict);
  verdict.integrity = check_integrity(cms.get(), signer, content, form);
  verdict.chain = check_chain(cms.get(), signer.certificate, anchors, at);
  ERR_clear_error();
  return verdict;
}

}  // namespace zp::crypto
