// crypto/keyring/openpgp_verify.h - detached OpenPGP signatures of others, checked with the public keys of a home.
//
// A home for this holds public keys that an administrator imported: that is all the trust there is. gpg, a process of
// its own, reads the signature; no key is fetched. Threads: free function, any number at once.
#ifndef CRYPTO_KEYRING_OPENPGP_VERIFY_H_
#define CRYPTO_KEYRING_OPENPGP_VERIFY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace zp::crypto {

struct OpenPgpSignature {
  enum class State { kGood, kBad, kNoKey, kUnknown };
  State state = State::kUnknown;
  bool key_expired = false;  // or the signature itself
  bool key_revoked = false;
  std::string signer;                   // user id of the key, untrusted text; empty without the key
  std::string key;                      // fingerprint or key id, hex digits
  std::optional<std::int64_t> made;     // unix seconds, by the signer's clock
  std::vector<std::string> weaknesses;  // "SHA1", "MD5"
};

/// The signatures in `signature` (armoured or not), checked over `content`; empty if there is none in it.
/// kUnavailable if gpg cannot be run.
Result<std::vector<OpenPgpSignature>> verify_openpgp(const std::string& home, ByteView signature, ByteView content);

struct SignedOpenPgp {
  Bytes content;  // that the signatures are over, and nothing that stands around it
  std::vector<OpenPgpSignature> signatures;
};
/// A message that holds what it signs, or a text that is signed within itself.
Result<SignedOpenPgp> verify_openpgp_message(const std::string& home, ByteView message);

}  // namespace zp::crypto

#endif  // CRYPTO_KEYRING_OPENPGP_VERIFY_H_
