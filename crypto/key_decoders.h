// crypto/key_decoders.h - certificates decoded without asking every decoder of OpenSSL about their key; private to crypto/.
//
// For each key OpenSSL 3.0 tries how all its decoders could be put in a row, in PEM, PKCS #8 and the rest: a tenth of a
// millisecond. A certificate holds a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) and nothing else.
// Threads: any.
#ifndef CRYPTO_KEY_DECODERS_H_
#define CRYPTO_KEY_DECODERS_H_

#include <openssl/ocsp.h>

#include "crypto/base/bytes.h"
#include "crypto/openssl_x509.h"

namespace zp::crypto {

/// Null if `der` is no certificate. The first call sets up what all need.
Certificate decode_certificate(ByteView der);

/// A basic OCSP answer (RFC 6960 section 4.2.1) with the certificates in it. Null if `der` is none.
Owned<OCSP_BASICRESP, OCSP_BASICRESP_free> decode_ocsp_answer(ByteView der);

}  // namespace zp::crypto

#endif  // CRYPTO_KEY_DECODERS_H_
