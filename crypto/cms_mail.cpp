#include "crypto/cms_mail.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <limits>

#include "crypto/cms_chain.h"
#include "crypto/hash.h"
#include "crypto/openssl_x509.h"

namespace zp::crypto {
namespace {

using Message = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using Bio = Owned<BIO, BIO_free_all>;

constexpr int kFewestRsaBits = 2048;

int no_passphrase(char*, int, int, void*) { return -1; }

std::int64_t unix_time(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Bio reading(ByteView bytes) {
  Bio bio(bytes.size() > std::numeric_limits<int>::max()
              ? nullptr
              : BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  ZP_CHECK(bio != nullptr);
  return bio;
}

ByteView written_to(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return as_bytes({text, static_cast<std::size_t>(size)});
}

std::unexpected<Error> fail_openssl(Code code, const char* operation) {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  auto failure = fail(code, operation, reason == nullptr ? "" : reason);
  ERR_clear_error();
  return failure;
}

Result<Bytes> der_of(CMS_ContentInfo* message, const char* operation) {
  unsigned char* raw = nullptr;
  const int size = i2d_CMS_ContentInfo(message, &raw);
  if (size <= 0) return fail_openssl(Code::kUnavailable, operation);
  Bytes der(raw, raw + size);
  OPENSSL_free(raw);
  return der;
}

Result<CertificateStack> one_certificate(std::string_view pem) {
  CertificateStack stack = read_certificates(pem);
  if (sk_X509_num(stack.get()) == 0) return fail(Code::kMalformed, "read certificate: it is no PEM certificate");
  return stack;
}

/// Why mail can't be encrypted to it; null: it can.
const char* fault_of(X509* certificate) {
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (key == nullptr) return "its key can't be read";
  const bool rsa = EVP_PKEY_is_a(key, "RSA");
  if (!rsa && !EVP_PKEY_is_a(key, "EC")) return "its key is neither RSA nor EC";
  if (rsa && EVP_PKEY_get_bits(key) < kFewestRsaBits) return "its key is too weak: RSA needs 2048 bits";
  const std::uint32_t usage = X509_get_key_usage(certificate), wanted = rsa ? KU_KEY_ENCIPHERMENT : KU_KEY_AGREEMENT;
  if (usage != UINT32_MAX && (usage & wanted) == 0) return "its key may not be used to encrypt";
  const std::uint32_t purposes = X509_get_extended_key_usage(certificate);
  if (purposes != UINT32_MAX && (purposes & (XKU_SMIME | XKU_ANYEKU)) == 0) return "it is not meant for mail";
  return nullptr;
}

}  // namespace

Result<MailCertificate> read_mail_certificate(std::string_view pem) {
  TRY_ASSIGN(const CertificateStack stack, one_certificate(pem));
  X509* const certificate = sk_X509_value(stack.get(), 0);
  if (const char* const fault = fault_of(certificate)) return fail(Code::kRefused, "read certificate", fault);
  MailCertificate found;
  found.subject = subject_of(certificate);
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  ZP_CHECK(X509_digest(certificate, sha256_algorithm(), digest.data(), &size) == 1);
  digest.resize(size);
  found.fingerprint = to_hex(digest);
  found.not_before = unix_time(X509_get0_notBefore(certificate));
  found.not_after = unix_time(X509_get0_notAfter(certificate));
  if (STACK_OF(OPENSSL_STRING)* const emails = X509_get1_email(certificate)) {
    for (int i = 0; i < sk_OPENSSL_STRING_num(emails); ++i)
      found.emails.push_back(lower(sk_OPENSSL_STRING_value(emails, i)));
    X509_email_free(emails);
  }
  return found;
}

Result<MailTrust> check_mail_certificate(std::string_view pem, const std::string& anchors, std::int64_t now) {
  TRY_ASSIGN(const CertificateStack stack, one_certificate(pem));
  X509* const certificate = sk_X509_value(stack.get(), 0);
  Evidence evidence;
  for (int i = 0; i < sk_X509_num(stack.get()); ++i)
    add_certificate(sk_X509_value(stack.get(), i), evidence.certificates.get());
  const Bio crls = reading(as_bytes(anchors));
  while (X509_CRL* const crl = PEM_read_bio_X509_CRL(crls.get(), nullptr, no_passphrase, nullptr))
    sk_X509_CRL_push(evidence.crls.get(), crl);
  ERR_clear_error();
  CertificatePool pool;
  const ChainVerdict verdict =
      check_chain(certificate, evidence, TrustAnchors{anchors}, pool, X509_PURPOSE_SMIME_ENCRYPT, now);
  return MailTrust{verdict.chain, name_of(X509_get_issuer_name(certificate))};
}

Result<Bytes> encrypt_cms(std::string_view certificate_pem, ByteView content, MailCipher cipher, std::int64_t now) {
  constexpr const char* kOperation = "encrypt mail to certificate";
  TRY_ASSIGN(const MailCertificate known, read_mail_certificate(certificate_pem));
  if (now < known.not_before || now >= known.not_after) return fail(Code::kRefused, kOperation, "it is not valid now");
  TRY_ASSIGN(const CertificateStack stack, one_certificate(certificate_pem));
  while (sk_X509_num(stack.get()) > 1) X509_free(sk_X509_pop(stack.get()));  // the rest is its chain
  const EVP_CIPHER* const algorithm = cipher == MailCipher::kGcm ? EVP_aes_256_gcm() : EVP_aes_256_cbc();
  const Message message(CMS_encrypt(stack.get(), reading(content).get(), algorithm, CMS_BINARY));
  if (!message) return fail_openssl(Code::kRefused, kOperation);
  return der_of(message.get(), kOperation);
}

struct MailIdentity::Impl {
  CertificateStack chain;
  PrivateKey key;
  X509* leaf() const { return sk_X509_value(chain.get(), 0); }
};

MailIdentity::MailIdentity(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
MailIdentity::MailIdentity(MailIdentity&&) noexcept = default;
MailIdentity::~MailIdentity() = default;

Result<MailIdentity> MailIdentity::load(std::string_view chain_pem, const SecretBytes& key_pem) {
  auto impl = std::make_unique<Impl>();
  impl->chain = read_certificates(chain_pem);
  impl->key.reset(PEM_read_bio_PrivateKey(reading(key_pem.view()).get(), nullptr, no_passphrase, nullptr));
  const bool belongs =
      sk_X509_num(impl->chain.get()) > 0 && impl->key && X509_check_private_key(impl->leaf(), impl->key.get()) == 1;
  ERR_clear_error();
  if (!belongs) return fail(Code::kConfig, "load mail certificate", "certificate and key don't belong together");
  return MailIdentity(std::move(impl));
}

Result<Bytes> MailIdentity::sign(ByteView content) const {
  const CertificateStack rest(sk_X509_dup(impl_->chain.get()));
  for (int i = 0; i < sk_X509_num(rest.get()); ++i) X509_up_ref(sk_X509_value(rest.get(), i));
  X509_free(sk_X509_shift(rest.get()));
  const Message message(CMS_sign(impl_->leaf(), impl_->key.get(), rest.get(), reading(content).get(), CMS_BINARY));
  if (!message) return fail_openssl(Code::kUnavailable, "sign mail");
  return der_of(message.get(), "sign mail");
}

Result<OpenedCms> MailIdentity::open(ByteView cms) const {
  constexpr const char* kOperation = "open S/MIME mail";
  const Message message(d2i_CMS_bio(reading(cms).get(), nullptr));
  if (!message) return fail_openssl(Code::kMalformed, kOperation);
  const int type = OBJ_obj2nid(CMS_get0_type(message.get()));
  OpenedCms opened;
  opened.authenticated = type == NID_id_smime_ct_authEnvelopedData;
  if (!opened.authenticated && type != NID_pkcs7_enveloped) {
    ERR_clear_error();
    return fail(Code::kMalformed, kOperation, "it is not encrypted");
  }
  const Bio plain(BIO_new(BIO_s_secmem()));
  ZP_CHECK(plain != nullptr);
  // With the certificate at hand OpenSSL tries the one recipient that is us, and so gives no oracle for the others.
  if (CMS_decrypt(message.get(), impl_->key.get(), impl_->leaf(), nullptr, plain.get(), CMS_BINARY) != 1)
    return fail_openssl(Code::kTampered, kOperation);
  opened.content = SecretBytes::copy_of(written_to(plain.get()));
  return opened;
}

}  // namespace zp::crypto
