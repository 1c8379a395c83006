// crypto/keyring/openpgp_mail.h - OpenPGP for mail (RFC 3156): signing with our key, encrypting to somebody's, opening what
// was encrypted to ours.
//
// Keys of recipients say who they are, so no keyring of them is kept: each operation reads the one key it needs into a
// GnuPG home in memory (/dev/shm) that goes with it.
// Threads: free functions; gpg runs in a process of its own, which costs tens of milliseconds. Errors: kUnavailable if
// gpg or its agent cannot be reached.
#ifndef CRYPTO_KEYRING_OPENPGP_MAIL_H_
#define CRYPTO_KEYRING_OPENPGP_MAIL_H_

#include "crypto/keyring/openpgp.h"
#include "crypto/keyring/openpgp_verify.h"
#include "crypto/object.h"

namespace zp::crypto {

/// The one public key in `armoured`. kMalformed if there is none, or more than one; kRefused if a secret one is in it.
Result<OpenPgpKey> read_openpgp_key(ByteView armoured);

struct DetachedOpenPgp {
  std::string armour;
  std::string micalg;  // "pgp-sha512", as multipart/signed names it (RFC 3156 section 5)
};
/// Over `content` as it is: the caller gives its lines CR LF. `home` holds the private key.
Result<DetachedOpenPgp> sign_openpgp(const std::string& home, const std::string& fingerprint, ByteView content);

/// ASCII armour; always integrity-protected. kRefused if the key is not `fingerprint`, expired or revoked at `now` (unix
/// seconds), or can't encrypt.
Result<std::string> encrypt_openpgp(ByteView armoured_key, const std::string& fingerprint, ByteView content,
                                    std::int64_t now);

/// Hands all of a content to the sink that it is given, chunk by chunk.
using ContentWriter = std::function<Result<void>(const ByteSink&)>;
/// As encrypt_openpgp, for content of any size: neither it nor the message is ever held as a whole. `content` is called
/// on a thread of its own, once. What `sink` got before an Error is worthless.
Result<void> stream_encrypted_openpgp(ByteView armoured_key, const std::string& fingerprint,
                                      const ContentWriter& content, const ByteSink& sink, std::int64_t now);

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
