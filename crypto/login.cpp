#include "crypto/login.h"

#include <openssl/hmac.h>
#include <sodium.h>

#include <array>
#include <cstdio>

#include "crypto/base/sodium.h"

namespace zp::crypto {
namespace {

constexpr unsigned long long kPasses = 3;
constexpr std::size_t kMemoryBytes = 64 * 1024 * 1024;
constexpr std::size_t kTotpSecretBytes = 20;
constexpr std::int64_t kStepSeconds = 30;
constexpr std::size_t kDigits = 6;

std::string base32(ByteView bytes) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";  // RFC 4648 section 6
  std::string text;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = pending << 8 | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += kAlphabet[pending >> (bits - 5) & 31];
  }
  if (bits > 0) text += kAlphabet[pending << (5 - bits) & 31];
  return text;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      std::array<char, 4> escape;
      std::snprintf(escape.data(), escape.size(), "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
      encoded += escape.data();
    }
  }
  return encoded;
}

// RFC 4226 section 5.3.
std::string hotp(const SecretBytes& secret, std::uint64_t counter) {
  std::array<std::uint8_t, 8> message;
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(counter >> (56 - 8 * i));
  std::array<std::uint8_t, 20> mac;
  ZP_CHECK(HMAC(EVP_sha1(), secret.view().data(), static_cast<int>(secret.size()), message.data(), message.size(),
                mac.data(), nullptr) != nullptr);
  const std::size_t at = mac[19] & 15;
  const std::uint32_t value = (mac[at] & 0x7Fu) << 24 | static_cast<std::uint32_t>(mac[at + 1]) << 16 |
                              static_cast<std::uint32_t>(mac[at + 2]) << 8 | mac[at + 3];
  std::string digits = std::to_string(value % 1'000'000);
  return std::string(kDigits - digits.size(), '0') + digits;
}

}  // namespace

std::string hash_password(std::string_view password) {
  start_sodium();
  std::array<char, crypto_pwhash_STRBYTES> hash;
  ZP_CHECK(crypto_pwhash_str(hash.data(), password.data(), password.size(), kPasses, kMemoryBytes) == 0);
  return hash.data();
}

bool verify_password(std::string_view password, const std::string& hash) {
  start_sodium();
  return hash.size() < crypto_pwhash_STRBYTES &&
         crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

SecretBytes random_totp_secret() { return SecretBytes::random(kTotpSecretBytes); }

std::string totp_uri(const SecretBytes& secret, std::string_view issuer, std::string_view account) {
  return "otpauth://totp/" + percent_encoded(issuer) + ":" + percent_encoded(account) +
         "?secret=" + base32(secret.view()) + "&issuer=" + percent_encoded(issuer);
}

std::string totp_code(const SecretBytes& secret, std::int64_t unix_seconds) {
  return hotp(secret, static_cast<std::uint64_t>(unix_seconds / kStepSeconds));
}

std::optional<std::int64_t> verify_totp(const SecretBytes& secret, std::string_view code, std::int64_t unix_seconds,
                                        std::int64_t last_used_step) {
  const std::int64_t now = unix_seconds / kStepSeconds;
  std::optional<std::int64_t> matching;
  for (std::int64_t step = now - 1; step <= now + 1; ++step) {
    const std::string expected = hotp(secret, static_cast<std::uint64_t>(step));
    if (equal_constant_time(as_bytes(code), as_bytes(expected)) && step > last_used_step) matching = step;
  }
  return matching;
}

}  // namespace zp::crypto
