// crypto/keyring/openpgp_mail.h - OpenPGP mail (RFC 3156) that was encrypted to us, opened.
//
// Threads: free functions; gpg runs in a process of its own, which costs tens of milliseconds. Errors: kUnavailable if
// gpg or its agent cannot be reached.
#ifndef CRYPTO_KEYRING_OPENPGP_MAIL_H_
#define CRYPTO_KEYRING_OPENPGP_MAIL_H_

#include "crypto/keyring/openpgp.h"
#include "crypto/keyring/openpgp_verify.h"

namespace zp::crypto {

struct OpenedOpenPgp {
  SecretBytes content;
  std::vector<OpenPgpSignature> signatures;  // made inside the encryption
};
/// `senders`: a home with public keys of senders, to check signatures; empty: those stay kNoKey.
/// kTampered unless the message is encrypted to a key of `home`, protected against changes (MDC or AEAD), and whole;
/// kTooLarge over `limit`. Nothing of a message that fails is handed out.
Result<OpenedOpenPgp> open_openpgp(const std::string& home, const std::string& senders, ByteView message,
                                   std::size_t limit);

}  // namespace zp::crypto

#endif  // CRYPTO_KEYRING_OPENPGP_MAIL_H_
