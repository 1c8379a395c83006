// crypto/openssl.h - owners for OpenSSL objects and algorithms fetched once; private to crypto/.
//
// Threads: the fetched algorithms are immutable and shared. Errors: a fetch that fails aborts (a broken OpenSSL).
#ifndef CRYPTO_OPENSSL_H_
#define CRYPTO_OPENSSL_H_

#include <openssl/evp.h>

#include <memory>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace zp::crypto {

/// A unique_ptr deleter out of an OpenSSL *_free function.
template <auto Free>
struct Releases {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, Releases<Free>>;

using CipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using PrivateKey = Owned<EVP_PKEY, EVP_PKEY_free>;

/// What an i2d_* function of OpenSSL makes of an object that is whole.
template <typename T>
Bytes der_of(const T* object, int (*encode)(const T*, unsigned char**)) {
  unsigned char* raw = nullptr;
  const int size = encode(object, &raw);
  ZP_CHECK(size > 0);
  Bytes der(raw, raw + size);
  OPENSSL_free(raw);
  return der;
}

/// EVP_*_fetch walks the provider tables: once per algorithm, not once per call.
const EVP_MD* sha256_algorithm() noexcept;
const EVP_CIPHER* fetch_cipher(const char* name) noexcept;

}  // namespace zp::crypto

#endif  // CRYPTO_OPENSSL_H_
