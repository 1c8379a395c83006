#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <mutex>

#include "crypto/cms.h"
#include "crypto/hash.h"
#include "crypto/openssl_x509.h"

namespace zp::crypto {
namespace {

constexpr int kFewestRsaBits = 3072;
constexpr int kFewestCurveBits = 256;
constexpr unsigned kSignFlags = CMS_PARTIAL | CMS_DETACHED | CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP;
constexpr long kHourSeconds = 3600;

using Message = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using Bio = Owned<BIO, BIO_free_all>;

// OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

// What is signed: the attributes as a DER SET OF (RFC 5652 section 5.4), so sorted by their encodings.
Bytes signed_attributes(const CMS_SignerInfo* signer) {
  std::vector<Bytes> attributes;
  for (int i = 0; i < CMS_signed_get_attr_count(signer); ++i)
    attributes.push_back(der_of(CMS_signed_get_attr(signer, i), i2d_X509_ATTRIBUTE));
  std::sort(attributes.begin(), attributes.end());
  Bytes body;
  for (const Bytes& attribute : attributes) body.insert(body.end(), attribute.begin(), attribute.end());
  const int size = static_cast<int>(body.size());
  Bytes set(static_cast<std::size_t>(ASN1_object_size(1, size, V_ASN1_SET)) - body.size());
  unsigned char* at = set.data();
  ASN1_put_object(&at, 1, size, V_ASN1_SET, V_ASN1_UNIVERSAL);
  set.insert(set.end(), body.begin(), body.end());
  return set;
}

/// Empty if the key does not sign: one in a token may have gone.
Bytes sign(EVP_PKEY* key, ByteView message) {
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t size = 0;
  Bytes signature;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) != 1)
    return signature;
  signature.resize(size);
  const bool signed_now = EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1;
  signature.resize(signed_now ? size : 0);  // ECDSA signatures vary in length
  return signature;
}

void name_signature_algorithm(CMS_SignerInfo* signer, const EVP_PKEY* key) {
  X509_ALGOR* algorithm = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, nullptr, &algorithm);
  const bool rsa = EVP_PKEY_is_a(key, "RSA");
  X509_ALGOR_set0(algorithm, OBJ_nid2obj(rsa ? NID_sha256WithRSAEncryption : NID_ecdsa_with_SHA256),
                  rsa ? V_ASN1_NULL : V_ASN1_UNDEF, nullptr);
}

Result<void> check_strength(const EVP_PKEY* key) {
  const bool rsa = EVP_PKEY_is_a(key, "RSA");
  if (!rsa && !EVP_PKEY_is_a(key, "EC")) return fail(Code::kConfig, "load seal key", "it is neither RSA nor EC");
  if (EVP_PKEY_get_bits(key) < (rsa ? kFewestRsaBits : kFewestCurveBits))
    return fail(Code::kConfig, "load seal key", "it is too weak: RSA needs 3072 bits, a curve 256");
  return {};
}

Result<PrivateKey> read_private_key(const SecretBytes& pem) {
  const Bio bio(BIO_new_mem_buf(pem.view().data(), static_cast<int>(pem.size())));
  PrivateKey key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
  ERR_clear_error();
  if (!key) return fail(Code::kConfig, "load seal key", "it is no PEM private key, or it has a passphrase");
  return key;
}

void add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  ZP_CHECK(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

Certificate make_certificate(EVP_PKEY* key, std::string_view common_name, int days) {
  Certificate certificate(X509_new());
  X509* const raw = certificate.get();
  const SecretBytes serial = SecretBytes::random(16);
  const Owned<BIGNUM, BN_free> number(BN_bin2bn(serial.view().data(), 16, nullptr));
  BN_clear_bit(number.get(), 127);  // a serial is positive
  ZP_CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(raw)) != nullptr);
  ZP_CHECK(X509_set_version(raw, X509_VERSION_3) == 1);
  ZP_CHECK(X509_gmtime_adj(X509_getm_notBefore(raw), -kHourSeconds) != nullptr);
  ZP_CHECK(X509_time_adj_ex(X509_getm_notAfter(raw), days, 0, nullptr) != nullptr);
  X509_NAME* const name = X509_get_subject_name(raw);
  ZP_CHECK(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, as_bytes(common_name).data(),
                                      static_cast<int>(common_name.size()), -1, 0) == 1);
  ZP_CHECK(X509_set_issuer_name(raw, name) == 1 && X509_set_pubkey(raw, key) == 1);
  add_extension(raw, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(raw, NID_key_usage, "critical,digitalSignature,nonRepudiation");
  add_extension(raw, NID_subject_key_identifier, "hash");
  ZP_CHECK(X509_sign(raw, key, EVP_sha256()) > 0);
  return certificate;
}

ByteView written_to(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return as_bytes({text, static_cast<std::size_t>(size)});
}

}  // namespace

struct SealKey::Impl {
  CertificateStack chain;
  std::shared_ptr<EVP_PKEY> key;
  OpenKey open;             // empty: the key is in memory
  mutable std::mutex turn;  // a token signs one thing at a time

  X509* leaf() const { return sk_X509_value(chain.get(), 0); }

  Result<void> take(std::shared_ptr<EVP_PKEY> one) {
    TRY_DO(check_strength(one.get()));
    const bool belongs = X509_check_private_key(leaf(), one.get()) == 1;
    ERR_clear_error();
    if (!belongs) return fail(Code::kConfig, "load seal key", "it does not belong to the first certificate");
    key = std::move(one);
    return {};
  }

  Result<Bytes> sign_attributes(ByteView attributes) {
    if (!open) return sign(key.get(), attributes);
    const std::scoped_lock lock(turn);
    Bytes signature = key ? sign(key.get(), attributes) : Bytes();
    if (!signature.empty()) return signature;
    key.reset();  // before a module is loaded anew
    TRY_ASSIGN(auto again, open());
    TRY_DO(take(std::move(again)));
    signature = sign(key.get(), attributes);
    ERR_clear_error();
    if (signature.empty()) return fail(Code::kUnavailable, "sign with seal key", "the token does not sign");
    return signature;
  }
};

SealKey::SealKey(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
SealKey::SealKey(SealKey&&) noexcept = default;
SealKey::~SealKey() = default;

Result<SealKey> SealKey::load(std::string_view chain_pem, const SecretBytes& key_pem) {
  auto impl = std::make_unique<Impl>();
  impl->chain = read_certificates(chain_pem);
  if (sk_X509_num(impl->chain.get()) == 0)
    return fail(Code::kConfig, "load seal certificate", "it is no PEM certificate");
  TRY_ASSIGN(PrivateKey key, read_private_key(key_pem));
  TRY_DO(impl->take(std::move(key)));
  return SealKey(std::move(impl));
}

Result<SealKey> SealKey::elsewhere(std::string_view chain_pem, OpenKey open) {
  auto impl = std::make_unique<Impl>();
  impl->chain = read_certificates(chain_pem);
  if (sk_X509_num(impl->chain.get()) == 0)
    return fail(Code::kConfig, "load seal certificate", "it is no PEM certificate");
  TRY_ASSIGN(auto key, open());
  TRY_DO(impl->take(std::move(key)));
  impl->open = std::move(open);
  return SealKey(std::move(impl));
}

SealKey::Pem SealKey::self_signed(std::string_view common_name, int days) {
  const PrivateKey key(EVP_EC_gen("P-256"));
  ZP_CHECK(key != nullptr);
  const Certificate certificate = make_certificate(key.get(), common_name, days);
  const Bio certificate_pem(BIO_new(BIO_s_mem()));
  const Bio key_pem(BIO_new(BIO_s_secmem()));
  ZP_CHECK(PEM_write_bio_X509(certificate_pem.get(), certificate.get()) == 1);
  ZP_CHECK(PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {std::string(as_text(written_to(certificate_pem.get()))), SecretBytes::copy_of(written_to(key_pem.get()))};
}

// CMS_final() and CMS_SignerInfo_sign() of OpenSSL 3.0 always add a signing-time, which PAdES baseline keeps
// in the PDF instead: so the attributes are signed here.
Result<Bytes> SealKey::sign_digest(ByteView digest) const {
  if (digest.size() != std::tuple_size_v<Digest>) return fail(Code::kMalformed, "sign digest");
  const Message message(CMS_sign(nullptr, nullptr, nullptr, nullptr, kSignFlags));
  ZP_CHECK(message != nullptr);
  // It looks at the kind of key only; the private one may be in a token.
  EVP_PKEY* const leaf_key = X509_get0_pubkey(impl_->leaf());
  CMS_SignerInfo* const signer = CMS_add1_signer(message.get(), impl_->leaf(), leaf_key, EVP_sha256(), kSignFlags);
  ZP_CHECK(signer != nullptr);
  for (int i = 1; i < sk_X509_num(impl_->chain.get()); ++i)
    CMS_add1_cert(message.get(), sk_X509_value(impl_->chain.get(), i));
  ZP_CHECK(CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_contentType, V_ASN1_OBJECT, OBJ_nid2obj(NID_pkcs7_data), -1) ==
           1);
  ZP_CHECK(CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, digest.data(),
                                       static_cast<int>(digest.size())) == 1);
  name_signature_algorithm(signer, leaf_key);
  TRY_ASSIGN(const Bytes signature, impl_->sign_attributes(signed_attributes(signer)));
  ZP_CHECK(ASN1_STRING_set(CMS_SignerInfo_get0_signature(signer), signature.data(),
                           static_cast<int>(signature.size())) == 1);
  ERR_clear_error();
  return der_of(message.get(), i2d_CMS_ContentInfo);
}

std::string SealKey::subject() const { return subject_of(impl_->leaf()); }

std::int64_t SealKey::not_after() const {
  std::tm time{};
  ZP_CHECK(ASN1_TIME_to_tm(X509_get0_notAfter(impl_->leaf()), &time) == 1);
  return timegm(&time);
}

}  // namespace zp::crypto
