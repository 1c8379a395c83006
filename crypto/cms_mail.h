// crypto/cms_mail.h - S/MIME (RFC 8551): signing a mail with our certificate, encrypting to somebody's, opening what was
// encrypted to ours.
//
// Threads: free functions and const objects. Bytes are MIME entities with CR LF lines; the CMS around them is DER.
#ifndef CRYPTO_CMS_MAIL_H_
#define CRYPTO_CMS_MAIL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/secret_bytes.h"
#include "crypto/cms.h"

namespace zp::crypto {

/// AES-256-GCM (RFC 5083, RFC 5084) shows changes by itself, and not every mail program opens it; of AES-256-CBC only the
/// signature inside shows them.
enum class MailCipher { kCbc, kGcm };

struct MailCertificate {
  std::string subject;
  std::vector<std::string> emails;             // of the certificate, lower case
  std::string fingerprint;                     // SHA-256, hex
  std::int64_t not_before = 0, not_after = 0;  // unix seconds
};
/// The first certificate of a PEM text. kMalformed if there is none; kRefused if mail can't be encrypted to it (key
/// usage, RSA under 2048 bits, another kind of key than RSA or EC).
Result<MailCertificate> read_mail_certificate(std::string_view pem);

/// Whether the first certificate of `pem` leads to one of `anchors` (PEM, CRLs beside them) at `now`, through the others in
/// `pem`; kUnknown without anchors. Nothing is fetched.
struct MailTrust {
  Chain chain = Chain::kUnknown;
  std::string issuer;  // of the certificate; untrusted text
};
Result<MailTrust> check_mail_certificate(std::string_view pem, const std::string& anchors, std::int64_t now);

/// To the first certificate of `certificate_pem`. kRefused if it is not valid at `now` (unix seconds).
Result<Bytes> encrypt_cms(std::string_view certificate_pem, ByteView content, MailCipher cipher, std::int64_t now);

struct OpenedCms {
  SecretBytes content;
  bool authenticated = false;  // false: anybody may have changed it, unless a signature inside says otherwise
};

/// Our own certificate for mail, with its key.
class MailIdentity {
 public:
  /// kConfig if they don't belong together.
  static Result<MailIdentity> load(std::string_view chain_pem, const SecretBytes& key_pem);
  MailIdentity(MailIdentity&&) noexcept;
  ~MailIdentity();
  /// Signed data that encloses `content`.
  Result<Bytes> sign(ByteView content) const;
  /// kTampered unless it is encrypted to us and whole.
  Result<OpenedCms> open(ByteView cms) const;

 private:
  struct Impl;
  explicit MailIdentity(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zp::crypto

#endif  // CRYPTO_CMS_MAIL_H_
