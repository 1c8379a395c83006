// crypto/login.h - passwords (Argon2id, RFC 9106) and one-time codes (TOTP, RFC 6238) of staff.
//
// Threads: free functions; hash_password and verify_password take about 0.1 s and 64 MiB each.
#ifndef CRYPTO_LOGIN_H_
#define CRYPTO_LOGIN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/base/secret_bytes.h"

namespace zp::crypto {

/// A PHC string ("$argon2id$v=19$..."): salt and parameters inside.
std::string hash_password(std::string_view password);
bool verify_password(std::string_view password, const std::string& hash);

/// 20 random bytes, as RFC 4226 asks.
SecretBytes random_totp_secret();
/// "otpauth://totp/..." for the QR code; secret in base32.
std::string totp_uri(const SecretBytes& secret, std::string_view issuer, std::string_view account);
/// Six digits for the 30-second step that holds `unix_seconds`.
std::string totp_code(const SecretBytes& secret, std::int64_t unix_seconds);
/// The matching step (this one, the one before or after) if it is newer than `last_used_step`; a code works once.
std::optional<std::int64_t> verify_totp(const SecretBytes& secret, std::string_view code, std::int64_t unix_seconds,
                                        std::int64_t last_used_step);

}  // namespace zp::crypto

#endif  // CRYPTO_LOGIN_H_
