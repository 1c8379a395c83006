#include "crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "crypto/openssl.h"

namespace zp::crypto {

const EVP_MD* sha256_algorithm() noexcept {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  ZP_CHECK(algorithm != nullptr);
  return algorithm;
}

const EVP_CIPHER* fetch_cipher(const char* name) noexcept {
  const EVP_CIPHER* const algorithm = EVP_CIPHER_fetch(nullptr, name, nullptr);
  ZP_CHECK(algorithm != nullptr);
  return algorithm;
}

Digest sha256(ByteView bytes) {
  Sha256 hash;
  hash.append(bytes);
  return hash.finish();
}

Digest hmac_sha256(const SecretBytes& key, ByteView message) {
  Digest mac;
  const ByteView k = key.view();
  static constexpr std::uint8_t kNoKey = 0;  // HMAC() takes a null key for "the previous one"
  const auto* made = HMAC(sha256_algorithm(), k.empty() ? &kNoKey : k.data(), static_cast<int>(k.size()),
                          message.data(), message.size(), mac.data(), nullptr);
  ZP_CHECK(made != nullptr);
  return mac;
}

SecretBytes hkdf_sha256(const SecretBytes& secret, ByteView salt, std::string_view label, std::size_t size) {
  static EVP_KDF* const hkdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  const Owned<EVP_KDF_CTX, EVP_KDF_CTX_free> context(EVP_KDF_CTX_new(hkdf));
  ZP_CHECK(context != nullptr);

  // OSSL_PARAM has no const form; the KDF only reads what these point to.
  const auto octets = [](const char* name, ByteView bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
  };
  char digest_name[] = "SHA256";
  OSSL_PARAM parameters[5];
  std::size_t count = 0;
  parameters[count++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest_name, 0);
  parameters[count++] = octets(OSSL_KDF_PARAM_KEY, secret.view());
  if (!salt.empty()) parameters[count++] = octets(OSSL_KDF_PARAM_SALT, salt);
  if (!label.empty()) parameters[count++] = octets(OSSL_KDF_PARAM_INFO, as_bytes(label));
  parameters[count] = OSSL_PARAM_construct_end();

  SecretBytes derived(size);
  ZP_CHECK(EVP_KDF_derive(context.get(), derived.mutable_view().data(), size, parameters) == 1);
  return derived;
}

}  // namespace zp::crypto
