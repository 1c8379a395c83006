// crypto/base/sodium.h - starts libsodium once; private to crypto/.
//
// Threads: safe to call from any, any number of times. Errors: aborts if the system has no random generator.
#ifndef CRYPTO_BASE_SODIUM_H_
#define CRYPTO_BASE_SODIUM_H_

namespace zp {

void start_sodium() noexcept;

}  // namespace zp

#endif  // CRYPTO_BASE_SODIUM_H_
