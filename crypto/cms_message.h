// crypto/cms_message.h - a signed CMS message and its parts, with OpenSSL; private to crypto/.
//
// Everything in it is a stranger's. Threads: free functions. Errors: null or nothing for what is not there.
#ifndef CRYPTO_CMS_MESSAGE_H_
#define CRYPTO_CMS_MESSAGE_H_

#include <openssl/cms.h>

#include <optional>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/certificate_pool.h"
#include "crypto/openssl_x509.h"

namespace zp::crypto {

struct SignedMessage {
  Owned<CMS_ContentInfo, CMS_ContentInfo_free> cms;  // null: `bytes` was no signed message
  /// DER, in the bytes that it was parsed from. They were taken out of `cms`, so that only those are decoded that are
  /// needed; those of a message that is not DER stay in it.
  std::vector<ByteView> certificates = {};
};

/// Of one signed message, padded with zeros at most. `bytes` must outlive it.
SignedMessage parse_signed_message(ByteView bytes);

/// What the message carries itself; null if it is detached.
const ASN1_OCTET_STRING* embedded_content(CMS_ContentInfo* message);

struct Signer {
  CMS_SignerInfo* info = nullptr;  // null: the message has no signer
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;  // null: it is neither in the message nor among `more`
  X509_ALGOR* digest = nullptr;
  X509_ALGOR* signature = nullptr;
};
Signer first_signer(const SignedMessage& message, CertificatePool& pool, STACK_OF(X509) * more);

ByteView bytes_of(const ASN1_STRING* value);

/// Of the spans one after the other. A digest of any length (SHAKE256) is taken with 512 bits, as RFC 8419 has it.
Bytes digest_of_spans(const EVP_MD* algorithm, const std::vector<ByteView>& content);

/// A source that reads the spans one after the other, so that a large file is not copied to be checked. `content` must
/// outlive it.
Owned<BIO, BIO_free_all> open_spans(const std::vector<ByteView>& content);

/// One element of a DER encoding.
struct DerElement {
  int tag = 0;  // the number alone
  bool of_context = false;
  ByteView content;
  ByteView whole;
};
/// The element that `bytes` starts with.
std::optional<DerElement> leading_element(ByteView bytes);
/// Header of a constructed element around `content`, and the content.
Bytes in_element(int tag, ByteView content, int tag_class = V_ASN1_UNIVERSAL);

}  // namespace zp::crypto

#endif  // CRYPTO_CMS_MESSAGE_H_
