// crypto/token_key.h - the seal's private key in a PKCS#11 token (an HSM, a smartcard), named by an RFC 7512 URI.
//
//   pkcs11:token=zegel;object=seal?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/zegelpost/seal.pin
//
// token, manufacturer, model and serial choose the token, object (label) and id the key; exactly one of each must fit.
// Without module-path p11-kit's configured modules are asked. The PIN comes from the file that pin-source names, never
// from the URI itself. The key never leaves the token: it signs there.
// When a token says that one try for the PIN is left, none is made until somebody has logged in with its own tool: a process
// that is started again and again would lock it.
// Threads: free functions; the SealKey may be shared. A module keeps threads and files of its own: open it in a process that
// signs, and not before a fork.
#ifndef CRYPTO_TOKEN_KEY_H_
#define CRYPTO_TOKEN_KEY_H_

#include <string>
#include <string_view>

#include "crypto/cms.h"

namespace zp::crypto {

/// Begins with "pkcs11:".
inline bool is_token_uri(std::string_view key) noexcept { return key.starts_with("pkcs11:"); }

/// kConfig: the URI, the PIN or the key is not right, or does not belong to the certificate; kUnavailable: no such module or
/// token is here. The subject says what was found instead.
Result<SealKey> load_token_seal(std::string_view chain_pem, const std::string& uri);

}  // namespace zp::crypto

#endif  // CRYPTO_TOKEN_KEY_H_
