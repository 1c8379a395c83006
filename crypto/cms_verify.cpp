#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>
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

Bytes digest(const EVP_MD* algorithm, const std::vector<ByteView>& content) {
  const DigestContext context(EVP_MD_CTX_new());
  ZP_CHECK(EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1);
  for (const ByteView span : content)
    ZP_CHECK(EVP_DigestUpdate(context.get(), span.data(), span.size()) == 1);
  Bytes value(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  ZP_CHECK(EVP_DigestFinal_ex(context.get(), value.data(), &size) == 1);
  value.resize(size);
  return value;
}

ByteView bytes_of(const ASN1_STRING* value) {
  return {ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))};
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

// Null if it has none.
const ASN1_OCTET_STRING* embedded_content(CMS_ContentInfo* cms) {
  ASN1_OCTET_STRING** const content = CMS_get0_content(cms);
  return content == nullptr ? nullptr : *content;
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

Bytes in_sequence(ByteView content) {
  const int size = static_cast<int>(content.size());
  Bytes sequence(static_cast<std::size_t>(ASN1_object_size(1, size, V_ASN1_SEQUENCE)) - content.size());
  std::uint8_t* at = sequence.data();
  ASN1_put_object(&at, 1, size, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
  sequence.insert(sequence.end(), content.begin(), content.end());
  return sequence;
}

// The content of the element that `bytes` starts with, and what follows it; nothing unless it is a DER
// SEQUENCE.
struct Element {
  ByteView content;
  ByteView whole;
};
std::optional<Element> leading_sequence(ByteView bytes) {
  const std::uint8_t* at = bytes.data();
  long size = 0;
  int tag = 0, kind = 0;
  const int form = ASN1_get_object(&at, &size, &tag, &kind, static_cast<long>(bytes.size()));
  if (form != V_ASN1_CONSTRUCTED || tag != V_ASN1_SEQUENCE) return std::nullopt;
  const auto header = static_cast<std::size_t>(at - bytes.data());
  const auto content = static_cast<std::size_t>(size);
  return Element{bytes.subspan(header, content), bytes.first(header + content)};
}

// SigningCertificate(V2) without what follows its first reference: only that one binds the signer (RFC 5035
// section 5), the others name a chain that need not be in the message.
std::optional<Bytes> first_reference(const ASN1_STRING* attribute) {
  const auto outer = leading_sequence(bytes_of(attribute));
  const auto references = outer ? leading_sequence(outer->content) : std::nullopt;
  const auto first = references ? leading_sequence(references->content) : std::nullopt;
  if (!first) return std::nullopt;
  return in_sequence(in_sequence(first->whole));
}

// The signed attribute that names the signing certificate by its hash must name the one we found.
template <auto Decode, auto Free>
bool names_certificate(const Signer& signer, int attribute_nid, auto check) {
  const auto* const attribute = static_cast<const ASN1_STRING*>(
      CMS_signed_get0_data_by_OBJ(signer.info, OBJ_nid2obj(attribute_nid), -3, V_ASN1_SEQUENCE));
  if (attribute == nullptr) return true;
  const std::optional<Bytes> der = first_reference(attribute);
  if (!der) return false;
  const std::uint8_t* at = der->data();
  const std::unique_ptr<std::remove_pointer_t<decltype(Decode(nullptr, &at, 0))>, Releases<Free>> reference(
      Decode(nullptr, &at, static_cast<long>(der->size())));
  const Owned<STACK_OF(X509), sk_X509_free_only> chain(sk_X509_new_null());
  ZP_CHECK(sk_X509_push(chain.get(), signer.certificate) > 0);
  return reference && check(reference.get(), chain.get()) > 0;
}

bool names_its_certificate(const Signer& signer) {
  return names_certificate<d2i_ESS_SIGNING_CERT, ESS_SIGNING_CERT_free>(
             signer, NID_id_smime_aa_signingCertificate,
             [](auto* v1, auto* chain) { return OSSL_ESS_check_signing_certs(v1, nullptr, chain, 1); }) &&
         names_certificate<d2i_ESS_SIGNING_CERT_V2, ESS_SIGNING_CERT_V2_free>(
             signer, NID_id_smime_aa_signingCertificateV2,
             [](auto* v2, auto* chain) { return OSSL_ESS_check_signing_certs(nullptr, v2, chain, 1); });
}

// RFC 5652 section 11.1: the signed content type is the one outside, which OpenSSL does not compare.
bool signs_its_content_type(CMS_ContentInfo* cms, const CMS_SignerInfo* info) {
  if (CMS_signed_get_attr_count(info) <= 0) return true;
  const auto* const type = static_cast<const ASN1_OBJECT*>(
      CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT));
  return type != nullptr && OBJ_cmp(type, CMS_get0_eContentType(cms)) == 0;
}

using TimeStamp = Owned<TS_TST_INFO, TS_TST_INFO_free>;

TimeStamp parse_time_stamp(ByteView info) {
  const std::uint8_t* at = info.data();
  return TimeStamp(d2i_TS_TST_INFO(nullptr, &at, static_cast<long>(info.size())));
}

// RFC 3161 section 2.4.2: what is stamped is a digest of the content.
bool stamps(const TimeStamp& stamp, const std::vector<ByteView>& content) {
  if (!stamp) return false;
  TS_MSG_IMPRINT* const imprint = TS_TST_INFO_get_msg_imprint(stamp.get());
  const EVP_MD* const algorithm = EVP_get_digestbyobj(TS_MSG_IMPRINT_get_algo(imprint)->algorithm);
  return algorithm != nullptr &&
         std::ranges::equal(bytes_of(TS_MSG_IMPRINT_get_msg(imprint)), digest(algorithm, content));
}

// Whether what the message carries inside is what its form wants there.
bool carries_what_its_form_wants(CMS_ContentInfo* cms, const std::vector<ByteView>& content, CmsForm form) {
  const ASN1_OCTET_STRING* const embedded = embedded_content(cms);
  if (form == CmsForm::kDetached) return embedded == nullptr;
  if (embedded == nullptr) return false;
  if (form == CmsForm::kSha1Digest)
    return std::ranges::equal(bytes_of(embedded), digest(EVP_sha1(), content));
  return OBJ_obj2nid(CMS_get0_eContentType(cms)) == NID_id_smime_ct_TSTInfo &&
         stamps(parse_time_stamp(bytes_of(embedded)), content);
}

Integrity check_integrity(CMS_ContentInfo* cms, const Signer& signer, const std::vector<ByteView>& content,
                          CmsForm form) {
  if (!carries_what_its_form_wants(cms, content, form)) return Integrity::kBroken;
  if (signer.certificate == nullptr || signer.key == nullptr) return Integrity::kUnknown;
  // OpenSSL 3.0 has no CMS with these (RFC 8419).
  if (EVP_PKEY_is_a(signer.key, "ED25519") || EVP_PKEY_is_a(signer.key, "ED448")) return Integrity::kUnknown;
  if (!pss_uses_one_digest(signer) || !names_its_certificate(signer) ||
      !signs_its_content_type(cms, signer.info))
    return Integrity::kBroken;

  SpanSource source{content};
  const Owned<BIO, BIO_free_all> detached = open_spans(source);
  ERR_clear_error();
  if (CMS_verify(cms, nullptr, nullptr, form == CmsForm::kDetached ? detached.get() : nullptr, nullptr,
                 CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1)
    return Integrity::kOk;
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  const bool beyond_us = reason == CMS_R_UNKNOWN_DIGEST_ALGORITHM || reason == CMS_R_UNSUPPORTED_TYPE;
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

std::optional<std::int64_t> unix_seconds(const ASN1_TIME* time) {
  std::tm broken_down{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &broken_down) != 1) return std::nullopt;
  return timegm(&broken_down);
}

std::optional<std::int64_t> claimed_time(CMS_ContentInfo* cms, const CMS_SignerInfo* info, CmsForm form) {
  if (form == CmsForm::kTimeStamp) {
    const ASN1_OCTET_STRING* const embedded = embedded_content(cms);
    const TimeStamp stamp = embedded == nullptr ? nullptr : parse_time_stamp(bytes_of(embedded));
    return stamp ? unix_seconds(TS_TST_INFO_get_time(stamp.get())) : std::nullopt;
  }
  const int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
  X509_ATTRIBUTE* const attribute = at < 0 ? nullptr : CMS_signed_get_attr(info, at);
  const ASN1_TYPE* const value = attribute == nullptr ? nullptr : X509_ATTRIBUTE_get0_type(attribute, 0);
  if (value == nullptr || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
    return std::nullopt;
  return unix_seconds(value->value.asn1_string);
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

void load_cms_algorithms() {
  constexpr std::uint64_t kAll = OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS;
  ZP_CHECK(OPENSSL_init_crypto(kAll, nullptr) == 1);
}

CmsVerdict verify_detached(ByteView cms_bytes, const std::vector<ByteView>& content, CmsForm form,
                           const TrustAnchors& anchors, std::int64_t at) {
  CmsVerdict verdict;
  verdict.integrity = Integrity::kBroken;
  const auto cms = parse(cms_bytes);
  if (!cms) return verdict;
  const Signer signer = first_signer(cms.get());
  if (signer.info == nullptr) return verdict;

  verdict.digest_algorithm = OBJ_nid2sn(digest_of(signer.digest));
  verdict.claimed_time = claimed_time(cms.get(), signer.info, form);
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
