// crypto/trusted_list.h - trust anchors out of a trusted list of a member state (ETSI TS 119 612), given as a file.
//
// A list counts only if one of the certificates handed in signed the whole of it (XAdES enveloped, SHA-2) and it has
// not run out. Those certificates come from the list of lists, whose own are published in the Official Journal.
// Home of xmlsec1. Nothing is fetched. Threads: one at a time.
#ifndef CRYPTO_TRUSTED_LIST_H_
#define CRYPTO_TRUSTED_LIST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace zp::crypto {

/// A service that is granted now: an authority that issues qualified certificates for signatures or seals, or one that
/// issues qualified time-stamps.
struct TrustService {
  std::string provider, name;  // as written
  bool is_time_stamping = false;
  std::vector<std::string> certificates_pem;
};

/// Another list that this one points to, with the certificates that may sign that one.
struct ListPointer {
  std::string territory;  // "NL"
  std::string location;
  std::vector<std::string> signers_pem;
};

struct TrustedList {
  std::string territory, operator_name, issued, next_update;  // RFC 3339 as written
  std::vector<TrustService> services;
  std::vector<ListPointer> pointers;

  /// All certificates of the services as one PEM text, with a line before each that says whose it is.
  std::string anchors_pem() const;
};

/// `signers_pem`: one or more certificates. `now`: unix seconds.
/// kMalformed if it is no trusted list, kTampered if none of the signers signed all of it, kExpired if its time is over,
/// kConfig if there is no certificate among the signers.
Result<TrustedList> read_trusted_list(ByteView xml, std::string_view signers_pem, std::int64_t now);

}  // namespace zp::crypto

#endif  // CRYPTO_TRUSTED_LIST_H_
