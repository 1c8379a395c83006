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

#include "crypto/anchor_index.h"
#include "crypto/cms.h"
#include "crypto/cms_chain.h"
#include "crypto/cms_message.h"

namespace zp::crypto {
namespace {

constexpr int kFewestRsaBits = 2048;
constexpr int kFewestCurveBits = 224;
constexpr const char* kTimeStampWeakness = "time-stamp";

int digest_of(const X509_ALGOR* algorithm) {
  return algorithm == nullptr ? NID_sha1 : OBJ_obj2nid(algorithm->algorithm);
}

// Null: none that is known. OpenSSL does not know the SHAKE256 that tells its length (RFC 8419 section 2.3).
const EVP_MD* digest_by(const X509_ALGOR* algorithm) {
  constexpr std::array<std::uint8_t, 9> kShakeWithLength = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x12};
  constexpr long kBits = 512;  // what digest_of_spans() gives
  const ASN1_OBJECT* const name = algorithm->algorithm;
  const ASN1_TYPE* const length = algorithm->parameter;
  if (!std::ranges::equal(ByteView(OBJ_get0_data(name), OBJ_length(name)), kShakeWithLength))
    return EVP_get_digestbyobj(name);
  const bool fits =
      length != nullptr && length->type == V_ASN1_INTEGER && ASN1_INTEGER_get(length->value.integer) == kBits;
  return fits ? EVP_shake256() : nullptr;
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

// SigningCertificate(V2) without what follows its first reference: only that one binds the signer (RFC 5035
// section 5), the others name a chain that need not be in the message.
std::optional<Bytes> first_reference(const ASN1_STRING* attribute) {
  const auto sequence = [](ByteView bytes) {
    auto element = leading_element(bytes);
    return element && element->tag == V_ASN1_SEQUENCE ? element : std::nullopt;
  };
  const auto outer = sequence(bytes_of(attribute));
  const auto references = outer ? sequence(outer->content) : std::nullopt;
  const auto first = references ? sequence(references->content) : std::nullopt;
  if (!first) return std::nullopt;
  return in_element(V_ASN1_SEQUENCE, in_element(V_ASN1_SEQUENCE, first->whole));
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
  const EVP_MD* const algorithm = digest_by(TS_MSG_IMPRINT_get_algo(imprint));
  return algorithm != nullptr &&
         std::ranges::equal(bytes_of(TS_MSG_IMPRINT_get_msg(imprint)), digest_of_spans(algorithm, content));
}

// Whether what the message carries inside is what its form wants there.
bool carries_what_its_form_wants(CMS_ContentInfo* cms, const std::vector<ByteView>& content, CmsForm form) {
  const ASN1_OCTET_STRING* const embedded = embedded_content(cms);
  if (form == CmsForm::kDetached) return embedded == nullptr;
  if (embedded == nullptr) return false;
  if (form == CmsForm::kEnclosing) return true;
  if (form == CmsForm::kSha1Digest) return std::ranges::equal(bytes_of(embedded), digest_of_spans(EVP_sha1(), content));
  return OBJ_obj2nid(CMS_get0_eContentType(cms)) == NID_id_smime_ct_TSTInfo &&
         stamps(parse_time_stamp(bytes_of(embedded)), content);
}

// An empty failure: it holds.
struct Holding {
  Integrity integrity = Integrity::kOk;
  const char* failure = "";
};
constexpr Holding kBadFormat{Integrity::kBroken, "FORMAT_FAILURE"};
constexpr Holding kBadHash{Integrity::kBroken, "HASH_FAILURE"};
constexpr Holding kBadSignature{Integrity::kBroken, "SIG_CRYPTO_FAILURE"};
constexpr Holding kNoSigner{Integrity::kUnknown, "NO_SIGNING_CERTIFICATE_FOUND"};
constexpr Holding kBeyondUs{Integrity::kUnknown, "CRYPTO_CONSTRAINTS_FAILURE"};

bool is_edwards(const EVP_PKEY* key) { return EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448"); }

// What is signed when there are signed attributes: all of them as a SET (RFC 5652 section 5.4), in the order of the
// message.
Bytes signed_attributes(const CMS_SignerInfo* info) {
  Bytes all;
  for (int i = 0; i < CMS_signed_get_attr_count(info); ++i) {
    unsigned char* raw = nullptr;
    const int size = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(info, i), &raw);
    if (size > 0) all.insert(all.end(), raw, raw + size);
    OPENSSL_free(raw);
  }
  return in_element(V_ASN1_SET, all);
}

// OpenSSL 3.0 has no CMS with these (RFC 8419).
bool edwards_verifies(const Signer& signer, ByteView message) {
  const DigestContext context(EVP_MD_CTX_new());
  const ByteView value = bytes_of(CMS_SignerInfo_get0_signature(signer.info));
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, signer.key) == 1 &&
         EVP_DigestVerify(context.get(), value.data(), value.size(), message.data(), message.size()) == 1;
}

Holding check_attributes(const Signer& signer, const std::vector<ByteView>& content) {
  const EVP_MD* const algorithm = digest_by(signer.digest);
  if (algorithm == nullptr) return kBeyondUs;
  const auto* const wanted = static_cast<const ASN1_STRING*>(
      CMS_signed_get0_data_by_OBJ(signer.info, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING));
  if (wanted == nullptr) return kBadFormat;
  if (!std::ranges::equal(bytes_of(wanted), digest_of_spans(algorithm, content))) return kBadHash;
  const bool verifies = is_edwards(signer.key) ? edwards_verifies(signer, signed_attributes(signer.info))
                                               : CMS_SignerInfo_verify(signer.info) == 1;
  return verifies ? Holding{} : kBadSignature;
}

// Without signed attributes the signature is over the content itself.
Holding check_content(CMS_ContentInfo* cms, const Signer& signer, const std::vector<ByteView>& content) {
  if (is_edwards(signer.key)) {
    Bytes whole;
    for (const ByteView span : content) whole.insert(whole.end(), span.begin(), span.end());
    return edwards_verifies(signer, whole) ? Holding{} : kBadSignature;
  }
  const auto source = open_spans(content);
  ERR_clear_error();
  if (CMS_verify(cms, nullptr, nullptr, embedded_content(cms) == nullptr ? source.get() : nullptr, nullptr,
                 CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1)
    return {};
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  const bool beyond_us = reason == CMS_R_UNKNOWN_DIGEST_ALGORITHM || reason == CMS_R_UNSUPPORTED_TYPE;
  return beyond_us ? kBeyondUs : kBadSignature;
}

Holding check_integrity(CMS_ContentInfo* cms, const Signer& signer, const std::vector<ByteView>& content,
                        CmsForm form) {
  const ASN1_OCTET_STRING* const embedded = embedded_content(cms);
  if ((embedded == nullptr) != (form == CmsForm::kDetached)) return kBadFormat;
  if (!carries_what_its_form_wants(cms, content, form)) return kBadHash;
  if (signer.certificate == nullptr || signer.key == nullptr) return kNoSigner;
  if (!pss_uses_one_digest(signer) || !names_its_certificate(signer) || !signs_its_content_type(cms, signer.info))
    return kBadFormat;
  const std::vector<ByteView> own = embedded == nullptr ? content : std::vector{bytes_of(embedded)};
  return CMS_signed_get_attr_count(signer.info) > 0 ? check_attributes(signer, own) : check_content(cms, signer, own);
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
  if (value == nullptr || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME)) return std::nullopt;
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

bool is_weak(const CmsVerdict& verdict) {
  return std::ranges::any_of(verdict.weaknesses,
                             [](const std::string& weakness) { return weakness != kTimeStampWeakness; });
}

// Signature time-stamps (RFC 3161 appendix A): over the signature's own bytes, so each proves when it existed at the
// latest.
void check_time_stamps(const Signer& signer, const TrustAnchors& anchors, std::int64_t at,
                       const ValidationMaterial& material, CmsVerdict& verdict) {
  const std::vector<ByteView> signature = {bytes_of(CMS_SignerInfo_get0_signature(signer.info))};
  for (int i = 0; i < CMS_unsigned_get_attr_count(signer.info); ++i) {
    X509_ATTRIBUTE* const attribute = CMS_unsigned_get_attr(signer.info, i);
    if (OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute)) != NID_id_smime_aa_timeStampToken) continue;
    const ASN1_TYPE* const value = X509_ATTRIBUTE_get0_type(attribute, 0);
    if (value == nullptr || value->type != V_ASN1_SEQUENCE) continue;
    const CmsVerdict stamp =
        verify_detached(bytes_of(value->value.sequence), signature, CmsForm::kTimeStamp, anchors, at, material);
    if (stamp.integrity == Integrity::kBroken) {
      // The signature itself may hold, but somebody put a strange time-stamp on it.
      verdict.weaknesses.emplace_back(kTimeStampWeakness);
      verdict.integrity = Integrity::kUnknown;
      verdict.failure = "TIMESTAMP_ORDER_FAILURE";
    } else if (stamp.proven_time) {
      verdict.proven_time = std::min(stamp.proven_time, verdict.proven_time ? verdict.proven_time : stamp.proven_time);
    }
  }
}

}  // namespace

void load_cms_algorithms() {
  constexpr std::uint64_t kAll = OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS;
  ZP_CHECK(OPENSSL_init_crypto(kAll, nullptr) == 1);
  // What OpenSSL looks up and keeps at the first signature, some milliseconds, a process that is forked then has.
  const SealKey::Pem pem = SealKey::self_signed("zegelpost", 1);
  const Result<SealKey> key = SealKey::load(pem.chain, pem.key);
  const std::vector<ByteView> nothing = {ByteView()};
  const Result<Bytes> cms = key ? key->sign_digest(digest_of_spans(EVP_sha256(), nothing)) : Result<Bytes>();
  ZP_CHECK(cms &&
           verify_detached(*cms, nothing, CmsForm::kDetached, {pem.chain}, ::time(nullptr)).chain == Chain::kTrusted);
}

bool is_signed_message(ByteView cms) {
  const bool is = parse_signed_message(cms).cms != nullptr;
  ERR_clear_error();
  return is;
}

std::optional<Bytes> signed_content(ByteView cms) {
  const auto message = parse_signed_message(cms);
  const ASN1_OCTET_STRING* const embedded = message.cms ? embedded_content(message.cms.get()) : nullptr;
  ERR_clear_error();
  if (embedded == nullptr) return std::nullopt;
  return Bytes(bytes_of(embedded).begin(), bytes_of(embedded).end());
}

CmsVerdict verify_detached(ByteView cms_bytes, const std::vector<ByteView>& content, CmsForm form,
                           const TrustAnchors& anchors, std::int64_t at, const ValidationMaterial& material) {
  CmsVerdict verdict;
  verdict.integrity = kBadFormat.integrity;
  verdict.failure = kBadFormat.failure;
  const SignedMessage message = parse_signed_message(cms_bytes);
  CMS_ContentInfo* const cms = message.cms.get();
  if (cms == nullptr) return verdict;
  CertificatePool& pool = pool_of(material);
  if (!anchors.pem.empty()) anchors.make_index();
  pool.know(anchors.index ? &anchors.index->decoded() : nullptr);
  Signer signer = first_signer(message, pool, nullptr);
  if (signer.info == nullptr) return verdict;
  std::optional<Evidence> beside;  // what helps to find a certificate that the message does not carry
  if (signer.certificate == nullptr) {
    beside = collect_evidence(message, nullptr, material);
    signer = first_signer(message, pool, beside->certificates.get());
  }

  verdict.digest_algorithm = OBJ_nid2sn(digest_of(signer.digest));
  verdict.claimed_time = claimed_time(cms, signer.info, form);
  if (signer.certificate != nullptr) {
    verdict.signer = subject_of(signer.certificate);
    if (const EVP_PKEY* key = X509_get0_pubkey(signer.certificate)) verdict.key = key_name(key);
  }
  name_weaknesses(signer, form, verdict);
  const Holding holding = check_integrity(cms, signer, content, form);
  verdict.integrity = holding.integrity;
  verdict.failure = holding.failure;
  const bool stamp = form == CmsForm::kTimeStamp;
  if (!stamp && verdict.integrity == Integrity::kOk) check_time_stamps(signer, anchors, at, material, verdict);
  // Decoding takes longer than checking a signature, so nothing is decoded that nobody asks for.
  const ChainVerdict chain = anchors.pem.empty()
                                 ? ChainVerdict{}
                                 : check_chain(signer.certificate, collect_evidence(message, signer.info, material),
                                               anchors, pool, stamp ? X509_PURPOSE_TIMESTAMP_SIGN : X509_PURPOSE_ANY,
                                               std::min(at, verdict.proven_time.value_or(at)));
  verdict.chain = chain.chain == Chain::kTrusted && is_weak(verdict) ? Chain::kUntrusted : chain.chain;
  verdict.revocation = chain.revocation;
  if (stamp && verdict.integrity == Integrity::kOk && verdict.chain == Chain::kTrusted)
    verdict.proven_time = verdict.claimed_time;
  ERR_clear_error();
  return verdict;
}

}  // namespace zp::crypto
