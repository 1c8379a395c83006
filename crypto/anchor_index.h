// crypto/anchor_index.h - trust anchors by the names in them; private to crypto/.
//
// A trusted list holds hundreds, of which a document needs one or two: only those are decoded, unless all are beforehand.
// Threads: one; any after decode_all().
#ifndef CRYPTO_ANCHOR_INDEX_H_
#define CRYPTO_ANCHOR_INDEX_H_

#include <map>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/certificate_pool.h"
#include "crypto/openssl_x509.h"

namespace zp::crypto {

class AnchorIndex {
 public:
  /// All certificates of a PEM text; what else is in it is passed over.
  explicit AnchorIndex(std::string_view pem);

  bool empty() const noexcept { return by_subject_.empty(); }

  /// Every anchor that a chain out of `certificates` can reach.
  CertificateStack reachable_from(const STACK_OF(X509) * certificates) const;

  void decode_all() const;
  const CertificatePool& decoded() const { return decoded_; }

 private:
  using Name = Owned<X509_NAME, X509_NAME_free>;
  struct Before {
    using is_transparent = void;
    static const X509_NAME* plain(const Name& name) { return name.get(); }
    static const X509_NAME* plain(const X509_NAME* name) { return name; }
    /// As RFC 5280 section 7.1 compares: case and white space count for nothing.
    bool operator()(const auto& left, const auto& right) const { return X509_NAME_cmp(plain(left), plain(right)) < 0; }
  };

  std::multimap<Name, Bytes, Before> by_subject_;  // DER
  mutable CertificatePool decoded_;
};

}  // namespace zp::crypto

#endif  // CRYPTO_ANCHOR_INDEX_H_
