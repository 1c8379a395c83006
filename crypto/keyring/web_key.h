// crypto/keyring/web_key.h - our public key as others find it: Web Key Directory (draft-koch-openpgp-webkey-service).
//
// Threads: free functions. Errors: of the keyring.
#ifndef CRYPTO_KEYRING_WEB_KEY_H_
#define CRYPTO_KEYRING_WEB_KEY_H_

#include <string>
#include <string_view>

#include "crypto/base/bytes.h"

namespace zp::crypto {

/// The name of a key in the directory: z-base-32 of SHA-1 of the local part in lower case (section 3.1), 32 characters.
std::string web_key_hash(std::string_view local_part);
/// The e-mail address in a user id, lower case: of "NAME <address>", or the whole of it; empty if there is none.
std::string address_in_user_id(std::string_view user_id);
/// The public key alone, binary, without signatures of others (section 3.1).
Result<Bytes> web_key(const std::string& home, const std::string& fingerprint);

}  // namespace zp::crypto

#endif  // CRYPTO_KEYRING_WEB_KEY_H_
