// crypto/cms.h - CMS signatures (RFC 5652) with OpenSSL: the seal on our own PDFs, and the check of somebody
// else's.
//
// Knows no PDF: callers hand in the signed bytes. verify_detached() runs inside the cell when the signature
// is a stranger's. Threads: free functions and const objects. Errors: a signature that does not hold is a
// verdict, not an Error.
#ifndef CRYPTO_CMS_H_
#define CRYPTO_CMS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/secret_bytes.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace zp::crypto {

enum class Integrity { kOk, kBroken, kUnknown };
enum class Chain { kTrusted, kUntrusted, kExpired, kRevoked, kUnknown };
/// By the CRLs and OCSP answers at hand; nothing is fetched.
enum class Revocation { kGood, kRevoked, kUnknown };

struct CmsVerdict {
  Integrity integrity = Integrity::kUnknown;
  std::string failure;            // why it is not kOk, as ETSI EN 319 102-1 names it: "HASH_FAILURE"
  Chain chain = Chain::kUnknown;  // at `at`, or when a time-stamp proves that the signature existed
  Revocation revocation = Revocation::kUnknown;
  std::string signer;                        // subject common name, else the whole subject (untrusted text)
  std::optional<std::int64_t> claimed_time;  // signing-time attribute, unix seconds
  std::optional<std::int64_t> proven_time;   // of a time-stamp that holds, from an authority that leads to an anchor
  std::string digest_algorithm;              // "SHA256"
  std::string key;                           // "RSA-2048", "EC-P-256"
  /// "SHA1", "RSA-1024", "MD5": never kTrusted; "time-stamp": one that does not fit.
  std::vector<std::string> weaknesses;
};

class AnchorIndex;
/// Anchors as PEM; with none every chain is kUnknown. Threads: one, until it is indexed.
struct TrustAnchors {
  std::string pem;
  /// Made at first use, or beforehand: a trusted list holds hundreds. Copies share it.
  mutable std::shared_ptr<const AnchorIndex> index = {};
  void make_index() const;
};

struct DecodedMaterial;
/// DER from beside the message, such as a PDF keeps in /DSS (ISO 32000-2 12.8.4.3). Not trusted: it only helps.
/// Threads: one, since it keeps what it decoded.
struct ValidationMaterial {
  std::vector<Bytes> certificates, crls, ocsp_responses;
  /// Made at first use: the many signatures of a document share it, and a CRL may be large.
  mutable std::shared_ptr<DecodedMaterial> decoded = {};
};

/// Which form `cms` has; a PDF names it in /SubFilter.
enum class CmsForm {
  kDetached,    // adbe.pkcs7.detached, ETSI.CAdES.detached
  kSha1Digest,  // adbe.pkcs7.sha1
  kEnclosing,   // S/MIME application/pkcs7-mime: what is signed is inside (signed_content), `content` is not looked at
  kTimeStamp,   // ETSI.RFC3161: a document time-stamp; claimed_time is the time that the authority gives
};

/// Loads what OpenSSL would otherwise read from files, or look up, at first use: call it before a process gives up its file
/// access, or forks others.
void load_cms_algorithms();

/// Checks one CMS blob over `content` (the concatenation of `content` spans), and the time-stamps in it. No network. `at`
/// is the time for which certificates must be valid, unix seconds. A "detached" CMS that carries its own content is
/// kBroken; trailing zero padding of `cms` is allowed.
CmsVerdict verify_detached(ByteView cms, const std::vector<ByteView>& content, CmsForm form,
                           const TrustAnchors& anchors, std::int64_t at, const ValidationMaterial& material = {});

/// Whether it is a signed message, and not an encrypted one or none at all.
bool is_signed_message(ByteView cms);

/// What a signed message encloses, checked or not; nothing if it is detached or no signed message.
std::optional<Bytes> signed_content(ByteView cms);

/// The organisation's seal: certificate chain (PEM, leaf first) and private key.
class SealKey {
 public:
  /// kConfig if certificate and key do not belong together or the key is weak (RSA under 3072, curves under
  /// 256 bits).
  static Result<SealKey> load(std::string_view chain_pem, const SecretBytes& key_pem);
  /// A key that stays where it is (token_key.h). `open` makes a handle that signs, now and again when signing fails: a
  /// token may have been away. What `open` says is wrong is returned as it is.
  using OpenKey = std::function<Result<std::shared_ptr<evp_pkey_st>>()>;
  static Result<SealKey> elsewhere(std::string_view chain_pem, OpenKey open);
  /// A self-signed P-256 certificate for demonstrations; chain and key as PEM.
  struct Pem {
    std::string chain;
    SecretBytes key;
  };
  static Pem self_signed(std::string_view common_name, int days);
  SealKey(SealKey&&) noexcept;
  ~SealKey();
  /// A CAdES-B (ETSI EN 319 122-1) detached signature over `digest` (SHA-256 of the content), without
  /// signing-time: PAdES baseline keeps the time in the PDF. DER. kUnavailable: the token does not sign.
  Result<Bytes> sign_digest(ByteView digest) const;
  std::string subject() const;
  std::int64_t not_after() const;

 private:
  struct Impl;
  explicit SealKey(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zp::crypto

#endif  // CRYPTO_CMS_H_
