// gateway/casework/openpgp_signatures.h - OpenPGP signatures in findings, checked with the keys on file.
//
// A cell has no keys, so it hands on the signature and says which bytes it is over (intake::UncheckedOpenPgp). Those
// are checked here; gpg reads a stranger's signature, in a process of its own.
// Threads: free functions.
#ifndef GATEWAY_CASEWORK_OPENPGP_SIGNATURES_H_
#define GATEWAY_CASEWORK_OPENPGP_SIGNATURES_H_

#include <string>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/keyring/openpgp_verify.h"
#include "intake/findings.h"

namespace zp::gateway {

/// Checks what a cell left unchecked in `findings` of `document`, as signed in a mail (PGP/MIME). The caller judges anew.
/// `home`: a GnuPG home with public keys; empty: nothing is done. A gpg that cannot be run leaves things unknown.
void check_openpgp(const std::string& home, ByteView document, intake::Findings& findings);

/// What is known of one, as a finding. Coverage is for the caller to say.
intake::DigitalSignature finding_of(const crypto::OpenPgpSignature& signature);

/// Adds what a detached signature that lies beside a document says of it.
void add_detached_openpgp(const std::string& home, ByteView signature, ByteView document, intake::Findings& findings);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_OPENPGP_SIGNATURES_H_
